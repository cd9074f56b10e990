"""The steps of a draft played one after the other over what is known. Pure."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from boundaries.drafts.command_registry import EVERY_COMMAND
from gazetteer.ledger.drafts.day_records import DayRecords
from gazetteer.ledger.drafts.draft import Draft, DraftStep
from gazetteer.ledger.drafts.known_records import KnownRecords, RecordKey, RecordOverlay
from gazetteer.ledger.drafts.step_play import (
    PlayCommand,
    PlayedStep,
    StepDoesNotFit,
    StepIds,
    play_step,
)
from gazetteer.ledger.versions import Version
from gazetteer.records.commands.command import Command, CommandArguments


class StepInConflict(Exception):
    """A step does not fit what is known now."""

    def __init__(self, step: DraftStep, cause: StepDoesNotFit) -> None:
        super().__init__(f"step {step.number}: {cause}")
        self.step, self.cause = step, cause


@dataclass(frozen=True)
class Replay:
    """The steps as played, and the timelines of all records that they change."""

    played: tuple[tuple[DraftStep, PlayedStep], ...]
    result: dict[RecordKey, tuple[Version, ...]]


def prepare_command(command: Command, arguments: CommandArguments) -> PlayCommand:
    """A command with its arguments, to be played on a day."""

    def play_on_day(records: DayRecords, ids: StepIds) -> None:
        command.play(records, arguments, ids)

    return play_on_day


def prepare_step(step: DraftStep) -> PlayCommand:
    """The command of a step that was taken."""
    command = EVERY_COMMAND[step.command]
    return prepare_command(command, command.arguments.model_validate(step.arguments))


IMPORT_RECORDS = "import_records"
"""A step that states whole timelines, as a file has them: there is no command to play again."""

LoadStatedStep = Callable[[DraftStep], PlayedStep]
"""What a step that states timelines has changed, as it was stored."""


def replay_steps(
    base: KnownRecords, draft: Draft, steps: Sequence[DraftStep], load_stated: LoadStatedStep
) -> Replay:
    """Play the steps that are not undone.

    Args:
        base: what is known without the draft.
        draft: the draft, whose day and act hold.
        steps: its steps in their order.
        load_stated: loads what a step of :data:`IMPORT_RECORDS` states.

    Raises:
        StepInConflict: one of them meets something else than when it was taken.
    """
    result: dict[RecordKey, tuple[Version, ...]] = {}
    done: list[tuple[DraftStep, PlayedStep]] = []
    for step in steps:
        if step.undone:
            continue
        known = RecordOverlay(base, result)
        try:
            if step.command == IMPORT_RECORDS:
                played = _check_stated(known, draft, load_stated(step))
            else:
                play = prepare_step(step)
                days = draft.effective_days
                played = play_step(known, play, step.step_id, days, step.footprint)
        except StepDoesNotFit as cause:
            raise StepInConflict(step, cause) from None
        done.append((step, played))
        result = {**result, **played.after}
    return Replay(tuple(done), result)


def _check_stated(known: KnownRecords, draft: Draft, stated: PlayedStep) -> PlayedStep:
    """A stated step, if all its records are known as they were when it was taken.

    Raises:
        StepDoesNotFit: one is not.
    """
    if any(known.load_versions(key) != before for key, before in stated.before.items()):
        raise StepDoesNotFit(draft.first_day, None, None)
    return stated
