"""Boundary lines: the edges between two units at the level at which their sides differ.

One edge is at once a province, prefecture, county and township line; as a line it stands at the
highest of these, and is inspected there (field notes 4.2). So every edge belongs to one line.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from uuid import UUID

import numpy as np

from boundaries.network.edges import NOBODY
from boundaries.network.segments import Bools, Ints
from boundaries.network.store import KnownNetwork
from gazetteer.records.levels import LEVELS, Level

LINE_LEVELS = ("province", "prefecture", "county", "township")
"""The levels of lines, the highest first; ``Borders.level`` has numbers in it."""

ONE_SIDED, WITHIN, NO_LEVEL = -1, -2, -3
"""Edges that are no line: a coast or an outer limit; the limit up to which the ground of a unit is
known in parts; an edge of a unit that has no place in the order of levels."""


@dataclass(frozen=True, slots=True)
class Line:
    """The whole border between two units at a level; ``edges`` are numbers in the network."""

    level: str
    units: tuple[UUID, UUID]
    edges: tuple[int, ...]


@dataclass(frozen=True)
class Borders:
    """A network of a moment, with the lines that it makes.

    Units are numbers in ``units``; the faces of the network come first and keep theirs.
    """

    known: KnownNetwork

    @cached_property
    def units(self) -> tuple[UUID, ...]:
        """The faces, and every unit above one of them."""
        return tuple(dict.fromkeys([*self.known.faces, *(u for c in self._chains for u in c)]))

    @cached_property
    def number(self) -> dict[UUID, int]:
        """The number of each unit."""
        return {unit: number for number, unit in enumerate(self.units)}

    @cached_property
    def _chains(self) -> tuple[tuple[UUID, ...], ...]:
        """Of each face: itself and the units above it, upwards."""
        return tuple(tuple(self._up(face)) for face in self.known.faces)

    def _up(self, unit: UUID) -> Iterator[UUID]:
        at: UUID | None = unit
        height = len(LEVELS)
        while at is not None and at in self.known.units:
            own = self.known.units[at]
            if (depth := LEVELS.index(Level(own.level))) >= height:
                return  # a parent that is not above ends the way
            yield at
            at, height = own.parent, depth

    def at(self, level: str) -> Ints:
        """What stands at a level of each face (F, and once NOBODY); see ``KnownNetwork.labels``."""
        labels, units = self.known.labels(level)
        numbers = np.array([*(self.number[unit] for unit in units), NOBODY], dtype=np.int64)
        found: Ints = np.r_[numbers[labels], NOBODY].astype(np.int64)
        return found

    @cached_property
    def level(self) -> Ints:
        """Of each edge (E) the number of its level as a line, or why it is none."""
        net = self.known.net
        stands = np.stack([self.at(level) for level in LINE_LEVELS], axis=1)
        left, right = stands[net.left], stands[net.right]
        level = np.where((left != right).any(axis=1), (left != right).argmax(axis=1), NO_LEVEL)
        level[(left == NOBODY).any(axis=1) | (right == NOBODY).any(axis=1)] = NO_LEVEL
        level[self._one_inside_other] = WITHIN
        level[(net.left == NOBODY) | (net.right == NOBODY)] = ONE_SIDED
        found: Ints = level.astype(np.int64)
        return found

    @cached_property
    def _one_inside_other(self) -> Bools:
        """Edges between a unit and one above it: what is known in parts ends there."""
        above = [{self.number[unit] for unit in chain[1:]} for chain in self._chains]
        pairs = np.column_stack([self.known.net.left, self.known.net.right])
        different, which = np.unique(pairs, axis=0, return_inverse=True)
        inside = [
            a != NOBODY and b != NOBODY and (b in above[a] or a in above[b])
            for a, b in different.tolist()
        ]
        found: Bools = np.array(inside, dtype=bool)[which.reshape(-1)]
        return found

    @cached_property
    def sides(self) -> Ints:
        """The two units (E, 2) of each edge as a line, the smaller number first.

        A county directly under its province stands at the level of prefectures itself. Of an edge
        that is no line the sides are its faces.
        """
        net = self.known.net
        called = np.array([self._called(n) for n in range(len(self.known.faces))], dtype=np.int64)
        called = np.vstack(
            [called.reshape(-1, len(LINE_LEVELS)), np.full(len(LINE_LEVELS), NOBODY)]
        )
        depth = np.where(self.level >= 0, self.level, len(LINE_LEVELS) - 1)
        left = np.where(self.level >= 0, called[net.left, depth], net.left)
        right = np.where(self.level >= 0, called[net.right, depth], net.right)
        return np.sort(np.column_stack([left, right]), axis=1).astype(np.int64)

    def _called(self, face: int) -> list[int]:
        """The highest unit over a face at each level or below it; else the face itself."""
        chain = self._chains[face]
        found = []
        for level in LINE_LEVELS:
            least = LEVELS.index(Level(level))
            under = [u for u in chain if LEVELS.index(Level(self.known.units[u].level)) >= least]
            found.append(self.number[under[-1]] if under else face)
        return found

    @cached_property
    def line(self) -> Ints:
        """The number of the line that each edge (E) belongs to in ``lines``; -1 for none."""
        keys = np.column_stack([self.level, self.sides])
        of_line = np.flatnonzero(self.level >= 0)
        numbers = np.full(len(keys), -1)
        if len(of_line):
            which = np.unique(keys[of_line], axis=0, return_inverse=True)[1]
            numbers[of_line] = which.reshape(-1)
        return numbers.astype(np.int64)

    @cached_property
    def lines(self) -> tuple[Line, ...]:
        """Every line, the higher levels first."""
        order = np.argsort(self.line, kind="stable")
        order = order[np.searchsorted(self.line[order], 0) :]
        begins = np.flatnonzero(np.diff(self.line[order], prepend=-1))
        return tuple(self._line(edges) for edges in np.split(order, begins[1:]) if len(edges))

    def _line(self, edges: Ints) -> Line:
        one, other = (self.units[n] for n in self.sides[edges[0]].tolist())
        return Line(LINE_LEVELS[int(self.level[edges[0]])], (one, other), tuple(edges.tolist()))
