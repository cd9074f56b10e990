"""TOP-ATT-03: places lie in the unit in which they are recorded."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

import numpy as np
import shapely
from psycopg import Connection
from psycopg.rows import tuple_row
from shapely import STRtree
from shapely.geometry.base import BaseGeometry

from boundaries.network.network_store import NetworkUnit, UnitArea
from boundaries.rules.common.measures import Metric
from boundaries.rules.common.spatial_finding import SpatialFinding, build_finding
from boundaries.rules.common.tolerances import Tolerances
from gazetteer.ledger.as_of import MOMENT_CTE, AsOf, in_force_sql
from gazetteer.records.levels import LEVELS, Level
from gazetteer.rules.rule_registry import rule_check

# The places of units are left out: their point is a seat, which may lie outside (TOP-HIE-07).
_LOCATED_PLACES = f"""
WITH {MOMENT_CTE}
SELECT p.record_id, n.text, p.level, p.within, ST_X(p.location), ST_Y(p.location)
FROM moment, place_version p LEFT JOIN LATERAL (
    SELECT n.text FROM moment, name_version n WHERE n.place_id = p.record_id AND {in_force_sql("n")}
    ORDER BY n.name_kind = 'standard' DESC, n.language LIKE 'zh%%' DESC, n.text LIMIT 1
) n ON true
WHERE p.location IS NOT NULL AND p.unit_id IS NULL AND {in_force_sql("p")}
ORDER BY p.record_id
"""

_METRIC = Metric()


@dataclass(frozen=True, slots=True)
class LocatedPlace:
    """A named place with a point: lon, lat degrees of CGCS2000; ``within`` is the recorded unit."""

    place_id: UUID
    name: str | None
    level: str
    within: UUID | None
    lon: float
    lat: float


def load_located_places(conn: Connection[Any], as_of: AsOf) -> list[LocatedPlace]:
    """The places with a point as of a moment, without those of units."""
    with conn.transaction(), conn.cursor(row_factory=tuple_row) as cursor:
        return [
            LocatedPlace(*row) for row in cursor.execute(_LOCATED_PLACES, as_of.to_sql_params())
        ]


@rule_check("TOP-ATT-03")
def find_places_outside_unit(
    places: Sequence[LocatedPlace],
    units: Mapping[UUID, NetworkUnit],
    areas: Mapping[UUID, UnitArea],
    limits: Tolerances,
) -> Iterator[SpatialFinding]:
    """Places outside the area of their unit, by more than the uncertainty of its boundary.

    A place that is recorded in a unit without a known area is compared with the next one above. A
    natural feature reaches further than its point, so its finding is information only.

    Args:
        places: the places to check.
        units: all units of the moment.
        areas: the areas in force; findings refer to units by their numbers in these.
        limits: the tolerances where an area states no accuracy of its own.
    """
    numbers = {unit: n for n, unit in enumerate(areas)}
    shapes = np.array([None, *(area_row.shape for area_row in areas.values())], dtype=object)[1:]
    points = np.asarray(shapely.points([(s.lon, s.lat) for s in places] or np.empty((0, 2))))
    areas_at: list[set[int]] = [set() for _ in places]
    for place, area in STRtree(shapes).query(points, predicate="intersects").T.tolist():
        areas_at[place].add(area)
    lowest = _rank_levels(units, areas)
    for n, place in enumerate(places):
        unit = _find_unit_with_area(place.within, units, areas)
        there = tuple(sorted(areas_at[n], key=lambda area: lowest[area])[-1:])
        if unit is None:
            if place.within is None and there:
                yield _build_unrecorded_finding(place, points[n], there, units, areas)
        elif numbers[unit] not in areas_at[n]:
            area_row = areas[unit]
            metres = _METRIC.measure_length(shapely.shortest_line(points[n], area_row.shape))
            limit = replace(limits, accuracy_m=area_row.accuracy_m or limits.accuracy_m).line_m
            if metres > limit:
                features = tuple(sorted({numbers[unit], *there}))
                names = [_format_unit(list(areas)[k], units) for k in (numbers[unit], *there)]
                yield _build_outside_finding(place, points[n], features, names, metres, limit)


def _rank_levels(units: Mapping[UUID, NetworkUnit], areas: Mapping[UUID, UnitArea]) -> list[int]:
    return [LEVELS.index(Level(units[unit].level)) for unit in areas]


def _find_unit_with_area(
    unit: UUID | None, units: Mapping[UUID, NetworkUnit], areas: Mapping[UUID, UnitArea]
) -> UUID | None:
    """The first of a unit and those above it whose area is known."""
    visited: set[UUID] = set()
    while unit is not None and unit in units and unit not in visited:
        if unit in areas:
            return unit
        visited.add(unit)
        unit = units[unit].parent_id
    return None


def _format_unit(unit: UUID, units: Mapping[UUID, NetworkUnit]) -> str:
    own = units[unit]
    return f"{own.code or unit} {own.name or ''}".strip()


def _build_outside_finding(
    place: LocatedPlace,
    point: BaseGeometry,
    features: tuple[int, ...],
    names: Sequence[str],
    metres: float,
    limit: float,
) -> SpatialFinding:
    natural = place.level == Level.NATURAL_FEATURE
    recorded, *actual = names
    return build_finding(
        "TOP-ATT-03",
        "natural_feature" if natural else "elsewhere",
        {
            "place": place.name or str(place.place_id),
            "recorded": recorded,
            "actual": actual,
            "distance": metres,
        },
        features=features,
        geometry=point,
        severity="info" if natural else None,
        wording="elsewhere" if actual else "in_no_unit",
        measured=metres,
        limit=limit,
        unit="m",
    )


def _build_unrecorded_finding(
    place: LocatedPlace,
    point: BaseGeometry,
    there: tuple[int, ...],
    units: Mapping[UUID, NetworkUnit],
    areas: Mapping[UUID, UnitArea],
) -> SpatialFinding:
    return build_finding(
        "TOP-ATT-03",
        "not_recorded",
        {
            "place": place.name or str(place.place_id),
            "unit": _format_unit(list(areas)[there[0]], units),
        },
        features=there,
        geometry=point,
        severity="info",
    )
