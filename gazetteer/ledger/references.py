"""Referential integrity: every reference leads to an existing record of the right kind."""

from typing import Any

from psycopg import Connection, sql

from gazetteer.ledger.record_kind import RecordKinds
from gazetteer.messages import message
from gazetteer.problems import Conflict


def check_references(conn: Connection[Any], kinds: RecordKinds, changeset: int) -> None:
    """Check every reference of the versions that a changeset opened, and the acts it cites.

    Raises:
        Conflict: states the kind, the field and one of the missing records.
    """
    _check_acts_exist(conn, changeset)
    opened = conn.execute(
        "SELECT DISTINCT kind FROM change WHERE changeset_id = %s", (changeset,)
    ).fetchall()
    for (name,) in opened:
        references = [(f.name, f.target_kind) for f in kinds[name].fields if f.target_kind]
        for field, target in [*references, ("started_by", "act"), ("ended_by", "act")]:
            row = conn.execute(
                sql.SQL(
                    "SELECT v.{field} FROM {table} v LEFT JOIN record r"
                    " ON r.record_id = v.{field} AND r.kind = %s"
                    " WHERE v.opened_in = %s AND v.{field} IS NOT NULL AND r.record_id IS NULL"
                    " LIMIT 1"
                ).format(field=sql.Identifier(field), table=sql.Identifier(kinds[name].table_name)),
                (target, changeset),
            ).fetchone()
            if row:
                dangling = message(
                    "ledger.dangling_reference",
                    kind=name,
                    field=field,
                    target=target,
                    record=row[0],
                )
                raise Conflict(dangling, field=field)


def _check_acts_exist(conn: Connection[Any], changeset: int) -> None:
    row = conn.execute(
        "SELECT act FROM changeset, unnest(acts) AS act WHERE changeset_id = %s AND NOT EXISTS"
        " (SELECT FROM record r WHERE r.record_id = act AND r.kind = 'act') LIMIT 1",
        (changeset,),
    ).fetchone()
    if row:
        raise Conflict(message("ledger.unknown_act", act=row[0]), field="acts")
