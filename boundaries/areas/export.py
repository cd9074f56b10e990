"""The areas of all units of a level as one table, to be written as a file."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import shapely
from psycopg import Connection
from psycopg.rows import dict_row

from boundaries.layers.table import Table
from gazetteer.intake.batch import Progress, no_progress
from gazetteer.ledger.asof import MOMENT, AsOf, in_force, known_at
from gazetteer.problems import NoAreaKnown
from gazetteer.records.reads import refuse_code

Conn = Connection[Any]

_BATCH = 100

_UNITS = f"""
WITH RECURSIVE {MOMENT},
subtree AS (
    SELECT s.unit_id FROM moment, unit_state s WHERE s.code = %(within)s AND {in_force("s")}
    UNION ALL
    SELECT s.unit_id FROM subtree t, moment, unit_state s
    WHERE s.parent_id = t.unit_id AND {in_force("s")}
)
SELECT a.version_id, s.code, s.name, s.romanized_name, s.level, s.unit_type,
    p.code AS parent_code, p.name AS parent_name, a.area_m2 / 1e6 AS area_km2, a.accuracy_m,
    a.source, lower(s.valid * a.valid) AS valid_from, upper(s.valid * a.valid) AS valid_to,
    s.unit_id::text AS unit_id
FROM moment JOIN unit_state s ON s.level = %(level)s AND {in_force("s")}
LEFT JOIN unit_state p ON p.unit_id = s.parent_id AND {in_force("p")}
LEFT JOIN LATERAL (
    SELECT v.* FROM area_version v WHERE v.unit_id = s.unit_id AND {in_force("v")}
    ORDER BY lower(v.valid) DESC NULLS LAST LIMIT 1
) a ON true
WHERE %(within)s::text IS NULL OR s.unit_id IN (SELECT unit_id FROM subtree)
ORDER BY s.code
"""

_SHAPES = """
SELECT version_id, ST_AsBinary(geom) FROM area_version WHERE version_id = ANY (%s)
"""


def divisions(
    conn: Conn,
    level: str,
    as_of: AsOf,
    *,
    within: str | None = None,
    progress: Progress = no_progress,
) -> Table:
    """The units of ``level`` in force at the moment whose area is known, in the order of codes.

    ``within`` is the code of a unit above them. ``valid_from`` and ``valid_to`` (exclusive) say
    between which days both unit and polygon stayed as they are; every row repeats the moment.

    Raises:
        NoAreaKnown: no unit of the level has a known area then; says how many units there are.
        UnknownCode, CodeNotInForce, NoDataBefore: ``within`` carried no unit then.
    """
    with conn.transaction(), conn.cursor(row_factory=dict_row) as cursor:
        conn.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        asked = {**as_of.params(), "level": level, "within": within}
        units = cursor.execute(_UNITS, asked).fetchall()
        if not units and within is not None:
            refuse_code(conn, within, as_of)
        known = [unit for unit in units if unit["version_id"] is not None]
        if not known:
            raise _nothing(level, as_of, len(units))
        shapes = _shapes(conn, [unit.pop("version_id") for unit in known], progress)
        moment = as_of.echo(known_at(conn, as_of))
    columns = {name: [unit[name] for unit in known] for name in known[0]}
    columns |= {name: [value] * len(known) for name, value in moment.items()}
    return Table(level, shapes, columns)


def _shapes(conn: Conn, versions: Sequence[Any], progress: Progress) -> np.ndarray[Any, Any]:
    """The polygons of the versions, in their order."""
    found: dict[Any, bytes] = {}
    for start in range(0, len(versions), _BATCH):
        found |= dict(conn.execute(_SHAPES, [versions[start : start + _BATCH]]).fetchall())
        progress(min(start + _BATCH, len(versions)), len(versions), "read")
    return np.asarray(shapely.from_wkb([found[version] for version in versions]), dtype=object)


def _nothing(level: str, as_of: AsOf, units: int) -> NoAreaKnown:
    return NoAreaKnown(
        f"{as_of.at} 的 {units} 个 {level} 级单位都没有已知边界面。",
        f"no area is known of any of the {units} units of level {level} on {as_of.at}",
        field="at",
        units=units,
    )
