"""TOP-COV-02: no gaps between the units of a level; and which holes are left open."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from shapely.geometry.base import BaseGeometry

from boundaries.rules.common.layer_finding import Finding
from boundaries.rules.coverage.coverage_context import CoverageContext
from boundaries.rules.rule_registry import get_severity, rule_check


@dataclass(frozen=True, slots=True)
class Hole:
    """Ground that no unit covers, with units all round; widths in metres, areas in m2."""

    shape: BaseGeometry
    features: tuple[int, ...]
    width_m: float
    area_m2: float


@rule_check("TOP-COV-02")
def find_gaps(context: CoverageContext) -> Iterator[Finding]:
    """Holes not wider than the asked width; wider ones are left open, see :func:`find_open_holes`."""
    limit = context.tolerances.gap_width_m
    for hole in find_holes(context):
        if hole.width_m > limit:
            continue
        names = "、".join(context.names[f] for f in hole.features)
        names_en = ", ".join(context.names[f] for f in hole.features)
        size = f"{hole.area_m2:.2f}"
        yield Finding(
            "TOP-COV-02",
            "within" if len(hole.features) == 1 else "between",
            get_severity("TOP-COV-02"),
            hole.features,
            hole.shape,
            f"{names} 之间有空隙：{size} 平方米，最宽处 {hole.width_m:.3f} 米。",
            f"nobody's ground between {names_en}: {size} m2, {hole.width_m:.3f} m across the"
            " widest place",
            measured=hole.width_m,
            limit=context.tolerances.overlap_m,
            unit="m",
            area_m2=hole.area_m2,
        )


def find_open_holes(context: CoverageContext) -> list[Hole]:
    """The holes wider than the asked width, the largest first: enclaves, lakes, missing units."""
    limit = context.tolerances.gap_width_m
    return sorted((h for h in find_holes(context) if h.width_m > limit), key=lambda h: -h.area_m2)


def find_holes(context: CoverageContext) -> Iterator[Hole]:
    """All ground with units round it that none covers, wider than what counts as nothing."""
    faces, metric = context.faces, context.metric
    for face in faces.holes.tolist():
        width = context.widths[face]
        if width <= context.tolerances.overlap_m:
            continue
        shape = faces.shapes[face]
        area = float(metric.measure_areas(np.array([shape]))[0])
        yield Hole(shape, context.find_bordering_features(shape), width, area)
