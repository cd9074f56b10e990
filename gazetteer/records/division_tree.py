"""Units with the units below them, some levels deep."""

from typing import Any

from psycopg import Connection
from psycopg.rows import dict_row

from gazetteer.ledger.as_of import MOMENT_CTE, AsOf, in_force_sql

DivisionNode = dict[str, Any]
_TREE = f"""
WITH RECURSIVE {MOMENT_CTE},
node AS (
    SELECT s.unit_id, NULL::uuid AS parent_id, s.code, s.name, s.level, s.unit_type, 0 AS depth
    FROM moment JOIN unit_state s ON {in_force_sql("s")}
    WHERE CASE WHEN %(code)s::text IS NULL THEN s.level = 'province' ELSE s.code = %(code)s END
    UNION ALL
    SELECT s.unit_id, node.unit_id, s.code, s.name, s.level, s.unit_type, node.depth + 1
    FROM moment CROSS JOIN node
    JOIN unit_state s ON s.parent_id = node.unit_id AND {in_force_sql("s")}
    WHERE node.depth < %(depth)s
)
SELECT * FROM node WHERE code IS NOT NULL ORDER BY depth, code
"""


def load_division_tree(
    conn: Connection[Any], code: str | None, depth: int, as_of: AsOf
) -> list[DivisionNode]:
    """The unit with a code, or all provinces, each with its ``children`` down to a depth.

    Args:
        conn: connection to the register.
        code: as it was in force at the moment; None: all provinces.
        depth: how many steps down; 0: no children.
        as_of: the moment.

    Returns:
        Nodes with ``code``, ``name``, ``level``, ``unit_type`` and ``children``, by code; none if
        no unit has the code at the moment.
    """
    params = {**as_of.to_sql_params(), "code": code, "depth": depth}
    with conn.cursor(row_factory=dict_row) as cursor:
        rows = cursor.execute(_TREE, params).fetchall()
    nodes: dict[Any, DivisionNode] = {}
    top: list[DivisionNode] = []
    for row in rows:
        fields = {name: row[name] for name in ("code", "name", "level", "unit_type")}
        nodes[row["unit_id"]] = node = {**fields, "children": []}
        siblings = nodes[row["parent_id"]]["children"] if row["depth"] else top
        siblings.append(node)
    return top
