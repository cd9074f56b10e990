"""The page that examines a proposed name as it is typed, and works without a script."""

from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, request
from pydantic import ValidationError

from gazetteer.ledger.as_of import today
from gazetteer.naming.defect_runs import DEFECT_ACTIONS
from gazetteer.naming.proposal import LegalClass, RenamingCause
from gazetteer.problems import Problem
from web.api import naming_defects as defects_api
from web.auth import authentication
from web.http.as_of_params import parse_as_of_args
from web.http.connections import connection
from web.http.language import request_language
from web.http.validation_errors import build_invalid_value
from web.pages.forms import attempt_write, parse_posted_form, redirect_after_post
from web.pages.rendering import render_page
from web.pages.translation import list_script_texts
from web.pages.typed_positions import parse_typed_position
from web.services.naming_models import BuildingSizeBody, NameCheckBody
from web.services.naming_proposals import DIVISION_LEVELS, build_proposal
from web.services.naming_serializers import serialize_examined
from web.services.naming_service import examine_proposal

naming_blueprint = Blueprint("naming", __name__, template_folder="templates")

SIZES = tuple(name for name in BuildingSizeBody.model_fields if name != "city_size")
_FIELDS = (
    *("name", "legal_class", "level", "within", "former_name", "cause", "main_place_name"),
    *("reading", "romanized"),
)
_FILTERS = ("kind", "unit", "after")
_FLAGS = ("in_force", "has_protection_measures")


@naming_blueprint.get("/naming")
def show_name_check() -> Response:
    """The form with the name of the query, and what the rules say about it."""
    as_of = parse_as_of_args()
    written = {name: _read_argument(name) for name in (*_FIELDS, *SIZES, "position")}
    context: dict[str, Any] = {"written": written, "at": as_of.at.isoformat(), "answer": None}
    if written["name"]:
        try:
            context |= _examine_written(written)
        except Problem as problem:
            context["problem"] = problem
    return render_page(
        "naming.html",
        texts=list_script_texts(request_language(), "tool."),
        classes=[one.value for one in LegalClass],
        levels=DIVISION_LEVELS,
        causes=[one.value for one in RenamingCause],
        sizes=SIZES,
        has_size=any(written[name] for name in SIZES),
        flags={name: name in request.args for name in _FLAGS},
        **context,
    )


def _read_argument(name: str) -> str:
    """What is filled in; a suggestion that was pressed stands behind the field it is put into."""
    return next(reversed(request.args.getlist(name)), "").strip()


def _examine_written(written: dict[str, str]) -> dict[str, Any]:
    """What the rules say about the name of the form, and the points for the map.

    Raises:
        InvalidValue, UnknownCode, CodeNotInForce, NoDataBefore: names the field.
    """
    body = _read_body(written)
    with connection() as conn:
        proposal = build_proposal(conn, body)
        examined = examine_proposal(conn, proposal, body.at or today(), with_suggestions=True)
    answer = serialize_examined(examined, request_language())
    points = [name["point"] for name in answer["names"] if name["point"]]
    own = [[examined.own.lon, examined.own.lat]] if examined.own else []
    return {"answer": answer, "points": [*own, *points]}


def _read_body(written: dict[str, str]) -> NameCheckBody:
    values: dict[str, Any] = {name: written[name] for name in _FIELDS if written[name]}
    values |= {name: True for name in _FLAGS if name in request.args}
    values["size"] = {name: written[name] for name in SIZES if written[name]}
    values["at"] = request.args.get("at") or None
    position = parse_typed_position(written["position"])
    if written["position"]:
        point = [position.lon, position.lat] if position else None
        values["geometry"] = {"type": "Point", "coordinates": point}
    values.setdefault("legal_class", LegalClass.ROAD.value)
    if values["legal_class"] != LegalClass.DIVISION:
        values.pop("level", None)
    try:
        return NameCheckBody.model_validate(values)
    except ValidationError as error:
        raise build_invalid_value(error) from None


@naming_blueprint.get("/naming/defects")
def show_naming_defects() -> Response:
    """The defects of the names in the register, by kind and unit."""
    return _render_defects()


@naming_blueprint.post("/naming/defects/search")
def request_search() -> Response:
    """Queue a search, without a script."""
    _, problem = attempt_write(lambda: {"job": str(defects_api.enqueue_search())})
    return _render_defects(problem) if problem else redirect_after_post("/naming/defects?asked=1")


@naming_blueprint.post("/naming/defects/<int:defect_id>/exceptions")
def except_defect(defect_id: int) -> Response:
    """Let a defect remain."""
    _, problem = attempt_write(
        lambda: {
            "id": defects_api.record_exception(
                defect_id, parse_posted_form(defects_api.DefectExceptionBody)
            )
        }
    )
    return _render_defects(problem) if problem else redirect_after_post("/naming/defects")


def _render_defects(problem: Problem | None = None) -> Response:
    filters = {name: request.args[name] for name in _FILTERS if request.args.get(name)}
    actor = authentication.current_actor()
    return render_page(
        "naming_defects.html",
        problem=problem,
        page_data=defects_api.load_defect_page(_read_filters(filters)),
        filters=filters,
        query=urlencode({name: value for name, value in filters.items() if name != "after"}),
        queued="asked" in request.args,
        may_search=any(map(actor.may_perform_anywhere, DEFECT_ACTIONS)),
        csrf=authentication.current_csrf_token(),
    )


def _read_filters(filters: dict[str, str]) -> defects_api.DefectsQuery:
    try:
        return defects_api.DefectsQuery.model_validate(filters)
    except ValidationError as error:
        raise build_invalid_value(error) from None
