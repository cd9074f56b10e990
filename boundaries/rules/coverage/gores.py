"""TOP-COV-04: no narrow gaps that are open to the outside: gores, inlets, channels.

The union of a layer has no hole there, so a search for holes does not find them.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import STRtree
from shapely.geometry.base import BaseGeometry

from boundaries.network.connected_components import find_components
from boundaries.rules.common.spatial_finding import SpatialFinding, build_finding
from boundaries.rules.coverage.coverage_context import CoverageContext
from boundaries.rules.coverage.parallel_segments import (
    ParallelSegments,
    build_strips,
    compute_midpoints,
    iter_connections,
    offset_points,
)
from gazetteer.rules.rule_registry import rule_check

_PROBE_DISTANCE = 1e-3
"""How far beyond the end of a stretch to probe, as a share of the maximum gap width."""


@dataclass(frozen=True, slots=True)
class OpenGap:
    """An uncovered area between features that reaches the outside; metres."""

    shape: BaseGeometry
    features: tuple[int, ...]
    width_m: float
    depth_m: float


@rule_check("TOP-COV-04")
def find_gores(context: CoverageContext) -> Iterator[SpatialFinding]:
    """Open gaps between two units, up to the maximum gap width, and far deeper than wide."""
    for gap in find_open_gaps(context):
        area = float(context.metric.measure_areas(np.array([gap.shape]))[0])
        yield build_finding(
            "TOP-COV-04",
            "open",
            {
                "units": context.list_names(gap.features),
                "width": gap.width_m,
                "depth": gap.depth_m,
                "area": area,
            },
            features=gap.features,
            geometry=gap.shape,
            measured=gap.width_m,
            limit=context.tolerances.overlap_m,
            unit="m",
            area_m2=area,
        )


def find_open_gaps(context: CoverageContext) -> list[OpenGap]:
    """The open gaps that count: wider than the tolerance and deep enough."""
    pairs = _find_outer_pairs(context)
    if not len(pairs.a):
        return []
    limits, segments = context.tolerances, context.segments
    shapes = shapely.make_valid(build_strips(segments, context.metric, pairs))
    gaps = []
    for group in find_components(iter_connections(segments, pairs, range(len(pairs.a)))):
        members = pairs.select_pairs(np.isin(np.arange(len(pairs.a)), group))
        if members.max_distance.max() <= limits.overlap_m:
            continue  # a boundary that is not identical: TOP-COV-03
        features = np.unique(segments.feature[np.r_[members.a, members.b]])
        shape = _merge_strips(context, shapes[group], features)
        if _widens_beyond_limit(context, members, shape):
            continue  # the two boundaries diverge: an acute corner
        width = float(context.metric.measure_widths(np.array([shape], dtype=object))[0])
        depth = context.metric.measure_length(shape) / 2
        if width > limits.overlap_m and depth >= limits.gore_depth * width:
            gaps.append(OpenGap(shape, tuple(features.tolist()), width, depth))
    return gaps


def _widens_beyond_limit(
    context: CoverageContext, pairs: ParallelSegments, shape: BaseGeometry
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
    context: CoverageContext, shapes: NDArray[np.object_], features: NDArray[np.int64]
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


def _find_outer_pairs(context: CoverageContext) -> ParallelSegments:
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
