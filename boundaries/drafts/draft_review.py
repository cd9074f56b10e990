"""The way of a draft from its first step to its approval, and out of the way again."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from boundaries.drafts.draft_access import get_account_id, require_reviewer
from boundaries.drafts.draft_editing import validate_draft
from boundaries.drafts.draft_findings import FindingChanges
from boundaries.drafts.draft_rebase import rebase_draft
from boundaries.drafts.open_draft import Conn, OpenDraft, load_head, open_draft
from boundaries.outlines.outline import check_no_outline
from boundaries.register_ledger import LEDGER
from gazetteer.accounts.actors import Actor
from gazetteer.files.file_records import load_file
from gazetteer.ledger.as_of import today
from gazetteer.ledger.drafts import draft_store
from gazetteer.ledger.drafts.day_records import DayRecords
from gazetteer.ledger.drafts.draft import Draft, DraftHeader, Purpose, check_revision
from gazetteer.ledger.drafts.draft_life import DraftEventKind, derive_state
from gazetteer.ledger.drafts.draft_rows import header_to_row
from gazetteer.ledger.drafts.stored_records import StoredRecords
from gazetteer.messages import message
from gazetteer.problems import Conflict, InvalidValue
from gazetteer.records.commands.unit_lookup import find_code

_BLOCKING_EXAMPLES = 10


class FindingsBlock(Conflict):
    """The draft adds errors that nobody has answered; ``counts`` says how many by rule."""

    code = "findings_block"


def create_draft(
    conn: Conn, header: DraftHeader, actor: Actor, act_id: UUID | None = None
) -> Draft:
    """Begin a draft; the caller has checked that the actor may. ``act_id`` None: a new one.

    Raises:
        InvalidValue: the header is not complete.
        Conflict: its unit is not in force on the day.
    """
    _check_header(conn, header)
    account_id = get_account_id(actor)
    with conn.transaction():
        head = load_head(conn)
        draft_id = draft_store.create_draft(conn, header, account_id, today(), head, act_id)
        draft = draft_store.load_draft(conn, draft_id)
        _add_event(conn, draft, DraftEventKind.CREATED, actor)
    return draft


def describe_draft(
    conn: Conn, draft_id: UUID, revision: int, header: DraftHeader, actor: Actor
) -> Draft:
    """Change what a draft is about; with another day or purpose its steps are played again.

    Raises:
        InvalidValue: the header is not complete.
        DraftMoved: the draft has another revision.
        DraftConflict, LaterChange: a step does not fit on the new day.
    """
    _check_header(conn, header)
    with conn.transaction():
        opened = open_draft(conn, draft_id, lock=True)
        draft = opened.draft
        check_revision(draft, revision)
        derive_state(draft.state, DraftEventKind.DESCRIBED)
        described = replace(draft, header=header, revision=draft.revision + 1)
        columns = {**header_to_row(header), "revision": described.revision}
        draft_store.update_draft(conn, draft_id, columns)
        if described.effective_days != draft.effective_days:
            rebase_draft(conn, replace(opened, draft=described), always=True)
        _add_event(conn, described, DraftEventKind.DESCRIBED, actor)
        return draft_store.load_draft(conn, draft_id)


def submit_draft(conn: Conn, draft_id: UUID, revision: int, actor: Actor) -> Draft:
    """Hand a draft to its reviewers.

    Raises:
        DraftMoved: the draft has another revision.
        DraftConflict, LaterChange: a step does not fit any more.
        OutlinesWait: outlines do not close with their neighbours yet.
        FindingsBlock: the draft adds errors.
        Conflict: it has no step.
    """
    with conn.transaction():
        opened = _open_unchanged(conn, draft_id, revision, DraftEventKind.SUBMITTED)
        check_no_outline(opened.outlines, _name_outlines(opened))
        if not opened.active_steps:
            raise Conflict(message("draft.no_steps"))
        opened = rebase_draft(conn, opened)
        check_findings(validate_draft(opened))
        return _move_draft(conn, opened.draft, DraftEventKind.SUBMITTED, actor)


def _name_outlines(opened: OpenDraft) -> Mapping[UUID, str]:
    records = DayRecords(opened.drafted_records, opened.draft.first_day)
    return {unit: code for unit in opened.outlines if (code := find_code(records, unit))}


def approve_draft(
    conn: Conn, draft_id: UUID, revision: int, actor: Actor, words: str | None = None
) -> Draft:
    """Approve a draft as it is: its steps, its act and its day.

    Raises:
        DraftMoved: the draft has another revision than the reviewer has seen.
        OwnDraft, Forbidden: the actor may not approve it.
        DraftConflict, LaterChange, FindingsBlock: as :func:`submit_draft`.
    """
    with conn.transaction():
        opened = _open_unchanged(conn, draft_id, revision, DraftEventKind.APPROVED)
        require_reviewer(opened, actor)
        opened = rebase_draft(conn, opened)
        check_findings(validate_draft(opened))
        return _move_draft(conn, opened.draft, DraftEventKind.APPROVED, actor, words)


def reject_draft(conn: Conn, draft_id: UUID, revision: int, actor: Actor, words: str) -> Draft:
    """Give a draft back to its owner, and say why.

    Raises:
        DraftMoved: the draft has another revision.
        OwnDraft, Forbidden: the actor may not review it.
    """
    with conn.transaction():
        opened = _open_unchanged(conn, draft_id, revision, DraftEventKind.REJECTED)
        require_reviewer(opened, actor)
        return _move_draft(conn, opened.draft, DraftEventKind.REJECTED, actor, words)


def move_own_draft(
    conn: Conn, draft_id: UUID, revision: int, event: DraftEventKind, actor: Actor
) -> Draft:
    """Withdraw, discard or resume a draft; the caller has checked that the actor may.

    Raises:
        DraftMoved: the draft has another revision.
        DraftStateForbids: its state does not permit it.
    """
    with conn.transaction():
        draft = draft_store.load_draft(conn, draft_id, lock=True)
        check_revision(draft, revision)
        return _move_draft(conn, draft, event, actor)


def hand_over_draft(conn: Conn, draft_id: UUID, owner: UUID, name: str, actor: Actor) -> Draft:
    """Give a draft to another account; ``name`` is its login."""
    with conn.transaction():
        draft = draft_store.load_draft(conn, draft_id, lock=True)
        derive_state(draft.state, DraftEventKind.HANDED_OVER)
        draft_store.update_draft(conn, draft_id, {"owner": owner})
        _add_event(conn, draft, DraftEventKind.HANDED_OVER, actor, detail={"to": name})
        return draft_store.load_draft(conn, draft_id)


def add_remark(
    conn: Conn, draft_id: UUID, words: str, detail: Mapping[str, Any], actor: Actor
) -> Draft:
    """Remark on a draft; ``detail`` may tie the remark to a step and a place.

    Raises:
        InvalidValue: there is no such step.
    """
    with conn.transaction():
        opened = open_draft(conn, draft_id, lock=True)
        derive_state(opened.draft.state, DraftEventKind.REMARKED)
        step = detail.get("step")
        if step is not None and step not in {one.number for one in opened.steps}:
            raise InvalidValue(message("draft.no_such_step", step=step), field="step")
        event = DraftEventKind.REMARKED
        _add_event(conn, opened.draft, event, actor, words=words, detail=detail)
        return opened.draft


def check_findings(finding_changes: FindingChanges) -> None:
    """Check that a draft adds no error that nobody has answered.

    Raises:
        FindingsBlock: it does; counts them by rule.
    """
    errors = [found for found in finding_changes.added if found.is_blocking]
    if errors:
        counts: dict[str, int] = {}
        for found in errors:
            counts[found.finding.rule] = counts.get(found.finding.rule, 0) + 1
        examples = [found.finding.message for found in errors[:_BLOCKING_EXAMPLES]]
        words = message("draft.findings_block", n=len(errors))
        raise FindingsBlock(words, counts=counts, findings=examples)


def _check_header(conn: Conn, header: DraftHeader) -> None:
    _check_unit_exists(conn, header)
    if header.purpose is Purpose.ACT:
        if not header.act or not header.act.get("title"):
            raise InvalidValue(message("ledger.act_missing"), field="act")
        if header.effective_on is None:
            raise InvalidValue(message("draft.day_missing"), field="effective_on")
    if header.documents and not header.act:
        raise InvalidValue(message("draft.documents_without_act"), field="documents")
    for document in header.documents:
        if load_file(conn, document.file) is None:
            words = message("ledger.file_not_stored", file=document.file)
            raise InvalidValue(words, field="documents")


def _check_unit_exists(conn: Conn, header: DraftHeader) -> None:
    """Check that the unit of a draft is in force on its day of effect.

    Raises:
        Conflict: it begins later, or ended before.
    """
    if header.unit_id is None or header.effective_on is None:
        return
    with conn.transaction():
        records = DayRecords(StoredRecords(conn, LEDGER.kinds), header.effective_on)
        is_known = records.find_record("unit", header.unit_id) is not None
    if not is_known:
        words = message("draft.unit_not_in_force", day=header.effective_on)
        raise Conflict(words, field="effective_on")


def _open_unchanged(conn: Conn, draft_id: UUID, revision: int, event: DraftEventKind) -> OpenDraft:
    opened = open_draft(conn, draft_id, lock=True)
    check_revision(opened.draft, revision)
    derive_state(opened.draft.state, event)
    return opened


def _move_draft(
    conn: Conn, draft: Draft, event: DraftEventKind, actor: Actor, words: str | None = None
) -> Draft:
    state = derive_state(draft.state, event)
    draft_store.update_draft(conn, draft.draft_id, {"state": state.value})
    _add_event(conn, draft, event, actor, words=words)
    return draft_store.load_draft(conn, draft.draft_id)


def _add_event(
    conn: Conn,
    draft: Draft,
    event: DraftEventKind,
    actor: Actor,
    *,
    words: str | None = None,
    detail: Mapping[str, Any] | None = None,
) -> None:
    who = actor.label, get_account_id(actor)
    draft_store.add_event(conn, draft, event, who, words, detail)


def is_due(draft: Draft, now: datetime) -> bool:
    """Whether the moment has come before which a draft is not published."""
    return draft.header.publish_after is None or draft.header.publish_after <= now
