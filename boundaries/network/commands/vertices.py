"""Commands on single vertices of an edge, between its nodes."""

from pydantic import Field

from boundaries.network.commands.day_edges import VertexOfEdge, locate_edge, replace_stretch
from gazetteer.ledger.drafts.day_records import DayRecords
from gazetteer.ledger.drafts.step_play import StepIds
from gazetteer.messages import message
from gazetteer.problems import Conflict, InvalidValue
from gazetteer.records.commands.command import Command, Position


class MoveVertex(VertexOfEdge):
    """A vertex and its new place; both sides follow."""

    to: Position = Field(description="Its new place: longitude, latitude (CGCS2000)")


class InsertVertex(VertexOfEdge):
    """A new vertex after a known one."""

    to: Position = Field(description="The new vertex: longitude, latitude (CGCS2000)")
    next_at: Position = Field(description="The vertex that follows, in the direction of the edge")


class DeleteVertex(VertexOfEdge):
    """A vertex that is no longer needed."""


def play_move(records: DayRecords, arguments: MoveVertex, ids: StepIds) -> None:  # noqa: ARG001
    """Move a vertex."""
    edge, vertex = locate_edge(records, arguments)
    _check_inner(vertex, len(edge.line))
    replace_stretch(records, edge, vertex, vertex, [arguments.to])


def play_insert(records: DayRecords, arguments: InsertVertex, ids: StepIds) -> None:  # noqa: ARG001
    """Insert a vertex between two that follow each other."""
    edge, vertex = locate_edge(records, arguments)
    if edge.find_vertex(arguments.next_at) != vertex + 1:
        raise InvalidValue(message("command.not_next_vertex"), field="next_at")
    replace_stretch(records, edge, vertex + 1, vertex, [arguments.to])


def play_delete(records: DayRecords, arguments: DeleteVertex, ids: StepIds) -> None:  # noqa: ARG001
    """Delete a vertex; a closed edge keeps at least a triangle."""
    edge, vertex = locate_edge(records, arguments)
    _check_inner(vertex, len(edge.line))
    is_closed = edge.attributes["start_node"] == edge.attributes["end_node"]
    if is_closed and len(edge.line) <= 4:
        raise Conflict(message("command.ring_too_short"), field="at")
    replace_stretch(records, edge, vertex, vertex, [])


def _check_inner(vertex: int, count: int) -> None:
    if vertex in (0, count - 1):
        raise InvalidValue(message("command.vertex_is_node"), field="at")


MOVE_VERTEX = Command("move_vertex", MoveVertex, play_move)
INSERT_VERTEX = Command("insert_vertex", InsertVertex, play_insert)
DELETE_VERTEX = Command("delete_vertex", DeleteVertex, play_delete)
