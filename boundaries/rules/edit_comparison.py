"""The findings that a change of some polygons brings and takes away, near the change only.

Unlike :mod:`boundaries.rules.incremental` nothing is kept from one change to the next: the window
round the change is judged before and after it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from uuid import UUID

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from boundaries.rules.common.measures import Metric
from boundaries.rules.common.spatial_finding import SpatialFinding
from boundaries.rules.common.tolerances import Tolerances
from boundaries.rules.coverage import COVERAGE_RULES
from boundaries.rules.coverage.coverage_context import CoverageContext, Shapes
from boundaries.rules.edit_extent import Box, WindowedCoverageContext, union_boxes, widen_box
from boundaries.rules.geometry.polygon_rules import SINGLE_POLYGON_RULES, find_tiny_holes

_LOCAL_RULES = (*COVERAGE_RULES, find_tiny_holes)
_METRIC = Metric()


@dataclass(frozen=True)
class EditWindow:
    """The polygons round a change, before and after it, and the box of what differs.

    ``before`` and ``after`` (n) are Polygons, MultiPolygons or None, numbered alike; ``changed``
    are the numbers of those that differ.
    """

    before: Shapes
    after: Shapes
    names: tuple[str, ...]
    changed: frozenset[int]
    box: Box


@dataclass(frozen=True)
class FindingDifference:
    """The findings that a change brings, and those that it takes away."""

    added: tuple[SpatialFinding, ...] = ()
    removed: tuple[SpatialFinding, ...] = ()


def compare_findings(edit: EditWindow, tolerances: Tolerances) -> FindingDifference:
    """Judge the window of a change before and after it."""
    margin = tolerances.gap_width_m * (1 + tolerances.gore_depth) + 2 * tolerances.overlap_m
    core = widen_box(edit.box, margin, _METRIC)
    reached = core
    while True:
        window = widen_box(reached, margin, _METRIC)
        before = _find_in_window(edit.before, edit, tolerances, core, window)
        after = _find_in_window(edit.after, edit, tolerances, core, window)
        places = [f.geometry.bounds for f in (*before, *after) if f.geometry is not None]
        wider = union_boxes([reached, *places])
        if wider == reached:
            break
        reached = wider
    keyed_before, keyed_after = ({_build_key(f): f for f in found} for found in (before, after))
    return FindingDifference(
        tuple(finding for key, finding in keyed_after.items() if key not in keyed_before),
        tuple(finding for key, finding in keyed_before.items() if key not in keyed_after),
    )


def _find_in_window(
    shapes: Shapes, edit: EditWindow, tolerances: Tolerances, core: Box, window: Box
) -> list[SpatialFinding]:
    """What is found in the core, from the segments in the window, and on changed polygons."""
    invalid = np.flatnonzero(~shapely.is_valid(shapes) & ~shapely.is_missing(shapes))
    context = WindowedCoverageContext(
        shapes, edit.names, _METRIC, tolerances, window, tuple(invalid.tolist())
    )
    found = [
        finding
        for rule in _LOCAL_RULES
        for finding in rule(context)
        if finding.geometry is not None and _meets_box(finding.geometry, core)
    ]
    own = sorted(edit.changed)
    names = tuple(edit.names[k] for k in own)
    single = CoverageContext(shapes[own], names, _METRIC, tolerances)
    for rule in SINGLE_POLYGON_RULES:
        found += (
            replace(finding, features=tuple(own[k] for k in finding.features))
            for finding in rule(single)
        )
    return found


def _meets_box(geometry: BaseGeometry, box: Box) -> bool:
    west, south, east, north = geometry.bounds
    return bool(west <= box[2] and box[0] <= east and south <= box[3] and box[1] <= north)


def _build_key(finding: SpatialFinding) -> tuple[object, ...]:
    place = finding.geometry.bounds if finding.geometry is not None else ()
    return finding.rule, finding.kind, finding.features, *(round(at, 9) for at in place)


def find_changed_polygons(
    before: Mapping[UUID, BaseGeometry], after: Mapping[UUID, BaseGeometry]
) -> list[UUID]:
    """The keys of polygons that are not the same in both, to the last bit."""
    return [
        key
        for key in dict.fromkeys((*before, *after))
        if key not in before
        or key not in after
        or not shapely.equals_exact(before[key], after[key], tolerance=0.0)
    ]
