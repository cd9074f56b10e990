"""Which units cover a point: the exact chain as of a date, and how near the border is.

The point is compared with the areas of the lowest known units; what is above them consists of
theirs. Within :data:`~boundaries.areas.reverse_sql.EXACT_TEST_DISTANCE` of a border the comparison
is made in exact arithmetic. A point on a border belongs to both sides.

Distances are measured to the closest point of the border, found on a plane in which a degree of
longitude is as long as it is at the point, and returned as geodesic metres on the CGCS2000
ellipsoid, to the millimetre.

:mod:`boundaries.areas.point_index` returns the same answers for the newest state, from memory.
"""

from dataclasses import dataclass
from typing import Any

import orjson
from psycopg import Connection
from psycopg.rows import dict_row

from boundaries.areas.distance import (
    BORDER_REACH_DEGREES,
    NEAREST_NAMES_REACH_DEGREES,
    build_search_box,
    compute_longitude_scale,
)
from boundaries.areas.reverse_sql import (
    COVERING_UNITS,
    JURISDICTION_OVERRIDES,
    NEARBY_UNITS,
    OTHER_TIMES,
)
from boundaries.layers.coordinates import GeodeticPosition
from gazetteer.ledger.as_of import AsOf, resolve_known_at, without_basis_lookup

JsonObject = dict[str, Any]


@dataclass(frozen=True, slots=True)
class _SqlPointLookup:
    """A point at a moment: the parameters that all statements share."""

    conn: Connection[Any]
    point: GeodeticPosition
    params: dict[str, Any]

    def load_rows(self, statement: str, **params: Any) -> list[JsonObject]:
        with self.conn.cursor(row_factory=dict_row) as cursor:
            return cursor.execute(statement, {**self.params, **params}).fetchall()


def look_up_point(
    conn: Connection[Any], point: GeodeticPosition, as_of: AsOf, near_boundary_m: float
) -> JsonObject:
    """The units whose area covers the point at the moment, top first, and what is around it.

    ``boundary_distance_m``: metres to the border of the lowest covering unit; None beyond some
    11 km, and where no unit covers the point and none is near. ``near_boundary``: that distance
    is within ``near_boundary_m``, the accuracy of the border or that of the point, whichever is
    the largest. ``known_since``: levels whose area over the point is known from a later day only.
    """
    lookup = _SqlPointLookup(conn, point, _build_params(point, as_of))
    row = lookup.load_rows(without_basis_lookup(COVERING_UNITS, as_of.basis))[0]
    if as_of.known_at is not None:
        resolve_known_at(conn, as_of)
    lookup.params["known_at"] = row["known_at"]  # further statements read the same state
    chain = orjson.loads(row["chain"] or "[]")
    limit = max(near_boundary_m, row["accuracy_m"] or 0.0, point.accuracy_m or 0.0)
    distance_m = row["metres"]
    near = distance_m is not None and distance_m <= limit
    beyond = _load_nearby_units(lookup, limit, chain) if near or not chain else []
    if not chain and beyond:
        near, distance_m = True, beyond[0]["distance_m"]
    return {
        "chain": chain,
        "on_boundary": row["on_boundary"],
        "near_boundary": near,
        "near_boundary_limit_m": limit,
        "boundary_distance_m": distance_m,
        "beyond_boundary": beyond,
        "jurisdiction_overrides": _load_overrides(lookup) if row["has_overrides"] else [],
        "nearest_names": _parse_nearest_names(row["nearest_names"]),
        "known_since": _load_known_since(lookup, row["other_times"], chain),
        **as_of.as_of_fields(row["known_at"]),
    }


def _build_params(point: GeodeticPosition, as_of: AsOf) -> dict[str, Any]:
    longitude_scale = compute_longitude_scale(point.lat)
    return {
        **as_of.to_sql_params(),
        "lon": point.lon,
        "lat": point.lat,
        "scale": longitude_scale,
        "reach": BORDER_REACH_DEGREES,
        "names_x": NEAREST_NAMES_REACH_DEGREES / longitude_scale,
        "names_y": NEAREST_NAMES_REACH_DEGREES,
    }


def _parse_nearest_names(json_text: str | None) -> list[JsonObject]:
    """The nearest places; the JSON of the database omits the fraction of whole numbers."""
    numbers = ("lon", "lat", "distance_m")
    return [
        {**place, **{name: float(place[name]) for name in numbers}}
        for place in orjson.loads(json_text or "[]")
    ]


def _load_nearby_units(
    lookup: _SqlPointLookup, limit_m: float, chain: list[JsonObject]
) -> list[JsonObject]:
    """The lowest units within ``limit_m`` metres that do not cover the point, nearest first."""
    west, south, east, north = build_search_box(lookup.point, limit_m)
    rows = lookup.load_rows(
        NEARBY_UNITS,
        limit_m=limit_m,
        chain=[unit["unit_id"] for unit in chain],
        west=west,
        south=south,
        east=east,
        north=north,
    )
    parents = {row.pop("parent_id") for row in rows}
    return [
        {**row, "unit_id": str(row["unit_id"])} for row in rows if row["unit_id"] not in parents
    ]


def _load_overrides(lookup: _SqlPointLookup) -> list[JsonObject]:
    """The places where the law of another unit applies although the boundary has not moved."""
    return lookup.load_rows(JURISDICTION_OVERRIDES)


def _load_known_since(
    lookup: _SqlPointLookup, versions: list[int] | None, chain: list[JsonObject]
) -> JsonObject:
    if not versions:
        return {}
    levels = {unit["level"] for unit in chain}
    rows = lookup.load_rows(OTHER_TIMES, versions=versions)
    return {row["level"]: row["since"].isoformat() for row in rows if row["level"] not in levels}
