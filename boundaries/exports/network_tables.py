"""The edges, the nodes and the lines of the boundary network, with the units beside them."""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

import numpy as np
import shapely
from psycopg.rows import dict_row

from boundaries.exports.border_sides import BorderSides, load_border_sides
from boundaries.exports.export_query import (
    SUBTREE,
    Conn,
    ExportRequest,
    RowDict,
    build_columns,
    load_geometries,
)
from boundaries.exports.period_columns import (
    PERIOD_COLUMNS,
    build_period_columns,
    select_period,
)
from boundaries.layers.geometry_faults import Geometries
from boundaries.layers.metres import geodesic_length
from boundaries.layers.output_table import OutputTable
from gazetteer.ledger.as_of import MOMENT_CTE, in_force_sql
from gazetteer.messages import message

_SIDES = (
    *("left_code", "left_name", "left_level", "right_code", "right_name", "right_level"),
    *("beyond", "length_m", "accuracy_m"),
)
_PERIOD = ("source", *PERIOD_COLUMNS)
_EDGE = ("edge_id", "level", *_SIDES, *_PERIOD, "start_node", "end_node")
_LINE = ("level", *_SIDES, "edges", *_PERIOD)
_NODE = ("node_id", "edges", "units", "codes", "names", *_PERIOD)

_EDGES = f"""
WITH RECURSIVE {MOMENT_CTE}, {SUBTREE}
SELECT e.version_id, e.record_id, e.start_node, e.end_node, e.left_unit, e.right_unit, e.beyond,
    e.accuracy_m, e.source, lower(e.valid) AS valid_from, upper(e.valid) AS valid_to,
    e.start_precision, e.end_precision, pg_column_size(e.geom) AS bytes
FROM moment, edge_version e
WHERE {in_force_sql("e")} AND (%(within)s::text IS NULL
    OR e.left_unit IN (SELECT unit_id FROM subtree)
    OR e.right_unit IN (SELECT unit_id FROM subtree))
ORDER BY e.record_id
"""

_NODES = f"""
WITH {MOMENT_CTE}
SELECT n.record_id AS node_id, ST_X(n.location) AS x, ST_Y(n.location) AS y, n.source,
    lower(n.valid) AS valid_from, upper(n.valid) AS valid_to, n.start_precision, n.end_precision,
    0 AS bytes
FROM moment, node_version n WHERE n.record_id = ANY (%(nodes)s) AND {in_force_sql("n")}
ORDER BY n.record_id
"""

_AT_NODES = f"""
WITH {MOMENT_CTE}
SELECT e.record_id, e.start_node, e.end_node, e.left_unit, e.right_unit
FROM moment, edge_version e
WHERE (e.start_node = ANY (%(nodes)s) OR e.end_node = ANY (%(nodes)s)) AND {in_force_sql("e")}
"""


def load_edge_table(conn: Conn, request: ExportRequest) -> OutputTable:
    """The edges that bound units of the level or above; without a level, all of them.

    ``left_*`` and ``right_*`` are the units of the level on both sides of an edge, or the next
    ones above where there are none (a city without counties); without a level the lowest known
    ones. ``level`` is the highest level at which the sides differ. Lengths are metres on the
    ellipsoid.

    Raises:
        NoAreaKnown: there are none on that day.
        TooLarge: the table exceeds the limit.
    """
    border_sides = load_border_sides(conn, request)
    edge_rows = _load_border_edges(conn, request, border_sides)
    geometries = load_geometries(
        conn, "edge", [edge["version_id"] for edge in edge_rows], request.progress
    )
    lengths = geodesic_length(geometries).tolist()
    for edge, length in zip(edge_rows, lengths, strict=True):
        edge.update(
            select_period(edge),
            **border_sides.build_side_columns(*border_sides.find_sides(edge, request.level)),
            level=border_sides.find_highest_level(edge),
            length_m=length,
            edge_id=str(edge["record_id"]),
            start_node=str(edge["start_node"]),
            end_node=str(edge["end_node"]),
        )
    return OutputTable(
        "edges", geometries, build_columns(edge_rows, _EDGE), geometry_type="LineString"
    )


def load_line_table(conn: Conn, request: ExportRequest) -> OutputTable:
    """The whole line between each two units of the level, merged from its edges.

    The unit with the smaller code is on the left of a line; a coast or an outer limit has its
    unit there. ``accuracy_m`` is that of the least accurate edge; between ``valid_from`` and
    ``valid_to`` no edge changes.

    Raises:
        NoAreaKnown, TooLarge: as for :func:`load_edge_table`.
    """
    border_sides = load_border_sides(conn, request)
    edge_rows = _load_border_edges(conn, request, border_sides)
    edge_geometries = load_geometries(
        conn, "edge", [edge["version_id"] for edge in edge_rows], request.progress
    )
    parts: dict[tuple[UUID | None, UUID | None, str | None], list[int]] = {}
    for number, edge in enumerate(edge_rows):
        left, right, reversed_ = border_sides.order_sides(
            *border_sides.find_sides(edge, request.level)
        )
        parts.setdefault((left, right, edge["beyond"]), []).append(number)
        if reversed_:
            edge_geometries[number] = shapely.reverse(edge_geometries[number])
    rows: list[RowDict] = [
        border_sides.build_side_columns(left, right)
        | {"beyond": beyond, "level": request.level}
        | _summarize_edges([edge_rows[number] for number in numbers])
        for (left, right, beyond), numbers in parts.items()
    ]
    line_geometries = np.array(
        [_merge_edges(edge_geometries[numbers]) for numbers in parts.values()], dtype=object
    )
    for row, length in zip(rows, geodesic_length(line_geometries).tolist(), strict=True):
        row["length_m"] = length
    order = sorted(range(len(rows)), key=lambda n: _build_code_key(rows[n]))
    columns = build_columns([rows[n] for n in order], _LINE)
    return OutputTable("lines", line_geometries[order], columns, geometry_type="MultiLineString")


def load_node_table(conn: Conn, request: ExportRequest) -> OutputTable:
    """The nodes where borders of the level meet or end; without a level, all nodes.

    ``edges`` is how many borders (of the level) end there, ``codes`` and ``names`` are the units
    that meet. A node of just two borders of the level is left out: one border continues there.

    Raises:
        NoAreaKnown, TooLarge: as for :func:`load_edge_table`.
    """
    border_sides = load_border_sides(conn, request)
    ends = ("start_node", "end_node")
    node_ids = list(
        dict.fromkeys(
            e[end] for e in _load_border_edges(conn, request, border_sides) for end in ends
        )
    )
    params = {**request.build_sql_params(), "nodes": node_ids}
    with conn.cursor(row_factory=dict_row) as cursor:
        node_rows = cursor.execute(_NODES, params).fetchall()
        incident_edges = cursor.execute(_AT_NODES, params).fetchall()
    edges_by_node: dict[UUID, list[RowDict]] = {}
    for edge in incident_edges:
        if border_sides.is_border(edge, request.level):
            for end in ends:
                edges_by_node.setdefault(edge[end], []).append(edge)
    if request.level is not None:
        node_rows = [node for node in node_rows if len(edges_by_node[node["node_id"]]) != 2]
    for node in node_rows:
        incident = edges_by_node[node["node_id"]]
        node.update(
            select_period(node),
            **_summarize_node(border_sides, incident, request.level),
            node_id=str(node["node_id"]),
        )
    points = np.asarray(shapely.points([(n["x"], n["y"]) for n in node_rows]), dtype=object)
    return OutputTable(
        "nodes", points.reshape(-1), build_columns(node_rows, _NODE), geometry_type="Point"
    )


def _load_border_edges(
    conn: Conn, request: ExportRequest, border_sides: BorderSides
) -> list[RowDict]:
    """The edges that are borders at the level, without their geometry."""
    with conn.cursor(row_factory=dict_row) as cursor:
        all_rows = cursor.execute(_EDGES, request.build_sql_params()).fetchall()
    border_rows = [edge for edge in all_rows if border_sides.is_border(edge, request.level)]
    if not border_rows:
        raise request.build_empty_problem(message("export.no_borders", day=request.as_of.at))
    request.check_size(border_rows)
    return border_rows


def _build_code_key(row: RowDict) -> tuple[Any, ...]:
    return tuple(row[key] or "~" for key in ("left_code", "right_code", "beyond"))


def _merge_edges(edge_geometries: Geometries) -> shapely.MultiLineString:
    """Edges merged into as few lines as possible, each in its direction."""
    merged_line = shapely.line_merge(
        shapely.multilinestrings(edge_geometries.tolist()), directed=True
    )
    return shapely.MultiLineString(shapely.get_parts(merged_line).tolist())


def _summarize_edges(edge_rows: Sequence[RowDict]) -> RowDict:
    """What the edges of a line have in common."""
    accuracies = [edge["accuracy_m"] for edge in edge_rows if edge["accuracy_m"] is not None]
    begins = [(e["valid_from"], e["start_precision"]) for e in edge_rows if e["valid_from"]]
    ends = [(edge["valid_to"], edge["end_precision"]) for edge in edge_rows if edge["valid_to"]]
    sources = "; ".join(edge["source"] for edge in edge_rows).split("; ")
    return {
        "edges": len(edge_rows),
        "accuracy_m": max(accuracies, default=None),
        "source": "; ".join(dict.fromkeys(sources)),
        **build_period_columns(
            *max(begins, default=(None, None)), *min(ends, default=(None, None))
        ),
    }


def _summarize_node(
    border_sides: BorderSides, incident_edges: Iterable[RowDict], level: str | None
) -> RowDict:
    """How many borders end at a node, and the units that meet there."""
    ends = list(incident_edges)
    side_units = dict.fromkeys(
        unit for edge in ends for unit in border_sides.find_sides(edge, level) if unit
    )
    known = sorted(
        (border_sides.units[u] for u in side_units if u in border_sides.units),
        key=lambda u: u.code or "",
    )
    return {
        "edges": len(ends),
        "units": len(side_units),
        "codes": " ".join(unit.code or "" for unit in known),
        "names": " ".join(unit.name or "" for unit in known),
    }
