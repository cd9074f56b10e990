"""The borders of a unit: with whom, how long, and where, as of a date."""

from typing import Any

import orjson
from psycopg import Connection
from psycopg.rows import dict_row

from gazetteer.ledger.as_of import MOMENT_CTE, AsOf, in_force_sql, resolve_known_at
from gazetteer.records.division_queries import raise_code_problem

JsonObject = dict[str, Any]

# An edge bounds the unit if just one of its sides is the unit or below it. The neighbour is the
# unit of the same level above the other side, or the next one above where there is none.
_BORDERS = f"""
WITH RECURSIVE {MOMENT_CTE},
state AS NOT MATERIALIZED (
    SELECT s.unit_id, s.level, s.code, s.name, s.parent_id,
        array_position(ARRAY['province', 'prefecture', 'county', 'township', 'village'], s.level)
            AS depth
    FROM moment, unit_state s WHERE {in_force_sql("s")}
),
unit AS MATERIALIZED (SELECT * FROM state WHERE code = %(code)s LIMIT 1),
below AS (
    SELECT unit_id FROM unit
    UNION SELECT state.unit_id FROM below JOIN state ON state.parent_id = below.unit_id
    WHERE state.level <> 'village'
),
edge AS MATERIALIZED (
    SELECT e.geom, e.beyond, e.accuracy_m,
        CASE WHEN l.unit_id IS NULL THEN e.left_unit ELSE e.right_unit END AS other
    FROM moment, edge_version e
    LEFT JOIN below l ON l.unit_id = e.left_unit LEFT JOIN below r ON r.unit_id = e.right_unit
    WHERE {in_force_sql("e")} AND (l.unit_id IS NULL) <> (r.unit_id IS NULL)
),
above AS (
    SELECT state.unit_id AS other, state.* FROM state
    WHERE unit_id IN (SELECT edge.other FROM edge)
    UNION ALL
    SELECT above.other, state.* FROM above, unit, state
    WHERE above.depth > unit.depth AND state.unit_id = above.parent_id
),
neighbour AS (
    SELECT DISTINCT ON (other) other, unit_id, code, name, level FROM above
    ORDER BY other, depth
),
line AS (
    SELECT n.unit_id, n.code, n.name, n.level, e.beyond, count(*) AS edges,
        sum(ST_Length(e.geom::geography)) AS length_m, max(e.accuracy_m) AS accuracy_m,
        ST_AsGeoJSON(ST_Multi(ST_LineMerge(ST_Collect(e.geom))), 15, 0) AS geometry
    FROM edge e LEFT JOIN neighbour n USING (other) GROUP BY 1, 2, 3, 4, 5
)
SELECT moment.known_at, unit.unit_id::text, unit.code, unit.name, unit.level,
    (SELECT jsonb_agg(to_jsonb(line) ORDER BY line.code NULLS LAST, line.beyond) FROM line) AS lines
FROM moment, unit
"""


def load_unit_borders(conn: Connection[Any], code: str, as_of: AsOf) -> JsonObject:
    """The lines between the unit that carried ``code`` and its neighbours, as GeoJSON features.

    A neighbour has the level of the unit, or is the next one above (a prefecture without counties).
    Coasts and outer limits are lines without a neighbour, with ``beyond``. Lengths are in metres
    on the ellipsoid.

    Raises:
        UnknownCode, CodeNotInForce, NoDataBefore: as for the unit itself.
    """
    with conn.cursor(row_factory=dict_row) as cursor:
        row = cursor.execute(_BORDERS, {**as_of.to_sql_params(), "code": code}).fetchone()
    if row is None:
        raise_code_problem(conn, code, as_of)
    if as_of.known_at is not None:
        resolve_known_at(conn, as_of)
    moment, lines = as_of.as_of_fields(row.pop("known_at")), row.pop("lines") or []
    return {
        "type": "FeatureCollection",
        **row,
        **moment,
        "length_m": sum(line["length_m"] for line in lines),
        "features": [_serialize_border(line) for line in lines],
    }


def _serialize_border(line: JsonObject) -> JsonObject:
    geometry = line.pop("geometry")
    neighbour = {key: line.pop(key) for key in ("unit_id", "code", "name", "level")}
    return {
        "type": "Feature",
        "geometry": orjson.Fragment(geometry),
        "properties": {"neighbour": neighbour if neighbour["code"] else None, **line},
    }
