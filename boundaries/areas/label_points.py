"""One point for each unit, inside its area: the position of its label."""

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from psycopg import Connection

from gazetteer.ledger.as_of import MOMENT_CTE, AsOf, in_force_sql
from gazetteer.search.index.index_source import PointRow

_POINTS = f"""
WITH {MOMENT_CTE},
point AS (
    SELECT a.unit_id, ST_Transform(d.label, 4490) AS geom
    FROM moment, area_version a JOIN area_display d USING (version_id)
    WHERE a.unit_id = ANY(%(units)s) AND {in_force_sql("a")}
)
SELECT unit_id, ST_X(geom), ST_Y(geom) FROM point
"""


_ALL_POINTS = """
SELECT unit_id::text, lower(valid), upper(valid), ST_X(geom), ST_Y(geom)
FROM (
    SELECT unit_id, valid, ST_Transform(label, 4490) AS geom
    FROM area_version JOIN area_display USING (version_id)
    WHERE upper_inf(recorded) AND (%(units)s::uuid[] IS NULL OR unit_id = ANY(%(units)s))
) point
"""


def load_unit_points(conn: Connection[Any], units: Collection[str] | None = None) -> list[PointRow]:
    """The points of all units, or of some, at all times, as known now.

    See :func:`gazetteer.search.index.index_loading.load_source`.
    """
    params = {"units": None if units is None else list(units)}
    return [PointRow(*row) for row in conn.execute(_ALL_POINTS, params, prepare=False)]


def load_label_points(
    conn: Connection[Any], units: Sequence[UUID], as_of: AsOf
) -> dict[UUID, list[float]]:
    """``[lon, lat]`` (CGCS2000) of the units whose area is known at the moment."""
    if not units:
        return {}
    rows = conn.execute(_POINTS, {**as_of.to_sql_params(), "units": list(units)})
    return {row[0]: [row[1], row[2]] for row in rows}
