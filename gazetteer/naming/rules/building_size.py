"""Generic terms of buildings by size, where local law sets thresholds."""

from collections.abc import Iterator, Mapping
from enum import Enum

from gazetteer.messages import Message, message
from gazetteer.naming.law.profile_files import BuildingMeasure, BuildingThreshold, MeasureLimit
from gazetteer.naming.naming_context import NamingContext
from gazetteer.naming.naming_finding import (
    NamingFinding,
    build_departure,
    build_not_examined,
)
from gazetteer.naming.proposal import BuildingSize, LegalClass
from gazetteer.rules.rule_registry import rule_check


class _Answer(Enum):
    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


@rule_check("NR-030")
def check_building_size(context: NamingContext) -> Iterator[NamingFinding]:
    """A building is as large as its generic term says, by local law."""
    generic, size = context.name_parts.generic, context.proposal.size
    if context.proposal.legal_class is not LegalClass.BUILDING or generic is None:
        return
    thresholds = [
        threshold
        for profile in context.profiles
        for threshold in profile.thresholds
        if generic in threshold.terms and _fits_city(threshold, size)
    ]
    answers = [_compare_size(threshold, size) for threshold in thresholds]
    if not thresholds or (_Answer.YES in answers and _Answer.NO not in answers):
        return
    if set(answers) == {_Answer.NO}:
        limits = _describe_limits(thresholds[0])
        yield build_departure("NR-030", "other_size", term=generic, limits=limits)
    else:
        yield build_not_examined("NR-030", "size_unknown", limits=_describe_limits(thresholds[0]))


def _fits_city(threshold: BuildingThreshold, size: BuildingSize) -> bool:
    """Whether a threshold is meant for the city; one of unknown size may be either."""
    return None in (threshold.city_size, size.city_size) or threshold.city_size == size.city_size


def _compare_size(threshold: BuildingThreshold, size: BuildingSize) -> _Answer:
    every = [_compare_measure(*limit, size) for limit in threshold.all_of.items()]
    any_ = [_compare_measure(*limit, size) for limit in threshold.any_of.items()]
    if _Answer.NO in every or (any_ and set(any_) == {_Answer.NO}):
        return _Answer.NO
    is_any_met = not any_ or _Answer.YES in any_
    return _Answer.YES if is_any_met and _Answer.UNKNOWN not in every else _Answer.UNKNOWN


def _compare_measure(measure: BuildingMeasure, limit: MeasureLimit, size: BuildingSize) -> _Answer:
    value: float | None = getattr(size, measure)
    if value is None:
        return _Answer.UNKNOWN
    return _Answer.YES if limit.includes_value(value) else _Answer.NO


def _describe_limits(threshold: BuildingThreshold) -> list[Message]:
    """What a threshold demands, measure by measure."""
    return [*_iter_limits(threshold.any_of), *_iter_limits(threshold.all_of)]


def _iter_limits(limits: Mapping[BuildingMeasure, MeasureLimit]) -> Iterator[Message]:
    for measure, limit in limits.items():
        name = message(f"naming.size.{measure}")
        if limit.at_least is not None:
            yield message("naming.limit.at_least", measure=name, value=f"{limit.at_least:g}")
        if limit.below is not None:
            yield message("naming.limit.below", measure=name, value=f"{limit.below:g}")
