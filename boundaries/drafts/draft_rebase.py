"""A draft brought over what was published since: its steps are played again."""

from dataclasses import replace
from functools import partial

from boundaries.drafts.draft_replay import Replay, StepInConflict, replay_steps
from boundaries.drafts.open_draft import Conn, OpenDraft, load_head
from boundaries.drafts.step_conflicts import build_problem
from boundaries.register_ledger import LEDGER
from gazetteer.ledger.drafts import draft_store
from gazetteer.ledger.drafts.draft import DraftStep
from gazetteer.ledger.drafts.draft_life import DraftEventKind
from gazetteer.ledger.drafts.step_play import PlayedStep


def rebase_draft(conn: Conn, opened: OpenDraft, *, always: bool = False) -> OpenDraft:
    """The draft over the register as it is now; unchanged where nothing of it was published.

    Args:
        conn: in a transaction that has locked the draft.
        opened: the draft as read under that lock.
        always: play the steps again whatever was published.

    Raises:
        DraftConflict: a step does not fit any more; nothing is changed.
        LaterChange: a change to come is in the way of a step.
    """
    draft = opened.draft
    head = load_head(conn)
    if head == draft.base_changeset and not always:
        return opened
    rebased = opened
    if always or draft_store.find_moved_records(conn, draft):
        replayed = replay_draft(conn, opened)
        for step, played in replayed.played:
            draft_store.write_changes(conn, LEDGER.kinds, step.step_id, played)
        if replayed.result != opened.result:
            event = DraftEventKind.REBASED
            draft_store.add_event(conn, draft, event, ("system", None), detail={"changeset": head})
        rebased = replace(opened, result=replayed.result)
    draft_store.update_draft(conn, draft.draft_id, {"base_changeset": head})
    return replace(rebased, draft=replace(draft, base_changeset=head))


def load_stated_step(conn: Conn, step: DraftStep) -> PlayedStep:
    """What a step has changed, as it was stored."""
    changes = draft_store.load_step_changes(conn, LEDGER.kinds, step.step_id)
    before = {key: timelines[0] for key, timelines in changes.items()}
    after = {key: timelines[1] for key, timelines in changes.items()}
    return PlayedStep(step.footprint, before, after, step.left_out)


def replay_draft(conn: Conn, opened: OpenDraft) -> Replay:
    """The steps of a draft played over the register as it is now.

    Raises:
        DraftConflict, LaterChange: as :func:`rebase_draft`.
    """
    try:
        return replay_steps(
            opened.base, opened.draft, opened.steps, partial(load_stated_step, conn)
        )
    except StepInConflict as conflict:
        raise build_problem(conn, opened.base, conflict) from None
