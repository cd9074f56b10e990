"""The named places: units, settlements and others."""

from typing import Any

import numpy as np
import shapely
from psycopg.rows import dict_row

from boundaries.exports.export_query import SUBTREE, Conn, ExportRequest, build_columns
from boundaries.exports.period_columns import PERIOD_COLUMNS, select_period
from boundaries.exports.unit_chain import CHAIN_COLUMNS, load_unit_chains
from boundaries.layers.output_table import OutputTable
from gazetteer.ledger.as_of import MOMENT_CTE, in_force_sql
from gazetteer.messages import message

_COLUMNS = (
    *("place_id", "name", "romanized_name", "other_names", "level", "legal_class", "class_code"),
    *("code", "within_code", "within_name", "division_full_name", *CHAIN_COLUMNS),
    *("source", *PERIOD_COLUMNS),
)

_PLACES = f"""
WITH RECURSIVE {MOMENT_CTE}, {SUBTREE},
place AS MATERIALIZED (
    SELECT p.*, unit.code, inside.code AS within_code, inside.name AS within_name,
        coalesce(
            p.within, CASE unit.level WHEN 'village' THEN unit.parent_id ELSE p.unit_id END
        ) AS division_id
    FROM moment JOIN place_version p ON {in_force_sql("p")}
    LEFT JOIN unit_state unit ON unit.unit_id = p.unit_id AND {in_force_sql("unit")}
    LEFT JOIN unit_state inside ON inside.unit_id = p.within AND {in_force_sql("inside")}
    WHERE (%(level)s::text IS NULL OR p.level = %(level)s)
        AND (p.unit_id IS NULL OR unit.unit_id IS NOT NULL)
        AND (%(within)s::text IS NULL OR p.within IN (SELECT unit_id FROM subtree)
            OR p.unit_id IN (SELECT unit_id FROM subtree))
    ORDER BY p.location IS NULL, unit.code NULLS LAST, p.record_id LIMIT %(most_rows)s
),
named AS (
    SELECT n.place_id,
        (array_agg(n.text ORDER BY n.text) FILTER (WHERE n.name_kind = 'standard'))[1] AS name,
        (array_agg(n.record_id ORDER BY n.text) FILTER (WHERE n.name_kind = 'standard'))[1]
            AS name_id,
        string_agg(n.text, '; ' ORDER BY n.name_kind, n.text)
            FILTER (WHERE n.name_kind <> 'standard') AS other_names
    FROM moment, place p JOIN name_version n ON n.place_id = p.record_id WHERE {in_force_sql("n")}
    GROUP BY n.place_id
)
SELECT p.record_id::text AS place_id, n.name, n.other_names, p.level, p.legal_class, p.class_code,
    p.code, p.within_code, p.within_name, p.division_id, p.source,
    lower(p.valid) AS valid_from, upper(p.valid) AS valid_to, p.start_precision, p.end_precision,
    ST_X(p.location) AS x, ST_Y(p.location) AS y, 0 AS bytes,
    (
        SELECT min(s.text) FROM spelling_version s
        WHERE s.name_id = n.name_id AND s.system = 'pinyin' AND {in_force_sql("s")}
    ) AS romanized_name
FROM moment, place p LEFT JOIN named n ON n.place_id = p.record_id
ORDER BY p.location IS NULL, p.code NULLS LAST, p.record_id
"""


def load_place_table(conn: Conn, request: ExportRequest) -> OutputTable:
    """The places of the level (without one, of all levels), with their names.

    ``name`` is the standard one, ``romanized_name`` its pinyin; ``code`` is that of the unit that
    has the name, ``within_code`` that of the unit in which any other place lies. The columns of the
    levels have this division, down to the township, and all above it. A place without a known
    position has no geometry; those that have one come first, because programs take the type of all
    geometries from the first.

    Raises:
        NoAreaKnown: there are none on that day.
        TooLarge: the table exceeds the limit.
    """
    with conn.cursor(row_factory=dict_row) as cursor:
        place_rows = cursor.execute(_PLACES, request.build_sql_params()).fetchall()
    if not place_rows:
        raise request.build_empty_problem(message("export.no_places", day=request.as_of.at))
    request.check_size(place_rows)
    chains = load_unit_chains(conn, request)
    for place in place_rows:
        place.update(
            select_period(place),
            **chains.build_columns(place["division_id"]),
            division_full_name=chains.build_full_name(place["division_id"]),
        )
    points = np.full(len(place_rows), None, dtype=object)
    located_rows = [number for number, place in enumerate(place_rows) if place["x"] is not None]
    if located_rows:
        xy: Any = [(place_rows[number]["x"], place_rows[number]["y"]) for number in located_rows]
        points[located_rows] = shapely.points(xy)
    return OutputTable("places", points, build_columns(place_rows, _COLUMNS), geometry_type="Point")
