"""Steps taken, undone and done again."""

from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID, uuid4

from boundaries.areas.area_derivation import OpenBorder
from boundaries.drafts.area_balance import NOTHING_TOUCHED, Touched, measure_change
from boundaries.drafts.draft_access import get_account_id
from boundaries.drafts.draft_findings import (
    FindingChanges,
    validate_changes,
    validate_outlines,
)
from boundaries.drafts.draft_rebase import load_stated_step, rebase_draft, replay_draft
from boundaries.drafts.draft_replay import StepInConflict, prepare_command, replay_steps
from boundaries.drafts.local_faces import assemble_faces
from boundaries.drafts.open_draft import Conn, OpenDraft, load_head, open_draft
from boundaries.drafts.step_conflicts import build_problem
from boundaries.drafts.touched_units import find_outside
from boundaries.register_ledger import LEDGER
from gazetteer.accounts.actors import Actor
from gazetteer.ledger.as_of import today
from gazetteer.ledger.drafts import draft_store
from gazetteer.ledger.drafts.day_records import DayRecords, Footprint
from gazetteer.ledger.drafts.draft import DraftConflict, DraftStep, check_revision
from gazetteer.ledger.drafts.draft_life import DraftEventKind, derive_state
from gazetteer.ledger.drafts.known_records import KnownRecords, RecordKey, RecordOverlay, Timelines
from gazetteer.ledger.drafts.step_play import Days, PlayedStep, StepDoesNotFit, play_step
from gazetteer.ledger.versions import Version
from gazetteer.messages import message
from gazetteer.problems import Conflict, Forbidden, LaterChange
from gazetteer.records.commands.command import Command, CommandArguments, resolve_units
from gazetteer.records.commands.unit_lookup import find_code
from gazetteer.rules.finding_workflow import is_expired


@dataclass(frozen=True)
class StepResult:
    """What taking, undoing or doing again a step has changed."""

    revision: int
    step: DraftStep
    touched: Touched
    finding_changes: FindingChanges
    left_out: tuple[Days, ...]


def take_step(
    conn: Conn,
    draft_id: UUID,
    revision: int,
    command: Command,
    arguments: CommandArguments,
    actor: Actor,
) -> StepResult:
    """Take a step in a draft; the caller has checked that the actor may.

    Raises:
        DraftMoved: the draft has another revision.
        DraftConflict, LaterChange: an earlier step, or this one, meets a publication.
        Forbidden: the step touches units that are not below that of the draft.
        Conflict, InvalidValue, NotFound: the command cannot be done.
    """
    with conn.transaction():
        opened = open_draft(conn, draft_id, lock=True)
        check_revision(opened.draft, revision)
        derive_state(opened.draft.state, DraftEventKind.EDITED)
        opened = rebase_draft(conn, opened)
        step, played = _play_new_step(conn, opened, command, arguments, actor)
        check_scope(opened, played)
        draft_store.add_step(conn, LEDGER.kinds, draft_id, step, played)
        return _finish_edit(conn, opened, step, opened.drafted_records, played.after)


def undo_step(conn: Conn, draft_id: UUID, revision: int, number: int | None = None) -> StepResult:
    """Undo the last step, or a certain one: the others are then played without it.

    Raises:
        DraftMoved: the draft has another revision.
        Conflict: there is nothing to undo, or a later step builds on this one.
    """
    with conn.transaction():
        opened = _open_to_edit(conn, draft_id, revision)
        active = opened.active_steps
        chosen = [step for step in active if number is None or step.number == number][-1:]
        if not chosen:
            raise Conflict(message("draft.nothing_to_undo"), field="step")
        draft_store.set_undone(conn, chosen[0].step_id, undone=True)
        return _switch_step(conn, opened, replace(chosen[0], undone=True))


def redo_step(conn: Conn, draft_id: UUID, revision: int) -> StepResult:
    """Do the first of the undone steps again.

    Raises:
        DraftMoved: the draft has another revision.
        Conflict: there is nothing to do again.
        DraftConflict, LaterChange: it does not fit any more.
    """
    with conn.transaction():
        opened = _open_to_edit(conn, draft_id, revision)
        undone = [step for step in opened.steps if step.undone][:1]
        if not undone:
            raise Conflict(message("draft.nothing_to_redo"), field="step")
        draft_store.set_undone(conn, undone[0].step_id, undone=False)
        return _switch_step(conn, opened, replace(undone[0], undone=False))


def _open_to_edit(conn: Conn, draft_id: UUID, revision: int) -> OpenDraft:
    opened = open_draft(conn, draft_id, lock=True)
    check_revision(opened.draft, revision)
    derive_state(opened.draft.state, DraftEventKind.EDITED)
    return opened


def _switch_step(conn: Conn, opened: OpenDraft, changed: DraftStep) -> StepResult:
    """Play the draft with a step undone, or done again; the last one is undone by its images."""
    steps = tuple(changed if step.step_id == changed.step_id else step for step in opened.steps)
    is_last = opened.active_steps[-1:] == [replace(changed, undone=False)]
    is_behind = opened.draft.base_changeset != load_head(conn)
    if changed.undone and is_last and not is_behind:
        images = load_stated_step(conn, changed).before
        return _finish_edit(conn, opened, changed, opened.drafted_records, images)
    try:
        replayed = replay_steps(opened.base, opened.draft, steps, partial(load_stated_step, conn))
    except StepInConflict as conflict:
        result = _stay_in_conflict(conn, opened, changed, conflict)
    else:
        result = replayed.result
        for step, played in replayed.played:
            draft_store.write_changes(conn, LEDGER.kinds, step.step_id, played)
        draft_store.update_draft(conn, opened.draft.draft_id, {"base_changeset": load_head(conn)})
    keys = {*opened.result, *result}
    changes = {key: result.get(key, opened.base.load_versions(key)) for key in keys}
    before = opened.drafted_records
    return _finish_edit(conn, opened, changed, before, changes, is_behind=is_behind)


def _stay_in_conflict(
    conn: Conn, opened: OpenDraft, changed: DraftStep, conflict: StepInConflict
) -> Timelines:
    """The records of a draft that was in conflict before a step was undone, and still is.

    Its other steps stay as they were played last: one after the other can be undone.

    Raises:
        DraftConflict, LaterChange: a step was done again that does not fit any more.
        Conflict: without the undone step another one does not fit.
    """
    if not changed.undone:
        raise build_problem(conn, opened.base, conflict) from None
    try:
        replay_draft(conn, opened)
    except (DraftConflict, LaterChange):
        later = _find_step_that_builds_on(conn, opened, changed)
        if later is None:
            return draft_store.load_result(conn, LEDGER.kinds, opened.draft.draft_id)
    else:
        later = conflict.step
    words = message("draft.steps_build_on", step=changed.number, later=later.number)
    raise Conflict(words, field="step") from None


def _find_step_that_builds_on(
    conn: Conn, opened: OpenDraft, changed: DraftStep
) -> DraftStep | None:
    """The first later step that changes what a step has created."""
    before = load_stated_step(conn, changed).before
    created = {key for key, versions in before.items() if not versions}
    later = (step for step in opened.active_steps if step.number > changed.number)
    return next(
        (step for step in later if created & load_stated_step(conn, step).after.keys()), None
    )


def _play_new_step(
    conn: Conn, opened: OpenDraft, command: Command, arguments: CommandArguments, actor: Actor
) -> tuple[DraftStep, PlayedStep]:
    draft = opened.draft
    resolved = resolve_units(DayRecords(opened.drafted_records, draft.first_day), arguments)
    step = DraftStep(
        uuid4(),
        max((step.number for step in opened.active_steps), default=0) + 1,
        datetime.now().astimezone(),
        get_account_id(actor),
        command.name,
        resolved.model_dump(mode="json"),
        Footprint(),
        (),
    )
    play = prepare_command(command, resolved)
    try:
        played = play_step(opened.drafted_records, play, step.step_id, draft.effective_days)
    except StepDoesNotFit as cause:
        raise build_problem(conn, opened.drafted_records, StepInConflict(step, cause)) from None
    if not played.after:
        raise Conflict(message("draft.changes_nothing"), field="command")
    return replace(step, footprint=played.footprint, left_out=played.left_out), played


def check_scope(opened: OpenDraft, played: PlayedStep) -> None:
    """Check that a step touches only what is below the unit of its draft.

    Raises:
        Forbidden: it does not; names the units.
    """
    draft, after = opened.draft, RecordOverlay(opened.drafted_records, played.after)
    outside = find_outside(
        opened.drafted_records, after, played.after, draft.first_day, draft.header.unit_id
    )
    if outside:
        records = DayRecords(opened.drafted_records, draft.first_day)
        codes = [find_code(records, unit) or str(unit) for unit in outside]
        raise Forbidden(message("draft.outside_scope", units=codes), field="unit", units=codes)


def _finish_edit(
    conn: Conn,
    opened: OpenDraft,
    step: DraftStep,
    before: KnownRecords,
    changed: dict[RecordKey, tuple[Version, ...]],
    *,
    is_behind: bool = False,
) -> StepResult:
    """Judge what has changed and count the revision.

    Of a draft that is behind the register the borders need not close: there is nothing to judge
    until the steps that are in conflict are undone.
    """
    draft, after = opened.draft, RecordOverlay(before, changed)
    try:
        finding_changes = validate_changes(before, after, changed, [draft.first_day])
        touched = measure_change(before, after, changed, draft.first_day)
    except OpenBorder:
        if not is_behind:
            raise
        finding_changes, touched = FindingChanges((), ()), NOTHING_TOUCHED
    columns: dict[str, Any] = {"revision": draft.revision + 1}
    draft_store.update_draft(conn, draft.draft_id, columns)
    return StepResult(draft.revision + 1, step, touched, finding_changes, step.left_out)


def _add_outline_findings(opened: OpenDraft, found: FindingChanges) -> FindingChanges:
    """With what outlines add that wait, of units of the lowest known level."""
    if not opened.outlines:
        return found
    day = opened.draft.first_day
    known = assemble_faces(opened.drafted_records, sorted(opened.outlines), day)
    drawn = {
        unit: outline.area
        for unit, outline in opened.outlines.items()
        if unit in known or outline.new_unit is not None
    }
    waiting = validate_outlines(opened.drafted_records, drawn, day)
    gone = {one.identity_key for one in waiting.removed}
    added = {one.identity_key: one for one in found.added if one.identity_key not in gone}
    added |= {one.identity_key: one for one in waiting.added}
    return replace(found, added=tuple(added.values()))


def validate_draft(opened: OpenDraft) -> FindingChanges:
    """What a draft as a whole adds to the findings, and what it takes away."""
    found = _add_outline_findings(
        opened,
        validate_changes(opened.base, opened.drafted_records, opened.result, opened.checked_days),
    )
    answers = {
        one.draft_finding: one.response
        for one in opened.exceptions
        if not is_expired(one.response.expires_on, today())
    }
    added = tuple(replace(one, exception=answers.get(one.finding_id)) for one in found.added)
    return replace(found, added=added)
