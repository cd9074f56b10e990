"""Pages of drafts: the list, and one draft with what is done to it. Forms over ``/v1/drafts``."""

from collections.abc import Callable
from uuid import UUID

from flask import Blueprint, Response, request

from boundaries.drafts import draft_access
from gazetteer.ledger.drafts.draft import DraftState
from gazetteer.messages import message
from gazetteer.problems import Forbidden, NotFound, Problem
from web.api import draft_findings, draft_steps, drafts
from web.api.draft_bodies import DraftHeaderBody, ProposalBody, RevisionBody
from web.api.files import FILE_LIMIT
from web.auth import authentication
from web.http.endpoints import HandlerResult
from web.http.language import request_language
from web.pages.command_forms import FORM_COMMANDS, parse_command_form
from web.pages.draft_headers import list_header_choices, parse_header_form
from web.pages.draft_moves import perform_move
from web.pages.draft_view import build_draft_view
from web.pages.form_errors import find_form_errors, relabel_problem
from web.pages.forms import Body, attempt_write, parse_posted_form, redirect_after_post
from web.pages.proposal_view import build_proposals_view, parse_chosen_finding
from web.pages.rendering import render_page
from web.services import draft_service
from web.uploads.layer_uploads import LAYER_FILE

draft_blueprint = Blueprint("drafts", __name__, url_prefix="/drafts", template_folder="templates")
UPLOAD_LIMITS = {"drafts.attach_document": FILE_LIMIT, "drafts.replace_area": LAYER_FILE}
"""How large the bodies of forms with a file may be, by endpoint."""


@draft_blueprint.get("")
def show_drafts() -> Response:
    """The drafts that the account may see, and the form to begin one."""
    return _render_drafts()


@draft_blueprint.post("")
def create_draft() -> Response:
    """Begin a draft."""
    created, problem = _attempt_form(
        lambda: drafts.begin_draft(parse_header_form(DraftHeaderBody, []))
    )
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


@draft_blueprint.get("/<uuid:draft_id>/proposals")
def show_proposals(draft_id: UUID) -> Response:
    """The repairs proposed for a finding, each with a button that makes it a step."""
    return _render_proposals(draft_id)


@draft_blueprint.post("/<uuid:draft_id>/proposals")
def take_proposal(draft_id: UUID) -> Response:
    """Make a step of a proposal; without its finding there is nothing to choose from any more."""
    _, problem = _attempt_form(
        lambda: draft_findings.take_proposal(draft_id, parse_posted_form(ProposalBody))
    )
    if isinstance(problem, NotFound):
        return _render_draft(draft_id, problem)
    if problem:
        return _render_proposals(draft_id, problem)
    return redirect_after_post(f"/drafts/{draft_id}")


@draft_blueprint.post("/<uuid:draft_id>/documents")
def attach_document(draft_id: UUID) -> Response:
    """Attach a document of the act: an upload, with a limit of its own."""
    return _finish_write(draft_id, lambda: perform_move(draft_id, "documents"))


@draft_blueprint.post("/<uuid:draft_id>/area-file")
def replace_area(draft_id: UUID) -> Response:
    """Replace a territory from a layer: an upload, with a limit of its own."""
    return _finish_write(draft_id, lambda: perform_move(draft_id, "area-file"))


@draft_blueprint.post("/<uuid:draft_id>/<move>")
def move_draft(draft_id: UUID, move: str) -> Response:
    """Do to a draft what one of its buttons or small forms says."""
    return _finish_write(draft_id, lambda: perform_move(draft_id, move))


def _finish_write(draft_id: UUID, write: Callable[[], HandlerResult]) -> Response:
    _, problem = _attempt_form(write)
    if problem:
        return _render_draft(draft_id, problem)
    return redirect_after_post(f"/drafts/{draft_id}")


def _attempt_form(write: Callable[[], HandlerResult]) -> tuple[Body | None, Problem | None]:
    """The result of a write, or the problem to be shown with its form.

    That a unit or a colleague is out of reach is shown with the form too: whoever may not see the
    draft itself is refused when the page is built.
    """
    try:
        body, problem = attempt_write(write)
    except Forbidden as refusal:
        body, problem = None, refusal
    return body, None if problem is None else relabel_problem(problem)


def _render_drafts(problem: Problem | None = None) -> Response:
    state = request.args.get("state", "")
    states = [DraftState(state)] if state in set(DraftState) else list(DraftState)[:3]
    who = authentication.require_known_actor()
    return render_page(
        "drafts.html",
        problem=problem,
        errors=find_form_errors(problem, request_language(), forbidden_field="unit"),
        drafts=draft_service.list_visible_drafts(states),
        chosen=state,
        states=[one.value for one in DraftState],
        **list_header_choices(),
        may_create=any(map(who.may_perform_anywhere, draft_access.EDITING_ACTIONS)),
        header=request.form,
        csrf=authentication.current_csrf_token(),
    )


def _render_draft(draft_id: UUID, problem: Problem | None = None) -> Response:
    lang, posted = request_language(), request.path.removeprefix(f"/drafts/{draft_id}").strip("/")
    in_header = "unit" if posted == "description" else None
    return render_page(
        "draft.html",
        **build_draft_view(draft_id, problem, lang),
        errors=find_form_errors(problem, lang, forbidden_field=in_header),
        posted=posted,
        entered=request.form,
        csrf=authentication.current_csrf_token(),
    )


def _render_proposals(draft_id: UUID, problem: Problem | None = None) -> Response:
    return render_page(
        "draft_proposals.html",
        **build_proposals_view(draft_id, parse_chosen_finding()),
        problem=problem,
        csrf=authentication.current_csrf_token(),
    )
