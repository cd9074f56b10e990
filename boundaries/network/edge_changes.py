"""The edges that a new coverage changes on the day of its drawing, each with its identity."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID, uuid4

import numpy as np

from boundaries.network.edge_matching import Stretch, match_stretches
from boundaries.network.edge_versions import EdgeVersion, is_same_line
from boundaries.network.known_edges import KnownEdges
from boundaries.network.local_coverage import LocalCoverage
from boundaries.network.network_builder import OUTSIDE
from boundaries.network.segments import Floats

Place = tuple[float, float]


@dataclass(frozen=True, slots=True, eq=False)
class DrawnEdge:
    """An edge as it was drawn; ``known`` is the version of that day if the edge was known.

    ``left`` and ``right`` are numbers of faces of the coverage, or ``OUTSIDE``.
    """

    edge: UUID
    line: Floats
    left: int
    right: int
    start_node: UUID
    end_node: UUID
    known: EdgeVersion | None


@dataclass(frozen=True)
class EdgeChanges:
    """What a coverage changes: the edges that are drawn, and those that were there instead."""

    drawn: tuple[DrawnEdge, ...]
    replaced: tuple[EdgeVersion, ...]

    @property
    def moved_nodes(self) -> frozenset[UUID]:
        """Known nodes at the ends of replaced edges that are no longer where they were."""
        places = {
            node: place
            for edge in self.drawn
            for node, place in (
                (edge.start_node, get_place(edge.line, 0)),
                (edge.end_node, get_place(edge.line, -1)),
            )
        }
        return frozenset(
            node
            for edge in self.replaced
            for node, at in ((edge.start_node, 0), (edge.end_node, -1))
            if places.get(node, get_place(edge.line, at)) != get_place(edge.line, at)
        )


def get_place(line: Floats, position: int) -> Place:
    """The coordinates of a vertex."""
    x, y = line[position].tolist()
    return x, y


def find_edge_changes(coverage: LocalCoverage, known: KnownEdges, day: date) -> EdgeChanges:
    """Compare a coverage with the edges of the day.

    Args:
        coverage: The new coverage, which shows the units that are complete in ``known``.
        known: The known edges; edges of units that are not complete stay as they are.
        day: The day.
    """
    present, complete = known.list_on_day(day), known.units
    stretches = _list_stretches(coverage)
    inner = [e for e in present if all(side is None or side in complete for side in e.side_units)]
    inner_ids = {edge.edge for edge in inner}
    settled = {_build_key(edge.line) for edge in present if edge.edge not in inner_ids}
    by_key: dict[bytes, list[EdgeVersion]] = {}
    for edge in inner:
        by_key.setdefault(_build_key(edge.line), []).append(edge)
    unchanged: set[UUID] = set()
    changed: list[int] = []
    for number, stretch in enumerate(stretches):
        key = _build_key(stretch.line)
        same = [edge for edge in by_key.get(key, ()) if _has_same_sides(stretch, edge)]
        if same:
            unchanged.add(same[0].edge)
        elif key not in settled:
            changed.append(number)
    replaced = [edge for edge in inner if edge.edge not in unchanged]
    staying = [edge for edge in present if edge.edge in unchanged or edge.edge not in inner_ids]
    former = _index_absent_edges(known, {edge.edge for edge in present})
    return _Identification(replaced, staying, former).identify_stretches(
        coverage, [(n, stretches[n]) for n in changed]
    )


def _index_absent_edges(known: KnownEdges, present: set[UUID]) -> dict[bytes, EdgeVersion]:
    """The edges of other days by their lines."""
    return {
        _build_key(version.line): version
        for edge, versions in known.edges.items()
        if edge not in present
        for version in versions
    }


def _list_stretches(coverage: LocalCoverage) -> list[Stretch]:
    net = coverage.net
    units = [face.region.unit if face.region else face.base for face in coverage.faces]
    return [
        Stretch(
            net.get_vertices(edge),
            (_get_unit(units, int(net.left[edge])), _get_unit(units, int(net.right[edge]))),
        )
        for edge in range(len(net))
    ]


def _get_unit(units: Sequence[UUID | None], face: int) -> UUID | None:
    return None if face == OUTSIDE else units[face]


def _build_key(line: Floats) -> bytes:
    """The same for a line and its reverse."""
    return min(line.tobytes(), line[::-1].tobytes())


def _has_same_sides(stretch: Stretch, edge: EdgeVersion) -> bool:
    sides = stretch.sides if is_same_line(stretch.line, edge.line) else stretch.sides[::-1]
    return sides == edge.side_units


@dataclass(frozen=True)
class _Identification:
    """The edges that new stretches may be: replaced ones, or those of other days."""

    replaced: Sequence[EdgeVersion]
    staying: Sequence[EdgeVersion]
    former: Mapping[bytes, EdgeVersion]

    def identify_stretches(
        self, coverage: LocalCoverage, changed: Sequence[tuple[int, Stretch]]
    ) -> EdgeChanges:
        """Give every changed stretch its identity, its direction and its nodes."""
        old = [Stretch(edge.line, edge.side_units) for edge in self.replaced]
        matches = {m.drawn: m for m in match_stretches([s for _, s in changed], old)}
        directed: list[_DirectedLine] = []
        taken: set[UUID] = set()
        for number, (edge, stretch) in enumerate(changed):
            match = matches.get(number)
            known = None if match is None else self.replaced[match.known]
            former = None if known else self.former.get(_build_key(stretch.line))
            if former is not None and former.edge in taken:
                former = None  # an edge that ran along both of them on different days
            taken |= {former.edge} if former else set()
            if match is not None:
                turn = match.is_reversed
            elif former is not None:
                turn = not is_same_line(former.line, stretch.line)
            else:
                turn = _runs_backwards(stretch.line)
            left, right = int(coverage.net.left[edge]), int(coverage.net.right[edge])
            line = stretch.line[::-1] if turn else stretch.line
            sides = (right, left) if turn else (left, right)
            directed.append(_DirectedLine(known, former, line, sides))
        nodes = self._name_nodes(directed)
        return EdgeChanges(
            tuple(
                DrawnEdge(
                    one.choose_identity(),
                    one.line,
                    *one.sides,
                    nodes[get_place(one.line, 0)],
                    nodes[get_place(one.line, -1)],
                    one.known,
                )
                for one in directed
            ),
            tuple(self.replaced),
        )

    def _name_nodes(self, lines: Sequence["_DirectedLine"]) -> Mapping[Place, UUID]:
        """The node at each place: the known one, the one that moved there, or a new one."""
        ends = [end for line in lines for end in line.iter_ends()]
        known_places = {
            place: node
            for edge in (*self.replaced, *self.staying)
            for place, node in _list_nodes(edge)
        }
        nodes = {place: known_places[place] for place, _ in ends if place in known_places}
        taken = {
            *nodes.values(),
            *(node for edge in self.staying for _, node in _list_nodes(edge)),
        }
        for place, earlier in ends:
            if place not in nodes and earlier is not None and earlier not in taken:
                nodes[place] = earlier
                taken.add(earlier)
        for place, _ in ends:
            nodes.setdefault(place, uuid4())
        return nodes


@dataclass(frozen=True, slots=True, eq=False)
class _DirectedLine:
    """A stretch in the direction of its edge; ``former``: the edge as it was on other days."""

    known: EdgeVersion | None
    former: EdgeVersion | None
    line: Floats
    sides: tuple[int, int]

    def choose_identity(self) -> UUID:
        """The known edge, or a new identity, which is never used again."""
        before = self.known or self.former
        return before.edge if before else uuid4()

    def iter_ends(self) -> Iterator[tuple[Place, UUID | None]]:
        """Both ends, each with the node that the edge had there."""
        before = self.known or self.former
        yield get_place(self.line, 0), before.start_node if before else None
        yield get_place(self.line, -1), before.end_node if before else None


def _runs_backwards(line: Floats) -> bool:
    """Whether a new edge has to be reversed: edges run from west to east, else to the south.

    A closed one is compared by its inner vertices.
    """
    first, last = line[0], line[-1]
    if np.array_equal(first, last):
        first, last = line[1], line[-2]
    return bool((first[0], -first[1]) > (last[0], -last[1]))


def _list_nodes(edge: EdgeVersion) -> list[tuple[Place, UUID]]:
    return [
        (get_place(edge.line, 0), edge.start_node),
        (get_place(edge.line, -1), edge.end_node),
    ]
