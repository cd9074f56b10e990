"""A place where borders meet moves, with all edges that end there."""

from uuid import UUID

from pydantic import Field

from boundaries.network.commands.day_edges import DayEdge, list_edges_at_node, replace_stretch
from gazetteer.ledger.drafts.day_records import DayRecords
from gazetteer.ledger.drafts.step_play import StepIds
from gazetteer.messages import message
from gazetteer.problems import NotFound
from gazetteer.records.commands.command import Command, CommandArguments, Position
from gazetteer.records.commands.positions import encode_point


class MoveNode(CommandArguments):
    """A node and its new place."""

    node: UUID = Field(description="Id of the node")
    to: Position = Field(description="Its new place: longitude, latitude (CGCS2000)")


def play_command(records: DayRecords, arguments: MoveNode, ids: StepIds) -> None:  # noqa: ARG001
    """Move the node and the ends of the edges that meet there."""
    node = records.find_record("node", arguments.node)
    if node is None:
        raise NotFound(message("command.unknown_node", day=records.day), field="node")
    for edge in list_edges_at_node(records, arguments.node):
        _move_ends(records, edge, arguments)
    moved = {**node, "location": encode_point(arguments.to)}
    records.put_record("node", arguments.node, moved)


def _move_ends(records: DayRecords, edge: DayEdge, arguments: MoveNode) -> None:
    last = len(edge.line) - 1
    if edge.attributes["start_node"] == arguments.node:
        replace_stretch(records, edge, 0, 0, [arguments.to])
    if edge.attributes["end_node"] == arguments.node:
        attributes = records.find_record("edge", edge.edge) or edge.attributes
        current = DayEdge.from_attributes(edge.edge, attributes)
        replace_stretch(records, current, last, last, [arguments.to])


MOVE_NODE = Command("move_node", MoveNode, play_command)
