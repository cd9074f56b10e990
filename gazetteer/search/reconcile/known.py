"""Candidates that are named by an identifier or a code, and how they agree with a name."""

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from psycopg import Connection

from gazetteer.search.reconcile.candidates import ALIKE, ELSEWHERE, Candidate
from gazetteer.search.reconcile.facts import Entity, Reading, entities, places_of_code

_ID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_CODE = re.compile(r"[0-9]{6}(?:[0-9]{3}(?:[0-9]{3})?)?", re.ASCII)


def is_code(text: str) -> bool:
    """Whether a text has the form of a division code."""
    return _CODE.fullmatch(text) is not None


def as_place_id(text: str) -> UUID | None:
    """The id of a place, if the text has its form."""
    return UUID(text) if _ID.fullmatch(text) else None


def referred(conn: Connection[Any], text: str, when: Reading) -> list[tuple[Entity, bool]]:
    """The entities that an id or a code refers to, and whether surely.

    A code refers to the unit that carried it on the day; units that carried it on other days come
    after that one, and none of them is sure.
    """
    place = as_place_id(text)
    if place is not None:
        return [(entity, True) for entity in entities(conn, [place], _nearest(when))]
    if not is_code(text):
        return []
    sure = dict(places_of_code(conn, text, when))
    found = entities(conn, list(sure), _nearest(when))
    return sorted(
        ((entity, sure[UUID(entity.place_id)]) for entity in found),
        key=lambda pair: (not pair[1], pair[0].place_id),
    )


def _nearest(when: Reading) -> Reading:
    """Also what is not in force on the day: as it last was."""
    return Reading(None, when.at or when.today, when.known_at)


def as_candidates(found: Sequence[tuple[Entity, bool]], levels: frozenset[str]) -> list[Candidate]:
    """What was referred to as candidates; all of them sure, or of another day."""
    return [
        Candidate(
            place_id=entity.place_id,
            name=entity.name,
            level=entity.level,
            code=entity.code,
            above=tuple(unit.name for unit in entity.above),
            score=100.0 if sure else ALIKE,
            match=sure,
        )
        for entity, sure in found
        if not levels or entity.level in levels
    ]


def agreed(by_code: Sequence[Candidate], by_name: Sequence[Candidate]) -> list[Candidate]:
    """Candidates of a code and of a name that stand in one row.

    Where both lead to one place, that is it. Where they do not, neither is sure, and both are
    told.
    """
    if not by_code or not by_name:
        return [*by_code, *by_name]
    first = by_code[0]
    if first.match and first.place_id == by_name[0].place_id:
        same = replace(by_name[0], score=first.score, match=True)
        return [same, *(replace(other, match=False) for other in by_name[1:])]
    known = {candidate.place_id for candidate in by_code}
    doubted = [
        replace(candidate, score=max(0.0, candidate.score - ELSEWHERE), match=False)
        for candidate in by_code
    ]
    others = [replace(c, match=False) for c in by_name if c.place_id not in known]
    return sorted([*doubted, *others], key=lambda candidate: -candidate.score)
