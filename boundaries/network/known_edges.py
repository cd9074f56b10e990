"""The part of the network that an import touches, with all that is known of it over time."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any
from uuid import UUID

import numpy as np
import shapely
from psycopg import Connection
from psycopg.rows import tuple_row
from shapely.geometry.base import BaseGeometry

from boundaries.network.edge_versions import EdgeVersion
from boundaries.schema.network_kinds import EDGE, NODE
from gazetteer.ledger.period import Period
from gazetteer.ledger.version_store import StoredVersion, select_versions, version_from_row
from gazetteer.ledger.versions import Version, sort_versions

_EDGES_IN_BOXES = """
SELECT DISTINCT side FROM edge_version e, unnest(%(boxes)s::text[]) AS box,
    unnest(ARRAY[e.left_unit, e.right_unit]) AS side
WHERE upper_inf(e.recorded) AND e.geom && ST_SetSRID(box::geometry, 4490) AND side IS NOT NULL
"""

_NEIGHBOURS = """
SELECT right_unit FROM edge_version
WHERE left_unit = ANY(%(units)s) AND right_unit IS NOT NULL AND upper_inf(recorded)
UNION
SELECT left_unit FROM edge_version
WHERE right_unit = ANY(%(units)s) AND left_unit IS NOT NULL AND upper_inf(recorded)
"""

_OF_UNITS = """
upper_inf(recorded) AND record_id = ANY(ARRAY(
    SELECT record_id FROM edge_version WHERE left_unit = ANY(%(units)s) AND upper_inf(recorded)
    UNION
    SELECT record_id FROM edge_version WHERE right_unit = ANY(%(units)s) AND upper_inf(recorded)
))
"""

_AT_NODES = """
upper_inf(recorded) AND record_id = ANY(ARRAY(
    SELECT record_id FROM edge_version WHERE start_node = ANY(%(nodes)s) AND upper_inf(recorded)
    UNION
    SELECT record_id FROM edge_version WHERE end_node = ANY(%(nodes)s) AND upper_inf(recorded)
))
"""


@dataclass(frozen=True)
class KnownEdges:
    """All versions of some edges and nodes.

    ``units`` are those whose every edge is among them; of other units only some edges are.
    """

    units: frozenset[UUID] = frozenset()
    edges: Mapping[UUID, Sequence[EdgeVersion]] = field(default_factory=dict)
    nodes: Mapping[UUID, Sequence[Version]] = field(default_factory=dict)

    def list_on_day(self, day: date) -> list[EdgeVersion]:
        """The edges in force on a day, each once."""
        return [
            version
            for versions in self.edges.values()
            for version in versions
            if version.first_day <= day < version.last_day
        ]

    def find_on_day(self, edge: UUID, day: date) -> EdgeVersion | None:
        """An edge as it is on a day; None if it is not in force."""
        for version in self.edges.get(edge, ()):
            if version.first_day <= day < version.last_day:
                return version
        return None

    def select_around(self, shapes: Sequence[BaseGeometry], units: Iterable[UUID]) -> "KnownEdges":
        """The part that :func:`load_known_edges` would load for these shapes and units."""
        own = set(units)
        boxes = shapely.STRtree([shapely.box(*shape.bounds) for shape in shapes])
        versions = [version for versions in self.edges.values() for version in versions]
        lines = [
            shapely.box(*version.line.min(axis=0), *version.line.max(axis=0))
            for version in versions
        ]
        near = {versions[n] for n in boxes.query(np.asarray(lines, dtype=object))[0].tolist()}
        near.update(version for version in versions if not own.isdisjoint(version.side_units))
        complete = {*own, *(side for version in near for side in version.side_units if side)}
        edges = {v.edge for v in versions if not complete.isdisjoint(v.side_units)}
        nodes = {node for e in edges for v in self.edges[e] for node in (v.start_node, v.end_node)}
        edges.update(edge for node in nodes for edge in self.edges_at_node[node])
        return KnownEdges(
            frozenset(complete) & self.units, {edge: self.edges[edge] for edge in edges}, self.nodes
        )

    @cached_property
    def edges_at_node(self) -> Mapping[UUID, frozenset[UUID]]:
        """The edges that ever meet at each node."""
        found: dict[UUID, set[UUID]] = {}
        for edge, versions in self.edges.items():
            for version in versions:
                for node in (version.start_node, version.end_node):
                    found.setdefault(node, set()).add(edge)
        return {node: frozenset(edges) for node, edges in found.items()}

    def list_periods_of_unit(self, unit: UUID) -> list[Period]:
        """The periods in which edges have a unit on a side; they overlap."""
        return list(dict.fromkeys(self._periods_by_unit.get(unit, ())))

    @cached_property
    def _periods_by_unit(self) -> Mapping[UUID, list[Period]]:
        found: dict[UUID, list[Period]] = {}
        for versions in self.edges.values():
            for version in versions:
                for side in version.side_units:
                    if side is not None:
                        found.setdefault(side, []).append(version.period)
        return found


NO_EDGES = KnownEdges()
"""Nothing is known."""


def load_known_edges(
    conn: Connection[Any], shapes: Sequence[BaseGeometry], units: Sequence[UUID]
) -> KnownEdges:
    """The edges of the given units and of those beside them, and of units with an edge in a box.

    ``shapes`` are in lon, lat degrees of CGCS2000; their boxes count. Further edges that meet at a
    node of these are among the result too.
    """
    boxes = [str(shapely.to_wkb(shapely.box(*shape.bounds), hex=True)) for shape in shapes]
    with conn.cursor(row_factory=tuple_row) as cursor:
        sides = cursor.execute(_EDGES_IN_BOXES, {"boxes": boxes}).fetchall()
        beside = cursor.execute(_NEIGHBOURS, {"units": list(units)}).fetchall()
    complete = frozenset({*units, *(row[0] for row in (*sides, *beside))})
    edges = _load_edges(conn, _OF_UNITS, {"units": list(complete)})
    nodes = {node for e in edges for v in edges[e] for node in (v.start_node, v.end_node)}
    edges |= _load_edges(conn, _AT_NODES, {"nodes": list(nodes)})
    return KnownEdges(complete, edges, _load_nodes(conn, edges))


def _load_edges(
    conn: Connection[Any], condition: str, params: Mapping[str, Any]
) -> dict[UUID, Sequence[EdgeVersion]]:
    found: dict[UUID, list[EdgeVersion]] = {}
    for row in _iter_rows(conn, EDGE, condition, params):
        version = EdgeVersion.from_version(row.record_id, row.version)
        found.setdefault(row.record_id, []).append(version)
    return {edge: sorted(found[edge], key=lambda v: v.first_day) for edge in found}


def _load_nodes(
    conn: Connection[Any], edges: Mapping[UUID, Sequence[EdgeVersion]]
) -> dict[UUID, Sequence[Version]]:
    rows = [version for versions in edges.values() for version in versions]
    wanted = {node for row in rows for node in (row.start_node, row.end_node)}
    found: dict[UUID, list[Version]] = {}
    condition = "upper_inf(recorded) AND record_id = ANY(%(nodes)s)"
    for row in _iter_rows(conn, NODE, condition, {"nodes": list(wanted)}):
        found.setdefault(row.record_id, []).append(row.version)
    return {node: sort_versions(versions) for node, versions in found.items()}


def _iter_rows(
    conn: Connection[Any], kind: Any, condition: str, params: Mapping[str, Any]
) -> Iterator[StoredVersion]:
    with conn.cursor(row_factory=tuple_row) as cursor:
        for row in cursor.execute(select_versions(kind, condition), params):
            yield version_from_row(kind, row)
