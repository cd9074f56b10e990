"""Candidates for a name in a table: those of the geocoder first, then places of similar names.

Scores run from 0 to 100. A match of the geocoder has 100 times its own score, which is 1 less the
penalties of its faults (:mod:`gazetteer.search.geocoder.faults`). A similar name has half the share
of its characters that agree. Lying outside the requested units costs as much as a contradiction.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from difflib import SequenceMatcher

from gazetteer.records.levels import LEVELS
from gazetteer.search.autocomplete.suggestions import Suggestion, find_suggestions
from gazetteer.search.geocoder.address_fields import join_address_fields
from gazetteer.search.geocoder.faults import PENALTIES, Fault, FaultKind
from gazetteer.search.geocoder.geocoding import (
    GeocodeResult,
    GeocodeStatus,
    geocode,
)
from gazetteer.search.geocoder.matches import GeocodeMatch
from gazetteer.search.index.candidates import NameRelation
from gazetteer.search.index.day_index import DayIndex, UnitRef
from gazetteer.search.index.day_ordinals import from_ordinal
from gazetteer.search.text.folding import is_latin, to_ascii_key
from gazetteer.search.text.normalize import normalize_text

MAX_SIMILAR_SCORE = 50.0
"""The best score of a similar name."""
ELSEWHERE_PENALTY = 100 * PENALTIES[FaultKind.CONTRADICTION]
"""What a candidate outside the requested units loses of its score."""
_MAX_QUERY_LENGTH = 60
"""Characters by which similar names are searched; no name is longer."""

_DOUBTFUL_FAULTS = frozenset(
    {
        FaultKind.SPELLED_WRONG,
        FaultKind.CONTRADICTION,
        FaultKind.PART_OF_SUCCESSOR,
        FaultKind.FORMER_PARENT,
        FaultKind.RELATIVE,
        FaultKind.UNMATCHED,
        FaultKind.OVERLONG,
        FaultKind.AMBIGUOUS,
        FaultKind.PART_OF_UNIT,
        FaultKind.UNSUPPORTED,
        FaultKind.LATER_NAME,
    }
)
"""With one of these a person should review the candidate before it is taken for the match."""


@dataclass(frozen=True, slots=True)
class EnclosingUnit:
    """A unit in which candidates should lie: as it is written, and the id of its place if known.

    ``level`` is what the sender says it is, if anything.
    """

    text: str
    place_id: str | None = None
    level: str | None = None


@dataclass(frozen=True, slots=True)
class NameQuery:
    """A name to be reconciled; without ``levels`` candidates may be of any level."""

    text: str
    enclosing_units: tuple[EnclosingUnit, ...] = ()
    levels: frozenset[str] = frozenset()
    limit: int = 10


@dataclass(frozen=True, slots=True)
class FormerNameMatch:
    """A name not in force that led to a candidate, with its period; None where that is open.

    ``relation`` is what the name is to it: a unit may have taken over the ground of the one named.
    """

    text: str
    relation: NameRelation
    since: date | None
    until: date | None


@dataclass(frozen=True, slots=True)
class MatchCandidate:
    """A place that a name may mean; ``match``: with such certainty that nobody need review it."""

    place_id: str
    name: str
    level: str
    code: str | None
    ancestors: tuple[str, ...]
    score: float
    match: bool
    faults: tuple[Fault, ...] = ()
    former_names: tuple[FormerNameMatch, ...] = ()


def find_candidates(day_index: DayIndex, query: NameQuery) -> list[MatchCandidate]:
    """The candidates on the day of the index, the best first."""
    by_place: dict[str, MatchCandidate] = {}
    for candidate in _iter_geocoded_candidates(day_index, query):
        by_place.setdefault(candidate.place_id, candidate)
    if not any(candidate.match for candidate in by_place.values()):
        for candidate in _iter_similar_candidates(day_index, query):
            by_place.setdefault(candidate.place_id, candidate)
    return sorted(by_place.values(), key=lambda c: (-c.score, c.code or "~"))[: query.limit]


def _iter_geocoded_candidates(day_index: DayIndex, query: NameQuery) -> Iterator[MatchCandidate]:
    """The matches of the geocoder, of the requested levels."""
    parts = [((unit.level,) if unit.level else (), unit.text) for unit in query.enclosing_units]
    enclosing_text = join_address_fields(parts).text
    answer = geocode(day_index, join_address_fields([*parts, (query.levels, query.text)]))
    name_start = len(enclosing_text) + 1 if enclosing_text else 0
    for match in answer.matches:
        chain = _cut_chain_to_levels(match.chain, query.levels)
        if not chain or not _is_reached_by_name(day_index, answer, match, name_start, query):
            continue
        is_elsewhere = not _is_inside(day_index, chain, query.enclosing_units)
        score = 100 * match.score - (ELSEWHERE_PENALTY if is_elsewhere else 0)
        is_certain = (
            answer.status is GeocodeStatus.MATCHED
            and not is_elsewhere
            and _is_certain_match(match, query)
        )
        yield _build_candidate(
            day_index,
            chain,
            score,
            is_certain,
            match.faults,
            tuple(_iter_former_names(answer, match)),
        )


def _cut_chain_to_levels(chain: tuple[UnitRef, ...], levels: frozenset[str]) -> tuple[UnitRef, ...]:
    """The chain down to the lowest unit of a requested level; empty if it has none."""
    while chain and levels and LEVELS[chain[-1].level] not in levels:
        chain = chain[:-1]
    return chain


def _is_reached_by_name(
    day_index: DayIndex,
    answer: GeocodeResult,
    match: GeocodeMatch,
    name_start: int,
    query: NameQuery,
) -> bool:
    """Whether the name itself leads there, and not only the units in which it should lie."""
    if any(fault.kind is FaultKind.SPELLED_WRONG for fault in match.faults):
        return True
    starts = (answer.text.find_source_offset(evidence.start) for evidence in match.evidence)
    if any(start >= name_start for start in starts):
        return True
    name_only = geocode(day_index, join_address_fields([(query.levels, query.text)]))
    return any(other.leaf.node == match.leaf.node for other in name_only.matches)


def _is_certain_match(match: GeocodeMatch, query: NameQuery) -> bool:
    """Whether a match needs no review: it covers the whole text and has no doubtful fault.

    A road or a door in the text is finer than the place; it matters unless a level was requested.
    """
    is_complete = not match.unmatched and (not match.components or bool(query.levels))
    return is_complete and not any(fault.kind in _DOUBTFUL_FAULTS for fault in match.faults)


def _iter_similar_candidates(day_index: DayIndex, query: NameQuery) -> Iterator[MatchCandidate]:
    """Places whose names begin with the text, or differ by one character."""
    text = query.text[:_MAX_QUERY_LENGTH]
    query_key = _build_comparison_key(text)
    for suggestion in find_suggestions(day_index, text, 3 * query.limit):
        if query.levels and LEVELS[suggestion.leaf.level] not in query.levels:
            continue
        matched_name = suggestion.matched_name
        if is_latin(text) and not is_latin(matched_name):
            matched_name = day_index.index.romanized[suggestion.state] or matched_name
        name_key = _build_comparison_key(matched_name)
        score = (
            MAX_SIMILAR_SCORE * SequenceMatcher(None, query_key, name_key, autojunk=False).ratio()
        )
        if not _is_inside(day_index, suggestion.chain, query.enclosing_units, by_name=True):
            score -= ELSEWHERE_PENALTY
        if score <= 0:
            continue  # nothing in common with the text: found by another spelling of it
        former_names = list_former_names(suggestion)
        yield _build_candidate(day_index, suggestion.chain, score, False, (), former_names)


def list_former_names(suggestion: Suggestion) -> tuple[FormerNameMatch, ...]:
    """The name by which a suggestion was found, if it is not in force; a code is no name."""
    if suggestion.relation is NameRelation.CURRENT_NAME or suggestion.matched_by == "code":
        return ()
    return (FormerNameMatch(suggestion.matched_name, suggestion.relation, None, None),)


def _build_comparison_key(text: str) -> str:
    return to_ascii_key(text) if is_latin(text) else normalize_text(text).value.strip()


def _is_inside(
    day_index: DayIndex,
    chain: Sequence[UnitRef],
    enclosing_units: Sequence[EnclosingUnit],
    *,
    by_name: bool = False,
) -> bool:
    """Whether a chain passes through the requested units.

    Units that are only written are compared ``by_name``; a match of the geocoder needs no such
    comparison, because a contradiction is one of its faults.
    """
    ancestor_places = {day_index.index.places[ancestor.node] for ancestor in chain[:-1]}
    ancestor_names = [ancestor.name for ancestor in chain[:-1]]
    for unit in enclosing_units:
        if unit.place_id is not None:
            if unit.place_id not in ancestor_places:
                return False
        elif by_name and not any(name in unit.text or unit.text in name for name in ancestor_names):
            return False
    return True


def _build_candidate(
    day_index: DayIndex,
    chain: Sequence[UnitRef],
    score: float,
    match: bool,
    faults: tuple[Fault, ...],
    former_names: tuple[FormerNameMatch, ...],
) -> MatchCandidate:
    leaf = chain[-1]
    return MatchCandidate(
        place_id=day_index.index.places[leaf.node] or day_index.index.ids[leaf.node],
        name=leaf.name,
        level=LEVELS[leaf.level],
        code=leaf.code,
        ancestors=tuple(ancestor.name for ancestor in chain[:-1]),
        score=max(0.0, round(score, 1)),
        match=match,
        faults=faults,
        former_names=former_names,
    )


def _iter_former_names(answer: GeocodeResult, match: GeocodeMatch) -> Iterator[FormerNameMatch]:
    for evidence in match.evidence:
        candidate = evidence.candidate
        if candidate.relation is not NameRelation.CURRENT_NAME:
            text = answer.text.value[evidence.start : evidence.end]
            since, until = from_ordinal(candidate.since), from_ordinal(candidate.until)
            yield FormerNameMatch(text, candidate.relation, since, until)
