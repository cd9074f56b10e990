"""Approved drafts published by the clock, when the moment of their announcement has come."""

import logging
from typing import Any
from uuid import UUID

from psycopg import Connection

from boundaries.drafts.draft_publication import list_due_drafts, publish_draft
from gazetteer.accounts.account_store import find_account
from gazetteer.accounts.actors import Actor
from gazetteer.jobs.clock import PeriodicRun, PeriodicTask
from gazetteer.ledger.drafts import draft_store
from gazetteer.ledger.drafts.draft_life import DraftEventKind
from gazetteer.messages import DEFAULT_LANG
from gazetteer.problems import Problem

log = logging.getLogger(__name__)


def publish_due_drafts(conn: Connection[Any]) -> int:
    """Publish the approved drafts that are due, each in the name of who approved it.

    One that cannot be published stays approved; its history tells its people why. How many were
    published.
    """
    published = 0
    for draft_id in list_due_drafts(conn):
        actor = _find_approver(conn, draft_id)
        if actor.account is None or not actor.account.active:
            log.warning("draft %s is due, but the account that approved it is disabled", draft_id)
            continue
        try:
            publish_draft(conn, draft_id, actor)
        except Problem as problem:
            log.warning("draft %s is due and was not published: %s", draft_id, problem.code)
            _note_failure(conn, draft_id, problem)
        else:
            published += 1
    return published


def _note_failure(conn: Connection[Any], draft_id: UUID, problem: Problem) -> None:
    """Remark in the history why a draft was not published, once for each reason."""
    with conn.transaction():
        draft = draft_store.load_draft(conn, draft_id, lock=True)
        words = problem.message.text(DEFAULT_LANG)
        last = draft_store.load_events(conn, draft_id)[-1]
        if (last.account_id, last.words) != (None, words):
            event = DraftEventKind.REMARKED
            draft_store.add_event(conn, draft, event, ("system", None), words, {"due": True})


def _find_approver(conn: Connection[Any], draft_id: UUID) -> Actor:
    approvals = [
        event.account_id
        for event in draft_store.load_events(conn, draft_id)
        if event.event is DraftEventKind.APPROVED and event.account_id is not None
    ]
    row = conn.execute("SELECT login FROM account WHERE account_id = %s", approvals[-1:]).fetchone()
    if row is None:
        raise LookupError(f"nobody approved the draft {draft_id}")
    return Actor(find_account(conn, row[0]))


def _run_due_publications(run: PeriodicRun) -> None:
    publish_due_drafts(run.conn)


PUBLISH_DUE_DRAFTS = PeriodicTask("publish_due_drafts", "* * * * *", _run_due_publications)
"""Each minute."""
