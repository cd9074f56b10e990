"""The rules TOP-GEO: is each polygon by itself what a polygon should be?

Valid, though others sometimes doubt it: a hole that another unit fills, a hole that touches the
outer ring in one point.
"""

from collections.abc import Iterator

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from boundaries.rules.common.layer_finding import Finding
from boundaries.rules.common.measures import Floats
from boundaries.rules.coverage.coverage_context import CoverageContext
from boundaries.rules.coverage.gaps import find_open_holes
from boundaries.rules.geometry.validity_reasons import ValidityFlaw, find_validity_flaws
from boundaries.rules.geometry.vertex_angles import (
    Ints,
    find_next_segments,
    find_sharp_vertices,
    measure_segment_lengths,
)
from boundaries.rules.rule_registry import get_severity, rule_check

_COARSE_FACTOR = 100.0
"""A vertex each centimetre of the map whose 0.1 mm are the stated accuracy."""


def _build_polygon_finding(
    rule: str,
    kind: str,
    feature: int,
    place: BaseGeometry | None,
    zh: str,
    en: str,
    measured: float | None = None,
    limit: float | None = None,
    unit: str | None = None,
) -> Finding:
    grave = get_severity(rule)
    return Finding(rule, kind, grave, (feature,), place, zh, en, measured, limit, unit)


@rule_check("TOP-GEO-01")
def find_invalid_polygons(context: CoverageContext) -> Iterator[Finding]:
    """Polygons that are none, with the reason and the exact places (OGC 06-103r4)."""
    for feature in context.invalid_features.tolist():
        for flaw in find_validity_flaws(context.segments, feature, context.shapes[feature]):
            yield _build_invalid_finding(context.names[feature], feature, flaw)


def _build_invalid_finding(name: str, feature: int, flaw: ValidityFlaw) -> Finding:
    x, y = flaw.points.geoms[0].x, flaw.points.geoms[0].y
    places = len(flaw.points.geoms)
    more_zh, more_en = (f"，共 {places} 处", f", {places} places") if places > 1 else ("", "")
    return _build_polygon_finding(
        "TOP-GEO-01",
        flaw.kind,
        feature,
        flaw.points,
        f"{name} 不是有效的面：{flaw.zh}（{x:.9g}，{y:.9g}{more_zh}）。",
        f"{name} is no valid polygon: {flaw.en} (at {x:.9g}, {y:.9g}{more_en})",
        measured=places,
        limit=0,
        unit="places",
    )


@rule_check("TOP-GEO-04")
def find_kickbacks(context: CoverageContext) -> Iterator[Finding]:
    """Stretches along which a polygon runs twice, there and back."""
    segments = context.segments
    doubled = segments.matching.doubled
    for feature in np.unique(segments.feature[doubled]).tolist():
        lines = segments.build_lines(doubled[segments.feature[doubled] == feature])
        merged = shapely.line_merge(shapely.union_all(lines))
        for line in shapely.get_parts(merged):
            length, name = context.metric.measure_length(line), context.names[feature]
            yield _build_polygon_finding(
                "TOP-GEO-04",
                "kickback",
                feature,
                line,
                f"{name} 的边界在 {length:.3f} 米长的一段上往返重叠。",
                f"the ring of {name} runs there and back along {length:.3f} m",
                measured=length,
                limit=0.0,
                unit="m",
            )


@rule_check("TOP-GEO-05")
def find_repeated_vertices(context: CoverageContext) -> Iterator[Finding]:
    """Vertices that follow each other within less than a millimetre, or in one place."""
    segments, limit = context.segments, context.tolerances.vertex_m
    length = measure_segment_lengths(segments, context.metric)
    short = np.flatnonzero(length < limit)
    for feature in np.unique(segments.feature[short]).tolist():
        mine = short[segments.feature[short] == feature]
        least, name = float(length[mine].min()), context.names[feature]
        yield _build_polygon_finding(
            "TOP-GEO-05",
            "same" if least == 0 else "near",
            feature,
            shapely.multipoints(segments.xy[segments.first[mine]]),
            f"{name} 有 {len(mine)} 对相邻顶点相距不足 {limit} 米，最近 {least:.9f} 米。",
            f"{len(mine)} pairs of successive vertices of {name} are less than {limit} m apart, the"
            f" nearest {least:.9f} m",
            measured=least,
            limit=limit,
            unit="m",
        )


@rule_check("TOP-GEO-06")
def find_spikes(context: CoverageContext) -> Iterator[Finding]:
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
        name, place = context.names[feature], shapely.Point(segments.xy[segments.first[tip] + 1])
        yield _build_polygon_finding(
            "TOP-GEO-06",
            "spike",
            feature,
            place,
            f"{name} 的边界在此形成 {degrees:.6f}° 的尖刺。",
            f"the ring of {name} makes a spike of {degrees:.6f}° here",
            measured=degrees,
            limit=limits.spike_deg,
            unit="deg",
        )


@rule_check("TOP-GEO-07")
def find_tiny_parts(context: CoverageContext) -> Iterator[Finding]:
    """Parts below the least area beside a larger one of the same unit."""
    limit = context.tolerances.part_m2
    parts, owner = _select_small_parts(context, limit)
    for part, feature, area in zip(parts, owner, context.metric.measure_areas(parts), strict=True):
        if area < limit:
            yield _build_tiny_finding(context, "part", (int(feature),), part, float(area))


def find_tiny_holes(context: CoverageContext) -> Iterator[Finding]:
    """TOP-GEO-07 too: open holes below the least area."""
    for hole in find_open_holes(context):
        if hole.area_m2 < context.tolerances.part_m2:
            yield _build_tiny_finding(context, "hole", hole.features, hole.shape, hole.area_m2)


def _select_small_parts(context: CoverageContext, limit: float) -> tuple[np.ndarray, Ints]:
    """Parts that may be below the limit, and whose they are; the largest of a feature is not."""
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
) -> Finding:
    limit = context.tolerances.part_m2
    zh, en = ("部分", "part") if kind == "part" else ("洞", "hole")
    names, names_en = (
        separator.join(context.names[f] for f in features) for separator in ("、", ", ")
    )
    return Finding(
        "TOP-GEO-07",
        kind,
        get_severity("TOP-GEO-07"),
        features,
        place,
        f"{names} 有一个仅 {area:.2f} 平方米的{zh}（下限 {limit:g}）。",
        f"{names_en} has a {en} of {area:.2f} m2 only (the least is {limit:g})",
        measured=area,
        limit=limit,
        unit="m2",
        area_m2=area,
    )


@rule_check("TOP-GEO-08")
def find_coarse_borders(context: CoverageContext) -> Iterator[Finding]:
    """Borders drawn far coarser than the stated accuracy promises; silent where none is stated."""
    accuracy = context.tolerances.accuracy_m
    length = measure_segment_lengths(context.segments, context.metric)
    if not accuracy or not len(length):
        return
    middle, limit = float(np.median(length)), _COARSE_FACTOR * accuracy
    if middle > limit:
        yield Finding(
            "TOP-GEO-08",
            "coarse",
            get_severity("TOP-GEO-08"),
            (),
            None,
            f"顶点间距的中位数为 {middle:.0f} 米，与所称精度 {accuracy:g} 米不相称（似经简化）。",
            f"half of all vertices are more than {middle:.0f} m apart, which does not go with the"
            f" stated accuracy of {accuracy:g} m: simplified?",
            measured=middle,
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
"""The rules that look at each polygon by itself."""
