"""The steps of a draft played one after the other over what is known. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

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


def replay_steps(base: KnownRecords, draft: Draft, steps: Sequence[DraftStep]) -> Replay:
    """Play the steps that are not undone.

    Raises:
        StepInConflict: one of them meets something else than when it was taken.
    """
    result: dict[RecordKey, tuple[Version, ...]] = {}
    done: list[tuple[DraftStep, PlayedStep]] = []
    for step in steps:
        if step.undone:
            continue
        play = partial(play_step, RecordOverlay(base, result), prepare_step(step), step.step_id)
        try:
            played = play(draft.effective_days, step.footprint)
        except StepDoesNotFit as cause:
            raise StepInConflict(step, cause) from None
        done.append((step, played))
        result = {**result, **played.after}
    return Replay(tuple(done), result)
