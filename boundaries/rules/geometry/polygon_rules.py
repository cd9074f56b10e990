"""The rules TOP-GEO: whether each polygon by itself is sound.

Valid, although some software reports them: a hole that another unit fills, and a hole that touches
the outer ring in one point.
"""

from collections.abc import Iterator

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from boundaries.rules.common.measures import Floats
from boundaries.rules.common.spatial_finding import SpatialFinding, build_finding
from boundaries.rules.coverage.coverage_context import CoverageContext
from boundaries.rules.coverage.gaps import find_open_holes
from boundaries.rules.geometry.validity_reasons import ValidityFlaw, find_validity_flaws
from boundaries.rules.geometry.vertex_angles import (
    Ints,
    find_next_segments,
    find_sharp_vertices,
    measure_segment_lengths,
)
from gazetteer.rules.rule_registry import rule_check

_COARSE_FACTOR = 100.0
"""One vertex per centimetre of a map on which the stated accuracy is 0.1 mm."""


@rule_check("TOP-GEO-01")
def find_invalid_polygons(context: CoverageContext) -> Iterator[SpatialFinding]:
    """Invalid polygons, with the reason and all exact places (OGC 06-103r4)."""
    for feature in context.invalid_features.tolist():
        for flaw in find_validity_flaws(context.segments, feature, context.shapes[feature]):
            yield _build_invalid_finding(context.names[feature], feature, flaw)


def _build_invalid_finding(name: str, feature: int, flaw: ValidityFlaw) -> SpatialFinding:
    x, y = flaw.points.geoms[0].x, flaw.points.geoms[0].y
    places = len(flaw.points.geoms)
    return build_finding(
        "TOP-GEO-01",
        flaw.kind,
        {"feature": name, "reason": flaw.reason, "x": x, "y": y, "n": places},
        features=(feature,),
        geometry=flaw.points,
        wording="invalid",
        measured=places,
        limit=0,
        unit="places",
    )


@rule_check("TOP-GEO-04")
def find_kickbacks(context: CoverageContext) -> Iterator[SpatialFinding]:
    """Stretches along which a ring doubles back on itself."""
    segments = context.segments
    doubled = segments.matching.doubled
    for feature in np.unique(segments.feature[doubled]).tolist():
        lines = segments.build_lines(doubled[segments.feature[doubled] == feature])
        merged = shapely.line_merge(shapely.union_all(lines))
        for line in shapely.get_parts(merged):
            length = context.metric.measure_length(line)
            yield build_finding(
                "TOP-GEO-04",
                "kickback",
                {"feature": context.names[feature], "length": length},
                features=(feature,),
                geometry=line,
                measured=length,
                limit=0.0,
                unit="m",
            )


@rule_check("TOP-GEO-05")
def find_repeated_vertices(context: CoverageContext) -> Iterator[SpatialFinding]:
    """Consecutive vertices that coincide, or are closer than the tolerance."""
    segments, limit = context.segments, context.tolerances.vertex_m
    length = measure_segment_lengths(segments, context.metric)
    short = np.flatnonzero(length < limit)
    for feature in np.unique(segments.feature[short]).tolist():
        mine = short[segments.feature[short] == feature]
        least = float(length[mine].min())
        yield build_finding(
            "TOP-GEO-05",
            "same" if least == 0 else "near",
            {"feature": context.names[feature], "n": len(mine), "limit": limit, "least": least},
            features=(feature,),
            geometry=shapely.multipoints(segments.xy[segments.first[mine]]),
            measured=least,
            limit=limit,
            unit="m",
        )


@rule_check("TOP-GEO-06")
def find_spikes(context: CoverageContext) -> Iterator[SpatialFinding]:
    """Vertices at which a ring turns back on itself."""
    limits, segments = context.tolerances, context.segments
    sharp = find_sharp_vertices(
        segments,
        find_next_segments(segments),
        context.metric,
        limits.spike_deg,
        max(limits.spike_leg_m, 1e-9),
    )
    for tip, degrees in zip(sharp.tip.tolist(), sharp.degrees.tolist(), strict=True):
        feature = int(segments.feature[tip])
        yield build_finding(
            "TOP-GEO-06",
            "spike",
            {"feature": context.names[feature], "angle": degrees},
            features=(feature,),
            geometry=shapely.Point(segments.xy[segments.first[tip] + 1]),
            measured=degrees,
            limit=limits.spike_deg,
            unit="deg",
        )


@rule_check("TOP-GEO-07")
def find_tiny_parts(context: CoverageContext) -> Iterator[SpatialFinding]:
    """Parts below the minimum area, beside a larger part of the same unit."""
    limit = context.tolerances.part_m2
    parts, owner = _select_small_parts(context, limit)
    for part, feature, area in zip(parts, owner, context.metric.measure_areas(parts), strict=True):
        if area < limit:
            yield _build_tiny_finding(context, "part", (int(feature),), part, float(area))


def find_tiny_holes(context: CoverageContext) -> Iterator[SpatialFinding]:
    """Also TOP-GEO-07: open holes below the minimum area."""
    for hole in find_open_holes(context):
        if hole.area_m2 < context.tolerances.part_m2:
            yield _build_tiny_finding(context, "hole", hole.features, hole.shape, hole.area_m2)


def _select_small_parts(context: CoverageContext, limit: float) -> tuple[np.ndarray, Ints]:
    """Parts that may be below the limit, and their features; never the largest of a feature."""
    several = np.flatnonzero(shapely.get_num_geometries(context.shapes) > 1)
    parts, index = shapely.get_parts(context.shapes[several], return_index=True)
    area: Floats = np.asarray(shapely.area(parts))
    largest = np.zeros(len(several))
    np.maximum.at(largest, index, area)
    _, ymin, _, ymax = shapely.bounds(parts).reshape(-1, 4).T
    rough = area * np.prod(context.metric.compute_scale((ymin + ymax) / 2), axis=1)
    small = (area < largest[index]) & (rough < 1.1 * limit)
    return parts[small], several[index[small]]


def _build_tiny_finding(
    context: CoverageContext, kind: str, features: tuple[int, ...], place: BaseGeometry, area: float
) -> SpatialFinding:
    limit = context.tolerances.part_m2
    return build_finding(
        "TOP-GEO-07",
        kind,
        {"units": context.list_names(features), "area": area, "limit": limit},
        features=features,
        geometry=place,
        measured=area,
        limit=limit,
        unit="m2",
        area_m2=area,
    )


@rule_check("TOP-GEO-08")
def find_coarse_borders(context: CoverageContext) -> Iterator[SpatialFinding]:
    """Boundaries drawn far more coarsely than the stated accuracy; only where one is stated."""
    accuracy = context.tolerances.accuracy_m
    if not accuracy or not len(context.segments.first):
        return
    length = measure_segment_lengths(context.segments, context.metric)
    median, limit = float(np.median(length)), _COARSE_FACTOR * accuracy
    if median > limit:
        yield build_finding(
            "TOP-GEO-08",
            "coarse",
            {"median": float(round(median)), "accuracy": accuracy},
            features=(),
            measured=median,
            limit=limit,
            unit="m",
        )


SINGLE_POLYGON_RULES = (
    find_invalid_polygons,
    find_kickbacks,
    find_repeated_vertices,
    find_spikes,
    find_tiny_parts,
)
"""The rules on each polygon by itself."""
