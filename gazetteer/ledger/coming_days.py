"""Days to come on which something changes: an act may take effect long after it was published."""

from datetime import date
from typing import Any

from psycopg import Connection, sql

from gazetteer.ledger.record_kind import Audience, RecordKinds, select_visible_kinds

COMING_DAY_SQL = "coming_day(valid, recorded)"
"""The last day on which a version begins or ends, if it was recorded before that day.

Null for all others, and if it is not known any more. Few versions have one; each kind has an index
of them.
"""

_DAYS = f"""SELECT unnest(ARRAY[lower(valid), upper(valid)]) AS day FROM {{}}
WHERE {COMING_DAY_SQL} > %(after)s"""


def load_coming_days(conn: Connection[Any], kinds: RecordKinds, after: date) -> list[date]:
    """The days after ``after`` on which a public record begins, changes or ends.

    Args:
        conn: connection to the register.
        kinds: the kinds of the register; those that are not public do not count.
        after: today, or a later day.

    Returns:
        Each day once, ascending, as known now.
    """
    parts = [
        sql.SQL(_DAYS).format(sql.Identifier(kind.table_name))
        for kind in select_visible_kinds(kinds, Audience.PUBLIC).values()
    ]
    statement = sql.SQL("SELECT DISTINCT day FROM ({}) days WHERE day > %(after)s ORDER BY day")
    rows = conn.execute(statement.format(sql.SQL(" UNION ALL ").join(parts)), {"after": after})
    return [row[0] for row in rows]
