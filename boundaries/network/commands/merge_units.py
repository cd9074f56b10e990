"""A unit ends and its territory goes to another one, whole (合并, 并入)."""

from pydantic import Field

from boundaries.network.commands.redivision import find_faces, redivide_territory
from boundaries.network.commands.successions import begin_succession, measure_area
from gazetteer.ledger.drafts.day_records import DayRecords
from gazetteer.ledger.drafts.step_play import StepIds
from gazetteer.messages import message
from gazetteer.problems import InvalidValue
from gazetteer.records.commands.abolish_unit import end_unit
from gazetteer.records.commands.command import (
    Command,
    CommandArguments,
    UnitReference,
    parse_unit_id,
)
from gazetteer.records.commands.unit_lookup import get_unit
from gazetteer.records.commands.units_below import move_units_below
from gazetteer.records.source_names import DRAWN_IN_DRAFT


class MergeUnits(CommandArguments):
    """The unit that ends, and the one into which it goes."""

    unit: UnitReference = Field(description="Unit that ends: code on the day, or id")
    into: UnitReference = Field(description="Unit that takes its territory: code, or id")


def play_command(records: DayRecords, arguments: MergeUnits, ids: StepIds) -> None:
    """Give territory, units and places to the other unit, and end the first one."""
    old, into = parse_unit_id(arguments.unit), parse_unit_id(arguments.into)
    unit, other = get_unit(records, old), get_unit(records, into, "into")
    if old == into:
        raise InvalidValue(message("command.same_unit"), field="into")
    if unit["level"] != other["level"]:
        raise InvalidValue(message("command.other_level"), field="into")
    before = find_faces(records, [old, into])
    if before:
        redivide_territory(
            records,
            ids,
            [old, into],
            [],
            lambda piece, holder: into if holder == old else holder,
            DRAWN_IN_DRAFT,
        )
    after = find_faces(records, [into])
    passed = measure_area(before.get(old))
    begin_succession(
        records, ids, (old, into), "absorbed", (passed, passed, measure_area(after.get(into)))
    )
    move_units_below(records, ids, old, into)
    end_unit(records, old)


MERGE_UNITS = Command("merge_units", MergeUnits, play_command)
