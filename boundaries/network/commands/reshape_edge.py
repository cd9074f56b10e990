"""A stretch of a border runs otherwise, between two vertices that stay."""

from typing import Annotated

from pydantic import Field

from boundaries.network.commands.day_edges import VertexOfEdge, locate_edge, replace_stretch
from gazetteer.ledger.drafts.day_records import DayRecords
from gazetteer.ledger.drafts.step_play import StepIds
from gazetteer.messages import message
from gazetteer.problems import InvalidValue
from gazetteer.records.commands.command import Command, Position

_MOST_VERTICES = 100_000


class ReshapeEdge(VertexOfEdge):
    """The two vertices between which an edge runs otherwise, and how."""

    until: Position = Field(description="The vertex at which the stretch ends, which stays too")
    through: Annotated[tuple[Position, ...], Field(max_length=_MOST_VERTICES)] = Field(
        description="The vertices between them, from `at` to `until`; none: straight"
    )


def play_command(records: DayRecords, arguments: ReshapeEdge, ids: StepIds) -> None:  # noqa: ARG001
    """Replace what lies between the two vertices, in whichever direction they were named."""
    edge, first = locate_edge(records, arguments)
    last = edge.find_vertex(arguments.until)
    if last is None or last == first:
        raise InvalidValue(message("command.no_vertex_there"), field="until")
    through = list(arguments.through)
    if last < first:
        first, last, through = last, first, through[::-1]
    replace_stretch(records, edge, first + 1, last - 1, through)


RESHAPE_EDGE = Command("reshape_edge", ReshapeEdge, play_command)
