"""Uncovered areas between units that reach the outside: where they are, how wide and how deep.

The union of a layer has no hole there, so a search for holes does not find them.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import STRtree
from shapely.geometry.base import BaseGeometry

from boundaries.network.connected_components import find_components
from boundaries.rules.coverage.parallel_segments import (
    ParallelSegments,
    build_strips,
    compute_midpoints,
    iter_connections,
    offset_points,
)

if TYPE_CHECKING:  # which asks for the gaps
    from boundaries.rules.coverage.coverage_context import CoverageContext

_PROBE_DISTANCE = 1e-3
"""How far beyond the end of a stretch to probe, as a share of the maximum gap width."""
_MAX_UNITS_OF_GAP = 8
"""A gap between more units is a net of them: its shape is not put together."""

Shapes = NDArray[np.object_]


@dataclass(frozen=True, slots=True)
class OpenGap:
    """An uncovered area between features that reaches the outside; metres.

    Of a net of gaps ``shape`` are points, one for each two neighbours, and ``strips`` the areas.
    """

    shape: BaseGeometry
    features: tuple[int, ...]
    width_m: float
    depth_m: float
    area_m2: float
    strips: Shapes

    @property
    def is_net(self) -> bool:
        """Whether the gap runs between so many units that its shape was not put together."""
        return len(self.features) > _MAX_UNITS_OF_GAP


def find_open_gaps(context: "CoverageContext") -> list[OpenGap]:
    """The open gaps that count: wider than the tolerance and deep enough."""
    pairs = _find_outer_pairs(context)
    if not len(pairs.a):
        return []
    segments = context.segments
    strips = shapely.make_valid(build_strips(segments, context.metric, pairs))
    gaps = []
    for group in find_components(iter_connections(segments, pairs, range(len(pairs.a)))):
        members = pairs.select_pairs(np.array(group))
        if members.max_distance.max() <= context.tolerances.overlap_m:
            continue  # a boundary that is not identical: TOP-COV-03
        features = np.unique(segments.feature[np.r_[members.a, members.b]])
        build = _build_net if len(features) > _MAX_UNITS_OF_GAP else _build_gap
        gap = build(context, members, strips[group], features)
        if gap is not None:
            gaps.append(gap)
    return gaps


def _build_gap(
    context: "CoverageContext",
    members: ParallelSegments,
    strips: Shapes,
    features: NDArray[np.int64],
) -> OpenGap | None:
    limits = context.tolerances
    shape = _merge_strips(context, strips, features)
    if _widens_beyond_limit(context, members, shape):
        return None  # the two boundaries diverge: an acute corner
    width = float(context.metric.measure_widths(np.array([shape], dtype=object))[0])
    depth = context.metric.measure_length(shape) / 2
    if width <= limits.overlap_m or depth < limits.gore_depth * width:
        return None
    area = float(context.metric.measure_areas(np.array([shape]))[0])
    return OpenGap(shape, tuple(features.tolist()), width, depth, area, np.array([shape]))


def _build_net(
    context: "CoverageContext",
    members: ParallelSegments,
    strips: Shapes,
    features: NDArray[np.int64],
) -> OpenGap:
    """A gap between many units: to merge the shapes of thousands would take hours."""
    feature = context.segments.feature
    two = np.sort(np.column_stack([feature[members.a], feature[members.b]]), axis=1)
    _, first = np.unique(two, axis=0, return_index=True)
    points = compute_midpoints(context.segments, context.metric, members.select_pairs(first))
    area = float((members.length * np.abs(members.gap).mean(axis=1)).sum())
    return OpenGap(
        shapely.MultiPoint(points.tolist()),
        tuple(features.tolist()),
        float(members.max_distance.max()),
        float(members.length.sum()),
        area,
        strips,
    )


def _widens_beyond_limit(
    context: "CoverageContext", pairs: ParallelSegments, shape: BaseGeometry
) -> bool:
    """Whether a gap becomes wider than the maximum gap width somewhere and goes on there.

    Round a bend, the segments before and after it also come to face each other further apart; what
    lies beyond these belongs to the same gap.
    """
    max_width = context.tolerances.gap_width_m
    for end, direction in ((0, -1), (1, 1)):
        cut = pairs.select_pairs(pairs.gap[:, end] >= max_width * (1 - 1e-9))
        along = cut.along[:, end] + direction * max_width * _PROBE_DISTANCE
        offset = np.full(len(along), max_width / 2)
        beyond = offset_points(context.segments, context.metric, cut.a, along, offset)
        if not shapely.intersects_xy(shape, *beyond.T).all():
            return True
    return False


def _merge_strips(
    context: "CoverageContext", shapes: NDArray[np.object_], features: NDArray[np.int64]
) -> BaseGeometry:
    """Strips between two boundaries as one shape, with the wedges between them at bends."""
    strip = shapely.union_all(shapes)
    if shapely.get_num_geometries(strip) == 1:
        return strip
    size = context.metric.convert_to_units(context.tolerances.gap_width_m)
    closed = shapely.buffer(shapely.buffer(strip, size), -size)
    near = shapely.intersection(
        context.valid_shapes[features], shapely.box(*shapely.bounds(closed))
    )
    parts = shapely.get_parts(shapely.difference(closed, shapely.union_all(near)))
    return shapely.union_all([strip, *parts[shapely.intersects(parts, strip)]])


def _find_outer_pairs(context: "CoverageContext") -> ParallelSegments:
    """The pairs with an uncovered area between them that is no hole of the layer."""
    pairs = context.parallel_segments
    apart = pairs.select_pairs(
        (pairs.gap.min(axis=1, initial=0.0) >= -1e-9)
        & (pairs.gap.max(axis=1, initial=0.0) <= context.tolerances.gap_width_m + 1e-9)
        & (pairs.max_distance > 0)
        & (np.abs(pairs.gap[:, 1] - pairs.gap[:, 0]) <= pairs.length)  # not across, as at a mouth
    )
    if not len(apart.a):
        return apart
    points = compute_midpoints(context.segments, context.metric, apart)
    is_covered = np.zeros(len(points), bool)
    is_covered[context.tree.query(points, predicate="intersects")[0]] = True
    holes = context.faces.shapes[context.faces.holes]
    is_covered[STRtree(holes).query(points, predicate="intersects")[0]] = True
    return apart.select_pairs(~is_covered)
