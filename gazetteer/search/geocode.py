"""An address to the unit that it names on a day, with what was and was not understood.

Pure: an index on a day and a text in, a value out. Nothing is picked silently: readings that the
text does not tell apart make the answer ``ambiguous``, and each departure is a fault.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from gazetteer.records.levels import LEVELS
from gazetteer.search.elements import Element, elements, finest
from gazetteer.search.faults import Fault, FaultKind, score
from gazetteer.search.forms import Form
from gazetteer.search.normalize import Text, normalized
from gazetteer.search.readings import (
    Mark,
    Reading,
    Support,
    ambiguous,
    deciding_level,
    readings,
)
from gazetteer.search.typo import corrected
from gazetteer.search.view import Claim, Spot, Via, View

MAX_READ = 500
"""Characters of a normalised text that are read; no address is as long."""
MAX_CANDIDATES = 10
_TOLD = 3


class Status(StrEnum):
    """What became of a text."""

    MATCHED = "matched"
    AMBIGUOUS = "ambiguous"
    NOT_FOUND = "not_found"


@dataclass(frozen=True, slots=True)
class Match:
    """One unit that the text names, by ``matched_text``; ``supports`` is what speaks for it."""

    chain: tuple[Spot, ...]
    supports: tuple[Support, ...]
    matched_text: str
    faults: tuple[Fault, ...]
    elements: tuple[Element, ...]
    unmatched: str

    @property
    def leaf(self) -> Spot:
        """The unit itself."""
        return self.chain[-1]

    @property
    def via(self) -> Claim:
        """What named the unit, or the lowest unit above it that is not spelled wrong."""
        return self.supports[-1].claim

    @property
    def score(self) -> float:
        """1 less the penalties of the faults."""
        return score(self.faults)

    @property
    def match_level(self) -> str:
        """How fine the text was understood: a road or a door lies below any unit."""
        below = finest(list(self.elements))
        return LEVELS[self.leaf.level if below is None else max(below, self.leaf.level)]


@dataclass(frozen=True, slots=True)
class Geocoded:
    """The answer: one match, several candidates, or none.

    ``deciding`` is the level whose name would decide between the candidates; ``total`` counts
    those that there are, of which at most :data:`MAX_CANDIDATES` are told.
    """

    text: Text
    status: Status
    matches: tuple[Match, ...]
    total: int
    deciding: str | None = None


def geocode(view: View, address: str) -> Geocoded:
    """The unit that an address names, on the day of the view."""
    text = normalized(address)
    value = text.value[:MAX_READ]
    found = readings(view, value)
    if not found:
        return Geocoded(text, Status.NOT_FOUND, (), 0)
    best = found[0]
    rivals = ambiguous(best, found[1:])
    if not rivals:
        return Geocoded(text, Status.MATCHED, (_match(view, text, best, sole=True),), 1)
    equal = [r for r in (best, *rivals) if _high_enough(r, [best, *rivals])]
    if len(equal) == 1:
        return Geocoded(text, Status.MATCHED, (_match(view, text, equal[0], sole=True),), 1)
    level = LEVELS[deciding_level([reading.chain for reading in equal])]
    told = equal[:MAX_CANDIDATES]
    matches = tuple(_match(view, text, reading, sole=False) for reading in told)
    return Geocoded(text, Status.AMBIGUOUS, matches, len(equal), level)


def _high_enough(reading: Reading, among: Sequence[Reading]) -> bool:
    return reading.leaf.level - min(other.leaf.level for other in among) <= 1


def _match(view: View, text: Text, reading: Reading, *, sole: bool) -> Match:
    value = text.value[:MAX_READ]
    parts = list(_rest(value, reading))
    chain = reading.chain
    wrong: tuple[Fault, ...] = ()
    if sole and not reading.against:
        correction = corrected(view, reading.leaf, parts)
        if correction:
            chain, parts = (*chain, correction.spot), correction.rest
            wrong = (Fault(FaultKind.SPELLED_WRONG, *correction.told),)
    unmatched = [part.text for part in parts if part.kind == "unmatched"]
    rest = [value[mark.start : mark.end] for mark in reading.against]
    faults = [*_of_supports(value, reading), *wrong]
    faults += [_contradiction(view, value, mark) for mark in reading.against]
    if any(part.kind == "relation" for part in parts):
        faults.append(Fault(FaultKind.RELATIVE))
    if unmatched:
        faults.append(Fault(FaultKind.UNMATCHED, None, " ".join(unmatched)))
    if len(text.value) > MAX_READ:
        faults.append(Fault(FaultKind.OVERLONG))
    if not sole:
        faults.append(Fault(FaultKind.AMBIGUOUS))
    by = reading.by
    return Match(
        chain=chain,
        supports=reading.supports,
        matched_text=value[by.mark.start : by.mark.end],
        faults=tuple(faults),
        elements=tuple(part for part in parts if part.kind != "unmatched"),
        unmatched=" ".join([*rest, *unmatched]),
    )


def _rest(value: str, reading: Reading) -> Iterator[Element]:
    """What the units of the reading leave of the text, in its elements."""
    taken = [s.mark for s in reading.supports] + [*reading.repeats, *reading.against]
    done = 0
    for mark in sorted(taken, key=lambda m: m.start):
        yield from elements(value, done, mark.start)
        done = max(done, mark.end)
    yield from elements(value, done, len(value))


_BY_FORM = {
    Form.SHORT: FaultKind.SHORT_FORM,
    Form.ABBREVIATED: FaultKind.SHORT_FORM,
    Form.CORE: FaultKind.SHORT_FORM,
    Form.ALIAS: FaultKind.ALIAS,
}
_BY_VIA = {
    Via.FORMER: FaultKind.FORMER_NAME,
    Via.SUCCESSOR: FaultKind.SUCCESSOR,
    Via.SHARED: FaultKind.PART_OF_SUCCESSOR,
    Via.GAVE: FaultKind.FORMER_PARENT,
}


def _of_supports(value: str, reading: Reading) -> Iterator[Fault]:
    by_node = {support.claim.node: support for support in reading.supports}
    last = -1
    ordered = True
    for spot in reading.chain:
        level = LEVELS[spot.level]
        support = by_node.get(spot.node)
        if support is None:
            yield Fault(FaultKind.NOT_WRITTEN, level, None, spot.name)
            continue
        yield from _of_support(value[support.mark.start : support.mark.end], support, spot)
        ordered &= support.mark.start > last
        last = support.mark.start
    if not ordered:
        yield Fault(FaultKind.ORDER)


def _of_support(written: str, support: Support, spot: Spot) -> Iterator[Fault]:
    level = LEVELS[spot.level]
    kind = _BY_FORM.get(support.claim.form)
    if support.mark.generic and kind is not None:
        known = spot.name.endswith(support.mark.generic) or support.claim.form is Form.CORE
        kind = FaultKind.SHORT_FORM if known else FaultKind.OTHER_GENERIC
    if kind is not None and written != spot.name:
        yield Fault(kind, level, written, spot.name)
    if support.claim.via is not Via.NAME:
        yield Fault(_BY_VIA[support.claim.via], level, written, spot.name)


def _contradiction(view: View, value: str, mark: Mark) -> Fault:
    chains = [view.chain(claim.node) for claim in mark.claims[:_TOLD]]
    where = "、".join("".join(spot.name for spot in chain) for chain in chains)
    text = value[mark.start : mark.end]
    return Fault(FaultKind.CONTRADICTION, LEVELS[chains[0][-1].level], text, where)


def joined(parts: Sequence[str | None]) -> str:
    """A structured address as one text; its parts stay apart."""
    return " ".join(part.strip() for part in parts if part and part.strip())
