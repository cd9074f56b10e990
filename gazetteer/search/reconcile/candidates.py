"""What a name in a table may stand for: the geocoder's reading first, then names that look alike.

Scores run from 0 to 100. What the geocoder reads has 100 times its own score, which is 1 less the
penalties of its faults (:mod:`gazetteer.search.faults`). A name that only looks alike has half
the share of letters that agree. Lying elsewhere than asked costs as much as any contradiction.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from difflib import SequenceMatcher

from gazetteer.records.levels import LEVELS
from gazetteer.search.claims import NameRelation
from gazetteer.search.faults import PENALTIES, Fault, FaultKind
from gazetteer.search.geocode import (
    GeocodeMatch,
    GeocodeResult,
    GeocodeStatus,
    geocode,
    join_address_parts,
)
from gazetteer.search.normalize import normalize_text
from gazetteer.search.suggest import find_suggestions
from gazetteer.search.text import is_latin, to_ascii_key
from gazetteer.search.view import DayIndex, UnitRef, from_ordinal

ALIKE = 50.0
"""The best score of a name that only looks alike."""
ELSEWHERE = 100 * PENALTIES[FaultKind.CONTRADICTION]
"""What is taken from the score of a candidate that does not lie where it was asked for."""
_TYPED = 60
"""Characters by which names that look alike are sought; no name is longer."""

_DOUBTFUL = frozenset(
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
class Inside:
    """A unit in which candidates should lie: as it is written, and its place if that is known."""

    text: str
    place_id: str | None = None


@dataclass(frozen=True, slots=True)
class Wanted:
    """A name to be reconciled; without ``levels`` every level will do."""

    text: str
    inside: tuple[Inside, ...] = ()
    levels: frozenset[str] = frozenset()
    limit: int = 10


@dataclass(frozen=True, slots=True)
class Former:
    """A name of the past that led to a candidate, with its period; None where that is open."""

    text: str
    since: date | None
    until: date | None


@dataclass(frozen=True, slots=True)
class Candidate:
    """A place that a name may stand for; ``match``: so surely that nobody need look."""

    place_id: str
    name: str
    level: str
    code: str | None
    above: tuple[str, ...]
    score: float
    match: bool
    faults: tuple[Fault, ...] = ()
    formers: tuple[Former, ...] = ()


def candidates(view: DayIndex, wanted: Wanted) -> list[Candidate]:
    """The candidates on the day of the view, the best first."""
    found: dict[str, Candidate] = {}
    for candidate in _read(view, wanted):
        found.setdefault(candidate.place_id, candidate)
    if not any(candidate.match for candidate in found.values()):
        for candidate in _alike(view, wanted):
            found.setdefault(candidate.place_id, candidate)
    return sorted(found.values(), key=lambda c: (-c.score, c.code or "~"))[: wanted.limit]


def _read(view: DayIndex, wanted: Wanted) -> Iterator[Candidate]:
    """What the geocoder reads, of the levels that are wanted."""
    before = join_address_parts([inside.text for inside in wanted.inside])
    answer = geocode(view, join_address_parts([before, wanted.text]))
    begins = len(before) + 1 if before else 0
    for match in answer.matches:
        chain = _cut(match.chain, wanted.levels)
        if not chain or not _named(view, answer, match, begins, wanted.text):
            continue
        elsewhere = not _lies_inside(view, chain, wanted.inside)
        score = 100 * match.score - (ELSEWHERE if elsewhere else 0)
        sure = answer.status is GeocodeStatus.MATCHED and not elsewhere and _sure(match, wanted)
        yield _candidate(view, chain, score, sure, match.faults, tuple(_formers(answer, match)))


def _cut(chain: tuple[UnitRef, ...], levels: frozenset[str]) -> tuple[UnitRef, ...]:
    """The chain down to the lowest unit of a wanted level; empty if it has none."""
    while chain and levels and LEVELS[chain[-1].level] not in levels:
        chain = chain[:-1]
    return chain


def _named(
    view: DayIndex, answer: GeocodeResult, match: GeocodeMatch, begins: int, text: str
) -> bool:
    """Whether the name itself leads there, and not only what was said of where it lies."""
    if any(fault.kind is FaultKind.SPELLED_WRONG for fault in match.faults):
        return True
    starts = (answer.text.find_source_offset(support.start) for support in match.evidence)
    if any(start >= begins for start in starts):
        return True
    alone = geocode(view, text)
    return any(other.leaf.node == match.leaf.node for other in alone.matches)


def _sure(match: GeocodeMatch, wanted: Wanted) -> bool:
    """A road or a door in the text is finer than the place, unless its level was asked for."""
    whole = not match.unmatched and (not match.components or bool(wanted.levels))
    return whole and not any(fault.kind in _DOUBTFUL for fault in match.faults)


def _alike(view: DayIndex, wanted: Wanted) -> Iterator[Candidate]:
    """Names that begin alike, or are a letter apart."""
    text = wanted.text[:_TYPED]
    typed = _comparable(text)
    for found in find_suggestions(view, text, 3 * wanted.limit):
        if wanted.levels and LEVELS[found.leaf.level] not in wanted.levels:
            continue
        known = _comparable(found.matched_name)
        score = ALIKE * SequenceMatcher(None, typed, known, autojunk=False).ratio()
        if not _lies_inside(view, found.chain, wanted.inside, by_name=True):
            score -= ELSEWHERE
        former = (Former(found.matched_name, None, None),) if found.is_former_name else ()
        yield _candidate(view, found.chain, score, False, (), former)


def _comparable(text: str) -> str:
    return to_ascii_key(text) if is_latin(text) else normalize_text(text).value.strip()


def _lies_inside(
    view: DayIndex, chain: Sequence[UnitRef], inside: Sequence[Inside], *, by_name: bool = False
) -> bool:
    """Whether a chain passes through the units asked for.

    Units that are only written are compared ``by_name``; what the geocoder read needs no such
    comparison, for it tells a contradiction as a fault.
    """
    above = {view.index.places[spot.node] for spot in chain[:-1]}
    names = [spot.name for spot in chain[:-1]]
    for unit in inside:
        if unit.place_id is not None:
            if unit.place_id not in above:
                return False
        elif by_name and not any(name in unit.text or unit.text in name for name in names):
            return False
    return True


def _candidate(
    view: DayIndex,
    chain: Sequence[UnitRef],
    score: float,
    match: bool,
    faults: tuple[Fault, ...],
    formers: tuple[Former, ...],
) -> Candidate:
    leaf = chain[-1]
    return Candidate(
        place_id=view.index.places[leaf.node] or view.index.ids[leaf.node],
        name=leaf.name,
        level=LEVELS[leaf.level],
        code=leaf.code,
        above=tuple(spot.name for spot in chain[:-1]),
        score=max(0.0, round(score, 1)),
        match=match,
        faults=faults,
        formers=formers,
    )


def _formers(answer: GeocodeResult, match: GeocodeMatch) -> Iterator[Former]:
    for support in match.evidence:
        claim = support.candidate
        if claim.relation is not NameRelation.CURRENT_NAME:
            text = answer.text.value[support.start : support.end]
            yield Former(text, from_ordinal(claim.since), from_ordinal(claim.until))
