"""Territory that passes from unit to unit, from what each one lost and won. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from uuid import UUID

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from boundaries.layers.metres import geodesic_area
from boundaries.rules.coverage.coverage_context import extract_polygons

LEAST_M2 = 0.01
"""What is less comes from the rounding of crossings: measured in the plane, where a vertex on a
long straight border adds nothing, while on the ellipsoid it does."""
_M2_PER_SQUARE_DEGREE = 111_000.0**2

Areas = Mapping[UUID, BaseGeometry]
"""Polygons by unit, in degrees of CGCS2000."""


@dataclass(frozen=True)
class PassedTerritory:
    """Territory that one unit loses and another one wins; None: nobody known.

    ``shape`` is in degrees of CGCS2000, ``area_m2`` on its ellipsoid.
    """

    giver: UUID | None
    taker: UUID | None
    shape: BaseGeometry
    area_m2: float


def pair_territory(lost: Areas, won: Areas) -> Iterator[PassedTerritory]:
    """What each unit lost by who won it; then what nobody won, and what nobody had.

    What the units lost must not overlap, and what they won must not either.
    """
    givers, takers = list(lost), list(won)
    trees = [shapely.STRtree(list(areas.values())) for areas in (lost, won)]
    for giver, shape in lost.items():
        rest: BaseGeometry = shape
        for number in np.sort(trees[1].query(shape, predicate="intersects")).tolist():
            taker = takers[number]
            if taker != giver:
                shared = shapely.intersection(shape, won[taker])
                yield from _build_passed(giver, taker, shared)
                rest = shapely.difference(rest, won[taker])
        yield from _build_passed(giver, None, rest)
    for taker, gained in won.items():
        near = np.sort(trees[0].query(gained, predicate="intersects")).tolist()
        former = [lost[givers[number]] for number in near if givers[number] != taker]
        rest = shapely.difference(gained, shapely.union_all(former))
        yield from _build_passed(None, taker, rest)


def subtract_area(area: BaseGeometry, other: BaseGeometry | None) -> BaseGeometry:
    """The polygons of an area outside of another one; nothing lies in None."""
    valid = shapely.make_valid(area)
    if other is None:
        return extract_polygons(valid)
    return extract_polygons(shapely.difference(valid, shapely.make_valid(other)))


def measure_territory(shape: BaseGeometry) -> float:
    """Square metres of polygons on the ellipsoid of CGCS2000; 0 of what comes from rounding."""
    if shape.area * _M2_PER_SQUARE_DEGREE < LEAST_M2:
        return 0.0
    return float(geodesic_area(np.array([shape], dtype=object))[0])


def _build_passed(
    giver: UUID | None, taker: UUID | None, shape: BaseGeometry
) -> Iterator[PassedTerritory]:
    polygons = extract_polygons(shape)
    area_m2 = measure_territory(polygons)
    if area_m2:
        yield PassedTerritory(giver, taker, polygons, area_m2)
