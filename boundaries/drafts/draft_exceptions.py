"""An error that a draft adds may remain: answered in the draft, reviewed with it.

After publication the next run of the checks takes the answer over
(:mod:`boundaries.findings.drafted_exceptions`).
"""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from boundaries.drafts.draft_access import get_account_id
from boundaries.drafts.draft_editing import validate_draft
from boundaries.drafts.draft_findings import DraftFinding
from boundaries.drafts.exception_rows import DraftException, delete_exception, write_exception
from boundaries.drafts.open_draft import Conn, OpenDraft, open_draft
from gazetteer.accounts.actors import Actor
from gazetteer.ledger.as_of import today
from gazetteer.ledger.drafts import draft_store
from gazetteer.ledger.drafts.draft import check_revision
from gazetteer.ledger.drafts.draft_life import DraftEventKind, derive_state
from gazetteer.messages import message
from gazetteer.problems import NotFound
from gazetteer.rules.finding_workflow import FindingResponse, FindingState, check_response
from gazetteer.rules.observation import FindingKey


def grant_exception(
    conn: Conn,
    draft_id: UUID,
    revision: int,
    draft_finding: str,
    response: FindingResponse,
    actor: Actor,
) -> None:
    """Answer a finding that a draft adds; the caller has checked that the actor may edit it.

    Raises:
        DraftMoved: the draft has another revision.
        InvalidValue: the answer lacks something, or its last day is past; names the field.
        NotFound: the draft adds no such finding.
    """
    check_response(response, FindingState.OPEN, today())
    with conn.transaction():
        opened = _open_to_answer(conn, draft_id, revision)
        found = find_added_finding(opened, draft_finding)
        exception = DraftException(
            draft_finding,
            datetime.now().astimezone(),
            get_account_id(actor),
            FindingKey(found.finding.rule, found.finding.kind, tuple(sorted(found.units))),
            found.fingerprint,
            response,
        )
        write_exception(conn, draft_id, exception)
        _count_answer(conn, opened, found.finding.rule, actor, response.reason)


def withdraw_exception(
    conn: Conn, draft_id: UUID, revision: int, draft_finding: str, actor: Actor
) -> None:
    """Take the answer to a finding back.

    Raises:
        DraftMoved: the draft has another revision.
        NotFound: there is no such exception in the draft.
    """
    with conn.transaction():
        opened = _open_to_answer(conn, draft_id, revision)
        known = {one.draft_finding: one for one in opened.exceptions}
        if not delete_exception(conn, draft_id, draft_finding):
            raise NotFound(message("draft.no_such_finding", finding=draft_finding), field="finding")
        _count_answer(conn, opened, known[draft_finding].key.rule, actor, None)


def find_added_finding(opened: OpenDraft, draft_finding: str) -> DraftFinding:
    """A finding that a draft adds, by its id.

    Raises:
        NotFound: there is none.
    """
    for found in validate_draft(opened).added:
        if found.finding_id == draft_finding:
            return found
    raise NotFound(message("draft.no_such_finding", finding=draft_finding), field="finding")


def _open_to_answer(conn: Conn, draft_id: UUID, revision: int) -> OpenDraft:
    opened = open_draft(conn, draft_id, lock=True)
    check_revision(opened.draft, revision)
    derive_state(opened.draft.state, DraftEventKind.ANSWERED)
    return opened


def _count_answer(
    conn: Conn, opened: OpenDraft, rule: str, actor: Actor, reason: str | None
) -> None:
    """Count the revision, and note who answered which rule; no reason: an answer taken back."""
    draft = replace(opened.draft, revision=opened.draft.revision + 1)
    draft_store.update_draft(conn, draft.draft_id, {"revision": draft.revision})
    who = actor.label, get_account_id(actor)
    detail = {"rule": rule, "withdrawn": reason is None}
    draft_store.add_event(conn, draft, DraftEventKind.ANSWERED, who, reason, detail)
