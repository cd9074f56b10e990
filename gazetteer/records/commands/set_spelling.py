"""The romanized spelling of a name; only an act makes it the approved one."""

from typing import Literal
from uuid import UUID

from pydantic import Field

from gazetteer.accounts.roles import Action
from gazetteer.ledger.drafts.day_records import DayRecords
from gazetteer.ledger.drafts.step_play import StepIds
from gazetteer.messages import message
from gazetteer.problems import NotFound
from gazetteer.records.commands.command import Command, CommandArguments, Name
from gazetteer.records.commands.unit_names import begin_spelling

_PINYIN = "pinyin"


class SetSpelling(CommandArguments):
    """A name and how it is spelled."""

    name_id: UUID = Field(description="Id of the name")
    romanized_name: Name = Field(description="Spelling in Hanyu Pinyin")
    status: Literal["proposed", "approved"] = Field(
        "proposed", description="`approved`: by the act of the draft"
    )


def play_command(records: DayRecords, arguments: SetSpelling, ids: StepIds) -> None:
    """End the Pinyin of the name, and begin the new one."""
    if records.find_record("name", arguments.name_id) is None:
        raise NotFound(message("command.unknown_name", day=records.day), field="name_id")
    for spelling_id, row in records.select_records(
        "spelling", "name_id", arguments.name_id
    ).items():
        if row["system"] == _PINYIN:
            records.put_record("spelling", spelling_id, None)
    begin_spelling(
        records,
        ids,
        arguments.name_id,
        arguments.romanized_name,
        is_derived=False,
        status=arguments.status,
    )


SET_SPELLING = Command(
    "set_spelling", SetSpelling, play_command, (Action.EDIT_NAMES, Action.EDIT_BOUNDARIES)
)
