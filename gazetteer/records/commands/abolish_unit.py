"""The end of a unit: its code is retired, its names end (Order 704; Order 79 art. 6)."""

from uuid import UUID

from pydantic import Field

from gazetteer.ledger.drafts.day_records import DayRecords
from gazetteer.ledger.drafts.step_play import StepIds
from gazetteer.messages import message
from gazetteer.problems import Conflict
from gazetteer.records.commands.command import (
    Command,
    CommandArguments,
    UnitReference,
    parse_unit_id,
)
from gazetteer.records.commands.unit_codes import end_codes
from gazetteer.records.commands.unit_lookup import (
    find_name,
    find_subordinates,
    get_unit,
    was_in_force,
)
from gazetteer.records.commands.unit_names import end_names

_SIDES = ("left_unit", "right_unit")


class AbolishUnit(CommandArguments):
    """A unit without ground of its own and without units below it."""

    unit: UnitReference = Field(description="Unit that ends: code on the day, or id")


def play_command(records: DayRecords, arguments: AbolishUnit, ids: StepIds) -> None:  # noqa: ARG001
    """End the unit with all that belongs to it."""
    unit_id = parse_unit_id(arguments.unit)
    get_unit(records, unit_id)
    name = find_name(records, unit_id)
    below = [find_name(records, child) for child in find_subordinates(records, unit_id)]
    if below:
        raise Conflict(message("command.units_below", unit=name, below=below), field="unit")
    if any(records.select_records("edge", side, unit_id) for side in _SIDES):
        raise Conflict(message("command.has_ground", unit=name), field="unit")
    end_unit(records, unit_id)


def end_unit(records: DayRecords, unit_id: UUID) -> None:
    """End a unit with its codes, its place and all names of this.

    If it began on the same day it never was, and nothing passed to it or from it.
    """
    if not was_in_force(records, unit_id):
        for side in ("from_unit", "to_unit"):
            for link in records.select_records("succession", side, unit_id):
                records.put_record("succession", link, None)
    place_id = get_unit(records, unit_id)["place_id"]
    end_codes(records, unit_id)
    if place_id is not None:
        end_names(records, place_id, None)
        records.put_record("place", place_id, None)
    records.put_record("unit", unit_id, None)


ABOLISH_UNIT = Command("abolish_unit", AbolishUnit, play_command)
