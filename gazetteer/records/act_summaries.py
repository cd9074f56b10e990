"""The legal acts behind changes, in the form of responses."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from psycopg import Connection
from psycopg.rows import dict_row

from gazetteer.ledger.as_of import MOMENT_CTE, AsOf

_ACTS = f"""
WITH {MOMENT_CTE}
SELECT record_id AS act_id, title, number, authority, approved_on, effective_on, announced_on,
       implemented_on, source, remark
FROM act_version, moment WHERE record_id = ANY(%(ids)s) AND recorded @> moment.known_at
"""


def load_acts(conn: Connection[Any], ids: Iterable[UUID | None], as_of: AsOf) -> dict[UUID, Any]:
    """The acts as known at the moment, by id."""
    act_ids = [act for act in set(ids) if act]
    with conn.cursor(row_factory=dict_row) as cursor:
        rows = cursor.execute(_ACTS, {**as_of.to_sql_params(), "ids": act_ids}).fetchall()
    return {row["act_id"]: {**row, "act_id": str(row["act_id"])} for row in rows}
