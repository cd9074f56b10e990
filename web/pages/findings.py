"""Pages on which the findings of the register are read and answered; they ask what the API asks."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from flask import Blueprint, Response, request
from pydantic import ValidationError

from boundaries.rules.life import ANSWER_ACTIONS, FindingState
from gazetteer.problems import Forbidden, Problem
from web import access
from web.api import findings_register as api
from web.findings_told import told
from web.language import language
from web.mistakes import invalid_value
from web.pages.assets import assets
from web.pages.findings_texts import FINDINGS_TEXTS
from web.pages.forms import attempt, posted, see
from web.pages.messages import text
from web.pages.rendering import render
from web.pages.validation_texts import VALIDATION_TEXTS

findings = Blueprint("findings", __name__, url_prefix="/findings", template_folder="templates")

SCRIPT = "src/findings/main.ts"
SEVERITIES = ("error", "warning", "info")
SHOWN = 100
_FILTERS = ("state", "severity", "rule", "unit")


@findings.get("")
def everything() -> Response:
    """Findings on a map and in a table; without a script, the first of them in a table."""
    return _list()


@findings.post("/run")
def run() -> Response:
    """Ask for a run without a script."""
    _, problem = attempt(api.asked_run)
    return _list(problem) if problem else see("/findings?asked=1")


@findings.get("/<uuid:finding_id>")
def one(finding_id: UUID) -> Response:
    """A finding with its place, its history and, for who may, the form to answer it."""
    return _one(finding_id)


@findings.post("/<uuid:finding_id>/answers")
def answer(finding_id: UUID) -> Response:
    """Answer a finding."""
    _, problem = attempt(lambda: api.answered(finding_id, posted(api.GivenAnswer)))
    return _one(finding_id, problem) if problem else see(f"/findings/{finding_id}")


def _list(problem: Problem | None = None) -> Response:
    given = {name: request.args[name] for name in _FILTERS if request.args.get(name)}
    found = api.answer_of(_query(given))
    who = access.actor()
    return render(
        "findings.html",
        problem=problem,
        query=urlencode(given),
        given=given,
        found=found,
        states=[state.value for state in FindingState],
        severities=SEVERITIES,
        may_run=any(map(who.may_perform_anywhere, ANSWER_ACTIONS)),
        asked="asked" in request.args,
        csrf=access.csrf_token(),
        texts=_client_texts(),
        own=assets(SCRIPT),
    )


def _query(given: Mapping[str, str]) -> api.FindingsQuery:
    try:
        return api.FindingsQuery.model_validate({**given, "limit": SHOWN})
    except ValidationError as error:
        raise invalid_value(error) from None


def _one(finding_id: UUID, problem: Problem | None = None) -> Response:
    found = told(finding_id)
    return render(
        "finding.html",
        problem=problem,
        finding=found["properties"],
        events=found["events"],
        has_place=found["geometry"] is not None,
        known=access.actor().account is not None,
        may=_may(finding_id),
        given=request.form,
        csrf=access.csrf_token(),
        texts=_client_texts(),
        own=assets(SCRIPT),
    )


def _may(finding_id: UUID) -> bool:
    if access.actor().account is None:
        return False
    try:
        api.may_be_answered(finding_id)
    except Forbidden:
        return False
    return True


def _client_texts() -> dict[str, Any]:
    """What the script says."""
    lang = language()
    names = [key.partition(".") for key in (*VALIDATION_TEXTS, *FINDINGS_TEXTS)]
    return {
        **{f"judged.{n}": text(f"judged.{n}", lang) for group, _, n in names if group == "judged"},
        **{f"life.{n}": text(f"life.{n}", lang) for group, _, n in names if group == "life"},
        "findings.whole": text("findings.whole", lang),
        "judged.no_place": text("findings.no_place", lang),
        **{f"severity.{name}": text(f"severity.{name}", lang) for name in SEVERITIES},
    }
