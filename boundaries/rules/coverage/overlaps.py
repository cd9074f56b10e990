"""TOP-COV-01: units of one level do not overlap."""

from collections.abc import Iterator
from itertools import combinations

import numpy as np
import shapely
from numpy.typing import NDArray

from boundaries.rules.common.spatial_finding import SpatialFinding, build_finding
from boundaries.rules.coverage.coverage_context import CoverageContext
from gazetteer.rules.rule_registry import rule_check

_EQUAL_AREA_SHARE = 1e-9
"""Areas that differ by less than this share are equal."""


@rule_check("TOP-COV-01")
def find_overlaps(context: CoverageContext) -> Iterator[SpatialFinding]:
    """Areas that two units both cover, wider than the tolerance; one finding for each place."""
    for a, b in find_overlapping_pairs(context):
        parts = _intersect_parts(context, a, b)
        widths = context.metric.measure_widths(parts, least=context.tolerances.overlap_m)
        for part, width in zip(parts, widths.tolist(), strict=True):
            if width > context.tolerances.overlap_m:
                yield _build_overlap_finding(context, a, b, part, width)


def find_overlapping_pairs(context: CoverageContext) -> list[tuple[int, int]]:
    """All pairs of features with a common area, however small.

    Each overlap reaches the boundary of a face that is covered twice; the pairs further inside
    are neighbours of those at its rim, so a search from neighbour to neighbour finds them all.
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
    """The polygons that both features cover."""
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
) -> SpatialFinding:
    kind = _classify_overlap(context, a, b, part)
    area = float(context.metric.measure_areas(np.array([part]))[0])
    if kind == "contained" and context.measure_area(a) > context.measure_area(b):
        a, b = b, a
    return build_finding(
        "TOP-COV-01",
        kind,
        {"a": context.names[a], "b": context.names[b], "area": area, "width": width},
        features=(min(a, b), max(a, b)),
        geometry=part,
        measured=width,
        limit=context.tolerances.overlap_m,
        unit="m",
        area_m2=area,
    )
