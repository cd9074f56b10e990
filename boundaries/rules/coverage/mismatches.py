"""TOP-COV-03: neighbours have identical vertices along their shared boundary."""

from collections.abc import Iterator

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import STRtree

from boundaries.network.connected_components import find_components
from boundaries.rules.common.spatial_finding import SpatialFinding, build_finding
from boundaries.rules.coverage.coverage_context import CoverageContext
from boundaries.rules.coverage.parallel_segments import (
    ParallelSegments,
    compute_midpoints,
    find_lone_vertices,
    iter_connections,
)
from gazetteer.rules.rule_registry import rule_check

_MAX_DIVERGENCE = 0.2
"""Two segments run along each other when they diverge by less than this share of their length."""
_MAX_UNITS_PER_FINDING = 3
"""How many units may share one finding; a larger tangle is reported for each pair of them."""
_SAME_COURSE_M = 1e-6
"""Segments that are nowhere further apart follow the same course."""

_MIN_UNITS_APART = 3
_SIDE_BY_SIDE_M = 25.0
"""Units nearer than this have a border in common, or water between them; not all of a layer."""

Pair = tuple[int, int]


@rule_check("TOP-COV-03")
def find_mismatches(context: CoverageContext) -> Iterator[SpatialFinding]:
    """Stretches where two units run along each other within the tolerance, but not identically."""
    near = find_mismatched_pairs(context)
    for pairs in _iter_flaws(context, near):
        yield _build_mismatch_finding(context, near.select_pairs(pairs))
    yield from _find_slivers(context, near)
    if not len(near.a):
        yield from _find_units_apart(context)


def find_mismatched_pairs(context: CoverageContext) -> ParallelSegments:
    """The pairs of segments that should be one boundary and are not identical.

    What bounds a hole or an overlap that is reported anyway is no departure of its own; nor is a
    vertex that is there only because such a hole or overlap ends in it.
    """
    pairs, limit, segments = (
        context.parallel_segments,
        context.tolerances.overlap_m,
        context.segments,
    )
    identical = (segments.start_vertex[pairs.a] == segments.end_vertex[pairs.b]) & (
        segments.end_vertex[pairs.a] == segments.start_vertex[pairs.b]
    )
    close = (pairs.max_distance <= limit) & (pairs.max_distance <= _MAX_DIVERGENCE * pairs.length)
    near = pairs.select_pairs(close & ~identical)
    reported = collect_reported_shapes(context)
    if not len(reported) or not len(near.a):
        return near
    return near.select_pairs(
        ~_mask_within_reported(context, near, reported)
        & ~_mask_at_reported_rim(context, near, reported)
    )


def collect_reported_shapes(context: CoverageContext) -> NDArray[np.object_]:
    """The holes, overlaps and open gaps that are wider than the tolerance."""
    wide = [f for f, width in context.widths.items() if width > context.tolerances.overlap_m]
    strips = [gap.strips for gap in context.open_gaps]
    return np.concatenate([context.faces.shapes[wide], *strips])


def _mask_within_reported(
    context: CoverageContext, near: ParallelSegments, reported: NDArray[np.object_]
) -> NDArray[np.bool_]:
    """The pairs with a reported area between them."""
    points = compute_midpoints(context.segments, context.metric, near)
    inside = np.zeros(len(near.a), bool)
    inside[STRtree(reported).query(points, predicate="within")[0]] = True
    return inside


def _mask_at_reported_rim(
    context: CoverageContext, near: ParallelSegments, reported: NDArray[np.object_]
) -> NDArray[np.bool_]:
    """The pairs all of whose vertices without a counterpart lie at the rim of a reported area."""
    at, vertex = find_lone_vertices(context.segments, near)
    points = shapely.points(context.segments.xy[vertex])
    reach = context.metric.convert_to_units(context.tolerances.overlap_m)
    on_rim = np.zeros(len(vertex), bool)
    on_rim[STRtree(reported).query(points, predicate="dwithin", distance=reach)[0]] = True
    unexplained = np.zeros(len(near.a), bool)
    unexplained[at[~on_rim]] = True
    return ~unexplained


def _iter_flaws(context: CoverageContext, near: ParallelSegments) -> Iterator[NDArray[np.int64]]:
    """The numbers of the pairs of segments of each finding: connected, and of few units."""
    feature = context.segments.feature
    for group in find_components(iter_connections(context.segments, near, range(len(near.a)))):
        units = {int(feature[segment]) for k in group for segment in (near.a[k], near.b[k])}
        if len(units) <= _MAX_UNITS_PER_FINDING:
            yield np.array(group)
            continue
        of_pair: dict[Pair, list[int]] = {}
        for k in group:
            two = sorted((int(feature[near.a[k]]), int(feature[near.b[k]])))
            of_pair.setdefault((two[0], two[1]), []).append(k)
        for members in of_pair.values():
            for part in find_components(iter_connections(context.segments, near, members)):
                yield np.array(part)


def _build_mismatch_finding(context: CoverageContext, near: ParallelSegments) -> SpatialFinding:
    segments = context.segments
    both = np.unique(np.r_[near.a, near.b])
    features = tuple(sorted(set(segments.feature[both].tolist())))
    first = both[segments.feature[both] != features[-1]]
    apart = float(near.max_distance.max())
    kind = "vertices" if apart <= _SAME_COURSE_M else "apart"
    alone = len(np.unique(segments.vertex[find_lone_vertices(segments, near)[1]]))
    return build_finding(
        "TOP-COV-03",
        kind,
        {"units": context.list_names(features), "distance": apart, "n": alone},
        features=features,
        geometry=shapely.line_merge(shapely.union_all(segments.build_lines(first))),
        measured=apart,
        limit=0.0,
        unit="m",
    )


def _find_slivers(context: CoverageContext, near: ParallelSegments) -> Iterator[SpatialFinding]:
    """Holes and overlaps within the tolerance that touch no stretch reported already."""
    faces, limit = context.faces, context.tolerances.overlap_m
    thin = [f for f, width in context.widths.items() if 0 < width <= limit]
    if not thin:
        return
    reported = STRtree(context.segments.build_lines(np.unique(np.r_[near.a, near.b])))
    for face in thin:
        shape = faces.shapes[face]
        if len(reported.query(shape, predicate="intersects")):
            continue
        features = context.find_bordering_features(shape)
        area = float(context.metric.measure_areas(np.array([shape]))[0])
        width = context.widths[face]
        yield build_finding(
            "TOP-COV-03",
            "sliver",
            {"units": context.list_names(features), "width": width, "area": area},
            features=features,
            geometry=shape,
            measured=width,
            limit=0.0,
            unit="m",
            area_m2=area,
        )


def _find_units_apart(context: CoverageContext) -> Iterator[SpatialFinding]:
    """That no unit has a border in common with any other, although units lie side by side."""
    units = np.flatnonzero(~shapely.is_missing(context.valid_shapes))
    if len(units) < _MIN_UNITS_APART or (context.segments.matching.partner >= 0).any():
        return
    reach = context.metric.convert_to_units(_SIDE_BY_SIDE_M)
    shapes = context.valid_shapes[units]
    one, other = context.tree.query(shapes, predicate="dwithin", distance=reach)
    near = np.unique(one[units[one] != other])
    touching = context.tree.query(shapes, predicate="intersects")
    if len(near) * 2 < len(units) or (units[touching[0]] != touching[1]).any():
        return
    yield build_finding(
        "TOP-COV-03",
        "nowhere",
        {"n": len(units), "near": len(near), "distance": _SIDE_BY_SIDE_M},
        features=tuple(units.tolist()),
        geometry=shapely.MultiPoint(shapely.point_on_surface(shapes[near]).tolist()),
        measured=len(near),
        limit=0,
        unit="features",
    )
