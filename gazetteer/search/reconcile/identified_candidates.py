"""Candidates by an identifier or a code, and how they agree with those by a name."""

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from psycopg import Connection

from gazetteer.records.written_codes import clean_code, is_division_code, strip_filling
from gazetteer.search.reconcile.name_matching import (
    ELSEWHERE_PENALTY,
    MAX_SIMILAR_SCORE,
    MatchCandidate,
)
from gazetteer.search.reconcile.place_facts import (
    EntityAsOf,
    PlaceEntity,
    load_entities,
    load_places_by_code,
)

_PLACE_ID_PATTERN = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


def parse_place_id(text: str) -> UUID | None:
    """The id of a place, if the text has its form."""
    return UUID(text) if _PLACE_ID_PATTERN.fullmatch(text) else None


def load_referred_entities(
    conn: Connection[Any], text: str, as_of: EntityAsOf
) -> list[tuple[PlaceEntity, bool]]:
    """The entities that an id or a code refers to, and whether that is certain.

    A code refers to the unit that carried it on the day; units that carried it on other days come
    after that one, and none of them is certain.
    """
    place = parse_place_id(text)
    if place is not None:
        return [
            (entity, True) for entity in load_entities(conn, [place], _include_other_days(as_of))
        ]
    code = strip_filling(clean_code(text))
    if not is_division_code(code):
        return []
    certainty = dict(load_places_by_code(conn, code, as_of))
    unordered = load_entities(conn, list(certainty), _include_other_days(as_of))
    return sorted(
        ((entity, certainty[UUID(entity.place_id)]) for entity in unordered),
        key=lambda pair: (not pair[1], pair[0].place_id),
    )


def _include_other_days(as_of: EntityAsOf) -> EntityAsOf:
    """The same moment, including what is not in force on the day, as it last was."""
    return EntityAsOf(None, as_of.at or as_of.today, as_of.known_at)


def build_candidates(
    referred_entities: Sequence[tuple[PlaceEntity, bool]], levels: frozenset[str]
) -> list[MatchCandidate]:
    """Entities as candidates of some levels (empty for all): matches, if they are certain."""
    return [
        MatchCandidate(
            place_id=entity.place_id,
            name=entity.name,
            level=entity.level,
            code=entity.code,
            ancestors=tuple(unit.name for unit in entity.ancestors),
            score=100.0 if is_certain else MAX_SIMILAR_SCORE,
            match=is_certain,
        )
        for entity, is_certain in referred_entities
        if not levels or entity.level in levels
    ]


def merge_candidates(
    by_code: Sequence[MatchCandidate], by_name: Sequence[MatchCandidate]
) -> list[MatchCandidate]:
    """The candidates of a row that has both a code and a name.

    Where both lead to one place, that is the match. Where they do not, there is no match, and both
    are candidates.
    """
    if not by_code or not by_name:
        return [*by_code, *by_name]
    first = by_code[0]
    if first.match and first.place_id == by_name[0].place_id:
        confirmed = replace(by_name[0], score=first.score, match=True)
        return [confirmed, *(replace(other, match=False) for other in by_name[1:])]
    code_places = {candidate.place_id for candidate in by_code}
    doubted = [
        replace(candidate, score=max(0.0, candidate.score - ELSEWHERE_PENALTY), match=False)
        for candidate in by_code
    ]
    others = [replace(c, match=False) for c in by_name if c.place_id not in code_places]
    return sorted([*doubted, *others], key=lambda candidate: -candidate.score)
