"""A unit comes under another one, as a whole; it gets a new code (Order 79 art. 6)."""

from pydantic import Field

from gazetteer.ledger.drafts.day_records import DayRecords
from gazetteer.ledger.drafts.step_play import StepIds
from gazetteer.records.commands.command import (
    Command,
    CommandArguments,
    UnitReference,
    parse_unit_id,
)
from gazetteer.records.commands.unit_lookup import check_parent, get_unit
from gazetteer.records.commands.units_below import replace_code


class ChangeParent(CommandArguments):
    """A unit, the units above it from now on, and its new code."""

    unit: UnitReference = Field(description="Unit: code on the day, or id")
    parent: UnitReference = Field(description="Unit to which it belongs: code on the day, or id")
    custody_parent: UnitReference | None = Field(
        None, description="Unit that has it in custody (代管); none: it is in nobody's custody"
    )
    code: str | None = Field(
        None, pattern=r"^\d{6}(\d{3}){0,2}$", description="New code; without it the code stays"
    )


def play_command(records: DayRecords, arguments: ChangeParent, ids: StepIds) -> None:
    """Let the unit belong to its new parents, and carry its new code."""
    unit_id = parse_unit_id(arguments.unit)
    unit = get_unit(records, unit_id)
    parent = parse_unit_id(arguments.parent)
    custody = parse_unit_id(arguments.custody_parent) if arguments.custody_parent else None
    check_parent(records, unit["level"], parent, "parent")
    if custody is not None:
        check_parent(records, unit["level"], custody, "custody_parent")
    moved = {**unit, "subordination_parent": parent, "custody_parent": custody}
    records.put_record("unit", unit_id, moved)
    if arguments.code is not None:
        replace_code(records, ids, unit_id, arguments.code)


CHANGE_PARENT = Command("change_parent", ChangeParent, play_command)
