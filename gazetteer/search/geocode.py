"""An address to the unit that it names on a day, with what was and was not understood.

Pure: an index on a day and a text in, a value out. Nothing is picked silently: readings that the
text does not tell apart make the answer ``ambiguous``, and each departure is a fault.
"""

from collections.abc import Iterable, Iterator, Sequence
from enum import StrEnum
from functools import lru_cache
from itertools import islice

from gazetteer.records.levels import LEVELS
from gazetteer.search.claims import WORTH_OF_A_NAME, Claim, Via
from gazetteer.search.descent import descended
from gazetteer.search.elements import KIND, Element, elements, finest
from gazetteer.search.faults import Fault, FaultKind, score
from gazetteer.search.forms import Form
from gazetteer.search.latin_marks import latin_marks
from gazetteer.search.marks import Hit, Mark, hits_in, marks
from gazetteer.search.normalize import Text, normalized
from gazetteer.search.readings import Reading, Support, ambiguous, deciding_level, weighed
from gazetteer.search.stages import Stage
from gazetteer.search.typo import corrected
from gazetteer.search.values import Value
from gazetteer.search.view import Spot, View

MAX_READ = 500
"""Characters of a normalised text that are read; no address is as long."""
MAX_CANDIDATES = 10
_TOLD = 3
_REMEMBERED_FAULTS = 10_000
_AT_ONCE = 100


class Status(StrEnum):
    """What became of a text."""

    MATCHED = "matched"
    AMBIGUOUS = "ambiguous"
    NOT_FOUND = "not_found"


class Match(Value, frozen=True):
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
        below = finest(self.elements)
        return LEVELS[self.leaf.level if below is None else max(below, self.leaf.level)]


class Geocoded(Value, frozen=True):
    """The answer: one match, several candidates, or none.

    ``deciding`` is the level whose name would decide between the candidates; ``total`` counts
    those that there are, of which at most :data:`MAX_CANDIDATES` are told.
    """

    text: Text
    status: Status
    matches: tuple[Match, ...]
    total: int
    deciding: str | None = None


class _Told(Value, frozen=True):
    """A reading, and all of its match that does not depend on what follows its names.

    ``parts`` are the elements before ``done``, the end of the last name.
    """

    reading: Reading
    matched_text: str
    faults: tuple[Fault, ...]
    against: tuple[str, ...]
    parts: tuple[Element, ...]
    done: int


class _Decision(Value, frozen=True):
    """The readings that answer a text, and how many there are besides."""

    told: tuple[_Told, ...]
    total: int
    deciding: str | None


def geocode(view: View, address: str) -> Geocoded:
    """The unit that an address names, on the day of the view.

    This is the one way from a text to an answer: single look-ups, batches and jobs go through
    it, so they say the same. For many addresses there is :func:`geocode_many`.
    """
    text = normalized(address)
    value = text.value
    if len(value) > MAX_READ:
        value = value[:MAX_READ]
    hits = hits_in(view, value)
    stage = descended(view, value, hits)
    if stage is not None:
        if stage.told is None:
            stage.told = _plainly_told(value, stage)
        match = _match(view, text, value, stage.told, sole=True)
        return Geocoded(text, Status.MATCHED, (match,), 1)
    decision = _compared(view, value, hits)
    if not decision.told:
        return Geocoded(text, Status.NOT_FOUND, (), 0)
    sole = len(decision.told) == 1
    matches = tuple([_match(view, text, value, told, sole=sole) for told in decision.told])
    status = Status.MATCHED if sole else Status.AMBIGUOUS
    return Geocoded(text, status, matches, decision.total, decision.deciding)


def geocode_many(view: View, addresses: Iterable[str]) -> Iterator[Geocoded]:
    """What :func:`geocode` says of each address, in their order.

    They are read some at a time, of which none is read twice. Memory does not grow with the batch.
    """
    rest = iter(addresses)
    while some := list(islice(rest, _AT_ONCE)):
        answers: dict[str, Geocoded] = {}
        for address in some:
            if address not in answers:
                answers[address] = geocode(view, address)
        yield from [answers[address] for address in some]


def _compared(view: View, value: str, hits: Sequence[Hit]) -> _Decision:
    """The decision by comparing all that the text may mean."""
    found = marks(view, value, hits) or latin_marks(view, value)
    names = _names(value, found)
    known: _Decision | None = view.settled.get(names)
    if known is None:
        known = _decided(view, value, found)
        view.settle(names, known)
    return known


def _names(value: str, found: tuple[Mark, ...]) -> tuple[str, tuple[Mark, ...]]:
    """What a decision depends on: the marks, and nothing in the text behind them."""
    return value[: max([mark.end for mark in found], default=0)], found


def _decided(view: View, value: str, found: Sequence[Mark]) -> _Decision:
    ranked = weighed(view, found)
    if not ranked:
        return _Decision((), 0, None)
    best = ranked[0]
    among = [best, *ambiguous(best, ranked[1:])]
    highest = min([reading.leaf.level for reading in among])
    equal = [reading for reading in among if reading.leaf.level - highest <= 1]
    if len(equal) == 1:
        return _Decision((_told(view, value, equal[0]),), 1, None)
    level = LEVELS[deciding_level([reading.chain for reading in equal])]
    told = tuple([_told(view, value, reading) for reading in equal[:MAX_CANDIDATES]])
    return _Decision(told, _count(view, equal), level)


def _count(view: View, equal: Sequence[Reading]) -> int:
    """How many candidates there are, also those beyond the ones that were looked at."""
    by = equal[0].by
    if by.meant is None or not by.meant.many:
        return len(equal)
    supports = equal[0].supports
    within = supports[-2].claim.node if len(supports) > 1 else None
    return max(len(equal), view.count(by.key, by.claim.worth, within))


def _plainly_told(value: str, stage: Stage) -> _Told:
    """A reading by nothing but names that come one right behind the other."""
    reading, done = stage.reading, stage.done
    supports = reading.supports
    if reading.worth == WORTH_OF_A_NAME * len(supports):  # by standard names, so nothing else
        faults = [_not_written(spot.level, spot.name) for spot in stage.missing]
    else:
        faults = _of_supports(value, reading)
    return _Told(reading, value[supports[-1].start : done], tuple(faults), (), (), done)


def _told(view: View, value: str, reading: Reading) -> _Told:
    taken = [(name.start, name.end) for name in (*reading.supports, *reading.repeats)]
    taken += [(mark.start, mark.end) for mark in reading.against]
    parts: list[Element] = []
    done = 0
    for start, end in sorted(taken):
        if done < start:
            parts += elements(value, done, start)
        done = max(done, end)
    faults = _of_supports(value, reading)
    faults += [_contradiction(view, value, mark) for mark in reading.against]
    against = tuple([value[mark.start : mark.end] for mark in reading.against])
    by = reading.by
    written = value[by.start : by.end]
    return _Told(reading, written, tuple(faults), against, tuple(parts), done)


def _match(view: View, text: Text, value: str, told: _Told, *, sole: bool) -> Match:
    reading = told.reading
    parts: Sequence[Element] = told.parts
    faults: Sequence[Fault] = told.faults
    if told.done < len(value):
        rest = elements(value, told.done, len(value))
        parts = [*parts, *rest] if parts else rest
    if len(value) < len(text.value):
        faults = [*faults, Fault(FaultKind.OVERLONG)]
    if not sole:
        faults = [*faults, Fault(FaultKind.AMBIGUOUS)]
    if not _ODD.isdisjoint(map(KIND, parts)):
        return _with_odd_parts(view, told, parts, faults, sole=sole)
    unmatched = " ".join(told.against)
    return Match(
        reading.chain, reading.supports, told.matched_text, tuple(faults), tuple(parts), unmatched
    )


def _with_odd_parts(
    view: View, told: _Told, parts: Sequence[Element], faults: Sequence[Fault], *, sole: bool
) -> Match:
    """The match where something was not understood, or might be a name spelled wrong."""
    reading = told.reading
    chain, faults = reading.chain, [*faults]
    correction = corrected(view, reading.leaf, parts) if sole and not reading.against else None
    if correction:
        chain, parts = (*chain, correction.spot), correction.rest
        faults.append(Fault(FaultKind.SPELLED_WRONG, *correction.told))
    unmatched = [part.text for part in parts if part.kind == "unmatched"]
    if any(part.kind == "relation" for part in parts):
        faults.append(Fault(FaultKind.RELATIVE))
    if unmatched:
        faults.append(Fault(FaultKind.UNMATCHED, None, " ".join(unmatched)))
    understood = tuple([part for part in parts if part.kind != "unmatched"])
    rest = " ".join([*told.against, *unmatched])
    return Match(chain, reading.supports, told.matched_text, tuple(faults), understood, rest)


_ODD = frozenset(("unmatched", "relation", "estate", "poi"))
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


def _of_supports(value: str, reading: Reading) -> list[Fault]:
    faults: list[Fault] = []
    supports = reading.supports
    number, last = 0, -1
    ordered = True
    for spot in reading.chain:
        if number == len(supports) or supports[number].claim.node != spot.node:
            faults.append(_not_written(spot.level, spot.name))
            continue
        support = supports[number]
        number += 1
        start = support.start
        if support.claim.worth != WORTH_OF_A_NAME:  # there is nothing to say of a standard name
            faults += _of_support(value[start : support.end], support, spot)
        ordered &= start > last
        last = start
    if not ordered:
        faults.append(Fault(FaultKind.ORDER))
    return faults


@lru_cache(_REMEMBERED_FAULTS)
def _not_written(level: int, name: str) -> Fault:
    return Fault(FaultKind.NOT_WRITTEN, LEVELS[level], None, name)


def _of_support(written: str, support: Support, spot: Spot) -> Iterator[Fault]:
    claim, generic = support.claim, support.generic
    kind = _BY_FORM.get(claim.form)
    if generic and kind is not None:
        known = spot.name.endswith(generic) or claim.form is Form.CORE
        kind = FaultKind.SHORT_FORM if known else FaultKind.OTHER_GENERIC
    if kind is not None and written != spot.name:
        yield Fault(kind, LEVELS[spot.level], written, spot.name)
    if claim.via is not Via.NAME:
        yield Fault(_BY_VIA[claim.via], LEVELS[spot.level], written, spot.name)


def _contradiction(view: View, value: str, mark: Mark) -> Fault:
    claims = mark.meant.claims
    chains = [view.chain(claim.node) for claim in claims[:_TOLD]]
    where = "、".join("".join(spot.name for spot in chain) for chain in chains)
    text = value[mark.start : mark.end]
    return Fault(FaultKind.CONTRADICTION, LEVELS[chains[0][-1].level], text, where)


def joined(parts: Sequence[str | None]) -> str:
    """A structured address as one text; its parts stay apart."""
    return " ".join(part.strip() for part in parts if part and part.strip())
