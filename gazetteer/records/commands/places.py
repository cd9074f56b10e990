"""Places that are no units: settlements, roads, natural features."""

from typing import Literal
from uuid import UUID

from pydantic import Field

from gazetteer.accounts.roles import Action
from gazetteer.ledger.drafts.day_records import DayRecords
from gazetteer.ledger.drafts.step_play import StepIds
from gazetteer.ledger.versions import Attributes
from gazetteer.messages import message
from gazetteer.naming.romanization.place_spelling import romanize_place_name
from gazetteer.problems import Conflict, NotFound
from gazetteer.records.commands.command import (
    Command,
    CommandArguments,
    Name,
    Position,
    UnitReference,
    parse_unit_id,
)
from gazetteer.records.commands.positions import encode_point
from gazetteer.records.commands.unit_lookup import find_code, get_unit
from gazetteer.records.commands.unit_names import (
    begin_name,
    begin_spelling,
    end_name,
    end_names,
)

_ACTIONS = (Action.EDIT_NAMES,)
LegalClass = Literal["natural", "park_reserve", "road", "building", "facility", "other"]
PlaceLevel = Literal[
    "natural_settlement", "road", "estate", "building", "door", "poi", "natural_feature"
]


class CreatePlace(CommandArguments):
    """A place with its standard name."""

    name: Name = Field(description="Standard name")
    specific_part: Name | None = Field(None, description="Specific part of the name (专名)")
    generic_part: Name | None = Field(None, description="Generic part of the name (通名)")
    romanized_name: Name | None = Field(
        None, description="Pinyin; without it the spelling by the rules is proposed"
    )
    legal_class: LegalClass = Field(description="Class by the Regulation on Geographic Names")
    class_code: str | None = Field(
        None, pattern=r"^\d{5}$", description="Class by GB/T 18521, five digits"
    )
    level: PlaceLevel = Field(description="Level")
    within: UnitReference = Field(description="Unit in which it lies: code on the day, or id")
    at: Position = Field(description="Longitude, latitude (CGCS2000)")


class RenamePlace(CommandArguments):
    """A place and its new standard name."""

    place_id: UUID = Field(description="Id of the place")
    name: Name = Field(description="New standard name")
    specific_part: Name | None = Field(None, description="Specific part of the name (专名)")
    generic_part: Name | None = Field(None, description="Generic part of the name (通名)")
    romanized_name: Name | None = Field(
        None, description="Pinyin; without it the spelling by the rules is proposed"
    )


class MovePlace(CommandArguments):
    """A place and where it is."""

    place_id: UUID = Field(description="Id of the place")
    to: Position = Field(description="Longitude, latitude (CGCS2000)")


class RetirePlace(CommandArguments):
    """A place that is no more."""

    place_id: UUID = Field(description="Id of the place")


def play_create(records: DayRecords, arguments: CreatePlace, ids: StepIds) -> None:
    """Begin the place with its standard name and the spelling of this."""
    within, place_id = parse_unit_id(arguments.within), ids.create_id()
    get_unit(records, within, "within")
    place = {
        "legal_class": arguments.legal_class,
        "class_code": arguments.class_code,
        "level": arguments.level,
        "unit_id": None,
        "within": within,
        "location": encode_point(arguments.at),
        "source": None,
    }
    records.put_record("place", place_id, place)
    _begin_standard_name(records, ids, place_id, arguments, place)


def play_rename(records: DayRecords, arguments: RenamePlace, ids: StepIds) -> None:
    """End the standard name, and begin the new one."""
    place = _get_place(records, arguments.place_id)
    for name_id, row in records.select_records("name", "place_id", arguments.place_id).items():
        if row["name_kind"] == "standard":
            end_name(records, name_id)
    _begin_standard_name(records, ids, arguments.place_id, arguments, place)


def play_move(records: DayRecords, arguments: MovePlace, ids: StepIds) -> None:  # noqa: ARG001
    """Let the place be at the position."""
    place = _get_place(records, arguments.place_id)
    moved = {**place, "location": encode_point(arguments.to)}
    records.put_record("place", arguments.place_id, moved)


def play_retire(records: DayRecords, arguments: RetirePlace, ids: StepIds) -> None:  # noqa: ARG001
    """End the place with all its names."""
    _get_place(records, arguments.place_id)
    end_names(records, arguments.place_id, None)
    records.put_record("place", arguments.place_id, None)


def _begin_standard_name(
    records: DayRecords,
    ids: StepIds,
    place_id: UUID,
    new: CreatePlace | RenamePlace,
    place: Attributes,
) -> None:
    parts = new.specific_part, new.generic_part
    name_id = begin_name(records, ids, place_id, new.name, "standard", parts)
    text = new.romanized_name or _propose_spelling(records, new.name, place)
    begin_spelling(records, ids, name_id, text, is_derived=new.romanized_name is None)


def _propose_spelling(records: DayRecords, name: str, place: Attributes) -> str | None:
    spelled = romanize_place_name(
        name,
        legal_class=place["legal_class"] or "other",
        level=place["level"],
        province=find_code(records, place["within"])[:2] if place["within"] else "",
    )
    return spelled.text if spelled else None


def _get_place(records: DayRecords, place_id: UUID) -> Attributes:
    """A place that is no unit.

    Raises:
        NotFound: there is none on the day.
        Conflict: it is that of a unit, for which there are commands of their own.
    """
    place = records.find_record("place", place_id)
    if place is None:
        raise NotFound(message("command.unknown_place", day=records.day), field="place_id")
    if place["unit_id"] is not None:
        raise Conflict(message("command.place_of_unit"), field="place_id")
    return place


CREATE_PLACE = Command("create_place", CreatePlace, play_create, _ACTIONS)
RENAME_PLACE = Command("rename_place", RenamePlace, play_rename, _ACTIONS)
MOVE_PLACE = Command("move_place", MovePlace, play_move, _ACTIONS)
RETIRE_PLACE = Command("retire_place", RetirePlace, play_retire, _ACTIONS)
