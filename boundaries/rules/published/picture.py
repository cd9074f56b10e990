"""What the rules on lines and nodes look at, gathered once from the network of a moment."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from uuid import UUID

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from boundaries.layers.metres import geodesic_length
from boundaries.network.edges import NOBODY
from boundaries.network.lines import Borders
from boundaries.network.segments import Floats, Ints, places
from boundaries.rules.tolerances import Tolerances
from gazetteer.records.levels import LEVELS, Level


@dataclass(frozen=True)
class Picture:
    """The borders of a moment, and what is known beside them.

    ``areas`` are those in force, ``ways`` how many edges ever met at a node of the ledger; both
    may be empty. Findings tell units by their numbers in ``borders.units``.
    """

    borders: Borders
    tolerances: Tolerances = field(default_factory=Tolerances)
    areas: Mapping[UUID, BaseGeometry] = field(default_factory=dict)
    ways: Mapping[UUID, int] = field(default_factory=dict)

    @cached_property
    def shapes(self) -> NDArray[np.object_]:
        """The edges (E) as lines."""
        net = self.borders.known.net
        of_edge = np.repeat(np.arange(len(net)), np.diff(net.at))
        return np.asarray(shapely.linestrings(net.xy, indices=of_edge), dtype=object)

    @cached_property
    def ends(self) -> Ints:
        """The nodes (E, 2) where each edge begins and ends."""
        net = self.borders.known.net
        return np.column_stack([net.start, net.end]).astype(np.int64)

    @cached_property
    def degree(self) -> Ints:
        """How many edges begin or end at each node; a ring does both."""
        nodes = len(self.borders.known.net.nodes)
        return np.bincount(self.ends.reshape(-1), minlength=nodes).astype(np.int64)

    @cached_property
    def rings(self) -> Ints:
        """The nodes of edges that begin and end at one."""
        net = self.borders.known.net
        found: Ints = net.start[net.start == net.end]
        return found

    @cached_property
    def height(self) -> Ints:
        """The number of the level of each unit, counted from the highest; one is NOBODY's."""
        borders = self.borders
        own = [borders.known.units.get(unit) for unit in borders.units]
        depth = [LEVELS.index(Level(unit.level)) if unit else len(LEVELS) for unit in own]
        return np.array([*depth, len(LEVELS)], dtype=np.int64)

    @cached_property
    def _at_node(self) -> tuple[Ints, Ints]:
        """The edges in the order of the nodes of their ends, and where each node begins there."""
        flat = self.ends.reshape(-1)
        order = np.argsort(flat, kind="stable")
        begin = np.searchsorted(flat[order], np.arange(len(self.degree) + 1))
        return (order // 2).astype(np.int64), begin.astype(np.int64)

    def edges_at(self, node: int) -> list[int]:
        """The edges that begin or end at a node; a ring twice."""
        edges, begin = self._at_node
        found: list[int] = edges[begin[node] : begin[node + 1]].tolist()
        return found

    def ways_ever(self, node: int) -> int:
        """How many edges meet at a node, or ever did."""
        return max(int(self.degree[node]), self.ways.get(self.borders.known.nodes[node], 0))

    @cached_property
    def odd(self) -> Ints:
        """Nodes with units (K, 2) that do not close there: somebody's border ends.

        Whoever lies round a node lies between two edges each time, so it is met an even number of
        times by the sides of the edges there. NOBODY counts as somebody.
        """
        net = self.borders.known.net
        nodes = np.repeat(self.ends.reshape(-1), 2)
        sides = np.repeat(np.column_stack([net.left, net.right]), 2, axis=0).reshape(-1)
        pairs = np.column_stack([nodes, sides])
        met, count = np.unique(pairs, axis=0, return_counts=True)
        odd: Ints = met[count % 2 == 1].astype(np.int64).reshape(-1, 2)
        return odd

    @cached_property
    def unsound_nodes(self) -> Ints:
        """The nodes of which ``odd`` tells."""
        return np.unique(self.odd[:, 0]).astype(np.int64)

    def length_m(self, edges: Sequence[int]) -> float:
        """Metres along edges together, on the ellipsoid."""
        return float(geodesic_length(self.shapes[list(edges)]).sum())

    def path_ends(self, path: Sequence[int]) -> Floats:
        """The places (k, 2) where a path of edges begins and ends; of a ring, its one node."""
        nodes, count = np.unique(self.ends[list(path)], return_counts=True)
        free = nodes[count == 1]
        places_: Floats = self.borders.known.net.nodes[free if len(free) else nodes[:1]]
        return places_

    @cached_property
    def shared_pieces(self) -> tuple[Ints, Ints, list[tuple[int, int]]]:
        """Straight pieces that are in the network more than once.

        Of each: where its first vertex stands in ``xy``, its edge, and the numbers of both places.
        """
        net = self.borders.known.net
        first = np.delete(np.arange(len(net.xy)), net.at[1:] - 1)
        owner = np.repeat(np.arange(len(net)), np.diff(net.at) - 1)
        vertex = places(net.xy)
        ends = np.sort(np.column_stack([vertex[first], vertex[first + 1]]), axis=1)
        key = ends[:, 0] * (len(net.xy) + 1) + ends[:, 1]
        order = np.argsort(key, kind="stable")
        again = np.flatnonzero(np.diff(key[order]) == 0)
        twice = np.sort(order[np.unique(np.r_[again, again + 1])])
        return first[twice], owner[twice], [(a, b) for a, b in ends[twice].tolist()]

    def features(self, units: Iterable[UUID]) -> tuple[int, ...]:
        """The numbers of units, ascending."""
        return tuple(sorted(self.borders.number[unit] for unit in units))

    def sides_of(self, edge: int) -> tuple[int, ...]:
        """The numbers of the units that an edge divides."""
        return tuple(n for n in dict.fromkeys(self.borders.sides[edge].tolist()) if n != NOBODY)

    def called(self, units: Iterable[int]) -> tuple[str, str]:
        """The names of units, in Chinese and in English enumeration."""
        names = sorted(self.borders.names[unit] for unit in units)
        return "、".join(names), ", ".join(names)
