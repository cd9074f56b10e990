"""From an interpretation to the match of a result: its faults, components and unmatched text."""

from collections.abc import Sequence

from gazetteer.records.levels import LEVELS
from gazetteer.search.geocoder.evidence import Evidence
from gazetteer.search.geocoder.faults import Fault, FaultKind, compute_score
from gazetteer.search.geocoder.interpretations import Interpretation
from gazetteer.search.geocoder.match_faults import (
    build_contradiction,
    build_not_written,
    collect_faults,
)
from gazetteer.search.geocoder.parse_cache import ParseState
from gazetteer.search.geocoder.unread_names import Reading, read_on
from gazetteer.search.index.candidates import STANDARD_NAME_WEIGHT, Candidate
from gazetteer.search.index.day_index import DayIndex, UnitRef
from gazetteer.search.text.address_components import (
    KIND_GETTER,
    AddressComponent,
    find_finest_level,
    parse_components,
)
from gazetteer.search.text.normalized_text import NormalizedText
from gazetteer.search.text.structs import FrozenStruct

_ODD_KINDS = frozenset(("unmatched", "relation", "estate", "poi"))
"""Kinds of component that are a fault, or may be the name of a unit spelled wrong."""


class GeocodeMatch(FrozenStruct, frozen=True):
    """One unit that the text names, by ``matched_text``; ``evidence`` is what supports it."""

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
        """The finest level that was recognised: a road or a door lies below any unit."""
        below = find_finest_level(self.components)
        return LEVELS[self.leaf.level if below is None else max(below, self.leaf.level)]


class PartialMatch(FrozenStruct, frozen=True):
    """An interpretation, and all of its match that does not depend on what follows its names.

    ``components`` are those before ``names_end``, the end of the last name. ``is_plain``: units are
    named by their full names, one within another, so that there is nothing to weigh.
    """

    interpretation: Interpretation
    matched_text: str
    faults: tuple[Fault, ...]
    contradicting_texts: tuple[str, ...]
    components: tuple[AddressComponent, ...]
    names_end: int
    is_plain: bool


def build_hierarchical_partial(value: str, parse_state: ParseState) -> PartialMatch:
    """The partial match of names that follow each other without a gap, as the fast path finds."""
    interpretation, done = parse_state.interpretation, parse_state.names_end
    evidence = interpretation.evidence
    if interpretation.weight == STANDARD_NAME_WEIGHT * len(evidence):
        # By standard names alone: nothing can be wrong but levels that are not written.
        faults = [build_not_written(unit.level, unit.name) for unit in parse_state.unnamed_units]
    else:
        faults = collect_faults(value, interpretation)
    return PartialMatch(
        interpretation,
        value[evidence[-1].start : done],
        tuple(faults),
        (),
        (),
        done,
        _is_plain(interpretation),
    )


def _is_plain(interpretation: Interpretation) -> bool:
    evidence = interpretation.evidence
    return len(evidence) > 1 and evidence[-1].candidate.has_generic


def build_partial(day_index: DayIndex, value: str, interpretation: Interpretation) -> PartialMatch:
    """The partial match of any interpretation of a normalised text."""
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
    faults = collect_faults(value, interpretation)
    faults += [
        build_contradiction(day_index, value, mention) for mention in interpretation.contradictions
    ]
    contradicting_texts = tuple(
        [value[mention.start : mention.end] for mention in interpretation.contradictions]
    )
    leaf_evidence = interpretation.leaf_evidence
    matched_text = value[leaf_evidence.start : leaf_evidence.end]
    return PartialMatch(
        interpretation,
        matched_text,
        tuple(faults),
        contradicting_texts,
        tuple(components),
        done,
        _is_plain(interpretation),
    )


def complete_match(
    day_index: DayIndex,
    text: NormalizedText,
    value: str,
    partial: PartialMatch,
    doubt: FaultKind | None = None,
    *,
    is_sole: bool = True,
) -> GeocodeMatch:
    """The match of a text, with what follows its names.

    Args:
        day_index: the index on the day of the query.
        text: the whole normalised text.
        value: as much of it as is parsed.
        partial: the match as far as the last name.
        doubt: what makes the match as a whole doubtful, unless what follows agrees with it.
        is_sole: whether the text has no other match.
    """
    interpretation = partial.interpretation
    components = _list_components(partial, value)
    faults: Sequence[Fault] = partial.faults
    if len(value) < len(text.value):
        faults = [*faults, Fault(FaultKind.OVERLONG)]
    chain, evidence = interpretation.chain, interpretation.evidence
    if not _ODD_KINDS.isdisjoint(map(KIND_GETTER, components)):
        reading = Reading(chain, evidence, tuple(faults), components, doubt)
        if is_sole and not interpretation.contradictions:
            reading = read_on(day_index, value, reading)
        return _complete_odd_match(partial, reading)
    if doubt is not None:
        faults = [*faults, Fault(doubt)]
    unmatched = " ".join(partial.contradicting_texts)
    return GeocodeMatch(
        chain, evidence, partial.matched_text, tuple(faults), tuple(components), unmatched
    )


def _list_components(partial: PartialMatch, value: str) -> Sequence[AddressComponent]:
    """The components of the whole text."""
    if partial.names_end >= len(value):
        return partial.components
    rest = parse_components(value, partial.names_end, len(value))
    return [*partial.components, *rest] if partial.components else rest


def _complete_odd_match(partial: PartialMatch, reading: Reading) -> GeocodeMatch:
    """The match where something was not recognised, or was read only after its names."""
    chain, evidence, faults, components, doubt = reading
    faults = (*faults, Fault(doubt)) if doubt is not None else faults
    unmatched = [component.text for component in components if component.kind == "unmatched"]
    if any(component.kind == "relation" for component in components):
        faults = (*faults, Fault(FaultKind.RELATIVE))
    if unmatched:
        faults = (*faults, Fault(FaultKind.UNMATCHED, None, " ".join(unmatched)))
    matched_components = [component for component in components if component.kind != "unmatched"]
    return GeocodeMatch(
        chain,
        evidence,
        partial.matched_text,
        faults,
        tuple(matched_components),
        " ".join([*partial.contradicting_texts, *unmatched]),
    )
