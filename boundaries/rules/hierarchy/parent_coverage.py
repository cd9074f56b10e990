"""Units and their parent: TOP-HIE-02, TOP-HIE-03, and TOP-COV-02 within a parent.

Each segment of a ring, directed with its polygon on the left, raises by one the number of polygons
on that side. Add the segments of the units and subtract those of the parent: where none is left, as
many units cover each point as parents do, which is one or none. Only what is left needs checking.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import STRtree
from shapely.geometry.base import BaseGeometry

from boundaries.network.connected_components import find_components
from boundaries.network.segments import Segments, build_segments
from boundaries.rules.common.measures import Metric
from boundaries.rules.common.spatial_finding import SpatialFinding, build_finding
from boundaries.rules.common.tolerances import Tolerances
from boundaries.rules.coverage.coverage_context import make_valid_copies
from boundaries.rules.coverage.coverage_faces import build_faces
from gazetteer.rules.rule_registry import rule_check

Shapes = NDArray[np.object_]
Ints = NDArray[np.int64]

_ROUNDING_WIDTH_M = 1e-6
"""Differences narrower than a micrometre come from the rounding of crossings."""


@dataclass(frozen=True, slots=True)
class AreaDifference:
    """An area on which a parent and its units differ; ``units`` are those that cover it, if any."""

    shape: BaseGeometry
    units: tuple[int, ...]
    width_m: float
    area_m2: float


@dataclass(frozen=True, slots=True)
class ParentCoverage:
    """Where the units of one parent differ from it.

    ``parent`` and ``units`` are numbers of features. ``uncovered`` are areas of the parent without
    a unit, ``outside`` areas of the units beyond the parent, ``thin`` those of either kind within
    the tolerance of one line; ``lines`` (K) are segments that only one of the two levels has, with
    the feature of each in ``owner`` and its vertices in ``ends`` (K, 2).
    """

    parent: int
    units: tuple[int, ...]
    uncovered: tuple[AreaDifference, ...]
    outside: tuple[AreaDifference, ...]
    thin: tuple[AreaDifference, ...]
    lines: Shapes
    owner: Ints
    ends: Ints


def compare_with_parents(
    shapes: Shapes, parent_of: dict[int, int], metric: Metric, tolerances: Tolerances
) -> Iterator[ParentCoverage]:
    """The parents whose units do not tile them to the last bit.

    Args:
        shapes: the polygons of all features.
        parent_of: the feature of the parent of each unit.
        metric: converts the coordinates to metres.
        tolerances: the limits of the level of the parents.
    """
    units = np.array(sorted(parent_of), dtype=np.int64)
    parents = np.array(sorted(set(parent_of.values())), dtype=np.int64)
    everyone = np.r_[units, parents]
    parent_ids = np.r_[np.array([parent_of[int(u)] for u in units], np.int64), parents]
    all_segments = build_segments(shapes[everyone])
    unshared = _find_unshared_segments(all_segments, parent_ids, len(units))
    of_left = parent_ids[all_segments.feature[unshared]]
    for parent in np.unique(of_left).tolist():
        which = unshared[of_left == parent]
        members = units[parent_ids[: len(units)] == parent]
        owner = everyone[all_segments.feature[which]]
        ends = np.column_stack([all_segments.start_vertex[which], all_segments.end_vertex[which]])
        lines = all_segments.build_lines(which)
        differences = _find_area_differences(
            shapes, members, parent, all_segments.build_merged_lines(which), metric
        )
        wide = [one for one in differences if one.width_m > tolerances.line_m]
        yield ParentCoverage(
            parent,
            tuple(members.tolist()),
            tuple(one for one in wide if not one.units),
            tuple(one for one in wide if one.units),
            tuple(one for one in differences if one.width_m <= tolerances.line_m),
            lines,
            owner,
            ends,
        )


def _find_unshared_segments(segments: Segments, parent_ids: Ints, units: int) -> Ints:
    """The segments that units and parent do not have in common."""
    start, end = segments.start_vertex, segments.end_vertex
    low, high = np.minimum(start, end), np.maximum(start, end)
    weight = np.where(start < end, 1, -1) * np.where(segments.feature < units, 1, -1)
    weight[low == high] = 0
    whose = parent_ids[segments.feature]
    order = np.lexsort((high, low, whose))
    keys = np.column_stack([whose, low, high])[order]
    begin = np.flatnonzero(np.r_[True, (np.diff(keys, axis=0) != 0).any(axis=1)][: len(keys)])
    if not len(begin):
        return np.empty(0, np.int64)
    total = np.add.reduceat(weight[order], begin)
    group = np.repeat(np.arange(len(begin)), np.diff(np.r_[begin, len(keys)]))
    return np.sort(order[(total[group] != 0)])


def _find_area_differences(
    shapes: Shapes, members: Ints, parent: int, lines: Shapes, metric: Metric
) -> list[AreaDifference]:
    """The faces that only the parent covers, or only units do."""
    valid = make_valid_copies(shapes[np.r_[members, parent]])
    cut = build_faces(lines, STRtree(valid))
    own = len(members)
    different = []
    for face in range(len(cut.shapes)):
        covering = cut.find_covering_features(face)
        inside = own in covering
        units = tuple(int(members[c]) for c in covering if c != own)
        if cut.count[face] > 0 and inside != bool(units):
            different.append((cut.shapes[face], units))
    different_shapes = np.array([shape for shape, _ in different], dtype=object)
    widths, areas = (
        metric.measure_widths(different_shapes, least=_ROUNDING_WIDTH_M),
        metric.measure_areas(different_shapes),
    )
    return [
        AreaDifference(shape, units, float(width), float(area))
        for (shape, units), width, area in zip(different, widths, areas, strict=True)
    ]


@rule_check("TOP-HIE-02")
def find_outside_parent(
    coverage: ParentCoverage, names: tuple[str, ...], tolerances: Tolerances
) -> Iterator[SpatialFinding]:
    """Areas of units beyond their parent, wider than the tolerance of one line."""
    for difference in coverage.outside:
        yield _build_difference_finding(
            "TOP-HIE-02", "outside", coverage, difference, names, tolerances
        )


def find_uncovered_parent(
    coverage: ParentCoverage, names: tuple[str, ...], tolerances: Tolerances
) -> Iterator[SpatialFinding]:
    """TOP-COV-02: areas of the parent that none of its units covers, however wide."""
    for difference in coverage.uncovered:
        yield _build_difference_finding(
            "TOP-COV-02", "parent", coverage, difference, names, tolerances
        )


def _build_difference_finding(
    rule: str,
    kind: str,
    coverage: ParentCoverage,
    difference: AreaDifference,
    names: tuple[str, ...],
    tolerances: Tolerances,
) -> SpatialFinding:
    return build_finding(
        rule,
        kind,
        {
            "units": [names[unit] for unit in difference.units],
            "parent": names[coverage.parent],
            "area": difference.area_m2,
            "width": difference.width_m,
        },
        features=tuple(sorted((*difference.units, coverage.parent))),
        geometry=difference.shape,
        measured=difference.width_m,
        limit=tolerances.line_m,
        unit="m",
        area_m2=difference.area_m2,
    )


@rule_check("TOP-HIE-03")
def find_border_differences(
    coverage: ParentCoverage, names: tuple[str, ...], metric: Metric
) -> Iterator[SpatialFinding]:
    """Stretches where the boundaries of the units and of the parent are nearly identical."""
    alone = np.flatnonzero(~_mask_reported_lines(coverage))
    thin = STRtree([difference.shape for difference in coverage.thin])
    links = [(k, int(end)) for k in alone.tolist() for end in coverage.ends[k]]
    touching = [
        (k, -1 - int(t))
        for k in alone.tolist()
        for t in thin.query(coverage.lines[k], "intersects")
    ]
    for group in find_components([*links, *touching]):
        place = shapely.line_merge(shapely.union_all(coverage.lines[group]))
        at = thin.query(place, predicate="intersects").tolist()
        apart = max((coverage.thin[t].width_m for t in at), default=0.0)
        area = sum(coverage.thin[t].area_m2 for t in at)
        features = tuple(sorted({coverage.parent, *coverage.owner[group].tolist()}))
        yield build_finding(
            "TOP-HIE-03",
            "apart" if apart else "vertices",
            {
                "parent": names[coverage.parent],
                "distance": apart,
                "length": metric.measure_length(place),
            },
            features=features,
            geometry=place,
            measured=apart,
            limit=0.0,
            unit="m",
            area_m2=area or None,
        )


def _mask_reported_lines(coverage: ParentCoverage) -> NDArray[np.bool_]:
    """The segments that bound an area which is reported anyway, or end at it."""
    explained = np.zeros(len(coverage.lines), bool)
    wide = [difference.shape for difference in (*coverage.uncovered, *coverage.outside)]
    if wide:
        explained[STRtree(wide).query(coverage.lines, predicate="dwithin", distance=1e-9)[0]] = True
    return explained
