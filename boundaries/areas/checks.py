"""The register examines its areas: polygons and units without each other, overlaps, escapes.

What is judged is what is known now; the checks on geometry look at the areas in force today.
They work on the small pieces of the areas, so their cost grows with the length of the borders
and not with the square of the number of units.
"""

from typing import Any

from psycopg import Connection
from psycopg.rows import dict_row

from gazetteer.ledger.asof import today
from gazetteer.records.finding import Finding

Conn = Connection[Any]

NOISE_M2 = 1.0
"""Cutting areas into pieces rounds vertices to 1e-13 degrees; less than this is no finding."""

_TODAY = """
area AS MATERIALIZED (
    SELECT a.version_id, a.unit_id, coalesce(a.accuracy_m, 0) AS accuracy_m, s.code, s.name,
        s.level, s.parent_id
    FROM area_version a JOIN unit_state s USING (unit_id)
    WHERE upper_inf(a.recorded) AND a.valid @> %(today)s::date
    AND upper_inf(s.recorded) AND s.valid @> %(today)s::date
)
"""

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

# From piece to piece by the index, never from every unit to every other: hence OFFSET 0.
_OVERLAPS = f"""
WITH {_TODAY}
SELECT a.code AS subject, a.name, b.code AS other, b.name AS other_name,
    sum(shared.m2) AS m2
FROM area a JOIN area_piece p USING (version_id)
CROSS JOIN LATERAL (
    SELECT q.version_id, q.geom FROM area_piece q
    WHERE q.geom && p.geom AND q.version_id > p.version_id OFFSET 0
) q
JOIN area b ON b.version_id = q.version_id AND b.level = a.level AND b.unit_id <> a.unit_id
CROSS JOIN LATERAL (
    SELECT ST_Area(ST_CollectionExtract(ST_Intersection(p.geom, q.geom), 3)::geography) AS m2
) shared
GROUP BY a.code, a.name, b.code, b.name HAVING sum(shared.m2) > {NOISE_M2}
ORDER BY m2 DESC, 1, 3
"""

# A strip is as wide as the largest circle in it; narrower than the accuracy of the borders, it
# says nothing. Only the pieces of the parent around the child are put together.
_OUTSIDE_PARENT = f"""
WITH {_TODAY},
escaped AS MATERIALIZED (
    SELECT c.code, c.name, p.code AS parent, p.name AS parent_name,
        greatest(c.accuracy_m, p.accuracy_m) AS accuracy_m,
        ST_Difference(v.geom, coalesce(around.geom, ST_SetSRID('POLYGON EMPTY'::geometry, 4490)))
            AS geom
    FROM area c JOIN area p ON p.unit_id = c.parent_id
    JOIN area_version v ON v.version_id = c.version_id
    CROSS JOIN LATERAL (
        SELECT ST_Union(q.geom) AS geom FROM area_piece q
        WHERE q.version_id = p.version_id AND q.geom && v.geom
    ) around
)
SELECT code AS subject, name, parent AS other, parent_name AS other_name, size.m2, strip.width_m,
    accuracy_m
FROM escaped
CROSS JOIN LATERAL (SELECT ST_Area(geom::geography) AS m2) size
CROSS JOIN LATERAL (
    SELECT CASE WHEN size.m2 > {NOISE_M2}
        THEN 2 * 111319.5 * (ST_MaximumInscribedCircle(geom)).radius ELSE 0 END AS width_m
) strip
WHERE size.m2 > {NOISE_M2} AND strip.width_m > accuracy_m
ORDER BY size.m2 DESC, 1
"""


def areas_without_unit(conn: Conn) -> list[Finding]:
    """Polygons said to be in force on days on which their unit was not."""
    return [
        Finding(
            "area_without_unit",
            "error",
            row["subject"],
            f"边界面在单位不存续的期间有效：{row['days']}。",
            f"the area is in force on days on which its unit is not: {row['days']}",
            "请更正边界面的有效期，使其不超出单位的存续期。",
            "correct the period of the area so that it lies within the life of the unit",
        )
        for row in _rows(conn, _WITHOUT_UNIT)
    ]


def units_without_area(conn: Conn) -> list[Finding]:
    """Units of county level and above, in force today, of which no polygon is known."""
    return [
        Finding(
            "unit_without_area",
            "info",
            row["subject"],
            f"{row['name']} 没有已知的边界面。",
            f"no area of {row['subject']} is known",
            "如有边界数据，请用 gazetteer import 导入。",
            "if you have its boundary, load it by gazetteer import",
        )
        for row in _rows(conn, _WITHOUT_AREA)
    ]


def overlapping_areas(conn: Conn) -> list[Finding]:
    """Units of one level that claim the same ground, with the square metres of it."""
    return [
        Finding(
            "areas_overlap",
            "error",
            f"{row['subject']} {row['other']}",
            f"{row['name']} 与 {row['other_name']} 重叠 {row['m2']:.0f} 平方米。",
            f"{row['subject']} and {row['other']} overlap by {row['m2']:.0f} m2",
            "同级单位不得重叠；请按法定界线更正其中之一。",
            "units of one level do not overlap; correct one of them to the legal line",
        )
        for row in _rows(conn, _OVERLAPS)
    ]


def areas_outside_parent(conn: Conn) -> list[Finding]:
    """Units that reach out of their parent by more than the accuracy of the borders."""
    return [
        Finding(
            "area_outside_parent",
            "warning",
            row["subject"],
            f"{row['name']} 超出上级 {row['other_name']} {row['m2']:.0f} 平方米，"
            f"最宽处约 {row['width_m']:.0f} 米（精度 {row['accuracy_m']:.0f} 米）。",
            f"{row['subject']} reaches out of {row['other']} by {row['m2']:.0f} m2, about"
            f" {row['width_m']:.0f} m wide (accuracy {row['accuracy_m']:.0f} m)",
            "请核对隶属关系与两者的边界面。",
            "check the parent of the unit, and both areas",
        )
        for row in _rows(conn, _OUTSIDE_PARENT)
    ]


CHECKS = (areas_without_unit, units_without_area, overlapping_areas, areas_outside_parent)
"""All checks of areas, the quick ones first."""


def _rows(conn: Conn, statement: str) -> list[dict[str, Any]]:
    with conn.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(statement, {"today": today()}).fetchall()
