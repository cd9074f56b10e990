"""Boundary lines: the edges between two units at the highest level at which their sides differ.

One edge may be a province, prefecture, county and township line at once; it belongs to the line of
the highest of these levels, and is inspected there (field notes 4.2).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from uuid import UUID

import numpy as np

from boundaries.network.network_builder import OUTSIDE
from boundaries.network.network_store import KnownNetwork
from boundaries.network.segments import Bools, Ints
from gazetteer.records.levels import LEVELS, Level

LINE_LEVELS = ("province", "prefecture", "county", "township")
"""The levels of lines, the highest first; ``BoundaryLines.edge_levels`` are numbers in it."""

ONE_SIDED, NESTED_UNITS, NO_LEVEL = -1, -2, -3
"""Edges that belong to no line: a coast or an outer limit; the limit of the known parts of a unit,
against the unit itself; an edge of a unit outside of the order of levels."""


@dataclass(frozen=True, slots=True)
class BoundaryLine:
    """The whole border between two units at a level; ``edges`` are numbers in the network."""

    level: str
    units: tuple[UUID, UUID]
    edges: tuple[int, ...]


@dataclass(frozen=True)
class BoundaryLines:
    """The lines of a network at a moment.

    Units are numbers in ``units``; the faces of the network come first, with the same numbers.
    """

    known: KnownNetwork

    @cached_property
    def units(self) -> tuple[UUID, ...]:
        """The faces, and every unit above one of them."""
        return tuple(
            dict.fromkeys([*self.known.faces, *(u for c in self._ancestor_chains for u in c)])
        )

    @cached_property
    def unit_numbers(self) -> dict[UUID, int]:
        """The number of each unit."""
        return {unit: number for number, unit in enumerate(self.units)}

    @cached_property
    def _ancestor_chains(self) -> tuple[tuple[UUID, ...], ...]:
        """Of each face: itself and the units above it, upwards."""
        return tuple(tuple(self._iter_ancestors(face)) for face in self.known.faces)

    def _iter_ancestors(self, unit: UUID) -> Iterator[UUID]:
        at: UUID | None = unit
        last_depth = len(LEVELS)
        while at is not None and at in self.known.units:
            own = self.known.units[at]
            if (depth := LEVELS.index(Level(own.level))) >= last_depth:
                return  # a parent that is not above ends the chain
            yield at
            at, last_depth = own.parent_id, depth

    def map_faces_to_level(self, level: str) -> Ints:
        """The unit of each face at a level (F, then ``OUTSIDE``); see ``label_faces``."""
        labels, units = self.known.label_faces(level)
        numbers = np.array([*(self.unit_numbers[unit] for unit in units), OUTSIDE], dtype=np.int64)
        face_units: Ints = np.r_[numbers[labels], OUTSIDE].astype(np.int64)
        return face_units

    @cached_property
    def edge_levels(self) -> Ints:
        """The number of the level of each edge (E) as a line, or why it belongs to none."""
        net = self.known.net
        units_by_level = np.stack([self.map_faces_to_level(level) for level in LINE_LEVELS], axis=1)
        left, right = units_by_level[net.left], units_by_level[net.right]
        level = np.where((left != right).any(axis=1), (left != right).argmax(axis=1), NO_LEVEL)
        level[(left == OUTSIDE).any(axis=1) | (right == OUTSIDE).any(axis=1)] = NO_LEVEL
        level[self._nested_edges] = NESTED_UNITS
        level[(net.left == OUTSIDE) | (net.right == OUTSIDE)] = ONE_SIDED
        edge_level: Ints = level.astype(np.int64)
        return edge_level

    @cached_property
    def _nested_edges(self) -> Bools:
        """Edges between a unit and one above it: the limit of its known parts."""
        above = [{self.unit_numbers[unit] for unit in chain[1:]} for chain in self._ancestor_chains]
        pairs = np.column_stack([self.known.net.left, self.known.net.right])
        different, which = np.unique(pairs, axis=0, return_inverse=True)
        inside = [
            OUTSIDE not in (a, b) and (b in above[a] or a in above[b])
            for a, b in different.tolist()
        ]
        nested: Bools = np.array(inside, dtype=bool)[which.reshape(-1)]
        return nested

    @cached_property
    def edge_sides(self) -> Ints:
        """The two units (E, 2) of each edge as a line, the smaller number first.

        A county directly under its province is also a unit of the level of prefectures. The sides
        of an edge that belongs to no line are its faces.
        """
        net = self.known.net
        line_units = np.array(
            [self._find_line_units(n) for n in range(len(self.known.faces))], dtype=np.int64
        )
        line_units = np.vstack(
            [line_units.reshape(-1, len(LINE_LEVELS)), np.full(len(LINE_LEVELS), OUTSIDE)]
        )
        depth = np.where(self.edge_levels >= 0, self.edge_levels, len(LINE_LEVELS) - 1)
        left = np.where(self.edge_levels >= 0, line_units[net.left, depth], net.left)
        right = np.where(self.edge_levels >= 0, line_units[net.right, depth], net.right)
        return np.sort(np.column_stack([left, right]), axis=1).astype(np.int64)

    def _find_line_units(self, face: int) -> list[int]:
        """The highest unit above a face at each level or below it; else the face itself."""
        chain = self._ancestor_chains[face]
        line_units = []
        for level in LINE_LEVELS:
            min_depth = LEVELS.index(Level(level))
            candidates = [
                u for u in chain if LEVELS.index(Level(self.known.units[u].level)) >= min_depth
            ]
            line_units.append(self.unit_numbers[candidates[-1]] if candidates else face)
        return line_units

    @cached_property
    def edge_lines(self) -> Ints:
        """The number of the line that each edge (E) belongs to in ``lines``; -1 for none."""
        keys = np.column_stack([self.edge_levels, self.edge_sides])
        of_line = np.flatnonzero(self.edge_levels >= 0)
        numbers = np.full(len(keys), -1)
        if len(of_line):
            which = np.unique(keys[of_line], axis=0, return_inverse=True)[1]
            numbers[of_line] = which.reshape(-1)
        return numbers.astype(np.int64)

    @cached_property
    def lines(self) -> tuple[BoundaryLine, ...]:
        """Every line, the higher levels first."""
        order = np.argsort(self.edge_lines, kind="stable")
        order = order[np.searchsorted(self.edge_lines[order], 0) :]
        begins = np.flatnonzero(np.diff(self.edge_lines[order], prepend=-1))
        return tuple(self._build_line(edges) for edges in np.split(order, begins[1:]) if len(edges))

    def _build_line(self, edges: Ints) -> BoundaryLine:
        one, other = (self.units[n] for n in self.edge_sides[edges[0]].tolist())
        return BoundaryLine(
            LINE_LEVELS[int(self.edge_levels[edges[0]])], (one, other), tuple(edges.tolist())
        )
