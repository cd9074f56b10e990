"""Pages on which the findings of the register are read and answered; they ask what the API asks."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from flask import Blueprint, Response, request
from pydantic import ValidationError

from boundaries.rules.finding_workflow import ANSWER_ACTIONS, FindingState
from gazetteer.problems import Forbidden, Problem
from web.api import findings as api
from web.auth import authentication
from web.http.language import request_language
from web.http.validation_errors import build_invalid_value
from web.pages.assets import load_assets
from web.pages.findings_texts import FINDINGS_TEXTS
from web.pages.forms import attempt_write, parse_posted_form, redirect_after_post
from web.pages.messages import text
from web.pages.rendering import render_page
from web.pages.validation_texts import VALIDATION_TEXTS
from web.services.finding_serializers import load_finding_detail

finding_blueprint = Blueprint(
    "findings", __name__, url_prefix="/findings", template_folder="templates"
)

SCRIPT = "src/findings/main.ts"
SEVERITIES = ("error", "warning", "info")
MAX_SHOWN = 100
_FILTERS = ("state", "severity", "rule", "unit")


@finding_blueprint.get("")
def show_findings() -> Response:
    """Findings on a map and in a table; without a script, the first of them in a table."""
    return _render_findings()


@finding_blueprint.post("/run")
def request_run() -> Response:
    """Ask for a run without a script."""
    _, problem = attempt_write(api.enqueue_run)
    return _render_findings(problem) if problem else redirect_after_post("/findings?asked=1")


@finding_blueprint.get("/<uuid:finding_id>")
def show_finding(finding_id: UUID) -> Response:
    """A finding with its place, its history and, for who may, the form to answer it."""
    return _render_finding(finding_id)


@finding_blueprint.post("/<uuid:finding_id>/answers")
def answer_finding(finding_id: UUID) -> Response:
    """Answer a finding."""
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
    who = authentication.current_actor()
    return render_page(
        "findings.html",
        problem=problem,
        query=urlencode(filters),
        given=filters,
        found=findings_page,
        states=[state.value for state in FindingState],
        severities=SEVERITIES,
        may_run=any(map(who.may_perform_anywhere, ANSWER_ACTIONS)),
        asked="asked" in request.args,
        csrf=authentication.current_csrf_token(),
        texts=_client_texts(),
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
        has_place=feature["geometry"] is not None,
        known=authentication.current_actor().account is not None,
        may=_may_answer(finding_id),
        given=request.form,
        csrf=authentication.current_csrf_token(),
        texts=_client_texts(),
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


def _client_texts() -> dict[str, Any]:
    """What the script says."""
    lang = request_language()
    names = [key.partition(".") for key in (*VALIDATION_TEXTS, *FINDINGS_TEXTS)]
    return {
        **{f"judged.{n}": text(f"judged.{n}", lang) for group, _, n in names if group == "judged"},
        **{f"life.{n}": text(f"life.{n}", lang) for group, _, n in names if group == "life"},
        "findings.whole": text("findings.whole", lang),
        "judged.no_place": text("findings.no_place", lang),
        **{f"severity.{name}": text(f"severity.{name}", lang) for name in SEVERITIES},
    }
