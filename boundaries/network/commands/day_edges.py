"""Edges and nodes among the records of a day, found as a command names them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from uuid import UUID

import numpy as np
from pydantic import Field

from boundaries.network.edge_versions import decode_line, encode_line
from boundaries.network.segments import Floats
from gazetteer.ledger.drafts.day_records import DayRecords, Point
from gazetteer.ledger.versions import Attributes
from gazetteer.messages import message
from gazetteer.problems import Conflict, NotFound
from gazetteer.records.commands.command import CommandArguments, Position

SAME_PLACE_DEGREES = 1e-9
"""A tenth of a millimetre: what a program may lose of a coordinate that it hands back."""
_LINE_FIELDS = ("geom", "source", "accuracy_m")
"""How an edge runs, where its line comes from and how well it is known."""


class VertexOfEdge(CommandArguments):
    """An edge and one of its vertices."""

    edge: UUID = Field(description="Id of the edge")
    at: Position = Field(description="The vertex as it is: longitude, latitude (CGCS2000)")


@dataclass(frozen=True, eq=False)
class DayEdge:
    """An edge in force; ``line`` (n, 2) are its vertices, lon, lat degrees of CGCS2000."""

    edge: UUID
    attributes: Attributes
    line: Floats

    @classmethod
    def from_attributes(cls, edge: UUID, attributes: Attributes) -> "DayEdge":
        """An edge of the records of a day."""
        return cls(edge, attributes, decode_line(attributes["geom"]))

    def find_vertex(self, place: Position) -> int | None:
        """The number of the vertex at a place; None if there is none."""
        distances = np.abs(self.line - np.asarray(place)).max(axis=1)
        nearest = int(np.argmin(distances))
        return nearest if distances[nearest] <= SAME_PLACE_DEGREES else None


def locate_edge(records: DayRecords, arguments: VertexOfEdge) -> tuple[DayEdge, int]:
    """The edge of the arguments and the number of its vertex.

    Where the edge was divided or has another identity on the day, it is the one that has the
    vertex now, and not at its end.

    Raises:
        NotFound: no edge has a vertex there.
    """
    own = records.find_record("edge", arguments.edge)
    candidates = [DayEdge.from_attributes(arguments.edge, own)] if own else []
    for edge in (*candidates, *_iter_edges_at(records, arguments.at)):
        vertex = edge.find_vertex(arguments.at)
        if vertex is not None and (edge.edge == arguments.edge or 0 < vertex < len(edge.line) - 1):
            return edge, vertex
    if own is None and not candidates:
        raise NotFound(message("command.unknown_edge", day=records.day), field="edge")
    raise NotFound(message("command.no_vertex_there"), field="at")


def _iter_edges_at(records: DayRecords, place: Position) -> Iterator[DayEdge]:
    lon, lat = place
    reach = SAME_PLACE_DEGREES
    box = lon - reach, lat - reach, lon + reach, lat + reach
    for edge, attributes in records.select_in_box("edge", "geom", box).items():
        yield DayEdge.from_attributes(edge, attributes)


def replace_stretch(
    records: DayRecords, edge: DayEdge, first: int, last: int, vertices: Sequence[Point] | Floats
) -> None:
    """Let an edge run through other vertices between two of its own.

    Vertices ``first`` to ``last``, both included, give way to ``vertices``; what is used up of the
    edge is noted, with one vertex more on each side. A vertex at the place of the one before is
    none.

    Raises:
        Conflict: nothing would remain of the edge.
    """
    note_used_vertices(records, edge, first, last)
    between = np.asarray(vertices, dtype=float).reshape(-1, 2)
    line = np.vstack([edge.line[:first], between, edge.line[last + 1 :]])
    line = line[np.r_[True, (line[1:] != line[:-1]).any(axis=1)]]
    if len(line) < 2:
        raise Conflict(message("command.edge_vanishes"), field="to")
    records.put_record("edge", edge.edge, {**edge.attributes, "geom": encode_line(line)})


def note_used_vertices(records: DayRecords, edge: DayEdge, first: int, last: int) -> None:
    """Note that vertices ``first`` to ``last`` of an edge give way, with one more on each side."""
    used = edge.line[max(first - 1, 0) : last + 2]
    points = [(float(x), float(y)) for x, y in used.tolist()]
    records.note_stretch(("edge", edge.edge), _LINE_FIELDS, min(points, points[::-1]))


def find_changed_run(before: Floats, after: Floats) -> tuple[int, int] | None:
    """How many vertices two lines have in common from their starts and from their ends.

    None: they are the same.
    """
    size = min(len(before), len(after))
    head = _count_common(before[:size], after[:size])
    if head == len(before) == len(after):
        return None
    return head, _count_common(before[::-1][: size - head], after[::-1][: size - head])


def _count_common(one: Floats, other: Floats) -> int:
    differs = np.flatnonzero((one != other).any(axis=1))
    return int(differs[0]) if len(differs) else len(one)


def list_edges_at_node(records: DayRecords, node: UUID) -> list[DayEdge]:
    """The edges that end at a node, each once, in the order of their ids."""
    found = {
        **records.select_records("edge", "start_node", node),
        **records.select_records("edge", "end_node", node),
    }
    return [DayEdge.from_attributes(edge, found[edge]) for edge in sorted(found)]


def list_edges_of_units(records: DayRecords, units: Sequence[UUID]) -> list[DayEdge]:
    """The edges with one of the units on a side, each once, in the order of their ids."""
    found: dict[UUID, Attributes] = {}
    for unit in units:
        for side in ("left_unit", "right_unit"):
            found |= records.select_records("edge", side, unit)
    return [DayEdge.from_attributes(edge, found[edge]) for edge in sorted(found)]
