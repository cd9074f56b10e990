"""Grants in the database: those of accounts and, in the same form, those of API keys."""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID, uuid4

from psycopg import Connection
from psycopg.sql import SQL, Identifier

from gazetteer.accounts.roles import Grant, Role
from gazetteer.ledger.as_of import today
from gazetteer.messages import message
from gazetteer.problems import InvalidValue


def grants_sql(table: str, holder: str) -> str:
    """SQL: the grants of a holder, for :func:`parse_grants`.

    Args:
        table: ``account_grant`` or ``api_key_grant``.
        holder: the id of the row whose grants are selected, such as ``a.account_id``.
    """
    column = holder.rpartition(".")[2]
    return (
        "(SELECT coalesce(jsonb_agg(jsonb_build_array(g.role, g.unit_id, g.grant_id)"
        " ORDER BY g.role, g.unit_id), '[]')"
        f" FROM {table} g WHERE g.{column} = {holder})"
    )


def parse_grants(rows: Iterable[Sequence[str]]) -> tuple[Grant, ...]:
    """Grants from the value of :func:`grants_sql`."""
    return tuple(
        Grant(Role(role), UUID(unit) if unit else None, UUID(grant)) for role, unit, grant in rows
    )


def insert_grant(
    conn: Connection[Any], table: str, column: str, holder: object, grant: Grant
) -> Grant:
    """Insert a grant, unless it exists already; return it with its id.

    Args:
        conn: connection inside a transaction.
        table: ``account_grant`` or ``api_key_grant``.
        column: the column with the holder's id.
        holder: the id of the account or key.
        grant: the role and the unit.

    Raises:
        InvalidValue: there is no such unit.
    """
    _check_unit(conn, grant.unit_id)
    names = {"table": Identifier(table), "column": Identifier(column)}
    conn.execute(
        SQL(
            "INSERT INTO {table} (grant_id, {column}, role, unit_id) VALUES (%s, %s, %s, %s)"
            " ON CONFLICT DO NOTHING"
        ).format(**names),
        (uuid4(), holder, grant.role.value, grant.unit_id),
    )
    row = conn.execute(
        SQL(
            "SELECT grant_id FROM {table} WHERE {column} = %s AND role = %s"
            " AND unit_id IS NOT DISTINCT FROM %s"
        ).format(**names),
        (holder, grant.role.value, grant.unit_id),
    ).fetchone()
    assert row is not None  # written above, in the same transaction
    return Grant(grant.role, grant.unit_id, row[0])


def serialize_grant(grant: Grant) -> dict[str, str | None]:
    """A grant in the form of the audit log."""
    return {"role": grant.role.value, "unit_id": str(grant.unit_id) if grant.unit_id else None}


def _check_unit(conn: Connection[Any], unit_id: UUID | None) -> None:
    unit_query = "SELECT FROM record WHERE record_id = %s AND kind = 'unit'"
    if unit_id is not None and conn.execute(unit_query, (unit_id,)).fetchone() is None:
        raise InvalidValue(message("account.unit_not_found", unit=unit_id), field="unit_id")


def load_unit_names(
    conn: Connection[Any], grants: Iterable[Grant]
) -> dict[UUID, tuple[str | None, str | None]]:
    """Code and name of the units of grants, as of today or, if abolished, the last ones."""
    units = list({grant.unit_id for grant in grants if grant.unit_id})
    rows = conn.execute(
        "SELECT DISTINCT ON (unit_id) unit_id, code, name FROM unit_state"
        " WHERE unit_id = ANY(%s) AND upper_inf(recorded)"
        " ORDER BY unit_id, valid @> %s::date DESC, lower(valid) DESC NULLS LAST",
        (units, today()),
    )
    return {unit: (code, name) for unit, code, name in rows}
