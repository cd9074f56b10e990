"""The succession of units: from which and to which units territory passed."""

from collections.abc import Collection
from typing import Any, LiteralString
from uuid import UUID

import orjson
from psycopg import Connection
from psycopg.rows import tuple_row

from gazetteer.ledger.as_of import MOMENT_CTE, AsOf

JsonObject = dict[str, Any]


def succession_sql(unit: LiteralString) -> LiteralString:
    """SQL: the succession of a unit, one row for each link; needs :data:`MOMENT_CTE`.

    Succession does not depend on the requested day: a reader of the state of 1990 wants to know
    what became of the unit. The other unit is shown as of the day of the change, a predecessor as
    of the day before.
    """
    return f"""
    SELECT l.is_predecessor, o.unit_id, o.code, o.name, l.link_kind AS kind, l.share_from,
           l.share_to, lower(l.valid) AS "on", l.start_precision AS precision,
           l.started_by AS act_id
    FROM (
        SELECT *, true AS is_predecessor, from_unit AS other FROM succession_version
        WHERE to_unit = {unit}
        UNION ALL
        SELECT *, false, to_unit FROM succession_version WHERE from_unit = {unit}
    ) l
    JOIN LATERAL (
        SELECT s.unit_id, s.code, s.name
        FROM (SELECT * FROM unit_state WHERE unit_id = l.other OFFSET 0) s
        WHERE range_contains_elem(s.recorded, moment.known_at)
        ORDER BY abs(coalesce(
            CASE WHEN l.is_predecessor THEN upper(s.valid) ELSE lower(s.valid) END
            - lower(l.valid), 1000000)), lower(s.valid)
        LIMIT 1
    ) o ON true
    WHERE range_contains_elem(l.recorded, moment.known_at)
    ORDER BY lower(l.valid), o.code, o.unit_id, l.version_id"""


_SUCCESSION = f"""
WITH {MOMENT_CTE}
SELECT json_agg(k)::text FROM moment, LATERAL ({succession_sql("%(unit_id)s")}) k
"""

_ALL_SUCCESSIONS = f"""
WITH {MOMENT_CTE}, linked AS (
    SELECT from_unit AS unit FROM succession_version WHERE upper_inf(recorded)
    AND (%(units)s::uuid[] IS NULL OR from_unit = ANY(%(units)s))
    UNION SELECT to_unit FROM succession_version WHERE upper_inf(recorded)
    AND (%(units)s::uuid[] IS NULL OR to_unit = ANY(%(units)s))
)
SELECT linked.unit::text, (SELECT json_agg(k) FROM ({succession_sql("linked.unit")}) k)::text
FROM moment, linked
"""


def load_succession(
    conn: Connection[Any], unit_id: object, as_of: AsOf
) -> tuple[list[JsonObject], list[JsonObject]]:
    """Predecessors and successors of a unit, each as of the day of the change."""
    params = {**as_of.to_sql_params(), "unit_id": unit_id}
    with conn.cursor(row_factory=tuple_row) as cursor:
        row = cursor.execute(_SUCCESSION, params).fetchone()
    return parse_succession(row[0] if row else None)


def load_all_successions(
    conn: Connection[Any], units: Collection[str] | None = None
) -> list[tuple[str, str]]:
    """The succession of all units that have any, or of some: id, and JSON to be parsed.

    For the JSON see :func:`parse_succession`.
    """
    params = {"known_at": None, "units": None if units is None else list(units)}
    with conn.cursor(row_factory=tuple_row) as cursor:
        rows = cursor.execute(_ALL_SUCCESSIONS, params, prepare=False)
        return [row for row in rows if row[1]]


def parse_succession(links: str | None) -> tuple[list[JsonObject], list[JsonObject]]:
    """Predecessors and successors from the links of a unit as JSON text (None: no links)."""
    predecessors: list[JsonObject] = []
    successors: list[JsonObject] = []
    for link in orjson.loads(links or "[]"):
        is_predecessor = link.pop("is_predecessor")
        share_from, share_to = link.pop("share_from"), link.pop("share_to")
        share = share_to if is_predecessor else share_from
        link["share"] = None if share is None else float(share)
        link["act_id"] = UUID(link["act_id"]) if link["act_id"] else None
        (predecessors if is_predecessor else successors).append(link)
    return predecessors, successors
