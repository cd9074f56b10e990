"""Self-check of the areas: polygons without a unit, units without a polygon, as known now.

The rules check their shapes.
"""

from typing import Any

from psycopg import Connection
from psycopg.rows import dict_row

from gazetteer.ledger.as_of import today
from gazetteer.messages import message
from gazetteer.records.check_result import CheckResult

Conn = Connection[Any]

_WITHOUT_UNIT = """
SELECT a.unit_id::text AS subject,
    (datemultirange(a.valid) - coalesce(u.lives, '{}'::datemultirange))::text AS days
FROM area_version a
LEFT JOIN LATERAL (
    SELECT range_agg(v.valid) AS lives FROM unit_version v
    WHERE v.record_id = a.unit_id AND upper_inf(v.recorded)
) u ON true
WHERE upper_inf(a.recorded)
AND NOT isempty(datemultirange(a.valid) - coalesce(u.lives, '{}'::datemultirange))
ORDER BY 1
"""

_WITHOUT_AREA = """
SELECT s.code AS subject, s.name FROM unit_state s
WHERE upper_inf(s.recorded) AND s.valid @> %(today)s::date
AND s.level IN ('province', 'prefecture', 'county')
AND NOT EXISTS (
    SELECT FROM area_version a
    WHERE a.unit_id = s.unit_id AND upper_inf(a.recorded) AND a.valid @> %(today)s::date
)
ORDER BY s.code
"""


def find_areas_without_unit(conn: Conn) -> list[CheckResult]:
    """Polygons that are in force on days on which their unit is not."""
    return [
        CheckResult(
            "area_without_unit",
            "error",
            row["subject"],
            message("check.area_without_unit", days=row["days"]),
            message("check.area_without_unit.hint"),
        )
        for row in _load_rows(conn, _WITHOUT_UNIT)
    ]


def find_units_without_area(conn: Conn) -> list[CheckResult]:
    """Units of county level and above, in force today, of which no polygon is known."""
    return [
        CheckResult(
            "unit_without_area",
            "info",
            row["subject"],
            message("check.unit_without_area", name=row["name"]),
            message("check.unit_without_area.hint"),
        )
        for row in _load_rows(conn, _WITHOUT_AREA)
    ]


CHECKS = (find_areas_without_unit, find_units_without_area)
"""All checks of areas by their periods."""


def _load_rows(conn: Conn, statement: str) -> list[dict[str, Any]]:
    with conn.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(statement, {"today": today()}).fetchall()
