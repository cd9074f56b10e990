"""What a name in a table may stand for: the geocoder's reading first, then names that look alike.

Scores run from 0 to 100. What the geocoder reads has 100 times its own score, which is 1 less the
penalties of its faults (:mod:`gazetteer.search.geocoder.faults`). A name that only looks alike has half
the share of letters that agree. Lying elsewhere than asked costs as much as any contradiction.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from difflib import SequenceMatcher

from gazetteer.records.levels import LEVELS
from gazetteer.search.autocomplete.suggestions import find_suggestions
from gazetteer.search.geocoder.faults import PENALTIES, Fault, FaultKind
from gazetteer.search.geocoder.geocoding import (
    GeocodeMatch,
    GeocodeResult,
    GeocodeStatus,
    geocode,
    join_address_parts,
)
from gazetteer.search.index.candidates import NameRelation
from gazetteer.search.index.day_index import DayIndex, UnitRef, from_ordinal
from gazetteer.search.text.folding import is_latin, to_ascii_key
from gazetteer.search.text.normalize import normalize_text

MAX_SIMILAR_SCORE = 50.0
"""The best score of a name that only looks alike."""
ELSEWHERE_PENALTY = 100 * PENALTIES[FaultKind.CONTRADICTION]
"""What is taken from the score of a candidate that does not lie where it was asked for."""
_MAX_QUERY_LENGTH = 60
"""Characters by which names that look alike are sought; no name is longer."""

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
    }
)
"""With one of these a person should look before the candidate is taken for the right one."""


@dataclass(frozen=True, slots=True)
class EnclosingUnit:
    """A unit in which candidates should lie: as it is written, and its place if that is known."""

    text: str
    place_id: str | None = None


@dataclass(frozen=True, slots=True)
class NameQuery:
    """A name to be reconciled; without ``levels`` every level will do."""

    text: str
    enclosing_units: tuple[EnclosingUnit, ...] = ()
    levels: frozenset[str] = frozenset()
    limit: int = 10


@dataclass(frozen=True, slots=True)
class FormerNameMatch:
    """A name of the past that led to a candidate, with its period; None where that is open."""

    text: str
    since: date | None
    until: date | None


@dataclass(frozen=True, slots=True)
class MatchCandidate:
    """A place that a name may stand for; ``match``: so surely that nobody need look."""

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
    """The candidates on the day of the view, the best first."""
    by_place: dict[str, MatchCandidate] = {}
    for candidate in _iter_geocoded_candidates(day_index, query):
        by_place.setdefault(candidate.place_id, candidate)
    if not any(candidate.match for candidate in by_place.values()):
        for candidate in _iter_similar_candidates(day_index, query):
            by_place.setdefault(candidate.place_id, candidate)
    return sorted(by_place.values(), key=lambda c: (-c.score, c.code or "~"))[: query.limit]


def _iter_geocoded_candidates(day_index: DayIndex, query: NameQuery) -> Iterator[MatchCandidate]:
    """What the geocoder reads, of the levels that are wanted."""
    enclosing_text = join_address_parts([unit.text for unit in query.enclosing_units])
    answer = geocode(day_index, join_address_parts([enclosing_text, query.text]))
    name_start = len(enclosing_text) + 1 if enclosing_text else 0
    for match in answer.matches:
        chain = _cut_chain_to_levels(match.chain, query.levels)
        if not chain or not _is_reached_by_name(day_index, answer, match, name_start, query.text):
            continue
        is_elsewhere = not _is_inside(day_index, chain, query.enclosing_units)
        score = 100 * match.score - (ELSEWHERE_PENALTY if is_elsewhere else 0)
        is_sure = (
            answer.status is GeocodeStatus.MATCHED
            and not is_elsewhere
            and _is_sure_match(match, query)
        )
        yield _build_candidate(
            day_index, chain, score, is_sure, match.faults, tuple(_iter_former_names(answer, match))
        )


def _cut_chain_to_levels(chain: tuple[UnitRef, ...], levels: frozenset[str]) -> tuple[UnitRef, ...]:
    """The chain down to the lowest unit of a wanted level; empty if it has none."""
    while chain and levels and LEVELS[chain[-1].level] not in levels:
        chain = chain[:-1]
    return chain


def _is_reached_by_name(
    day_index: DayIndex, answer: GeocodeResult, match: GeocodeMatch, name_start: int, text: str
) -> bool:
    """Whether the name itself leads there, and not only what was said of where it lies."""
    if any(fault.kind is FaultKind.SPELLED_WRONG for fault in match.faults):
        return True
    starts = (answer.text.find_source_offset(evidence.start) for evidence in match.evidence)
    if any(start >= name_start for start in starts):
        return True
    name_only = geocode(day_index, text)
    return any(other.leaf.node == match.leaf.node for other in name_only.matches)


def _is_sure_match(match: GeocodeMatch, query: NameQuery) -> bool:
    """A road or a door in the text is finer than the place, unless its level was asked for."""
    is_complete = not match.unmatched and (not match.components or bool(query.levels))
    return is_complete and not any(fault.kind in _DOUBTFUL_FAULTS for fault in match.faults)


def _iter_similar_candidates(day_index: DayIndex, query: NameQuery) -> Iterator[MatchCandidate]:
    """Names that begin alike, or are a letter apart."""
    text = query.text[:_MAX_QUERY_LENGTH]
    query_key = _build_comparison_key(text)
    for suggestion in find_suggestions(day_index, text, 3 * query.limit):
        if query.levels and LEVELS[suggestion.leaf.level] not in query.levels:
            continue
        name_key = _build_comparison_key(suggestion.matched_name)
        score = (
            MAX_SIMILAR_SCORE * SequenceMatcher(None, query_key, name_key, autojunk=False).ratio()
        )
        if not _is_inside(day_index, suggestion.chain, query.enclosing_units, by_name=True):
            score -= ELSEWHERE_PENALTY
        former_names = (
            (FormerNameMatch(suggestion.matched_name, None, None),)
            if suggestion.is_former_name
            else ()
        )
        yield _build_candidate(day_index, suggestion.chain, score, False, (), former_names)


def _build_comparison_key(text: str) -> str:
    return to_ascii_key(text) if is_latin(text) else normalize_text(text).value.strip()


def _is_inside(
    day_index: DayIndex,
    chain: Sequence[UnitRef],
    enclosing_units: Sequence[EnclosingUnit],
    *,
    by_name: bool = False,
) -> bool:
    """Whether a chain passes through the units asked for.

    Units that are only written are compared ``by_name``; what the geocoder read needs no such
    comparison, for it tells a contradiction as a fault.
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
            yield FormerNameMatch(
                text, from_ordinal(candidate.since), from_ordinal(candidate.until)
            )
