"""Queries of places: one place with all its names and spellings, and its versions."""

from typing import Any
from uuid import UUID

from psycopg import Connection
from psycopg.rows import dict_row

from gazetteer.ledger.as_of import MOMENT_CTE, AsOf, in_force_sql, resolve_known_at
from gazetteer.messages import message
from gazetteer.problems import NotFound
from gazetteer.records.act_summaries import load_acts

JsonObject = dict[str, Any]

_PLACE = f"""
WITH {MOMENT_CTE}
SELECT p.record_id AS place_id, p.legal_class, p.class_code, p.level, p.source,
       ST_X(p.location) AS lon, ST_Y(p.location) AS lat,
       p.unit_id, unit.code, p.within, inside.code AS within_code, inside.name AS within_name
FROM moment, place_version p
LEFT JOIN LATERAL (
    SELECT s.code FROM unit_state s WHERE s.unit_id = p.unit_id AND {in_force_sql("s")} LIMIT 1
) unit ON true
LEFT JOIN LATERAL (
    SELECT s.code, s.name FROM unit_state s
    WHERE s.unit_id = p.within AND {in_force_sql("s")} LIMIT 1
) inside ON true
WHERE p.record_id = %(place_id)s AND {in_force_sql("p")}
"""

_NAMES = f"""
WITH {MOMENT_CTE}
SELECT n.record_id AS name_id, n.text, n.name_kind, n.language, n.specific_part, n.generic_part,
       n.source, {in_force_sql("n")} AS in_force, lower(n.valid) AS "from", upper(n.valid) AS "to",
       n.start_precision, n.end_precision, n.started_by, n.ended_by,
       (SELECT coalesce(jsonb_agg(jsonb_build_object(
            'text', s.text, 'system', s.system, 'status', s.status, 'source', s.source,
            'valid', jsonb_build_object('from', lower(s.valid), 'to', upper(s.valid)))
            ORDER BY s.system, s.text), '[]')
        FROM spelling_version s
        WHERE s.name_id = n.record_id AND s.recorded @> moment.known_at AND s.valid && n.valid
       ) AS spellings
FROM moment, name_version n
WHERE n.place_id = %(place_id)s AND n.recorded @> moment.known_at
ORDER BY n.name_kind <> 'standard', lower(n.valid) NULLS FIRST, n.text
"""

_VERSIONS = f"""
WITH {MOMENT_CTE}
SELECT p.legal_class, p.class_code, p.level, p.unit_id, p.within, p.source,
       ST_X(p.location) AS lon, ST_Y(p.location) AS lat,
       lower(p.valid) AS "from", upper(p.valid) AS "to", p.start_precision, p.end_precision,
       c.changeset_id, c.recorded_at, c.reason, c.purpose
FROM moment, place_version p JOIN changeset c ON c.changeset_id = p.opened_in
WHERE p.record_id = %(place_id)s AND p.recorded @> moment.known_at
ORDER BY lower(p.valid) NULLS FIRST
"""


def load_place(conn: Connection[Any], place_id: UUID, as_of: AsOf) -> JsonObject:
    """A place with every name that it has or had, each with its period and spellings.

    Returns:
        JSON values; ``location`` as longitude and latitude in degrees (EPSG:4490), or None.

    Raises:
        NotFound: no such place at the moment.
    """
    params = {**as_of.to_sql_params(), "place_id": place_id}
    with conn.cursor(row_factory=dict_row) as cursor:
        row = cursor.execute(_PLACE, params).fetchone()
    if row is None:
        raise _unknown_place_error(place_id)
    lon, lat = row.pop("lon"), row.pop("lat")
    inside = {"code": row.pop("within_code"), "name": row.pop("within_name")}
    return {
        **row,
        "within": inside if row["within"] else None,
        "location": {"lon": lon, "lat": lat} if lon is not None else None,
        "names": load_names(conn, place_id, as_of),
        **as_of.as_of_fields(resolve_known_at(conn, as_of)),
    }


def load_names(conn: Connection[Any], place_id: UUID, as_of: AsOf) -> list[JsonObject]:
    """Every name that a place has or had, with its period, its acts and its spellings."""
    params = {**as_of.to_sql_params(), "place_id": place_id}
    with conn.cursor(row_factory=dict_row) as cursor:
        rows = cursor.execute(_NAMES, params).fetchall()
    documents = load_acts(conn, [act for row in rows for act in _get_act_ids(row)], as_of)
    for row in rows:
        row["valid"] = _pop_period(row)
        row["acts"] = [documents[act] for act in _get_act_ids(row) if act in documents]
        del row["started_by"], row["ended_by"]
    return rows


def load_place_history(conn: Connection[Any], place_id: UUID, as_of: AsOf) -> JsonObject:
    """The versions of a place as known at the moment, with the changesets that wrote them.

    Raises:
        NotFound: no such place.
    """
    params = {**as_of.to_sql_params(), "place_id": place_id}
    with conn.cursor(row_factory=dict_row) as cursor:
        rows = cursor.execute(_VERSIONS, params).fetchall()
    if not rows:
        raise _unknown_place_error(place_id)
    for row in rows:
        row["valid"] = _pop_period(row)
        lon, lat = row.pop("lon"), row.pop("lat")
        row["location"] = {"lon": lon, "lat": lat} if lon is not None else None
    moment = as_of.as_of_fields(resolve_known_at(conn, as_of))
    return {
        "place_id": place_id,
        "versions": rows,
        "names": load_names(conn, place_id, as_of),
        **moment,
    }


def _get_act_ids(row: JsonObject) -> tuple[UUID | None, UUID | None]:
    return row["started_by"], row["ended_by"]


def _pop_period(row: JsonObject) -> JsonObject:
    return {
        "from": row.pop("from"),
        "to": row.pop("to"),
        "from_precision": row.pop("start_precision"),
        "to_precision": row.pop("end_precision"),
    }


def _unknown_place_error(place_id: UUID) -> NotFound:
    return NotFound(message("place.not_found", place=place_id), field="id")
