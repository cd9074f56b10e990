"""The register examines its areas: polygons and units without each other.

What is judged is what is known now. Their shapes are judged by the rules.
"""

from typing import Any

from psycopg import Connection
from psycopg.rows import dict_row

from gazetteer.ledger.as_of import today
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
    """Polygons said to be in force on days on which their unit was not."""
    return [
        CheckResult(
            "area_without_unit",
            "error",
            row["subject"],
            f"边界面在单位不存续的期间有效：{row['days']}。",
            f"the area is in force on days on which its unit is not: {row['days']}",
            "请更正边界面的有效期，使其不超出单位的存续期。",
            "correct the period of the area so that it lies within the life of the unit",
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
            f"{row['name']} 没有已知的边界面。",
            f"no area of {row['subject']} is known",
            "如有边界数据，请用 gazetteer import 导入。",
            "if you have its boundary, load it by gazetteer import",
        )
        for row in _load_rows(conn, _WITHOUT_AREA)
    ]


CHECKS = (find_areas_without_unit, find_units_without_area)
"""All checks of areas by their periods; the rules judge their shapes."""


def _load_rows(conn: Conn, statement: str) -> list[dict[str, Any]]:
    with conn.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(statement, {"today": today()}).fetchall()
