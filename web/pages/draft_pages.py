"""Pages of drafts: the list, and one draft with what is done to it. Forms over ``/v1/drafts``."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, request

from boundaries.drafts import draft_access
from boundaries.drafts.open_draft import open_draft
from gazetteer.ledger.drafts.draft import ACT_FIELDS, EVENT_KINDS, DraftState, Purpose
from gazetteer.messages import message
from gazetteer.problems import NotFound, Problem
from gazetteer.records.record_kinds import DOCUMENT_ROLES
from web.api import draft_reviews, draft_steps, drafts
from web.api.draft_bodies import (
    DecisionBody,
    DocumentForm,
    DraftActBody,
    DraftHeaderBody,
    RejectionBody,
    RemarkBody,
    RevisionBody,
    UndoBody,
)
from web.auth import authentication
from web.http.connections import connection
from web.http.endpoints import HandlerResult
from web.http.language import request_language
from web.pages.command_forms import FORM_COMMANDS, list_command_forms, parse_command_form
from web.pages.draft_map import draw_draft_map
from web.pages.draft_records import iter_record_rows, list_argument_texts
from web.pages.forms import attempt_write, parse_posted_form, redirect_after_post
from web.pages.rendering import render_page
from web.services import draft_service

draft_blueprint = Blueprint("drafts", __name__, url_prefix="/drafts", template_folder="templates")

_MOVES: dict[str, tuple[Callable[[UUID, Any], HandlerResult], type]] = {
    "submit": (draft_reviews.submit_draft, RevisionBody),
    "approve": (draft_reviews.approve_draft, DecisionBody),
    "reject": (draft_reviews.reject_draft, RejectionBody),
    "publish": (draft_reviews.publish_draft, RevisionBody),
    "withdraw": (drafts.withdraw_draft, RevisionBody),
    "discard": (drafts.discard_draft, RevisionBody),
    "resume": (drafts.resume_draft, RevisionBody),
    "undo": (draft_steps.undo_step, UndoBody),
    "redo": (draft_steps.redo_step, RevisionBody),
    "remarks": (drafts.add_remark, RemarkBody),
    "documents": (drafts.attach_document, DocumentForm),
}
"""What the buttons and small forms of a draft do, by the last part of their addresses."""


@draft_blueprint.get("")
def show_drafts() -> Response:
    """The drafts that the account may see, and the form to begin one."""
    return _render_drafts()


@draft_blueprint.post("")
def create_draft() -> Response:
    """Begin a draft."""
    created, problem = attempt_write(lambda: drafts.begin_draft(_parse_header()))
    if problem or created is None:
        return _render_drafts(problem)
    return redirect_after_post(f"/drafts/{created['id']}")


@draft_blueprint.get("/<uuid:draft_id>")
def show_draft(draft_id: UUID) -> Response:
    """A draft: its steps, what they change, what the rules say, and what comes next."""
    return _render_draft(draft_id)


@draft_blueprint.post("/<uuid:draft_id>/commands/<name>")
def run_command(draft_id: UUID, name: str) -> Response:
    """Take a step by the form of a command."""
    if name not in FORM_COMMANDS:
        raise NotFound(message("command.unknown", command=name), field="command")

    def take_step() -> HandlerResult:
        arguments = parse_command_form(FORM_COMMANDS[name], request.form)
        revision = parse_posted_form(RevisionBody).revision
        return draft_steps.take_step(draft_id, revision, name, arguments)

    return _finish_write(draft_id, take_step)


@draft_blueprint.post("/<uuid:draft_id>/<move>")
def move_draft(draft_id: UUID, move: str) -> Response:
    """Do to a draft what one of its buttons or small forms says."""
    if move not in _MOVES:
        raise NotFound(message("draft.not_found"), field="draft_id")
    write, model = _MOVES[move]
    return _finish_write(draft_id, lambda: write(draft_id, parse_posted_form(model)))


def _finish_write(draft_id: UUID, write: Callable[[], HandlerResult]) -> Response:
    _, problem = attempt_write(write)
    if problem:
        return _render_draft(draft_id, problem)
    return redirect_after_post(f"/drafts/{draft_id}")


def _parse_header() -> DraftHeaderBody:
    sent = {f"act.{name}": request.form.get(f"act_{name}") for name in ACT_FIELDS}
    act = {name.removeprefix("act."): value for name, value in sent.items() if value}
    body = DraftActBody.model_validate(act) if act.get("title") else None
    return parse_posted_form(DraftHeaderBody, act=body)


def _render_drafts(problem: Problem | None = None) -> Response:
    state = request.args.get("state", "")
    states = [DraftState(state)] if state in set(DraftState) else list(DraftState)[:3]
    who = authentication.require_known_actor()
    return render_page(
        "drafts.html",
        problem=problem,
        drafts=draft_service.list_visible_drafts(states),
        chosen=state,
        states=[one.value for one in DraftState],
        purposes=[one.value for one in Purpose],
        event_kinds=EVENT_KINDS,
        may_create=any(map(who.may_perform_anywhere, draft_access.EDITING_ACTIONS)),
        entered=request.form,
        csrf=authentication.current_csrf_token(),
    )


def _render_draft(draft_id: UUID, problem: Problem | None = None) -> Response:
    draft = draft_service.load_draft_answer(draft_id)
    difference = draft_service.load_difference_answer(draft_id)
    with connection() as conn, conn.transaction():
        picture = draw_draft_map(open_draft(conn, draft_id), difference)
    return render_page(
        "draft.html",
        problem=problem,
        draft=draft,
        steps=draft_service.load_steps_answer(draft_id)["steps"],
        argument_texts=list_argument_texts,
        document_roles=DOCUMENT_ROLES,
        findings=draft_service.load_findings_answer(draft_id),
        difference=difference,
        events=draft_service.load_events_answer(draft_id)["events"],
        picture=picture,
        records=list(iter_record_rows(difference["records"], request_language())),
        may=_list_moves(draft_id),
        forms=list_command_forms(request_language()),
        entered=request.form,
        csrf=authentication.current_csrf_token(),
    )


def _list_moves(draft_id: UUID) -> set[str]:
    """What the account may do to the draft in its present state."""
    who = authentication.require_known_actor()
    moves = {"remark"}
    with connection() as conn, conn.transaction():
        opened = open_draft(conn, draft_id)
        state = opened.draft.state
        if draft_access.may_edit(conn, who, opened.draft):
            moves |= _EDITOR_MOVES.get(state, set())
        is_reviewer = not draft_access.list_units_without_review(opened, who)
        if is_reviewer and not draft_access.is_own_draft(opened, who):
            moves |= _REVIEWER_MOVES.get(state, set())
        if is_reviewer and state is DraftState.APPROVED:
            moves.add("publish")
    return moves


_EDITOR_MOVES: dict[DraftState, set[str]] = {
    DraftState.IN_WORK: {"edit", "submit", "discard"},
    DraftState.SUBMITTED: {"withdraw"},
    DraftState.APPROVED: {"withdraw", "publish"},
    DraftState.DISCARDED: {"resume"},
}
_REVIEWER_MOVES: dict[DraftState, set[str]] = {
    DraftState.SUBMITTED: {"approve", "reject"},
    DraftState.APPROVED: {"reject"},
}
