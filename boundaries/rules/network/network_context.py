"""What the rules on lines and nodes look at, derived once from the network of a moment."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from uuid import UUID

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import STRtree
from shapely.geometry.base import BaseGeometry

from boundaries.layers.metres import geodesic_length
from boundaries.network.boundary_lines import BoundaryLines
from boundaries.network.network_builder import OUTSIDE
from boundaries.network.segments import Floats, Ints, assign_vertex_ids
from boundaries.rules.common.tolerances import Tolerances
from gazetteer.records.levels import LEVELS, Level

_SAMPLE_DISTANCES = (1e-7, 1e-4)
"""How far beside a segment its sides are looked up, as shares of its length.

Where two areas have slightly different versions of a boundary, another unit shows at one of the
distances. A side that is wrong is wrong at both.
"""


@dataclass(frozen=True)
class NetworkContext:
    """The boundary lines of a moment, with the areas and node degrees known beside them.

    ``areas`` are those in force, ``degree_ever`` how many edges ever met at a node of the ledger;
    both may be empty. Findings refer to units by their numbers in ``units``, which begin with the
    units of ``borders``.
    """

    borders: BoundaryLines
    tolerances: Tolerances = field(default_factory=Tolerances)
    areas: Mapping[UUID, BaseGeometry] = field(default_factory=dict)
    degree_ever: Mapping[UUID, int] = field(default_factory=dict)

    @cached_property
    def units(self) -> tuple[UUID, ...]:
        """The units of the boundary lines, and those that have only an area."""
        return tuple(dict.fromkeys([*self.borders.units, *self.areas]))

    @cached_property
    def number(self) -> Mapping[UUID, int]:
        """The number of each unit."""
        return {unit: number for number, unit in enumerate(self.units)}

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The short name of each unit: its code, else its id."""
        known = self.borders.known.units
        return tuple((known[u].code if u in known else None) or str(u) for u in self.units)

    @cached_property
    def shapes(self) -> NDArray[np.object_]:
        """The edges (E) as lines."""
        net = self.borders.known.net
        of_edge = np.repeat(np.arange(len(net)), np.diff(net.vertex_offsets))
        return np.asarray(shapely.linestrings(net.xy, indices=of_edge), dtype=object)

    @cached_property
    def edge_nodes(self) -> Ints:
        """The nodes (E, 2) where each edge begins and ends."""
        net = self.borders.known.net
        return np.column_stack([net.start, net.end]).astype(np.int64)

    @cached_property
    def degree(self) -> Ints:
        """How many edges begin or end at each node; a ring counts twice."""
        nodes = len(self.borders.known.net.nodes)
        return np.bincount(self.edge_nodes.reshape(-1), minlength=nodes).astype(np.int64)

    @cached_property
    def ring_nodes(self) -> Ints:
        """The nodes at which a single edge begins and ends."""
        net = self.borders.known.net
        nodes: Ints = net.start[net.start == net.end]
        return nodes

    @cached_property
    def level_rank(self) -> Ints:
        """The rank of the level of each unit, 0 for the highest; the last entry is ``OUTSIDE``."""
        borders = self.borders
        own = [borders.known.units.get(unit) for unit in borders.units]
        depth = [LEVELS.index(Level(unit.level)) if unit else len(LEVELS) for unit in own]
        return np.array([*depth, len(LEVELS)], dtype=np.int64)

    @cached_property
    def _edges_by_node(self) -> tuple[Ints, Ints]:
        """The edges ordered by their end nodes, and the position where each node begins."""
        flat = self.edge_nodes.reshape(-1)
        order = np.argsort(flat, kind="stable")
        begin = np.searchsorted(flat[order], np.arange(len(self.degree) + 1))
        return (order // 2).astype(np.int64), begin.astype(np.int64)

    def find_edges_at(self, node: int) -> list[int]:
        """The edges that begin or end at a node; a ring twice."""
        edges, begin = self._edges_by_node
        incident: list[int] = edges[begin[node] : begin[node + 1]].tolist()
        return incident

    def count_edges_ever(self, node: int) -> int:
        """How many edges meet at a node, or met there at any time."""
        return max(int(self.degree[node]), self.degree_ever.get(self.borders.known.nodes[node], 0))

    @cached_property
    def unclosed_units(self) -> Ints:
        """Nodes with units (K, 2) that do not close there: the boundary of the unit ends.

        A unit round a node lies between two edges each time, so it occurs an even number of times
        on the sides of the edges there. ``OUTSIDE`` counts as a unit.
        """
        net = self.borders.known.net
        nodes = np.repeat(self.edge_nodes.reshape(-1), 2)
        sides = np.repeat(np.column_stack([net.left, net.right]), 2, axis=0).reshape(-1)
        pairs = np.column_stack([nodes, sides])
        distinct, count = np.unique(pairs, axis=0, return_counts=True)
        unclosed: Ints = distinct[count % 2 == 1].astype(np.int64).reshape(-1, 2)
        return unclosed

    @cached_property
    def units_on_sides(self) -> list[list[tuple[set[int], set[int]]]]:
        """The units whose areas lie left and right of each edge, at each distance beside it."""
        units = [self.number[unit] for unit in self.areas]
        shapes = np.array([None, *self.areas.values()], dtype=object)[1:]
        shapely.prepare(shapes)
        tree = STRtree(shapes)
        sides_by_distance: list[list[tuple[set[int], set[int]]]] = []
        for distance in _SAMPLE_DISTANCES:
            sides_by_distance.append([(set(), set()) for _ in self.shapes])
            for side, points in enumerate(self._sample_points(distance)):
                edges, areas = tree.query(shapely.points(points))
                inside = shapely.contains_xy(shapes[areas], points[edges])
                for edge, area in zip(edges[inside].tolist(), areas[inside].tolist(), strict=True):
                    sides_by_distance[-1][edge][side].add(units[area])
        return sides_by_distance

    def _sample_points(self, distance: float) -> tuple[Floats, Floats]:
        """A point on the left and one on the right of the longest segment of each edge."""
        net = self.borders.known.net
        step = np.diff(net.xy, axis=0)
        length = np.hypot(*step.T)
        between_edges = net.vertex_offsets[1:-1] - 1
        length[between_edges] = -1.0
        ranges = zip(net.vertex_offsets[:-1].tolist(), net.vertex_offsets[1:].tolist(), strict=True)
        longest = np.array([at + int(length[at : end - 1].argmax()) for at, end in ranges], int)
        middle = (net.xy[longest] + net.xy[longest + 1]) / 2
        offset = step[longest][:, ::-1] * (-1.0, 1.0) * distance
        return middle + offset, middle - offset

    def has_units_on_sides(self, edge: int, left: int, right: int) -> bool:
        """Whether these units lie beside an edge; ``OUTSIDE`` does where no lowest unit lies.

        A unit whose area lies on both sides of the edge does not count: that is an overlap
        (TOP-COV-01).
        """
        lowest = len(self.borders.known.faces)

        def is_on_side(unit: int, here: set[int], there: set[int]) -> bool:
            return min(here - there, default=lowest) >= lowest if unit == OUTSIDE else unit in here

        sides = [at_distance[edge] for at_distance in self.units_on_sides]
        return any(
            is_on_side(left, one, other) and is_on_side(right, other, one) for one, other in sides
        )

    @cached_property
    def wrong_side_edges(self) -> Ints:
        """Edges with a side where the recorded unit does not lie; none if no areas are known.

        Edges that overlap others are left out.
        """
        net = self.borders.known.net
        if not self.areas or not len(net):
            return np.empty(0, np.int64)
        recorded = enumerate(zip(net.left.tolist(), net.right.tolist(), strict=True))
        wrong = [edge for edge, sides in recorded if not self.has_units_on_sides(edge, *sides)]
        return np.setdiff1d(wrong, self.shared_segments[1]).astype(np.int64)

    @cached_property
    def unsound_nodes(self) -> Ints:
        """The nodes of ``unclosed_units`` that no wrong side or overlap of an edge explains."""
        explained = np.r_[self.edge_nodes[self.wrong_side_edges].reshape(-1), self.doubled_nodes]
        return np.setdiff1d(self.unclosed_units[:, 0], explained).astype(np.int64)

    @cached_property
    def doubled_nodes(self) -> Ints:
        """The nodes of edges that overlap others: too many lines end there."""
        return np.unique(self.edge_nodes[self.shared_segments[1]]).astype(np.int64)

    def measure_length(self, edges: Sequence[int]) -> float:
        """The total length of edges on the ellipsoid, in metres."""
        return float(geodesic_length(self.shapes[list(edges)]).sum())

    def find_path_ends(self, path: Sequence[int]) -> Floats:
        """The coordinates (k, 2) where a path of edges begins and ends; of a ring, its one node."""
        nodes, count = np.unique(self.edge_nodes[list(path)], return_counts=True)
        free = nodes[count == 1]
        ends: Floats = self.borders.known.net.nodes[free if len(free) else nodes[:1]]
        return ends

    @cached_property
    def shared_segments(self) -> tuple[Ints, Ints, list[tuple[int, int]]]:
        """Segments that are in the network more than once.

        Returned are the position of the first vertex in ``xy``, the edge, and the vertex ids of
        both ends of each.
        """
        net = self.borders.known.net
        first = np.delete(np.arange(len(net.xy)), net.vertex_offsets[1:] - 1)
        owner = np.repeat(np.arange(len(net)), np.diff(net.vertex_offsets) - 1)
        vertex = assign_vertex_ids(net.xy)
        ends = np.sort(np.column_stack([vertex[first], vertex[first + 1]]), axis=1)
        key = ends[:, 0] * (len(net.xy) + 1) + ends[:, 1]
        order = np.argsort(key, kind="stable")
        repeats = np.flatnonzero(np.diff(key[order]) == 0)
        repeated = np.sort(order[np.unique(np.r_[repeats, repeats + 1])])
        return first[repeated], owner[repeated], [(a, b) for a, b in ends[repeated].tolist()]

    def number_units(self, units: Iterable[UUID]) -> tuple[int, ...]:
        """The numbers of units, ascending."""
        return tuple(sorted(self.number[unit] for unit in units))

    def find_adjacent_units(self, *edges: int) -> tuple[int, ...]:
        """The numbers of the lowest known units beside edges, ascending."""
        net = self.borders.known.net
        numbers = {n for edge in edges for n in (int(net.left[edge]), int(net.right[edge]))}
        return tuple(sorted(numbers - {OUTSIDE}))

    def list_names(self, units: Iterable[int]) -> list[str]:
        """The names of units, sorted, for a message."""
        return sorted(self.names[unit] for unit in units)
