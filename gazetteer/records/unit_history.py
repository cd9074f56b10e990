"""The whole history of a unit: its states, and the events between them with their acts."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from psycopg import Connection
from psycopg.rows import dict_row

from gazetteer.ledger.as_of import MOMENT_CTE, AsOf, resolve_known_at
from gazetteer.records.act_summaries import load_acts
from gazetteer.records.division_queries import find_unit
from gazetteer.records.succession_queries import JsonObject, load_succession
from gazetteer.records.unit_events import UnitState, derive_events

_STATES = f"""
WITH {MOMENT_CTE}
SELECT s.unit_id, s.code, s.name, s.romanized_name, s.level, s.unit_type, s.parent_id,
       lower(s.valid) AS start, upper(s.valid) AS stop, s.start_precision, s.end_precision,
       s.started_by, s.ended_by, parent.code AS parent_code, parent.name AS parent_name,
       parent.romanized_name AS parent_romanized_name
FROM moment, unit_state s
LEFT JOIN LATERAL (
    SELECT p.code, p.name, p.romanized_name FROM unit_state p
    WHERE p.unit_id = s.parent_id AND p.recorded @> moment.known_at AND p.valid && s.valid
    ORDER BY lower(p.valid) DESC LIMIT 1
) parent ON true
WHERE s.unit_id = %(unit_id)s AND s.recorded @> moment.known_at
ORDER BY lower(s.valid) NULLS FIRST
"""

_RELATED_STATES = f"""
WITH {MOMENT_CTE}
SELECT s.unit_id::text, s.name, s.romanized_name, lower(s.valid) AS start
FROM moment, unit_state s
WHERE s.unit_id = ANY(%(unit_ids)s::uuid[]) AND s.recorded @> moment.known_at
ORDER BY lower(s.valid) NULLS FIRST
"""


def load_history(conn: Connection[Any], code: str, as_of: AsOf) -> JsonObject:
    """Every version and every event of the unit that carried ``code`` at the moment.

    The history is complete whatever the requested day, which only determines the unit.

    Raises:
        UnknownCode, CodeNotInForce, NoDataBefore: as
            :func:`gazetteer.records.division_queries.load_division`.
    """
    unit_id, name = find_unit(conn, code, as_of)
    with conn.cursor(row_factory=dict_row) as cursor:
        rows = cursor.execute(_STATES, {**as_of.to_sql_params(), "unit_id": unit_id}).fetchall()
    states = [UnitState(**{key: row[key] for key in UnitState.__slots__}) for row in rows]
    predecessors, successors = load_succession(conn, unit_id, as_of)
    _add_unit_details(conn, (*predecessors, *successors), as_of)
    unit_events = derive_events(states, predecessors, successors)
    acts_by_id = load_acts(conn, [event.act for event in unit_events], as_of)
    return {
        "code": code,
        "unit_id": unit_id,
        "name": name,
        "events": [event.serialize(acts_by_id) for event in unit_events],
        "versions": [_serialize_version(row) for row in rows],
        **as_of.as_of_fields(resolve_known_at(conn, as_of)),
    }


def _add_unit_details(conn: Connection[Any], links: Sequence[JsonObject], as_of: AsOf) -> None:
    """Add ``romanized_name`` and ``first_day`` of the other unit to each link of a succession."""
    romanized_names: dict[tuple[str, str], str | None] = {}
    first_days: dict[str, date | None] = {}
    params = {**as_of.to_sql_params(), "unit_ids": [link["unit_id"] for link in links]}
    with conn.cursor(row_factory=dict_row) as cursor:
        for row in cursor.execute(_RELATED_STATES, params):
            romanized_names[row["unit_id"], row["name"]] = row["romanized_name"]
            first_days.setdefault(row["unit_id"], row["start"])
    for link in links:
        link["romanized_name"] = romanized_names.get((link["unit_id"], link["name"]))
        link["first_day"] = first_days.get(link["unit_id"])


def _serialize_version(row: JsonObject) -> JsonObject:
    return {
        "code": row["code"],
        "name": row["name"],
        "romanized_name": row["romanized_name"],
        "level": row["level"],
        "unit_type": row["unit_type"],
        "parent": {"code": row["parent_code"], "name": row["parent_name"]}
        if row["parent_id"]
        else None,
        "valid": {
            "from": row["start"].isoformat() if row["start"] else None,
            "to": row["stop"].isoformat() if row["stop"] else None,
            "from_precision": row["start_precision"],
            "to_precision": row["end_precision"],
        },
    }
