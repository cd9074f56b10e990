"""The borders round a place in two states, for maps."""

import shapely
from psycopg.rows import tuple_row
from shapely.geometry.base import BaseGeometry

from boundaries.differences.compared_states import MOMENTS_CTE, SIDES, ComparedStates
from boundaries.exports.export_query import Conn
from gazetteer.ledger.as_of import in_force_sql

_BEFORE, _AFTER = (in_force_sql("e", side) for side in SIDES)

_EDGES = f"""
WITH {MOMENTS_CTE}
SELECT ST_AsBinary(e.geom), bool_or({_AFTER}) FROM from_moment, to_moment, edge_version e
WHERE e.geom && ST_MakeEnvelope(%(west)s, %(south)s, %(east)s, %(north)s, 4490)
    AND (({_BEFORE}) OR ({_AFTER}))
GROUP BY 1
"""


def load_outlines(
    conn: Conn, states: ComparedStates, box: tuple[float, float, float, float]
) -> tuple[list[BaseGeometry], list[BaseGeometry]]:
    """The edges near a box that are in force after, and the courses that are so before only.

    ``box`` is west, south, east, north in degrees of CGCS2000, and so are the lines.
    """
    params = states.build_sql_params() | dict(
        zip(("west", "south", "east", "north"), box, strict=True)
    )
    with conn.cursor(row_factory=tuple_row) as cursor:
        rows = cursor.execute(_EDGES, params).fetchall()
    lasting, former = (
        shapely.from_wkb([wkb for wkb, lasts in rows if lasts is side]).tolist()
        for side in (True, False)
    )
    return lasting, former
