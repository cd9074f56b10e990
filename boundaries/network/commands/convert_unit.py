"""One unit ends and another begins on the same territory: 撤县设市, 撤县设区, 撤乡设镇 and so on.

Abolition and establishment in one approval (field notes 3.3): the code is retired, a new one is
issued, the units below come under the new one, and the border stays.
"""

from pydantic import Field

from boundaries.network.commands.day_edges import list_edges_of_units
from boundaries.network.commands.redivision import find_faces
from boundaries.network.commands.successions import begin_succession, measure_area
from gazetteer.ledger.drafts.day_records import DayRecords
from gazetteer.ledger.drafts.step_play import StepIds
from gazetteer.records.commands.abolish_unit import end_unit
from gazetteer.records.commands.command import Command, UnitReference, parse_unit_id
from gazetteer.records.commands.establish_unit import NewUnit, begin_unit
from gazetteer.records.commands.unit_lookup import check_parent, get_unit
from gazetteer.records.commands.units_below import move_units_below


class ConvertUnit(NewUnit):
    """A unit, and the one that takes its place; without parents it has those of the old one."""

    unit: UnitReference = Field(description="Unit that ends: code on the day, or id")
    parent: UnitReference | None = Field(
        None, description="Unit to which the new one belongs, if that changes"
    )
    in_custody: bool = Field(
        True, description="Whether the unit that had the old one in custody has the new one too"
    )


def play_command(records: DayRecords, arguments: ConvertUnit, ids: StepIds) -> None:
    """End the old unit, begin the new one, and hand over territory, seat and units below."""
    old = parse_unit_id(arguments.unit)
    unit = get_unit(records, old)
    parent = parse_unit_id(arguments.parent) if arguments.parent else unit["subordination_parent"]
    if arguments.parent:
        check_parent(records, unit["level"], parent, "parent")
    custody = unit["custody_parent"] if arguments.in_custody else None
    area = measure_area(find_faces(records, [old]).get(old))
    new = begin_unit(records, ids, arguments, unit["level"], (parent, custody))
    if arguments.seat is None and unit["seat"] is not None:
        begun = get_unit(records, new)
        records.put_record("unit", new, {**begun, "seat": unit["seat"]})
    for edge in list_edges_of_units(records, [old]):
        sides = {side: new for side in ("left_unit", "right_unit") if edge.attributes[side] == old}
        records.put_record("edge", edge.edge, {**edge.attributes, **sides})
    move_units_below(records, ids, old, new)
    begin_succession(records, ids, (old, new), "continues", (area, area, area), is_whole=True)
    end_unit(records, old)


CONVERT_UNIT = Command("convert_unit", ConvertUnit, play_command)
