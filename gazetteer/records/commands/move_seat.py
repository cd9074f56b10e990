"""A new seat of the government of a unit (驻地迁移, Order 65 art. 2)."""

from pydantic import Field

from gazetteer.ledger.drafts.day_records import DayRecords
from gazetteer.ledger.drafts.step_play import StepIds
from gazetteer.records.commands.command import (
    Command,
    CommandArguments,
    Position,
    UnitReference,
    parse_unit_id,
)
from gazetteer.records.commands.positions import encode_point
from gazetteer.records.commands.unit_lookup import get_unit


class MoveSeat(CommandArguments):
    """A unit and the place of its government."""

    unit: UnitReference = Field(description="Unit: code on the day, or id")
    to: Position = Field(description="New seat: longitude, latitude (CGCS2000)")


def play_command(records: DayRecords, arguments: MoveSeat, ids: StepIds) -> None:  # noqa: ARG001
    """Let the unit have its seat at the position."""
    unit_id = parse_unit_id(arguments.unit)
    unit = get_unit(records, unit_id)
    records.put_record("unit", unit_id, {**unit, "seat": encode_point(arguments.to)})


MOVE_SEAT = Command("move_seat", MoveSeat, play_command)
