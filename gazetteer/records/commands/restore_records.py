"""Records put back to what they were before a publication."""

from typing import Any
from uuid import UUID

from pydantic import Field

from gazetteer.ledger.drafts.day_records import DayRecords
from gazetteer.ledger.drafts.step_play import StepIds
from gazetteer.ledger.record_kind import RecordKinds
from gazetteer.ledger.version_json import parse_attributes
from gazetteer.messages import message
from gazetteer.problems import Conflict
from gazetteer.records.commands.command import Command, CommandArguments


class RecordImage(CommandArguments):
    """A record before and after a publication, on its day; null: not in force."""

    kind: str = Field(description="Kind of record")
    record_id: UUID = Field(description="Id of the record")
    before: dict[str, str | None] | None = Field(description="Attributes to be restored")
    after: dict[str, str | None] | None = Field(description="Attributes that it must have now")


class RestoreRecords(CommandArguments):
    """The records that a changeset changed."""

    changeset: int = Field(ge=1, description="Number of the changeset that is reverted")
    records: tuple[RecordImage, ...] = Field(description="What it changed")


def build_restore_command(kinds: RecordKinds) -> Command:
    """The command for records of some kinds."""

    def play_command(records: DayRecords, arguments: RestoreRecords, ids: StepIds) -> None:  # noqa: ARG001
        """Let each record have its former attributes, unless others have built on the new ones."""
        for image in arguments.records:
            kind = kinds[image.kind]
            now = records.find_record(image.kind, image.record_id)
            if _serialize_attributes(kinds, image.kind, now) != image.after:
                words = message("command.changed_since", changeset=arguments.changeset)
                raise Conflict(words, field="changeset", record=str(image.record_id))
            before = None if image.before is None else parse_attributes(kind, image.before)
            records.put_record(image.kind, image.record_id, before)

    return Command("restore_records", RestoreRecords, play_command)


def _serialize_attributes(kinds: RecordKinds, kind: str, attributes: Any) -> Any:
    return None if attributes is None else kinds[kind].serialize_attributes(attributes)
