"""Which units cover a point: the exact chain as of a date, and how near the border is.

A point is first held against small pieces of the areas. Cutting rounds new vertices, so a piece
may err within some 1e-13 degrees of a border: a point within :data:`EXACT_TEST_DISTANCE` of a border is
judged on the whole polygon with exact arithmetic, everybody else by the pieces. A point on a
border belongs to both sides.

Nearness is measured to the closest point of the border, found on a plane in which a degree of
longitude is as long as it is at the point, and then told as geodesic metres on the CGCS2000
ellipsoid, to the millimetre.

The newest state is answered from memory (:mod:`boundaries.areas.point_index`), and in the same words.
"""

from dataclasses import dataclass
from typing import Any

import orjson
from psycopg import Connection
from psycopg.rows import dict_row

from boundaries.areas.distance import (
    BORDER_REACH_DEGREES,
    MAX_NEAREST_NAMES,
    MAX_OWN_ACCURACY_M,
    NEAREST_NAMES_REACH_DEGREES,
    NEAREST_NAMES_REACH_M,
    build_search_box,
    compute_longitude_scale,
)
from boundaries.layers.coordinates import GeodeticPosition
from gazetteer.ledger.as_of import (
    MOMENT_CTE,
    AsOf,
    in_force_sql,
    resolve_known_at,
    without_basis_lookup,
)
from gazetteer.records.levels import UNIT_LEVELS

JsonObject = dict[str, Any]

EXACT_TEST_DISTANCE = "1e-9"
"""Degrees (0.1 mm) from a border within which only the whole polygon decides."""

_TIE_RATIO = "1.000000001"
"""Spots whose distances differ by less are equally near."""

_POINT = "point AS MATERIALIZED (SELECT ST_SetSRID(ST_MakePoint(%(lon)s, %(lat)s), 4490) AS geom)"
_INSIDE = "'^(T|0|...0)'"  # by a piece; or by DE-9IM: interior or boundary of the area meets it
_DEPTH = f"array_position('{{{','.join(UNIT_LEVELS)}}}'::text[], s.level)"


def _build_metres_sql(metres: str) -> str:
    """SQL: metres to the millimetre."""
    return f"round(({metres})::numeric, 3)::float8"


def _build_nearest_sql(shape: str, group_key: str) -> str:
    """SQL: from rows that have a shape to the geodesic metres of its spot nearest to the point.

    The spots are found on a plane on which ``%(squeeze)s`` is the length of a degree of longitude
    over that of a degree of latitude; ``degrees`` tells how far they are there. Of several shapes
    of one ``of`` the nearest counts.
    """
    scaled_shape, scaled_point = (
        f"ST_Scale({geom}, %(squeeze)s, 1)" for geom in (shape, "point.geom")
    )
    return f"""
        SELECT of, min(degrees) AS degrees, min(ST_Distance(
            point.geom::geography, ST_Scale(spot, 1 / %(squeeze)s::float8, 1)::geography
        )) AS metres
        FROM point CROSS JOIN (
            SELECT *, min(degrees) OVER (PARTITION BY of) AS least FROM (
                SELECT {group_key} AS of, ST_Distance({scaled_shape}, {scaled_point}) AS degrees,
                    ST_ClosestPoint({scaled_shape}, {scaled_point}) AS spot
                {{rows}}
            ) shape
        ) shape
        WHERE degrees <= least * {_TIE_RATIO} GROUP BY of
    """


_NAMES = f"""
    SELECT near.place_id, n.text AS name, near.level, near.lon, near.lat, near.distance_m
    FROM (
        SELECT p.record_id AS place_id, p.level, ST_X(p.location) AS lon, ST_Y(p.location) AS lat,
            {_build_metres_sql("ST_Distance(point.geom::geography, p.location::geography)")} AS distance_m
        FROM (
            SELECT max(degrees) / %(squeeze)s::float8 * 1.001 AS reach FROM (
                SELECT p.degrees FROM (
                    SELECT *, location <-> point.geom AS degrees FROM place_version
                    WHERE location && ST_Expand(point.geom, %(names_x)s, %(names_y)s)
                    ORDER BY location <-> point.geom OFFSET 0
                ) p WHERE {in_force_sql("p")} ORDER BY p.degrees LIMIT {MAX_NEAREST_NAMES}
            ) first
        ) within
        JOIN LATERAL (
            SELECT * FROM place_version WHERE location && ST_Expand(point.geom, within.reach)
            OFFSET 0
        ) p ON {in_force_sql("p")}
        ORDER BY distance_m, place_id LIMIT {MAX_NEAREST_NAMES}
    ) near
    LEFT JOIN LATERAL (
        SELECT n.text
        FROM (SELECT * FROM name_version WHERE place_id = near.place_id OFFSET 0) n
        WHERE {in_force_sql("n")}
        ORDER BY n.name_kind <> 'standard', n.language <> 'zh-Hans', n.text LIMIT 1
    ) n ON true
    WHERE distance_m <= {NEAREST_NAMES_REACH_M} ORDER BY distance_m, place_id
"""

_BORDER = _build_nearest_sql("b.geom", "b.version_id").format(
    rows="""
                FROM point, border_piece b
                WHERE b.version_id = low.version_id
                AND first.degrees < %(reach)s / %(squeeze)s::float8
                AND b.geom && ST_Expand(
                    point.geom, first.degrees / %(squeeze)s::float8 * 1.001 + 1e-9
                )"""
)

# One statement. LATERAL with OFFSET 0 keeps the planner on the keys (``fitted`` says why).
# Everything within a metric distance d of the point lies within d / squeeze in degrees, so a box
# around the first hit of the index holds the nearest.
_REVERSE = f"""
WITH {MOMENT_CTE}, {_POINT},
candidate AS MATERIALIZED (
    SELECT p.version_id, bool_or(ST_Covers(p.geom, point.geom)) AS inside,
        bool_or(ST_DWithin(ST_Boundary(p.geom), point.geom, {EXACT_TEST_DISTANCE})) AS at_cut_or_border
    FROM point, area_piece p WHERE p.geom && ST_Expand(point.geom, {EXACT_TEST_DISTANCE}) GROUP BY 1
),
judged AS MATERIALIZED (
    SELECT c.version_id, a.unit_id, a.accuracy_m, {in_force_sql("a")} AS in_force,
        CASE WHEN c.at_cut_or_border AND EXISTS (
            SELECT FROM border_piece b WHERE b.version_id = c.version_id
            AND b.geom && ST_Expand(point.geom, {EXACT_TEST_DISTANCE})
            AND ST_DWithin(b.geom, point.geom, {EXACT_TEST_DISTANCE})
        ) THEN ST_Relate(a.geom, point.geom) WHEN c.inside THEN 'T' ELSE 'F' END AS relation
    FROM moment CROSS JOIN point CROSS JOIN candidate c
    JOIN LATERAL (SELECT * FROM area_version WHERE version_id = c.version_id OFFSET 0) a
    ON a.recorded @> moment.known_at
),
link AS MATERIALIZED (
    SELECT j.version_id, j.accuracy_m, s.unit_id, s.code, s.name, s.level, {_DEPTH} AS depth,
        j.relation LIKE '___0%%' AS on_boundary
    FROM moment CROSS JOIN judged j
    JOIN LATERAL (SELECT * FROM unit_state WHERE unit_id = j.unit_id OFFSET 0) s
    ON {in_force_sql("s")}
    WHERE j.in_force AND j.relation ~ {_INSIDE}
)
SELECT moment.known_at,
    (SELECT json_agg(json_build_object('level', level, 'unit_id', unit_id, 'code', code,
        'name', name) ORDER BY depth, code) FROM link)::text AS chain,
    coalesce((SELECT bool_or(on_boundary) FROM link), false) AS on_boundary,
    (SELECT array_agg(version_id) FROM judged WHERE NOT in_force AND relation ~ {_INSIDE})
        AS other_times,
    low.accuracy_m, {_build_metres_sql("border.metres")} AS metres,
    (SELECT json_agg(nearest) FROM ({_NAMES}) nearest)::text AS nearest_names,
    EXISTS (SELECT FROM jurisdiction_version j WHERE j.geom && point.geom) AS has_overrides
FROM moment CROSS JOIN point
LEFT JOIN LATERAL (SELECT * FROM link ORDER BY depth DESC, code LIMIT 1) low ON true
LEFT JOIN LATERAL (
    SELECT b.geom <-> point.geom AS degrees FROM border_piece b
    WHERE b.version_id = low.version_id ORDER BY b.geom <-> point.geom LIMIT 1
) first ON true
LEFT JOIN LATERAL ({_BORDER}) border ON border.degrees < %(reach)s
"""

# The units beyond the border: those that do not cover the point and come nearer than the limit.
_NEIGHBOURS = _build_nearest_sql("p.geom", "p.version_id").format(
    rows="""
                FROM point, area_piece p
                WHERE p.geom && ST_MakeEnvelope(%(west)s, %(south)s, %(east)s, %(north)s, 4490)"""
)
_BEYOND = f"""
WITH {MOMENT_CTE}, {_POINT},
near AS MATERIALIZED (
    SELECT of AS version_id, {_build_metres_sql("metres")} AS metres FROM ({_NEIGHBOURS}) near
)
SELECT s.unit_id, s.code, s.name, s.level, s.parent_id, near.metres AS distance_m
FROM moment CROSS JOIN near
JOIN LATERAL (SELECT * FROM area_version WHERE version_id = near.version_id OFFSET 0) a
ON {in_force_sql("a")}
JOIN LATERAL (SELECT * FROM unit_state WHERE unit_id = a.unit_id OFFSET 0) s ON {in_force_sql("s")}
WHERE near.metres <= greatest(%(limit_m)s, least(a.accuracy_m, {MAX_OWN_ACCURACY_M}))
AND s.unit_id <> ALL (%(chain)s::uuid[])
ORDER BY near.metres, {_DEPTH} DESC, s.code
"""

_OVERRIDES = f"""
WITH {MOMENT_CTE}, {_POINT}
SELECT json_build_object('unit_id', g.unit_id, 'code', g.code, 'name', g.name) AS grantor,
    json_build_object('unit_id', h.unit_id, 'code', h.code, 'name', h.name) AS holder,
    act.body AS act, j.remark,
    json_build_object('from', lower(j.valid), 'to', upper(j.valid)) AS valid
FROM moment CROSS JOIN point
JOIN jurisdiction_version j ON {in_force_sql("j")} AND ST_Intersects(j.geom, point.geom)
LEFT JOIN unit_state g ON g.unit_id = j.grantor_unit AND {in_force_sql("g")}
LEFT JOIN unit_state h ON h.unit_id = j.holder_unit AND {in_force_sql("h")}
LEFT JOIN LATERAL (
    SELECT json_build_object('title', v.title, 'number', v.number, 'authority', v.authority,
        'approved_on', v.approved_on, 'effective_on', v.effective_on, 'source', v.source) AS body
    FROM act_version v WHERE v.record_id = j.act_id AND v.recorded @> moment.known_at LIMIT 1
) act ON true
ORDER BY lower(j.valid)
"""

_OTHER_TIMES = f"""
WITH {MOMENT_CTE}
SELECT s.level, min(lower(a.valid)) AS since
FROM moment, area_version a JOIN unit_state s USING (unit_id)
WHERE a.version_id = ANY(%(versions)s) AND lower(a.valid) > %(at)s
AND s.recorded @> moment.known_at AND s.valid && a.valid
GROUP BY s.level ORDER BY {_DEPTH}
"""


@dataclass(frozen=True, slots=True)
class _SqlPointLookup:
    """A point, and the moment for which everything about it is asked."""

    conn: Connection[Any]
    point: GeodeticPosition
    params: dict[str, Any]

    def load_rows(self, statement: str, **more: Any) -> list[JsonObject]:
        with self.conn.cursor(row_factory=dict_row) as cursor:
            return cursor.execute(statement, {**self.params, **more}).fetchall()


def look_up_point(
    conn: Connection[Any], point: GeodeticPosition, as_of: AsOf, near_boundary_m: float
) -> JsonObject:
    """The units whose area covers the point at the moment, top first, and what is around it.

    ``boundary_distance_m``: metres to the border of the lowest covering unit; None beyond some
    11 km, and where no unit covers the point and none is near. ``near_boundary``: that distance
    is within ``near_boundary_m``, the accuracy of the border or that of the point, whichever is
    the largest. ``known_since``: levels whose area over the point is known from a later day only.
    """
    longitude_scale = compute_longitude_scale(point.lat)
    params = {
        **as_of.to_sql_params(),
        "lon": point.lon,
        "lat": point.lat,
        "squeeze": longitude_scale,
        "reach": BORDER_REACH_DEGREES,
        "names_x": NEAREST_NAMES_REACH_DEGREES / longitude_scale,
        "names_y": NEAREST_NAMES_REACH_DEGREES,
    }
    lookup = _SqlPointLookup(conn, point, params)
    row = lookup.load_rows(without_basis_lookup(_REVERSE, as_of.basis))[0]
    if as_of.known_at is not None:
        resolve_known_at(conn, as_of)
    params["known_at"] = row["known_at"]  # whatever else is asked, is asked of the same state
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


def _parse_nearest_names(json_text: str | None) -> list[JsonObject]:
    """The nearest places; JSON of the database leaves out the fraction of a whole number."""
    numbers = ("lon", "lat", "distance_m")
    return [
        {**place, **{name: float(place[name]) for name in numbers}}
        for place in orjson.loads(json_text or "[]")
    ]


def _load_nearby_units(
    lookup: _SqlPointLookup, limit_m: float, chain: list[JsonObject]
) -> list[JsonObject]:
    """The lowest units within ``limit`` metres that do not cover the point, nearest first."""
    west, south, east, north = build_search_box(lookup.point, limit_m)
    rows = lookup.load_rows(
        _BEYOND,
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
    """Where another unit's law applies although the boundary has not moved."""
    return lookup.load_rows(_OVERRIDES)


def _load_known_since(
    lookup: _SqlPointLookup, versions: list[int] | None, chain: list[JsonObject]
) -> JsonObject:
    if not versions:
        return {}
    levels = {unit["level"] for unit in chain}
    rows = lookup.load_rows(_OTHER_TIMES, versions=versions)
    return {row["level"]: row["since"].isoformat() for row in rows if row["level"] not in levels}
