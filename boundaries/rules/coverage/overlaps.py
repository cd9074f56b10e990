"""TOP-COV-01: units of one level do not overlap."""

from collections.abc import Iterator
from itertools import combinations

import numpy as np
import shapely
from numpy.typing import NDArray

from boundaries.rules.common.layer_finding import Finding
from boundaries.rules.coverage.coverage_context import CoverageContext
from boundaries.rules.rule_registry import get_severity, rule_check

_EQUAL_AREA_SHARE = 1e-9
"""Areas that differ by less than this part of them are the same."""
_OVERLAP_TEXTS = {
    "duplicate": ("{a} 与 {b} 是同一块地", "{a} and {b} are the same ground"),
    "contained": ("{a} 整个位于 {b} 之内", "{a} lies wholly inside {b}"),
    "overlap": ("{a} 与 {b} 重叠", "{a} and {b} overlap"),
}


@rule_check("TOP-COV-01")
def find_overlaps(context: CoverageContext) -> Iterator[Finding]:
    """Ground that two units claim, wider than the tolerance; one finding for each place."""
    for a, b in find_overlapping_pairs(context):
        parts = _intersect_parts(context, a, b)
        widths = context.metric.measure_widths(parts, least=context.tolerances.overlap_m)
        for part, width in zip(parts, widths.tolist(), strict=True):
            if width > context.tolerances.overlap_m:
                yield _build_overlap_finding(context, a, b, part, width)


def find_overlapping_pairs(context: CoverageContext) -> list[tuple[int, int]]:
    """All pairs of features that share ground, however little.

    Each overlap reaches the border of a face that is covered twice; the pairs further inside
    are neighbours of those at its rim, so walking on from neighbour to neighbour finds them all.
    """
    faces = context.faces
    waiting = {
        pair
        for face in faces.overlaps.tolist()
        for pair in combinations(faces.find_covering_features(face), 2)
    }
    queued = set(waiting)
    pairs = []
    while waiting:
        a, b = waiting.pop()
        if not _has_common_area(context, a, b):
            continue
        pairs.append((a, b))
        around = {(n, b) for n in context.find_neighbours(a)} | {
            (a, n) for n in context.find_neighbours(b)
        }
        new = {(min(p), max(p)) for p in around if p[0] != p[1]} - queued
        waiting |= new
        queued |= new
    return sorted(pairs)


def _has_common_area(context: CoverageContext, a: int, b: int) -> bool:
    return bool(
        shapely.relate_pattern(context.valid_shapes[a], context.valid_shapes[b], "T********")
    )


def _intersect_parts(context: CoverageContext, a: int, b: int) -> NDArray[np.object_]:
    """The pieces of ground that both cover."""
    common = shapely.get_parts(
        shapely.intersection(context.valid_shapes[a], context.valid_shapes[b])
    )
    parts: NDArray[np.object_] = common[shapely.get_dimensions(common) == 2]
    return parts


def _classify_overlap(context: CoverageContext, a: int, b: int, part: shapely.Polygon) -> str:
    area = part.area
    inside = [area >= context.measure_area(f) * (1 - _EQUAL_AREA_SHARE) for f in (a, b)]
    return "duplicate" if all(inside) else "contained" if any(inside) else "overlap"


def _build_overlap_finding(
    context: CoverageContext, a: int, b: int, part: shapely.Polygon, width: float
) -> Finding:
    kind = _classify_overlap(context, a, b, part)
    area = float(context.metric.measure_areas(np.array([part]))[0])
    if kind == "contained" and context.measure_area(a) > context.measure_area(b):
        a, b = b, a
    zh, en = (text.format(a=context.names[a], b=context.names[b]) for text in _OVERLAP_TEXTS[kind])
    return Finding(
        "TOP-COV-01",
        kind,
        get_severity("TOP-COV-01"),
        (min(a, b), max(a, b)),
        part,
        f"{zh}：{area:.2f} 平方米，最宽处 {width:.3f} 米。",
        f"{en}: {area:.2f} m2, {width:.3f} m across the widest place",
        measured=width,
        limit=context.tolerances.overlap_m,
        unit="m",
        area_m2=area,
    )
