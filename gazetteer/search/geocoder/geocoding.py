"""An address to the unit that it names on a day, with what was and was not understood.

Pure: an index on a day and a text in, a value out. Nothing is picked silently: readings that the
text does not tell apart make the answer ``ambiguous``, and each departure is a fault.
"""

from collections.abc import Iterable, Iterator, Sequence
from enum import StrEnum
from functools import lru_cache
from itertools import islice

from gazetteer.records.levels import LEVELS
from gazetteer.search.geocoder.fast_path import parse_hierarchical
from gazetteer.search.geocoder.faults import Fault, FaultKind, compute_score
from gazetteer.search.geocoder.interpretations import (
    Evidence,
    Interpretation,
    find_ambiguous,
    find_deciding_level,
    rank_interpretations,
)
from gazetteer.search.geocoder.mentions import KeyHit, Mention, find_key_hits, find_mentions
from gazetteer.search.geocoder.parse_cache import ParseState
from gazetteer.search.geocoder.romanized_mentions import find_romanized_mentions
from gazetteer.search.geocoder.spelling import correct_last_level
from gazetteer.search.index.candidates import STANDARD_NAME_WEIGHT, Candidate, NameRelation
from gazetteer.search.index.day_index import DayIndex, UnitRef
from gazetteer.search.text.address_components import (
    KIND_GETTER,
    AddressComponent,
    find_finest_level,
    parse_components,
)
from gazetteer.search.text.name_forms import NameForm
from gazetteer.search.text.normalize import NormalizedText, normalize_text
from gazetteer.search.text.structs import FrozenStruct

MAX_TEXT_LENGTH = 500
"""Characters of a normalised text that are read; no address is as long."""
MAX_CANDIDATES = 10
_MAX_LISTED = 3
_FAULT_CACHE_SIZE = 10_000
_BATCH_SIZE = 100


class GeocodeStatus(StrEnum):
    """What became of a text."""

    MATCHED = "matched"
    AMBIGUOUS = "ambiguous"
    NOT_FOUND = "not_found"


class GeocodeMatch(FrozenStruct, frozen=True):
    """One unit that the text names, by ``matched_text``; ``supports`` is what speaks for it."""

    chain: tuple[UnitRef, ...]
    evidence: tuple[Evidence, ...]
    matched_text: str
    faults: tuple[Fault, ...]
    components: tuple[AddressComponent, ...]
    unmatched: str

    @property
    def leaf(self) -> UnitRef:
        """The unit itself."""
        return self.chain[-1]

    @property
    def leaf_candidate(self) -> Candidate:
        """What named the unit, or the lowest unit above it that is not spelled wrong."""
        return self.evidence[-1].candidate

    @property
    def score(self) -> float:
        """1 less the penalties of the faults."""
        return compute_score(self.faults)

    @property
    def match_level(self) -> str:
        """How fine the text was understood: a road or a door lies below any unit."""
        below = find_finest_level(self.components)
        return LEVELS[self.leaf.level if below is None else max(below, self.leaf.level)]


class GeocodeResult(FrozenStruct, frozen=True):
    """The answer: one match, several candidates, or none.

    ``deciding`` is the level whose name would decide between the candidates; ``total`` counts
    those that there are, of which at most :data:`MAX_CANDIDATES` are told.
    """

    text: NormalizedText
    status: GeocodeStatus
    matches: tuple[GeocodeMatch, ...]
    total: int
    deciding_level: str | None = None


class _PartialMatch(FrozenStruct, frozen=True):
    """A reading, and all of its match that does not depend on what follows its names.

    ``parts`` are the elements before ``done``, the end of the last name.
    """

    interpretation: Interpretation
    matched_text: str
    faults: tuple[Fault, ...]
    contradicting_texts: tuple[str, ...]
    components: tuple[AddressComponent, ...]
    names_end: int


class _Decision(FrozenStruct, frozen=True):
    """The readings that answer a text, and how many there are besides."""

    partial_matches: tuple[_PartialMatch, ...]
    total: int
    deciding_level: str | None


def geocode(day_index: DayIndex, address: str) -> GeocodeResult:
    """The unit that an address names, on the day of the view.

    This is the one way from a text to an answer: single look-ups, batches and jobs go through
    it, so they say the same. For many addresses there is :func:`geocode_many`.
    """
    text = normalize_text(address)
    value = text.value
    if len(value) > MAX_TEXT_LENGTH:
        value = value[:MAX_TEXT_LENGTH]
    hits = find_key_hits(day_index, value)
    parse_state = parse_hierarchical(day_index, value, hits)
    if parse_state is not None:
        if parse_state.partial_match is None:
            parse_state.partial_match = _build_plain_partial(value, parse_state)
        match = _complete_match(day_index, text, value, parse_state.partial_match, sole=True)
        return GeocodeResult(text, GeocodeStatus.MATCHED, (match,), 1)
    decision = _resolve_by_comparison(day_index, value, hits)
    if not decision.partial_matches:
        return GeocodeResult(text, GeocodeStatus.NOT_FOUND, (), 0)
    sole = len(decision.partial_matches) == 1
    matches = tuple(
        [
            _complete_match(day_index, text, value, partial, sole=sole)
            for partial in decision.partial_matches
        ]
    )
    status = GeocodeStatus.MATCHED if sole else GeocodeStatus.AMBIGUOUS
    return GeocodeResult(text, status, matches, decision.total, decision.deciding_level)


def geocode_many(day_index: DayIndex, addresses: Iterable[str]) -> Iterator[GeocodeResult]:
    """What :func:`geocode` says of each address, in their order.

    They are read some at a time, of which none is read twice. Memory does not grow with the batch.
    """
    rest = iter(addresses)
    while some := list(islice(rest, _BATCH_SIZE)):
        answers: dict[str, GeocodeResult] = {}
        for address in some:
            if address not in answers:
                answers[address] = geocode(day_index, address)
        yield from [answers[address] for address in some]


def _resolve_by_comparison(day_index: DayIndex, value: str, hits: Sequence[KeyHit]) -> _Decision:
    """The decision by comparing all that the text may mean."""
    mentions = find_mentions(day_index, value, hits) or find_romanized_mentions(day_index, value)
    memo_key = _build_decision_key(value, mentions)
    decision: _Decision | None = day_index.memo.get(memo_key)
    if decision is None:
        decision = _resolve_mentions(day_index, value, mentions)
        day_index.remember(memo_key, decision)
    return decision


def _build_decision_key(
    value: str, mentions: tuple[Mention, ...]
) -> tuple[str, tuple[Mention, ...]]:
    """What a decision depends on: the marks, and nothing in the text behind them."""
    return value[: max([mention.end for mention in mentions], default=0)], mentions


def _resolve_mentions(day_index: DayIndex, value: str, mentions: Sequence[Mention]) -> _Decision:
    ranked = rank_interpretations(day_index, mentions)
    if not ranked:
        return _Decision((), 0, None)
    best = ranked[0]
    contenders = [best, *find_ambiguous(best, ranked[1:])]
    highest = min([interpretation.leaf.level for interpretation in contenders])
    tied = [
        interpretation for interpretation in contenders if interpretation.leaf.level - highest <= 1
    ]
    if len(tied) == 1:
        return _Decision((_build_partial(day_index, value, tied[0]),), 1, None)
    level = LEVELS[find_deciding_level([interpretation.chain for interpretation in tied])]
    partial_matches = tuple(
        [
            _build_partial(day_index, value, interpretation)
            for interpretation in tied[:MAX_CANDIDATES]
        ]
    )
    return _Decision(partial_matches, _count_candidates(day_index, tied), level)


def _count_candidates(day_index: DayIndex, tied: Sequence[Interpretation]) -> int:
    """How many candidates there are, also those beyond the ones that were looked at."""
    leaf_evidence = tied[0].leaf_evidence
    if leaf_evidence.candidate_set is None or not leaf_evidence.candidate_set.is_truncated:
        return len(tied)
    evidence = tied[0].evidence
    within = evidence[-2].candidate.node if len(evidence) > 1 else None
    return max(
        len(tied),
        day_index.count_candidates(leaf_evidence.key, leaf_evidence.candidate.weight, within),
    )


def _build_plain_partial(value: str, parse_state: ParseState) -> _PartialMatch:
    """A reading by nothing but names that come one right behind the other."""
    interpretation, done = parse_state.interpretation, parse_state.names_end
    evidence = interpretation.evidence
    if interpretation.weight == STANDARD_NAME_WEIGHT * len(
        evidence
    ):  # by standard names, so nothing else
        faults = [_build_not_written(unit.level, unit.name) for unit in parse_state.unnamed_units]
    else:
        faults = _collect_faults(value, interpretation)
    return _PartialMatch(
        interpretation, value[evidence[-1].start : done], tuple(faults), (), (), done
    )


def _build_partial(
    day_index: DayIndex, value: str, interpretation: Interpretation
) -> _PartialMatch:
    covered_spans = [
        (name.start, name.end)
        for name in (*interpretation.evidence, *interpretation.repeated_evidence)
    ]
    covered_spans += [(mention.start, mention.end) for mention in interpretation.contradictions]
    components: list[AddressComponent] = []
    done = 0
    for start, end in sorted(covered_spans):
        if done < start:
            components += parse_components(value, done, start)
        done = max(done, end)
    faults = _collect_faults(value, interpretation)
    faults += [
        _build_contradiction(day_index, value, mention) for mention in interpretation.contradictions
    ]
    contradicting_texts = tuple(
        [value[mention.start : mention.end] for mention in interpretation.contradictions]
    )
    leaf_evidence = interpretation.leaf_evidence
    matched_text = value[leaf_evidence.start : leaf_evidence.end]
    return _PartialMatch(
        interpretation, matched_text, tuple(faults), contradicting_texts, tuple(components), done
    )


def _complete_match(
    day_index: DayIndex, text: NormalizedText, value: str, partial: _PartialMatch, *, sole: bool
) -> GeocodeMatch:
    interpretation = partial.interpretation
    components: Sequence[AddressComponent] = partial.components
    faults: Sequence[Fault] = partial.faults
    if partial.names_end < len(value):
        rest = parse_components(value, partial.names_end, len(value))
        components = [*components, *rest] if components else rest
    if len(value) < len(text.value):
        faults = [*faults, Fault(FaultKind.OVERLONG)]
    if not sole:
        faults = [*faults, Fault(FaultKind.AMBIGUOUS)]
    if not _ODD_KINDS.isdisjoint(map(KIND_GETTER, components)):
        return _complete_odd_match(day_index, partial, components, faults, sole=sole)
    unmatched = " ".join(partial.contradicting_texts)
    return GeocodeMatch(
        interpretation.chain,
        interpretation.evidence,
        partial.matched_text,
        tuple(faults),
        tuple(components),
        unmatched,
    )


def _complete_odd_match(
    day_index: DayIndex,
    partial: _PartialMatch,
    components: Sequence[AddressComponent],
    faults: Sequence[Fault],
    *,
    sole: bool,
) -> GeocodeMatch:
    """The match where something was not understood, or might be a name spelled wrong."""
    interpretation = partial.interpretation
    chain, faults = interpretation.chain, [*faults]
    correction = (
        correct_last_level(day_index, interpretation.leaf, components)
        if sole and not interpretation.contradictions
        else None
    )
    if correction:
        chain, components = (*chain, correction.unit), correction.rest
        faults.append(Fault(FaultKind.SPELLED_WRONG, *correction.fault_details))
    unmatched = [component.text for component in components if component.kind == "unmatched"]
    if any(component.kind == "relation" for component in components):
        faults.append(Fault(FaultKind.RELATIVE))
    if unmatched:
        faults.append(Fault(FaultKind.UNMATCHED, None, " ".join(unmatched)))
    matched_components = tuple(
        [component for component in components if component.kind != "unmatched"]
    )
    rest = " ".join([*partial.contradicting_texts, *unmatched])
    return GeocodeMatch(
        chain,
        interpretation.evidence,
        partial.matched_text,
        tuple(faults),
        matched_components,
        rest,
    )


_ODD_KINDS = frozenset(("unmatched", "relation", "estate", "poi"))
_FAULT_BY_FORM = {
    NameForm.SHORT: FaultKind.SHORT_FORM,
    NameForm.ABBREVIATED: FaultKind.SHORT_FORM,
    NameForm.STEM: FaultKind.SHORT_FORM,
    NameForm.ALIAS: FaultKind.ALIAS,
}
_FAULT_BY_RELATION = {
    NameRelation.FORMER_NAME: FaultKind.FORMER_NAME,
    NameRelation.SUCCESSOR: FaultKind.SUCCESSOR,
    NameRelation.PART_OF_SUCCESSOR: FaultKind.PART_OF_SUCCESSOR,
    NameRelation.FORMER_PARENT: FaultKind.FORMER_PARENT,
}


def _collect_faults(value: str, interpretation: Interpretation) -> list[Fault]:
    faults: list[Fault] = []
    evidence = interpretation.evidence
    number, last = 0, -1
    is_ordered = True
    for unit in interpretation.chain:
        if number == len(evidence) or evidence[number].candidate.node != unit.node:
            faults.append(_build_not_written(unit.level, unit.name))
            continue
        item = evidence[number]
        number += 1
        start = item.start
        if (
            item.candidate.weight != STANDARD_NAME_WEIGHT
        ):  # there is nothing to say of a standard name
            faults += _iter_evidence_faults(value[start : item.end], item, unit)
        is_ordered &= start > last
        last = start
    if not is_ordered:
        faults.append(Fault(FaultKind.ORDER))
    return faults


@lru_cache(_FAULT_CACHE_SIZE)
def _build_not_written(level: int, name: str) -> Fault:
    return Fault(FaultKind.NOT_WRITTEN, LEVELS[level], None, name)


def _iter_evidence_faults(written: str, evidence: Evidence, unit: UnitRef) -> Iterator[Fault]:
    candidate, generic = evidence.candidate, evidence.generic
    kind = _FAULT_BY_FORM.get(candidate.form)
    if generic and kind is not None:
        is_known = unit.name.endswith(generic) or candidate.form is NameForm.STEM
        kind = FaultKind.SHORT_FORM if is_known else FaultKind.OTHER_GENERIC
    if kind is not None and written != unit.name:
        yield Fault(kind, LEVELS[unit.level], written, unit.name)
    if candidate.relation is not NameRelation.CURRENT_NAME:
        yield Fault(_FAULT_BY_RELATION[candidate.relation], LEVELS[unit.level], written, unit.name)


def _build_contradiction(day_index: DayIndex, value: str, mention: Mention) -> Fault:
    candidates = mention.candidate_set.candidates
    chains = [day_index.get_chain(candidate.node) for candidate in candidates[:_MAX_LISTED]]
    where = "、".join("".join(unit.name for unit in chain) for chain in chains)
    text = value[mention.start : mention.end]
    return Fault(FaultKind.CONTRADICTION, LEVELS[chains[0][-1].level], text, where)


def join_address_parts(parts: Sequence[str | None]) -> str:
    """A structured address as one text; its parts stay apart."""
    return " ".join(part.strip() for part in parts if part and part.strip())
