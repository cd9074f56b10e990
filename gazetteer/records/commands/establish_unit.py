"""A new unit without ground of its own: unit, place, names, code (Order 704 art. 6; Order 79)."""

from typing import Literal
from uuid import UUID

from pydantic import Field

from gazetteer.accounts.roles import Action
from gazetteer.ledger.drafts.day_records import DayRecords
from gazetteer.ledger.drafts.step_play import StepIds
from gazetteer.messages import message
from gazetteer.problems import Conflict
from gazetteer.records.commands.command import (
    Command,
    CommandArguments,
    Name,
    Position,
    UnitReference,
    parse_unit_id,
)
from gazetteer.records.commands.positions import encode_point
from gazetteer.records.commands.unit_codes import begin_code, check_code
from gazetteer.records.commands.unit_lookup import check_parent
from gazetteer.records.commands.unit_names import begin_unit_names
from gazetteer.records.name_parts import derive_unit_type


class NewUnit(CommandArguments):
    """What a unit begins with."""

    code: str = Field(pattern=r"^\d{6}(\d{3}){0,2}$", description="Code of the new unit")
    name: Name = Field(description="Standard name: specific and generic part")
    romanized_name: Name | None = Field(
        None, description="Pinyin of the name; without it the spelling by the rules is proposed"
    )
    unit_type: Name | None = Field(
        None, description="Type of the unit in Chinese; without it that which name and code show"
    )
    seat: Position | None = Field(None, description="Seat: longitude, latitude (CGCS2000)")


class EstablishUnit(NewUnit):
    """A new unit below another one."""

    level: Literal["prefecture", "county", "township", "village"] = Field(description="Level")
    parent: UnitReference = Field(description="Unit to which it belongs: code on the day, or id")
    custody_parent: UnitReference | None = Field(
        None, description="Unit that has it in custody (代管): code on the day, or id"
    )


def play_command(records: DayRecords, arguments: EstablishUnit, ids: StepIds) -> None:
    """Begin the unit with all that belongs to it."""
    parent = parse_unit_id(arguments.parent)
    check_parent(records, arguments.level, parent, "parent")
    custody = arguments.custody_parent and parse_unit_id(arguments.custody_parent)
    if custody:
        check_parent(records, arguments.level, custody, "custody_parent")
    begin_unit(records, ids, arguments, arguments.level, (parent, custody or None))


def begin_unit(
    records: DayRecords,
    ids: StepIds,
    new: NewUnit,
    level: str,
    parents: tuple[UUID | None, UUID | None],
    wanted_id: UUID | None = None,
) -> UUID:
    """Begin a unit below its parents by subordination and by custody.

    Raises:
        InvalidValue, Conflict: the code does not fit the level, or another unit carries it, or
            has the wanted id.
    """
    check_code(records, new.code, level)
    unit_id, place_id = wanted_id or ids.create_id(), ids.create_id()
    if records.known.load_versions(("unit", unit_id)):
        raise Conflict(message("command.unit_id_taken", id=str(unit_id)), field="unit_id")
    unit = {
        "level": level,
        "unit_type": new.unit_type or derive_unit_type(new.name, level, new.code),
        "subordination_parent": parents[0],
        "custody_parent": parents[1],
        "place_id": place_id,
        "seat": encode_point(new.seat) if new.seat else None,
        "remark": None,
    }
    records.put_record("unit", unit_id, unit)
    records.put_record("place", place_id, _build_place(unit_id, level))
    begin_code(records, ids, unit_id, new.code)
    begin_unit_names(records, ids, place_id, new.name, level, new.code, new.romanized_name)
    return unit_id


def _build_place(unit_id: UUID, level: str) -> dict[str, object]:
    return {
        "legal_class": "village_seat" if level == "village" else "division",
        "class_code": None,
        "level": level,
        "unit_id": unit_id,
        "within": None,
        "location": None,
        "source": None,
    }


ESTABLISH_UNIT = Command("establish_unit", EstablishUnit, play_command, (Action.EDIT_BOUNDARIES,))
