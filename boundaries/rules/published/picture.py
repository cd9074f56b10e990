"""What the rules on lines and nodes look at, gathered once from the network of a moment."""

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
from boundaries.network.edges import NOBODY
from boundaries.network.lines import Borders
from boundaries.network.segments import Floats, Ints, places
from boundaries.rules.tolerances import Tolerances
from gazetteer.records.levels import LEVELS, Level

_BESIDE = (1e-7, 1e-4)
"""How far beside a piece its sides are looked up, in lengths of the piece.

A border that two areas draw a little differently shows another unit near by or further off. A side
that is wrong is so at both distances.
"""


@dataclass(frozen=True)
class Picture:
    """The borders of a moment, and what is known beside them.

    ``areas`` are those in force, ``ways`` how many edges ever met at a node of the ledger; both
    may be empty. Findings tell units by their numbers in ``units``: those of the borders keep
    theirs.
    """

    borders: Borders
    tolerances: Tolerances = field(default_factory=Tolerances)
    areas: Mapping[UUID, BaseGeometry] = field(default_factory=dict)
    ways: Mapping[UUID, int] = field(default_factory=dict)

    @cached_property
    def units(self) -> tuple[UUID, ...]:
        """The units of the borders, and those that have nothing but an area."""
        return tuple(dict.fromkeys([*self.borders.units, *self.areas]))

    @cached_property
    def number(self) -> Mapping[UUID, int]:
        """The number of each unit."""
        return {unit: number for number, unit in enumerate(self.units)}

    @cached_property
    def names(self) -> tuple[str, ...]:
        """What findings call each unit: its code, else its id."""
        known = self.borders.known.units
        return tuple((known[u].code if u in known else None) or str(u) for u in self.units)

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
    def lying(self) -> list[list[tuple[set[int], set[int]]]]:
        """The units whose areas lie left and right of each edge, at each distance beside it."""
        units = [self.number[unit] for unit in self.areas]
        shapes = np.array([None, *self.areas.values()], dtype=object)[1:]
        shapely.prepare(shapes)
        tree = STRtree(shapes)
        found: list[list[tuple[set[int], set[int]]]] = []
        for far in _BESIDE:
            found.append([(set(), set()) for _ in self.shapes])
            for side, points in enumerate(self._beside(far)):
                edges, areas = tree.query(shapely.points(points))
                inside = shapely.contains_xy(shapes[areas], points[edges])
                for edge, area in zip(edges[inside].tolist(), areas[inside].tolist(), strict=True):
                    found[-1][edge][side].add(units[area])
        return found

    def _beside(self, far: float) -> tuple[Floats, Floats]:
        """A point on the left and one on the right of the longest piece of each edge."""
        net = self.borders.known.net
        step = np.diff(net.xy, axis=0)
        length = np.hypot(*step.T)
        length[net.at[1:-1] - 1] = -1.0  # from the end of an edge to the beginning of the next
        runs = zip(net.at[:-1].tolist(), net.at[1:].tolist(), strict=True)
        longest = np.array([at + int(length[at : end - 1].argmax()) for at, end in runs], int)
        middle = (net.xy[longest] + net.xy[longest + 1]) / 2
        aside = step[longest][:, ::-1] * (-1.0, 1.0) * far
        return middle + aside, middle - aside

    def agrees(self, edge: int, left: int, right: int) -> bool:
        """Whether these lie beside an edge; nobody does, where no lowest unit has its area.

        An area on both sides of a border of another one overlaps that: TOP-COV-01 tells it.
        """
        lowest = len(self.borders.known.faces)

        def lies(unit: int, here: set[int], there: set[int]) -> bool:
            return min(here - there, default=lowest) >= lowest if unit == NOBODY else unit in here

        beside = [at_distance[edge] for at_distance in self.lying]
        return any(lies(left, one, other) and lies(right, other, one) for one, other in beside)

    @cached_property
    def misplaced(self) -> Ints:
        """Edges on one of whose sides not the recorded unit lies; none, if no areas are known.

        Those that run along others are left out.
        """
        net = self.borders.known.net
        if not self.areas or not len(net):
            return np.empty(0, np.int64)
        recorded = enumerate(zip(net.left.tolist(), net.right.tolist(), strict=True))
        wrong = [edge for edge, sides in recorded if not self.agrees(edge, *sides)]
        return np.setdiff1d(wrong, self.shared_pieces[1]).astype(np.int64)

    @cached_property
    def unsound_nodes(self) -> Ints:
        """The nodes of which ``odd`` tells, and no flaw of an edge itself: side, or overlap."""
        told = np.r_[self.ends[self.misplaced].reshape(-1), self.doubled]
        return np.setdiff1d(self.odd[:, 0], told).astype(np.int64)

    @cached_property
    def doubled(self) -> Ints:
        """The nodes of edges that run along others: too many lines end there."""
        return np.unique(self.ends[self.shared_pieces[1]]).astype(np.int64)

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
        return tuple(sorted(self.number[unit] for unit in units))

    def beside(self, *edges: int) -> tuple[int, ...]:
        """The numbers of the lowest known units that edges divide, ascending."""
        net = self.borders.known.net
        found = {n for edge in edges for n in (int(net.left[edge]), int(net.right[edge]))}
        return tuple(sorted(found - {NOBODY}))

    def called(self, units: Iterable[int]) -> tuple[str, str]:
        """The names of units, in Chinese and in English enumeration."""
        names = sorted(self.names[unit] for unit in units)
        return "、".join(names), ", ".join(names)
