"""Which units of a level are compared with each other, and which cannot be: each is reported.

Work that grows with the square of a number has a limit, and what is beyond it is said.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from boundaries.rules.common.spatial_finding import SpatialFinding, build_finding
from boundaries.rules.coverage.coverage_context import CoverageContext
from boundaries.rules.coverage.stacks import find_stacks, measure_crowding
from boundaries.rules.geometry.validity_reasons import MAX_PLACES, count_crossings

_MAX_CROWDING = 100.0
"""From so many neighbours of a unit on, not all units are compared."""
_AIMED_CROWDING = 25.0
_MAX_EXAMPLES = 5


def select_comparable(context: CoverageContext) -> tuple[CoverageContext, list[SpatialFinding]]:
    """The context of the units to compare, the others without shape; and why these are left out."""
    tangled = [
        feature
        for feature in context.invalid_features.tolist()
        if count_crossings(context.segments, feature) > MAX_PLACES
    ]
    findings = [_report_tangle(context, feature) for feature in tangled]
    context = _leave_out(context, tangled)
    stacks = find_stacks(context.valid_shapes)
    findings += [_report_stack(context, stack) for stack in stacks]
    context = _leave_out(context, [unit for stack in stacks for unit in stack[1:]])
    findings += _report_crowd(context, crowd := _thin_out(context))
    return _leave_out(context, crowd), findings


def _leave_out(context: CoverageContext, units: Sequence[int]) -> CoverageContext:
    if not units:
        return context
    shapes = context.shapes.copy()
    shapes[list(units)] = None
    return replace(context, shapes=shapes)


def _thin_out(context: CoverageContext) -> list[int]:
    """The units to leave out so that each has few neighbours; none in any real coverage."""
    crowding = measure_crowding(context.shapes)
    if crowding <= _MAX_CROWDING:
        return []
    step = int(np.ceil(crowding / _AIMED_CROWDING))
    present = [unit for unit, shape in enumerate(context.shapes) if shape is not None]
    return [unit for number, unit in enumerate(present) if number % step]


def _report_tangle(context: CoverageContext, feature: int) -> SpatialFinding:
    return build_finding(
        "TOP-GEO-01",
        "left_out",
        {"feature": context.names[feature], "limit": MAX_PLACES},
        features=(feature,),
        geometry=context.shapes[feature].envelope.centroid,
        limit=0,
        unit="places",
    )


def _report_stack(context: CoverageContext, stack: Sequence[int]) -> SpatialFinding:
    shape = context.valid_shapes[stack[0]]
    area = float(context.metric.measure_areas(np.array([shape], dtype=object))[0])
    return build_finding(
        "TOP-COV-01",
        "stack",
        {
            "n": len(stack),
            "units": context.list_names(stack[:_MAX_EXAMPLES]),
            "first": context.names[stack[0]],
            "area": area,
        },
        features=tuple(stack),
        geometry=shape,
        measured=len(stack),
        limit=1,
        unit="features",
        area_m2=area,
    )


def _report_crowd(context: CoverageContext, crowd: Sequence[int]) -> Iterator[SpatialFinding]:
    if crowd:
        compared = len(context.shapes) - len(crowd)
        yield build_finding(
            "TOP-COV-01",
            "thinned",
            {
                "degree": round(measure_crowding(context.shapes)),
                "n": compared,
                "left_out": len(crowd),
            },
            features=(),
            measured=len(crowd),
            limit=0,
            unit="features",
        )
