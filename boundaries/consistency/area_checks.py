"""Self-check of the areas: polygons without a unit, units without a polygon, as known now.

The rules check their shapes.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from psycopg import Connection
from psycopg.rows import dict_row

from boundaries.rules.register_observer import list_checked_days
from gazetteer.messages import message
from gazetteer.records.check_result import CheckResult
from gazetteer.rules.observation import add_first_day

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
SELECT DISTINCT ON (s.unit_id) s.code AS subject, s.name, day
FROM unnest(%(days)s::date[]) day JOIN unit_state s ON s.valid @> day
WHERE upper_inf(s.recorded) AND s.level IN ('province', 'prefecture', 'county')
AND NOT EXISTS (
    SELECT FROM area_version a
    WHERE a.unit_id = s.unit_id AND upper_inf(a.recorded) AND a.valid @> day
)
ORDER BY s.unit_id, day
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
    """Units of county level and above, in force today or later, of which no polygon is known."""
    days = list_checked_days(conn)
    rows = _load_rows(conn, _WITHOUT_AREA, days)
    return [_build_without_area(row, row["day"] if row["day"] > days[0] else None) for row in rows]


def _build_without_area(row: Mapping[str, Any], begins_on: date | None) -> CheckResult:
    return CheckResult(
        "unit_without_area",
        "info",
        row["subject"],
        add_first_day(message("check.unit_without_area", name=row["name"]), begins_on),
        message("check.unit_without_area.hint"),
        begins_on,
    )


CHECKS = (find_areas_without_unit, find_units_without_area)
"""All checks of areas by their periods."""


def _load_rows(conn: Conn, statement: str, days: Sequence[date] = ()) -> list[dict[str, Any]]:
    with conn.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(statement, {"days": list(days)}).fetchall()
