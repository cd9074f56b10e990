"""The area of a unit: its polygon as of a date, with its size and its accuracy."""

from collections.abc import Sequence
from typing import Any

import orjson
from psycopg import Connection
from psycopg.rows import dict_row

from boundaries.layers.coordinates import Crs
from gazetteer.ledger.as_of import MOMENT_CTE, AsOf, in_force_sql, resolve_known_at
from gazetteer.messages import AnyOf, message
from gazetteer.problems import InvalidValue, NoAreaKnown
from gazetteer.records.division_queries import raise_code_problem

JsonObject = dict[str, Any]

OUTPUT_CRS = {
    Crs.CGCS2000: "geom",
    Crs.WGS84: "geom",  # the same figures: the two differ by less than a metre
    Crs.WEB_MERCATOR: "web_mercator",
    Crs.GK_111: "ST_Transform(geom, 4546)",
    Crs.GK_114: "ST_Transform(geom, 4547)",
    Crs.GK_117: "ST_Transform(geom, 4548)",
}
"""The coordinate systems of an area, and the SQL of its geometry; x is always east."""

_AREA = f"""
WITH {MOMENT_CTE},
unit AS MATERIALIZED (
    SELECT s.unit_id, s.code, s.name, s.level FROM moment, unit_state s
    WHERE s.code = %(code)s AND {in_force_sql("s")}
    ORDER BY lower(s.valid) DESC NULLS LAST LIMIT 1
)
SELECT moment.known_at, unit.*, area.*
FROM moment CROSS JOIN unit
LEFT JOIN LATERAL (
    SELECT d.area_m2 / 1e6 AS area_km2, a.source, a.accuracy_m,
        jsonb_build_object('from', lower(a.valid), 'to', upper(a.valid),
            'from_precision', a.start_precision, 'to_precision', a.end_precision) AS valid,
        {{geometry}} AS geometry
    FROM area_version a JOIN area_display d USING (version_id)
    WHERE a.unit_id = unit.unit_id AND {in_force_sql("a")}
    ORDER BY lower(a.valid) DESC NULLS LAST LIMIT 1
) area ON true
"""

_PERIODS = f"""
WITH {MOMENT_CTE}
SELECT lower(a.valid) AS "from", upper(a.valid) AS "to" FROM area_version a, moment
WHERE a.unit_id = %(unit_id)s AND a.recorded @> moment.known_at ORDER BY 1 NULLS FIRST
"""


_WITH_AREA = f"""
WITH {MOMENT_CTE}
SELECT s.code FROM moment CROSS JOIN unit_state s
WHERE s.code = ANY (%(codes)s) AND {in_force_sql("s")} AND EXISTS (
    SELECT FROM area_version a WHERE a.unit_id = s.unit_id AND {in_force_sql("a")}
)
"""


def filter_codes_with_area(conn: Connection[Any], codes: Sequence[str], as_of: AsOf) -> list[str]:
    """Those of the codes whose units have a known area at the moment, in the same order."""
    params = {**as_of.to_sql_params(), "codes": list(codes)}
    known = {row[0] for row in conn.execute(_WITH_AREA, params).fetchall()}
    return [code for code in codes if code in known]


def load_area_feature(
    conn: Connection[Any], code: str, as_of: AsOf, crs: Crs = Crs.CGCS2000
) -> JsonObject:
    """The polygon of the unit that carried ``code`` at the moment, as a GeoJSON feature.

    Coordinates are east before north, with every digit. ``geometry`` is GeoJSON text that only
    orjson serializes. The area in km² is that on the CGCS2000 ellipsoid, edges as geodesics.

    Raises:
        NoAreaKnown: the unit was in force, but its polygon is not known on that day.
        InvalidValue: ``crs`` is not one of :data:`OUTPUT_CRS`.
        UnknownCode, CodeNotInForce, NoDataBefore: as for the unit itself.
    """
    if crs not in OUTPUT_CRS:
        known = AnyOf(list(OUTPUT_CRS))
        raise InvalidValue(message("area.crs_not_supported", crs=crs, known=known), field="crs")
    row = _load_area_row(conn, code, as_of, f"ST_AsGeoJSON({OUTPUT_CRS[crs]}, 15, 0)")
    geometry = row.pop("geometry")
    return {
        "type": "Feature",
        "id": row["unit_id"],
        "geometry": orjson.Fragment(geometry),
        "properties": {**row, "crs": f"EPSG:{crs}"},
    }


def load_area_properties(conn: Connection[Any], code: str, as_of: AsOf) -> JsonObject:
    """The properties of :func:`load_area_feature`, without reading the polygon.

    Raises what that function raises, except for the coordinate system.
    """
    row = _load_area_row(conn, code, as_of, "true")
    del row["geometry"]
    return row


def _load_area_row(conn: Connection[Any], code: str, as_of: AsOf, geometry: str) -> JsonObject:
    params = {**as_of.to_sql_params(), "code": code}
    with conn.cursor(row_factory=dict_row) as cursor:
        row = cursor.execute(_AREA.format(geometry=geometry), params).fetchone()
    if row is None:
        raise_code_problem(conn, code, as_of)
    if as_of.known_at is not None:
        resolve_known_at(conn, as_of)
    if row["geometry"] is None:
        _raise_no_area(conn, row, as_of)
    moment = as_of.as_of_fields(row.pop("known_at"))
    return {**row, "unit_id": str(row["unit_id"]), **moment}


def _raise_no_area(conn: Connection[Any], row: JsonObject, as_of: AsOf) -> None:
    with conn.cursor(row_factory=dict_row) as cursor:
        periods = cursor.execute(
            _PERIODS, {**as_of.to_sql_params(), "unit_id": row["unit_id"]}
        ).fetchall()
    since = periods[0]["from"].isoformat() if periods and periods[0]["from"] else None
    params = {"day": as_of.at, "name": row["name"], "code": row["code"]}
    raise NoAreaKnown(
        message("area.not_known.since", **params, since=since)
        if since
        else message("area.not_known", **params),
        field="at",
        known_since=since,
        periods=periods,
        **as_of.as_of_fields(row["known_at"]),
    )
