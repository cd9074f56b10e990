"""What the buttons and small forms of a draft do, and which of them an account is offered."""

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from flask import request

from boundaries.drafts import draft_access
from boundaries.drafts.open_draft import Conn, OpenDraft
from gazetteer.accounts.actors import Actor
from gazetteer.ledger.drafts.draft import DraftState
from gazetteer.messages import message
from gazetteer.problems import NotFound
from web.api import draft_findings, draft_outlines, draft_reviews, draft_steps, drafts
from web.api.draft_bodies import (
    AreaFileForm,
    DecisionBody,
    DocumentForm,
    DraftDescriptionBody,
    ExceptionBody,
    ExceptionWithdrawalBody,
    HandOverBody,
    OutlineBody,
    RejectionBody,
    RevisionBody,
    UndoBody,
)
from web.http.endpoints import HandlerResult
from web.pages.draft_headers import parse_header_form
from web.pages.draft_remarks import parse_remark_form
from web.pages.forms import parse_posted_form
from web.services import draft_service

_MOVES: Mapping[str, tuple[Callable[[UUID, Any], HandlerResult], type]] = {
    "submit": (draft_reviews.submit_draft, RevisionBody),
    "approve": (draft_reviews.approve_draft, DecisionBody),
    "reject": (draft_reviews.reject_draft, RejectionBody),
    "publish": (draft_reviews.publish_draft, RevisionBody),
    "withdraw": (drafts.withdraw_draft, RevisionBody),
    "discard": (drafts.discard_draft, RevisionBody),
    "resume": (drafts.resume_draft, RevisionBody),
    "undo": (draft_steps.undo_step, UndoBody),
    "redo": (draft_steps.redo_step, RevisionBody),
    "hand-over": (drafts.hand_over_draft, HandOverBody),
    "documents": (drafts.attach_document, DocumentForm),
    "area-file": (draft_steps.take_area_from_file, AreaFileForm),
    "exceptions": (draft_findings.answer_finding, ExceptionBody),
    "discard-outline": (draft_outlines.discard_unit_outline, OutlineBody),
    "withdraw-exception": (draft_findings.withdraw_exception, ExceptionWithdrawalBody),
}
"""What is done by a body that the form states field by field, by the last part of its address."""

_EDITOR_MOVES: Mapping[DraftState, set[str]] = {
    DraftState.IN_WORK: {"edit", "submit", "discard", "hand-over"},
    DraftState.SUBMITTED: {"withdraw", "hand-over"},
    DraftState.APPROVED: {"withdraw", "publish"},
    DraftState.DISCARDED: {"resume"},
}
_REVIEWER_MOVES: Mapping[DraftState, set[str]] = {
    DraftState.SUBMITTED: {"approve", "reject"},
    DraftState.APPROVED: {"reject"},
}
_REMARKED_STATES = (DraftState.IN_WORK, DraftState.SUBMITTED, DraftState.APPROVED)


def perform_move(draft_id: UUID, move: str) -> HandlerResult:
    """Do to a draft what the form of this request says.

    Raises:
        NotFound: no form of a draft has the address ``move``.
        Problem: as the operation of the interface.
    """
    if move == "remarks":
        return drafts.add_remark(draft_id, parse_remark_form())
    if move == "description":
        return _describe_draft(draft_id)
    if move not in _MOVES:
        raise NotFound(message("draft.not_found"), field="draft_id")
    write, model = _MOVES[move]
    return write(draft_id, parse_posted_form(model))


def list_moves(conn: Conn, opened: OpenDraft, who: Actor) -> set[str]:
    """What an account may do to a draft in its present state."""
    state = opened.draft.state
    moves = {"remark"} if state in _REMARKED_STATES else set()
    if draft_access.may_edit(conn, who, opened.draft):
        moves |= _EDITOR_MOVES.get(state, set())
    is_reviewer = not draft_access.list_units_without_review(opened, who)
    if is_reviewer and not draft_access.is_own_draft(opened, who):
        moves |= _REVIEWER_MOVES.get(state, set())
    if is_reviewer and state is DraftState.APPROVED:
        moves.add("publish")
    return moves


def _describe_draft(draft_id: UUID) -> HandlerResult:
    """State anew what a draft is about, with those of its documents that the form keeps."""
    chosen = set(request.form.getlist("document"))
    documents = draft_service.load_draft_answer(draft_id)["documents"]
    remaining = [one for number, one in enumerate(documents) if str(number) in chosen]
    body = parse_header_form(DraftDescriptionBody, remaining)
    return drafts.describe_draft(draft_id, body)
