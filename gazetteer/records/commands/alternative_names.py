"""Further names of a place: aliases, short and former ones."""

from typing import Literal
from uuid import UUID

from pydantic import Field

from gazetteer.accounts.roles import Action
from gazetteer.ledger.drafts.day_records import DayRecords
from gazetteer.ledger.drafts.step_play import StepIds
from gazetteer.messages import message
from gazetteer.problems import Conflict, NotFound
from gazetteer.records.commands.command import Command, CommandArguments, Name
from gazetteer.records.commands.unit_lookup import find_code
from gazetteer.records.commands.unit_names import begin_name, begin_spelling, end_name
from gazetteer.records.romanization import romanize_name

_ACTIONS = (Action.EDIT_NAMES, Action.EDIT_BOUNDARIES)


class AddName(CommandArguments):
    """A place and one more name of it."""

    place_id: UUID = Field(description="Id of the place")
    text: Name = Field(description="The name")
    name_kind: Literal["alias", "short", "former"] = Field(description="Kind of name")


class EndName(CommandArguments):
    """A name that is no longer used."""

    name_id: UUID = Field(description="Id of the name")


def play_add(records: DayRecords, arguments: AddName, ids: StepIds) -> None:
    """Begin the name with the spelling by the rules."""
    place = records.find_record("place", arguments.place_id)
    if place is None:
        raise NotFound(message("command.unknown_place", day=records.day), field="place_id")
    names = records.select_records("name", "place_id", arguments.place_id).values()
    if any(row["text"] == arguments.text for row in names):
        raise Conflict(message("command.name_exists", name=arguments.text), field="text")
    name_id = begin_name(
        records, ids, arguments.place_id, arguments.text, arguments.name_kind, (None, None)
    )
    unit = place["unit_id"] or place["within"]
    province = find_code(records, unit)[:2] if unit else ""
    begin_spelling(records, ids, name_id, romanize_name((arguments.text,), province))


def play_end(records: DayRecords, arguments: EndName, ids: StepIds) -> None:  # noqa: ARG001
    """End the name with its spellings; a standard name is only replaced."""
    name = records.find_record("name", arguments.name_id)
    if name is None:
        raise NotFound(message("command.unknown_name", day=records.day), field="name_id")
    if name["name_kind"] == "standard":
        raise Conflict(message("command.standard_name_ends"), field="name_id")
    end_name(records, arguments.name_id)


ADD_NAME = Command("add_name", AddName, play_add, _ACTIONS)
END_NAME = Command("end_name", EndName, play_end, _ACTIONS)
