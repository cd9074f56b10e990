"""Drafts that wait: to be reviewed, to be mended, to be published."""

from collections.abc import Iterator
from typing import Any

from psycopg import Connection

from boundaries.drafts import draft_access
from boundaries.drafts.open_draft import OpenDraft, open_draft
from gazetteer.accounts.actors import Actor
from gazetteer.accounts.roles import Action
from gazetteer.ledger.drafts import draft_store
from gazetteer.ledger.drafts.draft import DraftState
from gazetteer.ledger.drafts.draft_life import DraftEventKind
from gazetteer.messages import message
from web.services.waiting_items import WaitingItem, WaitingList

Conn = Connection[Any]


def _iter_drafts(conn: Conn, state: DraftState) -> Iterator[OpenDraft]:
    """The drafts in a state, those that were begun first in front."""
    for draft in reversed(draft_store.list_drafts(conn, [state])):
        yield open_draft(conn, draft.draft_id)


def _build_item(conn: Conn, opened: OpenDraft, event: DraftEventKind) -> WaitingItem | None:
    """A draft whose last move was ``event``; None if it was another one."""
    moves = [
        found
        for found in draft_store.load_events(conn, opened.draft.draft_id)
        if found.event not in (DraftEventKind.REMARKED, DraftEventKind.REBASED)
    ]
    if not moves or moves[-1].event is not event:
        return None
    header = opened.draft.header
    title = message("waiting.draft", number=opened.draft.number, title=header.title)
    since, due = moves[-1].happened_at, header.effective_on
    return WaitingItem(title, f"/drafts/{opened.draft.draft_id}", since, due)


def _load_to_review(conn: Conn, who: Actor) -> list[WaitingItem]:
    if not who.may_perform_anywhere(Action.REVIEW):
        return []
    items = [
        _build_item(conn, opened, DraftEventKind.SUBMITTED)
        for opened in _iter_drafts(conn, DraftState.SUBMITTED)
        if not draft_access.is_own_draft(opened, who)
        and not draft_access.list_units_without_review(opened, who)
    ]
    return [item for item in items if item is not None]


def _load_rejected(conn: Conn, who: Actor) -> list[WaitingItem]:
    return _load_own(conn, who, DraftState.IN_WORK, DraftEventKind.REJECTED)


def _load_approved(conn: Conn, who: Actor) -> list[WaitingItem]:
    return _load_own(conn, who, DraftState.APPROVED, DraftEventKind.APPROVED)


def _load_own(
    conn: Conn, who: Actor, state: DraftState, event: DraftEventKind
) -> list[WaitingItem]:
    account = who.account.account_id if who.account else None
    items = [
        _build_item(conn, opened, event)
        for opened in _iter_drafts(conn, state)
        if opened.draft.owner == account
    ]
    return [item for item in items if item is not None]


DRAFTS_TO_REVIEW = WaitingList(
    "drafts_to_review", message("waiting.drafts_to_review"), _load_to_review
)
"""Drafts that were submitted, for those who may review all that they touch."""

REJECTED_DRAFTS = WaitingList("rejected_drafts", message("waiting.rejected_drafts"), _load_rejected)
"""Own drafts that a reviewer has given back."""

APPROVED_DRAFTS = WaitingList("approved_drafts", message("waiting.approved_drafts"), _load_approved)
"""Own drafts that are approved and not published."""
