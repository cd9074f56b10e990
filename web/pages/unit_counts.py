"""Number of units of each level inside a unit, for the start page."""

from typing import Any

from psycopg import Connection

from gazetteer.ledger.as_of import MOMENT_CTE, AsOf, in_force_sql
from gazetteer.records.levels import UNIT_LEVELS

_COUNTS_SQL = f"""
WITH {MOMENT_CTE}
SELECT s.level, count(*) FROM moment, unit_state s
WHERE s.code LIKE %(prefix)s AND {in_force_sql("s")} GROUP BY s.level
"""


def count_units_by_level(conn: Connection[Any], code: str, as_of: AsOf) -> dict[str, int]:
    """Units inside the province ``code`` at the moment, by level from above, without empty ones."""
    params = {**as_of.to_sql_params(), "prefix": f"{code[:2]}%"}
    count_of_level = dict(conn.execute(_COUNTS_SQL, params).fetchall())
    return {level: count_of_level[level] for level in UNIT_LEVELS[1:] if level in count_of_level}
