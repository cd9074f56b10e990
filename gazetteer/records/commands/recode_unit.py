"""A new code of a unit; after 2025-09-01 a consequence of other changes only (Order 79 art. 6)."""

from pydantic import Field

from gazetteer.ledger.drafts.day_records import DayRecords
from gazetteer.ledger.drafts.step_play import StepIds
from gazetteer.messages import message
from gazetteer.problems import InvalidValue
from gazetteer.records.commands.command import (
    Command,
    CommandArguments,
    UnitReference,
    parse_unit_id,
)
from gazetteer.records.commands.unit_lookup import find_code, get_unit
from gazetteer.records.commands.units_below import replace_code


class RecodeUnit(CommandArguments):
    """A unit and its new code."""

    unit: UnitReference = Field(description="Unit: code on the day, or id")
    code: str = Field(pattern=r"^\d{6}(\d{3}){0,2}$", description="New code")


def play_command(records: DayRecords, arguments: RecodeUnit, ids: StepIds) -> None:
    """End the code of the unit and begin the new one, for the units below it as well."""
    unit_id = parse_unit_id(arguments.unit)
    get_unit(records, unit_id)
    if find_code(records, unit_id) == arguments.code:
        raise InvalidValue(message("command.same_code", code=arguments.code), field="code")
    replace_code(records, ids, unit_id, arguments.code)


RECODE_UNIT = Command("recode_unit", RecodeUnit, play_command)
