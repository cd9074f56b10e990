"""A new name of a unit, which stays the same unit with the same code (Order 65 art. 2)."""

from pydantic import Field

from gazetteer.ledger.drafts.day_records import DayRecords
from gazetteer.ledger.drafts.step_play import StepIds
from gazetteer.messages import message
from gazetteer.problems import InvalidValue
from gazetteer.records.commands.command import (
    Command,
    CommandArguments,
    Name,
    UnitReference,
    parse_unit_id,
)
from gazetteer.records.commands.unit_lookup import find_code, find_name, get_unit
from gazetteer.records.commands.unit_names import begin_unit_names, end_names


class RenameUnit(CommandArguments):
    """A unit and its new name."""

    unit: UnitReference = Field(description="Unit: code on the day, or id")
    name: Name = Field(description="New standard name: specific and generic part")
    romanized_name: Name | None = Field(
        None, description="Pinyin of the name; without it the spelling by the rules is proposed"
    )


def play_command(records: DayRecords, arguments: RenameUnit, ids: StepIds) -> None:
    """End the standard and the short name with their spellings, and begin the new ones."""
    unit_id = parse_unit_id(arguments.unit)
    unit = get_unit(records, unit_id)
    if find_name(records, unit_id) == arguments.name:
        raise InvalidValue(message("command.same_name", name=arguments.name), field="name")
    end_names(records, unit["place_id"])
    code = find_code(records, unit_id)
    begin_unit_names(
        records,
        ids,
        unit["place_id"],
        arguments.name,
        unit["level"],
        code,
        arguments.romanized_name,
    )


RENAME_UNIT = Command("rename_unit", RenameUnit, play_command)
