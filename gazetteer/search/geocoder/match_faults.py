"""The faults of an interpretation: how the names in the text depart from the register."""

from collections.abc import Iterator, Sequence
from functools import lru_cache

from gazetteer.records.levels import LEVELS
from gazetteer.search.geocoder.evidence import Evidence
from gazetteer.search.geocoder.faults import Fault, FaultKind
from gazetteer.search.geocoder.interpretations import Interpretation
from gazetteer.search.geocoder.mentions import Mention
from gazetteer.search.index.candidates import STANDARD_NAME_WEIGHT, NameRelation
from gazetteer.search.index.day_index import DayIndex, UnitRef
from gazetteer.search.text.name_forms import NameForm

_MAX_LISTED = 3
"""Units that are listed as what a contradicting name means."""
_FAULT_CACHE_SIZE = 10_000
_FAULT_BY_FORM = {
    NameForm.SHORT: FaultKind.SHORT_FORM,
    NameForm.ABBREVIATED: FaultKind.SHORT_FORM,
    NameForm.STEM: FaultKind.SHORT_FORM,
    NameForm.ABBREVIATION: FaultKind.SHORT_FORM,
    NameForm.ALIAS: FaultKind.ALIAS,
    NameForm.PART: FaultKind.PART_OF_UNIT,
    NameForm.PART_ALONE: FaultKind.PART_OF_UNIT,
}
_FAULT_BY_RELATION = {
    NameRelation.FORMER_NAME: FaultKind.FORMER_NAME,
    NameRelation.SUCCESSOR: FaultKind.SUCCESSOR,
    NameRelation.PART_OF_SUCCESSOR: FaultKind.PART_OF_SUCCESSOR,
    NameRelation.FORMER_PARENT: FaultKind.FORMER_PARENT,
    NameRelation.LATER_NAME: FaultKind.LATER_NAME,
}


def collect_faults(value: str, interpretation: Interpretation) -> list[Fault]:
    """The faults of the names that support an interpretation, from the highest unit down."""
    faults: list[Fault] = []
    evidence = interpretation.evidence
    number = 0
    starts: list[int] = []
    for unit in interpretation.chain:
        if number == len(evidence) or evidence[number].candidate.node != unit.node:
            faults.append(build_not_written(unit.level, unit.name))
            continue
        item = evidence[number]
        number += 1
        start = item.start
        if item.candidate.weight != STANDARD_NAME_WEIGHT:  # a standard name has no fault
            faults += iter_evidence_faults(value[start : item.end], item, unit)
        starts.append(start)
    if len(starts) > 1 and not _is_ordered(starts, evidence):
        faults.append(Fault(FaultKind.ORDER))
    return faults


def _is_ordered(starts: list[int], evidence: Sequence[Evidence]) -> bool:
    """Whether the names go down from the highest unit; in English they also go up to it."""
    ascending = sorted(starts)
    if starts == ascending:
        return True
    return starts == ascending[::-1] and all(item.key < 0 for item in evidence)


@lru_cache(_FAULT_CACHE_SIZE)
def build_not_written(level: int, name: str) -> Fault:
    """The fault of a unit in the chain that the text does not name."""
    return Fault(FaultKind.NOT_WRITTEN, LEVELS[level], None, name)


def iter_evidence_faults(written: str, evidence: Evidence, unit: UnitRef) -> Iterator[Fault]:
    """The faults of one name: its form, and how it relates to the unit in force."""
    candidate, generic = evidence.candidate, evidence.generic
    kind = _FAULT_BY_FORM.get(candidate.form)
    if generic and kind is not None:
        is_other = has_other_generic(evidence, unit)
        kind = FaultKind.OTHER_GENERIC if is_other else FaultKind.SHORT_FORM
    if kind is not None and written != unit.name:
        yield Fault(kind, LEVELS[unit.level], written, unit.name)
    if candidate.relation is not NameRelation.CURRENT_NAME:
        yield Fault(_FAULT_BY_RELATION[candidate.relation], LEVELS[unit.level], written, unit.name)


def has_other_generic(evidence: Evidence, unit: UnitRef) -> bool:
    """Whether a short form is completed by a generic part that the unit does not have."""
    is_known = unit.name.endswith(evidence.generic) or evidence.candidate.form is NameForm.STEM
    return evidence.generic != "" and not is_known


def build_contradiction(day_index: DayIndex, value: str, mention: Mention) -> Fault:
    """The fault of a name that means other units, with the first of these."""
    candidates = mention.candidate_set.candidates
    chains = [day_index.get_chain(candidate.node) for candidate in candidates[:_MAX_LISTED]]
    where = "、".join("".join(unit.name for unit in chain) for chain in chains)
    text = value[mention.start : mention.end]
    return Fault(FaultKind.CONTRADICTION, LEVELS[chains[0][-1].level], text, where)
