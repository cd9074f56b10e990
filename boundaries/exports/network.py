"""The edges, the nodes and the lines of the boundary network, with the units beside them."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any
from uuid import UUID

import numpy as np
import shapely
from psycopg.rows import dict_row

from boundaries.exports.asking import SUBTREE, Asked, Conn, Row, columns_of, shapes
from boundaries.exports.sides import Sides, units_of
from boundaries.layers.faults import Geometries
from boundaries.layers.metres import geodesic_length
from boundaries.layers.table import OutputTable
from gazetteer.ledger.asof import MOMENT_CTE, in_force_sql

_SIDES = (
    *("left_code", "left_name", "left_level", "right_code", "right_name", "right_level"),
    *("beyond", "length_m", "accuracy_m"),
)
_PERIOD = ("source", "valid_from", "valid_to")
_EDGE = ("edge_id", "level", *_SIDES, *_PERIOD, "start_node", "end_node")
_LINE = ("level", *_SIDES, "edges", *_PERIOD)
_NODE = ("node_id", "edges", "units", "codes", "names", *_PERIOD)

_EDGES = f"""
WITH RECURSIVE {MOMENT_CTE}, {SUBTREE}
SELECT e.version_id, e.record_id, e.start_node, e.end_node, e.left_unit, e.right_unit, e.beyond,
    e.accuracy_m, e.source, lower(e.valid) AS valid_from, upper(e.valid) AS valid_to,
    pg_column_size(e.geom) AS bytes
FROM moment, edge_version e
WHERE {in_force_sql("e")} AND (%(within)s::text IS NULL
    OR e.left_unit IN (SELECT unit_id FROM subtree)
    OR e.right_unit IN (SELECT unit_id FROM subtree))
ORDER BY e.record_id
"""

_NODES = f"""
WITH {MOMENT_CTE}
SELECT n.record_id AS node_id, ST_X(n.location) AS x, ST_Y(n.location) AS y, n.source,
    lower(n.valid) AS valid_from, upper(n.valid) AS valid_to, 0 AS bytes
FROM moment, node_version n WHERE n.record_id = ANY (%(nodes)s) AND {in_force_sql("n")}
ORDER BY n.record_id
"""

_AT_NODES = f"""
WITH {MOMENT_CTE}
SELECT e.record_id, e.start_node, e.end_node, e.left_unit, e.right_unit
FROM moment, edge_version e
WHERE (e.start_node = ANY (%(nodes)s) OR e.end_node = ANY (%(nodes)s)) AND {in_force_sql("e")}
"""


def edges(conn: Conn, asked: Asked) -> OutputTable:
    """The edges that bound units of the level or above; without a level, all of them.

    ``left_*`` and ``right_*`` are the units of the level on both sides of its way, or what stands
    in their place (a city without counties); without a level the lowest known ones. ``level`` is
    the highest level at which the sides differ. Lengths are metres on the ellipsoid.

    Raises:
        NoAreaKnown: there is none on that day.
        TooLarge: more than may be read.
    """
    units = units_of(conn, asked)
    found = _edges(conn, asked, units)
    lines = shapes(conn, "edge", [edge["version_id"] for edge in found], asked.progress)
    lengths = geodesic_length(lines).tolist()
    for edge, length in zip(found, lengths, strict=True):
        edge |= units.told(*units.sides(edge, asked.level))
        edge |= {"level": units.level(edge), "length_m": length}
        edge |= {key: str(edge[key]) for key in ("start_node", "end_node")}
        edge["edge_id"] = str(edge["record_id"])
    return OutputTable("edges", lines, columns_of(found, _EDGE))


def lines(conn: Conn, asked: Asked) -> OutputTable:
    """The whole line between each two units of the level, made of its edges.

    A line runs with the unit of the smaller code on its left; a coast or an outer limit has its
    unit there. ``accuracy_m`` is that of its worst edge; between ``valid_from`` and ``valid_to``
    no edge of it changed.

    Raises:
        NoAreaKnown, TooLarge: as for :func:`edges`.
    """
    units = units_of(conn, asked)
    found = _edges(conn, asked, units)
    of_edge = shapes(conn, "edge", [edge["version_id"] for edge in found], asked.progress)
    parts: dict[tuple[UUID | None, UUID | None, str | None], list[int]] = {}
    for number, edge in enumerate(found):
        left, right, turned = units.in_order(*units.sides(edge, asked.level))
        parts.setdefault((left, right, edge["beyond"]), []).append(number)
        if turned:
            of_edge[number] = shapely.reverse(of_edge[number])
    rows: list[Row] = []
    for (left, right, beyond), numbers in parts.items():
        told = units.told(left, right) | {"beyond": beyond, "level": asked.level}
        rows.append(told | _together([found[number] for number in numbers]))
    merged = np.array([_merged(of_edge[numbers]) for numbers in parts.values()], dtype=object)
    for row, length in zip(rows, geodesic_length(merged).tolist(), strict=True):
        row["length_m"] = length
    order = sorted(range(len(rows)), key=lambda n: _by_code(rows[n]))
    return OutputTable("lines", merged[order], columns_of([rows[n] for n in order], _LINE))


def nodes(conn: Conn, asked: Asked) -> OutputTable:
    """The places where borders of the level meet or end; without a level, all nodes.

    ``edges`` is how many borders (of the level) end there, ``codes`` and ``names`` are the units
    that meet. Where just two borders of a level meet, one border goes on, and nothing is told.

    Raises:
        NoAreaKnown, TooLarge: as for :func:`edges`.
    """
    units = units_of(conn, asked)
    ends = ("start_node", "end_node")
    wanted = list(dict.fromkeys(e[end] for e in _edges(conn, asked, units) for end in ends))
    asked_of = {**asked.params(), "nodes": wanted}
    with conn.cursor(row_factory=dict_row) as cursor:
        found = cursor.execute(_NODES, asked_of).fetchall()
        around = cursor.execute(_AT_NODES, asked_of).fetchall()
    meeting: dict[UUID, list[Row]] = {}
    for edge in around:
        if units.bounds(edge, asked.level):
            for end in ends:
                meeting.setdefault(edge[end], []).append(edge)
    if asked.level is not None:
        found = [node for node in found if len(meeting[node["node_id"]]) != 2]
    for node in found:
        node |= _junction(units, meeting[node["node_id"]], asked.level)
        node["node_id"] = str(node["node_id"])
    points = np.asarray(shapely.points([(n["x"], n["y"]) for n in found]), dtype=object)
    return OutputTable("nodes", points.reshape(-1), columns_of(found, _NODE))


def _edges(conn: Conn, asked: Asked, units: Sides) -> list[Row]:
    """The edges that are borders at the level, without their geometry."""
    with conn.cursor(row_factory=dict_row) as cursor:
        every = cursor.execute(_EDGES, asked.params()).fetchall()
    found = [edge for edge in every if units.bounds(edge, asked.level)]
    if not found:
        raise asked.nothing("没有已知的界线。", "no border is known")
    asked.refuse_too_many(found)
    return found


def _by_code(row: Row) -> tuple[Any, ...]:
    return tuple(row[key] or "~" for key in ("left_code", "right_code", "beyond"))


def _merged(of_edge: Geometries) -> shapely.MultiLineString:
    """Edges put together into as few ways as there are, each in its direction."""
    whole = shapely.line_merge(shapely.multilinestrings(of_edge.tolist()), directed=True)
    return shapely.MultiLineString(shapely.get_parts(whole).tolist())


def _together(parts: Sequence[Row]) -> Row:
    """What the edges of a line have in common."""
    accuracies = [edge["accuracy_m"] for edge in parts if edge["accuracy_m"] is not None]
    begins: list[date] = [e["valid_from"] for e in parts if e["valid_from"] is not None]
    ends: list[date] = [edge["valid_to"] for edge in parts if edge["valid_to"] is not None]
    sources = "; ".join(edge["source"] for edge in parts).split("; ")
    return {
        "edges": len(parts),
        "accuracy_m": max(accuracies, default=None),
        "source": "; ".join(dict.fromkeys(sources)),
        "valid_from": max(begins, default=None),
        "valid_to": min(ends, default=None),
    }


def _junction(units: Sides, meeting: Iterable[Row], level: str | None) -> Row:
    """How many borders end at a node, and the units that meet there."""
    ends = list(meeting)
    beside = dict.fromkeys(unit for edge in ends for unit in units.sides(edge, level) if unit)
    known = sorted((units.units[u] for u in beside if u in units.units), key=lambda u: u.code or "")
    return {
        "edges": len(ends),
        "units": len(beside),
        "codes": " ".join(unit.code or "" for unit in known),
        "names": " ".join(unit.name or "" for unit in known),
    }
