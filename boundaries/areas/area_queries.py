"""The area of a unit: its polygon as of a date, how large it is and how well it is known."""

from typing import Any

import orjson
from psycopg import Connection
from psycopg.rows import dict_row

from boundaries.layers.coordinates import Crs
from gazetteer.ledger.as_of import MOMENT_CTE, AsOf, in_force_sql, resolve_known_at
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
"""The systems in which an area is told, and the SQL that gives it; x is always east."""

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
    SELECT a.area_m2 / 1e6 AS area_km2, a.source, a.accuracy_m,
        jsonb_build_object('from', lower(a.valid), 'to', upper(a.valid),
            'from_precision', a.start_precision, 'to_precision', a.end_precision) AS valid,
        {{geometry}} AS geometry
    FROM area_version a WHERE a.unit_id = unit.unit_id AND {in_force_sql("a")}
    ORDER BY lower(a.valid) DESC NULLS LAST LIMIT 1
) area ON true
"""

_PERIODS = f"""
WITH {MOMENT_CTE}
SELECT lower(a.valid) AS "from", upper(a.valid) AS "to" FROM area_version a, moment
WHERE a.unit_id = %(unit_id)s AND a.recorded @> moment.known_at ORDER BY 1 NULLS FIRST
"""


def load_area_feature(
    conn: Connection[Any], code: str, as_of: AsOf, crs: Crs = Crs.CGCS2000
) -> JsonObject:
    """The polygon of the unit that carried ``code`` at the moment, as a GeoJSON feature.

    Coordinates are east before north and keep every digit. ``geometry`` is GeoJSON text that
    only orjson prints. The area in km² is that on the CGCS2000 ellipsoid, edges as geodesics.

    Raises:
        NoAreaKnown: the unit was in force, but its polygon is not known on that day.
        InvalidValue: ``crs`` is not one that areas are told in.
        UnknownCode, CodeNotInForce, NoDataBefore: as for the unit itself.
    """
    if crs not in OUTPUT_CRS:
        raise InvalidValue(f"边界面不以 {crs} 输出。", f"areas are not told in {crs}", field="crs")
    row = _load_area_row(conn, code, as_of, f"ST_AsGeoJSON({OUTPUT_CRS[crs]}, 15, 0)")
    geometry = row.pop("geometry")
    return {
        "type": "Feature",
        "id": row["unit_id"],
        "geometry": orjson.Fragment(geometry),
        "properties": {**row, "crs": f"EPSG:{crs}"},
    }


def load_area_properties(conn: Connection[Any], code: str, as_of: AsOf) -> JsonObject:
    """The properties of :func:`load_area_feature` without reading the polygon; the same problems."""
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
        params = {**as_of.to_sql_params(), "unit_id": row["unit_id"]}
        periods = cursor.execute(_PERIODS, params).fetchall()
    since = periods[0]["from"].isoformat() if periods and periods[0]["from"] else None
    raise NoAreaKnown(
        f"{as_of.at} 没有 {row['name']} 的已知边界面"
        + (f"；已知的始于 {since}。" if since else "。"),
        f"no area of {row['code']} is known on {as_of.at}"
        + (f"; known ones begin on {since}" if since else ""),
        field="at",
        known_since=since,
        periods=periods,
        **as_of.as_of_fields(row["known_at"]),
    )
