"""The areas of all units of a level."""

from collections.abc import Sequence
from uuid import UUID

from psycopg.rows import dict_row

from boundaries.exports.export_query import (
    SUBTREE,
    Conn,
    ExportRequest,
    build_columns,
    load_geometries,
)
from boundaries.exports.period_columns import PERIOD_COLUMNS, select_period
from boundaries.layers.output_table import OutputTable
from gazetteer.ledger.as_of import MOMENT_CTE, AsOf, in_force_sql
from gazetteer.messages import Message, message

_COLUMNS = (
    *("code", "name", "romanized_name", "level", "unit_type", "parent_code", "parent_name"),
    *("area_km2", "accuracy_m", "source", *PERIOD_COLUMNS, "unit_id"),
)

_UNITS = f"""
WITH RECURSIVE {MOMENT_CTE}, {SUBTREE}
SELECT a.version_id, s.code, s.name, s.romanized_name, s.level, s.unit_type,
    p.code AS parent_code, p.name AS parent_name, a.area_m2 / 1e6 AS area_km2, a.accuracy_m,
    a.source, lower(s.valid * a.valid) AS valid_from, upper(s.valid * a.valid) AS valid_to,
    CASE WHEN lower(s.valid) >= lower(a.valid) OR lower_inf(a.valid)
        THEN s.start_precision ELSE a.start_precision END AS start_precision,
    CASE WHEN upper(s.valid) <= upper(a.valid) OR upper_inf(a.valid)
        THEN s.end_precision ELSE a.end_precision END AS end_precision,
    s.unit_id::text AS unit_id, a.bytes, count(*) OVER () AS units
FROM moment JOIN unit_state s ON s.level = %(level)s AND {in_force_sql("s")}
LEFT JOIN unit_state p ON p.unit_id = s.parent_id AND {in_force_sql("p")}
LEFT JOIN LATERAL (
    SELECT v.*, d.area_m2, pg_column_size(v.geom) AS bytes
    FROM area_version v JOIN area_display d USING (version_id)
    WHERE v.unit_id = s.unit_id AND {in_force_sql("v")}
    ORDER BY lower(v.valid) DESC NULLS LAST LIMIT 1
) a ON true
WHERE %(within)s::text IS NULL OR s.unit_id IN (SELECT unit_id FROM subtree)
ORDER BY a.version_id IS NULL, s.code LIMIT %(most_rows)s
"""

_KNOWN = f"""
WITH {MOMENT_CTE}
SELECT 1 FROM moment, area_version a
WHERE a.unit_id = ANY (%(units)s::uuid[]) AND {in_force_sql("a")} LIMIT 1
"""


def has_known_area(conn: Conn, units: Sequence[UUID | str], as_of: AsOf) -> bool:
    """Whether an area of any of the units is known at the moment."""
    params = {**as_of.to_sql_params(), "units": [str(unit) for unit in units]}
    return conn.execute(_KNOWN, params).fetchone() is not None


def load_division_table(conn: Conn, request: ExportRequest) -> OutputTable:
    """The units of the level in force at the moment whose area is known, ordered by code.

    Between ``valid_from`` and ``valid_to`` (exclusive) neither the unit nor its polygon changes.

    Raises:
        NoAreaKnown: no unit of the level has a known area; ``units`` is how many there are.
        TooLarge: the table exceeds the limit.
    """
    with conn.cursor(row_factory=dict_row) as cursor:
        units = cursor.execute(_UNITS, request.build_sql_params()).fetchall()
    units_with_area = [unit for unit in units if unit["version_id"] is not None]
    if not units_with_area:
        count = units[0]["units"] if units else 0
        raise request.build_empty_problem(_describe_empty(request, count), units=count)
    request.check_size(units_with_area)
    polygons = load_geometries(
        conn, "area", [unit["version_id"] for unit in units_with_area], request.progress
    )
    rows = [unit | select_period(unit) for unit in units_with_area]
    return OutputTable(
        str(request.level), polygons, build_columns(rows, _COLUMNS), geometry_type="MultiPolygon"
    )


def _describe_empty(request: ExportRequest, count: int) -> Message:
    level, day = message(f"level.{request.level}"), request.as_of.at
    if not count:
        return message("export.no_units", level=level, day=day)
    return message("export.no_areas", level=level, day=day, n=count)
