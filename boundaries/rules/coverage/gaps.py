"""TOP-COV-02: no gaps between the units of a level; and which holes are not treated as gaps."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from shapely.geometry.base import BaseGeometry

from boundaries.rules.common.spatial_finding import SpatialFinding, build_finding
from boundaries.rules.common.tolerances import Tolerances
from boundaries.rules.coverage.coverage_context import CoverageContext
from gazetteer.rules.rule_registry import rule_check


@dataclass(frozen=True, slots=True)
class Hole:
    """An area that no unit covers, enclosed by units; widths in metres, areas in m2."""

    shape: BaseGeometry
    features: tuple[int, ...]
    width_m: float
    area_m2: float


@rule_check("TOP-COV-02")
def find_gaps(context: CoverageContext) -> Iterator[SpatialFinding]:
    """Holes up to the maximum gap width; for wider ones see :func:`find_open_holes`."""
    limit = context.tolerances.gap_width_m
    for hole in find_holes(context):
        if hole.width_m > limit:
            continue
        yield build_gap_finding(hole, context.list_names(hole.features), context.tolerances)


def build_gap_finding(hole: Hole, names: list[str], tolerances: Tolerances) -> SpatialFinding:
    """The finding that there is a gap; ``names`` are those of the units round it."""
    return build_finding(
        "TOP-COV-02",
        "within" if len(hole.features) == 1 else "between",
        {"units": names, "area": hole.area_m2, "width": hole.width_m},
        features=hole.features,
        geometry=hole.shape,
        measured=hole.width_m,
        limit=tolerances.overlap_m,
        unit="m",
        area_m2=hole.area_m2,
    )


def find_open_holes(context: CoverageContext) -> list[Hole]:
    """The holes above the maximum gap width, largest first: enclaves, lakes, missing units."""
    limit = context.tolerances.gap_width_m
    return sorted((h for h in find_holes(context) if h.width_m > limit), key=lambda h: -h.area_m2)


def find_holes(context: CoverageContext) -> Iterator[Hole]:
    """All areas enclosed by units that no unit covers, wider than the overlap tolerance."""
    faces, metric = context.faces, context.metric
    for face in faces.holes.tolist():
        width = context.widths[face]
        if width <= context.tolerances.overlap_m:
            continue
        shape = faces.shapes[face]
        area = float(metric.measure_areas(np.array([shape]))[0])
        yield Hole(shape, context.find_bordering_features(shape), width, area)
