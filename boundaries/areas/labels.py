"""One point for each unit: where its label stands, inside its area."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from psycopg import Connection

from gazetteer.ledger.asof import MOMENT, AsOf, in_force

_POINTS = f"""
WITH {MOMENT},
point AS (
    SELECT a.unit_id, ST_Transform(a.label, 4490) AS geom FROM area_version a, moment
    WHERE a.unit_id = ANY(%(units)s) AND {in_force("a")}
)
SELECT unit_id, ST_X(geom), ST_Y(geom) FROM point
"""


def label_points(
    conn: Connection[Any], units: Sequence[UUID], as_of: AsOf
) -> dict[UUID, list[float]]:
    """``[lon, lat]`` (CGCS2000) of the units whose area is known at the moment."""
    if not units:
        return {}
    rows = conn.execute(_POINTS, {**as_of.params(), "units": list(units)})
    return {row[0]: [row[1], row[2]] for row in rows}
