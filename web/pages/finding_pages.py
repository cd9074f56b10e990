"""Pages with the findings on the register, and the form to respond to them."""

from collections.abc import Mapping
from urllib.parse import urlencode
from uuid import UUID

from flask import Blueprint, Response, request
from pydantic import ValidationError

from gazetteer.problems import Forbidden, Problem
from gazetteer.rules.finding import SEVERITIES
from gazetteer.rules.finding_workflow import ANSWER_ACTIONS, FindingState
from web.api import findings as api
from web.auth import authentication
from web.http.language import request_language
from web.http.validation_errors import build_invalid_value
from web.pages.assets import load_assets
from web.pages.forms import attempt_write, parse_posted_form, redirect_after_post
from web.pages.rendering import render_page
from web.pages.translation import ScriptText, find_script_text, list_script_texts
from web.services.finding_serializers import load_finding_detail
from web.services.repairable_findings import list_repairing_drafts

finding_blueprint = Blueprint(
    "findings", __name__, url_prefix="/findings", template_folder="templates"
)

SCRIPT = "src/findings/main.ts"
MAX_SHOWN = 100
_FILTERS = ("state", "severity", "rule", "unit")


@finding_blueprint.get("")
def show_findings() -> Response:
    """Findings on a map and in a table; without a script, the first of them in a table."""
    return _render_findings()


@finding_blueprint.post("/run")
def request_run() -> Response:
    """Queue a run of the checks, without a script."""
    _, problem = attempt_write(api.enqueue_run)
    return _render_findings(problem) if problem else redirect_after_post("/findings?asked=1")


@finding_blueprint.get("/<uuid:finding_id>")
def show_finding(finding_id: UUID) -> Response:
    """A finding with its location, its history and, for authorised people, the form to respond."""
    return _render_finding(finding_id)


@finding_blueprint.post("/<uuid:finding_id>/answers")
def answer_finding(finding_id: UUID) -> Response:
    """Respond to a finding."""
    _, problem = attempt_write(
        lambda: api.record_answer(finding_id, parse_posted_form(api.AnswerRequest))
    )
    return (
        _render_finding(finding_id, problem)
        if problem
        else redirect_after_post(f"/findings/{finding_id}")
    )


def _render_findings(problem: Problem | None = None) -> Response:
    filters = {name: request.args[name] for name in _FILTERS if request.args.get(name)}
    findings_page = api.search_findings(_parse_filters(filters))
    actor = authentication.current_actor()
    return render_page(
        "findings.html",
        problem=problem,
        query=urlencode(filters),
        filters=filters,
        findings_page=findings_page,
        states=[state.value for state in FindingState],
        severities=SEVERITIES,
        may_run=any(map(actor.may_perform_anywhere, ANSWER_ACTIONS)),
        run_queued="asked" in request.args,
        csrf=authentication.current_csrf_token(),
        texts=_list_script_texts(),
        own=load_assets(SCRIPT),
    )


def _parse_filters(filters: Mapping[str, str]) -> api.FindingsQuery:
    try:
        return api.FindingsQuery.model_validate({**filters, "limit": MAX_SHOWN})
    except ValidationError as error:
        raise build_invalid_value(error) from None


def _render_finding(finding_id: UUID, problem: Problem | None = None) -> Response:
    feature = load_finding_detail(finding_id)
    return render_page(
        "finding.html",
        problem=problem,
        finding=feature["properties"],
        events=feature["events"],
        has_location=feature["geometry"] is not None,
        is_logged_in=authentication.current_actor().account is not None,
        may_respond=_may_answer(finding_id),
        repairing_drafts=list_repairing_drafts(finding_id),
        entered=request.form,
        csrf=authentication.current_csrf_token(),
        texts=_list_script_texts(),
        own=load_assets(SCRIPT),
    )


def _may_answer(finding_id: UUID) -> bool:
    if authentication.current_actor().account is None:
        return False
    try:
        api.check_may_answer(finding_id)
    except Forbidden:
        return False
    return True


def _list_script_texts() -> dict[str, ScriptText]:
    """The texts of the script; a finding without a geometry has no single location."""
    lang = request_language()
    return {
        **list_script_texts(lang, "findings_view.", "life.", "measure.", "separator.", "severity."),
        "findings.show_all": find_script_text("findings.show_all", lang),
        "findings_view.no_place": find_script_text("findings.no_place", lang),
        "validate.away": find_script_text("validate.away", lang),
    }
