"""TOP-COV-03: neighbours have identical vertices along their common border."""

from collections.abc import Iterable, Iterator

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import STRtree

from boundaries.rules.common.connected_components import find_components
from boundaries.rules.common.layer_finding import Finding
from boundaries.rules.coverage.coverage_context import CoverageContext
from boundaries.rules.coverage.gores import find_open_gaps
from boundaries.rules.coverage.parallel_segments import (
    ParallelSegments,
    compute_midpoints,
    find_lone_vertices,
    iter_connections,
)
from boundaries.rules.rule_registry import get_severity, rule_check

_MAX_DIVERGENCE = 0.2
"""Two pieces run along each other when they part by less than this share of their length."""
_MAX_UNITS_PER_FLAW = 3
"""So many units may meet at one flaw; a larger tangle is told for each pair of them."""
_SAME_COURSE_M = 1e-6

Pair = tuple[int, int]


@rule_check("TOP-COV-03")
def find_mismatches(context: CoverageContext) -> Iterator[Finding]:
    """Stretches on which two units run along each other within the tolerance, not identically."""
    near = find_mismatched_pairs(context)
    for pairs in _iter_flaw_masks(context, near):
        yield _build_mismatch_finding(context, near.select_pairs(pairs))
    yield from _find_slivers(context, near)


def find_mismatched_pairs(context: CoverageContext) -> ParallelSegments:
    """The pieces that were meant to be one border.

    What bounds a hole or an overlap that is told anyway is no flaw of its own; nor is a vertex
    that is there only because such a hole or overlap ends in it.
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
    return np.array(
        [*context.faces.shapes[wide], *(gap.shape for gap in find_open_gaps(context))], dtype=object
    )


def _mask_within_reported(
    context: CoverageContext, near: ParallelSegments, reported: NDArray[np.object_]
) -> NDArray[np.bool_]:
    """The pairs with such ground between them."""
    points = compute_midpoints(context.segments, context.metric, near)
    inside = np.zeros(len(near.a), bool)
    inside[STRtree(reported).query(points, predicate="within")[0]] = True
    return inside


def _mask_at_reported_rim(
    context: CoverageContext, near: ParallelSegments, reported: NDArray[np.object_]
) -> NDArray[np.bool_]:
    """The pairs all of whose vertices without a counterpart lie at the rim of such ground."""
    at, vertex = find_lone_vertices(context.segments, near)
    points = shapely.points(context.segments.xy[vertex])
    reach = context.metric.convert_to_units(context.tolerances.overlap_m)
    on_rim = np.zeros(len(vertex), bool)
    on_rim[STRtree(reported).query(points, predicate="dwithin", distance=reach)[0]] = True
    unexplained = np.zeros(len(near.a), bool)
    unexplained[at[~on_rim]] = True
    return ~unexplained


def _iter_flaw_masks(
    context: CoverageContext, near: ParallelSegments
) -> Iterator[NDArray[np.bool_]]:
    """The pairs of pieces that make one flaw, as masks: connected, and of few units."""
    feature = context.segments.feature
    for group in find_components(iter_connections(context.segments, near, range(len(near.a)))):
        units = {int(feature[piece]) for k in group for piece in (near.a[k], near.b[k])}
        if len(units) <= _MAX_UNITS_PER_FLAW:
            yield _build_mask(group, len(near.a))
            continue
        of_pair: dict[Pair, list[int]] = {}
        for k in group:
            two = sorted((int(feature[near.a[k]]), int(feature[near.b[k]])))
            of_pair.setdefault((two[0], two[1]), []).append(k)
        for members in of_pair.values():
            for part in find_components(iter_connections(context.segments, near, members)):
                yield _build_mask(part, len(near.a))


def _build_mask(members: Iterable[int], size: int) -> NDArray[np.bool_]:
    mask = np.zeros(size, bool)
    mask[list(members)] = True
    return mask


def _build_mismatch_finding(context: CoverageContext, near: ParallelSegments) -> Finding:
    segments = context.segments
    both = np.unique(np.r_[near.a, near.b])
    features = tuple(sorted(set(segments.feature[both].tolist())))
    first = both[segments.feature[both] != features[-1]]
    apart = float(near.max_distance.max())
    kind = "vertices" if apart <= _SAME_COURSE_M else "apart"
    names, names_en = (
        separator.join(context.names[f] for f in features) for separator in ("、", ", ")
    )
    alone = len(np.unique(segments.vertex[find_lone_vertices(segments, near)[1]]))
    zh = "走向一致但顶点不同" if kind == "vertices" else f"相差最多 {apart:.9f} 米"
    en = "same course, other vertices" if kind == "vertices" else f"up to {apart:.9f} m apart"
    return Finding(
        "TOP-COV-03",
        kind,
        get_severity("TOP-COV-03"),
        features,
        shapely.line_merge(shapely.union_all(segments.build_lines(first))),
        f"{names} 的公共界线不一致：{zh}，{alone} 个顶点没有对应点。",
        f"the common border of {names_en} is not identical: {en}; {alone} vertices without a"
        " counterpart",
        measured=apart,
        limit=0.0,
        unit="m",
    )


def _find_slivers(context: CoverageContext, near: ParallelSegments) -> Iterator[Finding]:
    """Holes and overlaps within the tolerance that lie at no stretch told above."""
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
        names, names_en = (
            separator.join(context.names[f] for f in features) for separator in ("、", ", ")
        )
        width = context.widths[face]
        yield Finding(
            "TOP-COV-03",
            "sliver",
            get_severity("TOP-COV-03"),
            features,
            shape,
            f"{names} 的公共界线不一致：相差不超过 {width:.9f} 米，{area:.6f} 平方米。",
            f"the common border of {names_en} is not identical: within {width:.9f} m,"
            f" {area:.6f} m2",
            measured=width,
            limit=0.0,
            unit="m",
            area_m2=area,
        )
