"""Standard names that are or contain a text, page by page, with the units around their places."""

from dataclasses import dataclass
from typing import Any

from psycopg import Connection
from psycopg.rows import dict_row

from gazetteer.ledger.as_of import MOMENT_CTE, AsOf, in_force_sql

_MATCHING = f"""
WITH {MOMENT_CTE}
SELECT p.record_id AS place_id, n.text AS name, n.record_id AS name_id, p.class_code, p.level,
    p.legal_class, coalesce(own.unit_id, inside.unit_id) AS unit_id, own.unit_type,
    ST_X(p.location) AS lon, ST_Y(p.location) AS lat, count(*) OVER () AS total
FROM moment CROSS JOIN name_version n
JOIN place_version p ON p.record_id = n.place_id AND {in_force_sql("p")}
LEFT JOIN unit_state own ON own.unit_id = p.unit_id AND {in_force_sql("own")}
LEFT JOIN unit_state inside ON inside.unit_id = p.within AND {in_force_sql("inside")}
WHERE n.text LIKE %(pattern)s AND n.name_kind = 'standard' AND n.language = 'zh-Hans'
    AND {in_force_sql("n")}
    AND coalesce(own.code, inside.code, '') LIKE %(within)s
    AND (%(class_code)s::text IS NULL OR p.class_code = %(class_code)s)
ORDER BY length(n.text), coalesce(own.code, inside.code), n.text, p.record_id
LIMIT %(limit)s OFFSET %(offset)s
"""

_ABOVE = f"""
WITH RECURSIVE {MOMENT_CTE},
unit AS (
    SELECT s.unit_id AS below, s.* FROM moment JOIN unit_state s
    ON s.unit_id = ANY (%(units)s) AND {in_force_sql("s")}
    UNION ALL
    SELECT unit.below, s.* FROM moment CROSS JOIN unit
    JOIN unit_state s ON s.unit_id = unit.parent_id AND {in_force_sql("s")}
)
SELECT below, level, code, name FROM unit
"""

_SPELLINGS = f"""
WITH {MOMENT_CTE}
SELECT s.name_id, s.text FROM moment JOIN spelling_version s
ON s.name_id = ANY (%(names)s) AND s.system = 'pinyin' AND {in_force_sql("s")}
"""


@dataclass(frozen=True, slots=True)
class NameRequest:
    """Which names are listed.

    Attributes:
        text: the name, or a part of it.
        is_exact: whether it is the whole name.
        within: the beginning of the codes of units; empty: everywhere.
        class_code: the class of the places; None: all.
        page: from 1.
        size: names on a page.
    """

    text: str
    is_exact: bool = False
    within: str = ""
    class_code: str | None = None
    page: int = 1
    size: int = 10


def list_standard_names(
    conn: Connection[Any], wanted: NameRequest, as_of: AsOf
) -> tuple[list[dict[str, Any]], int]:
    """The names of a page, shortest first, and how many there are on all pages.

    Each has ``place_id``, ``name``, ``romanized_name``, ``class_code``, ``level``,
    ``legal_class``, ``unit_type``, ``lon`` and ``lat`` (degrees of CGCS2000, None if not known)
    and ``units``: code and name by level. A place without a unit is listed with the one around it.
    """
    moment = as_of.to_sql_params()
    with conn.cursor(row_factory=dict_row) as cursor:
        rows = cursor.execute(_MATCHING, {**moment, **_build_params(wanted)}).fetchall()
        units = list({row["unit_id"] for row in rows if row["unit_id"]})
        above = cursor.execute(_ABOVE, {**moment, "units": units}).fetchall()
        names = [row["name_id"] for row in rows]
        spellings = cursor.execute(_SPELLINGS, {**moment, "names": names}).fetchall()
    spelling_of_name = {row["name_id"]: row["text"] for row in spellings}
    for row in rows:
        row["romanized_name"] = spelling_of_name.get(row["name_id"])
        row["units"] = {
            unit["level"]: (unit["code"], unit["name"])
            for unit in above
            if unit["below"] == row["unit_id"]
        }
    return rows, rows[0]["total"] if rows else 0


def _build_params(wanted: NameRequest) -> dict[str, Any]:
    text = wanted.text.translate({ord(one): f"\\{one}" for one in "\\%_"})
    return {
        "pattern": text if wanted.is_exact else f"%{text}%",
        "within": f"{wanted.within}%",
        "class_code": wanted.class_code,
        "limit": wanted.size,
        "offset": (wanted.page - 1) * wanted.size,
    }
