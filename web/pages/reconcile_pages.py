"""Pages for the clients of the reconciliation service: a place in a small frame, and in full."""

from uuid import UUID

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from gazetteer.ledger.as_of import today
from gazetteer.messages import message
from gazetteer.problems import NotFound
from gazetteer.search.reconcile.identified_candidates import parse_place_id
from gazetteer.search.reconcile.place_facts import (
    EntityAsOf,
    PlaceEntity,
    load_entities,
    load_former_names,
)
from web.http.connections import connection
from web.http.endpoints import json_response
from web.http.language import request_language
from web.pages.display import Display
from web.pages.translation import build_translator

reconcile_blueprint = Blueprint("reconciling", __name__, template_folder="templates")

_FRAME_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
"""The page has a style of its own, no script, and may stand in a frame of any page."""


@reconcile_blueprint.get("/reconcile/preview")
def show_preview() -> Response:
    """A small page about a place, for a frame."""
    response = make_response(_render_place("preview.html"))
    response.headers["Content-Security-Policy"] = _FRAME_POLICY
    response.headers["Cache-Control"] = "private, no-cache"
    response.vary.update(("Accept-Language", "Cookie"))
    return response


@reconcile_blueprint.get("/reconcile/flyout")
def show_flyout() -> Response:
    """The same as HTML within JSON (Reconciliation API 0.2, 6.4)."""
    return json_response(
        {"id": request.args.get("id", ""), "html": _render_place("preview_facts.html")}
    )


@reconcile_blueprint.get("/reconcile/view")
def redirect_to_place() -> BaseResponse:
    """Redirect to the page of a place, on a day on which it was in force."""
    place = _load_requested_place()
    at = None if place.day == today() else place.day.isoformat()
    if place.code:
        return redirect(url_for("pages.show_unit", code=place.code, at=at))
    return redirect(url_for("pages.show_place", place_id=place.place_id, at=at))


def _render_place(template: str) -> str:
    place, lang = _load_requested_place(), request_language()
    with connection() as conn:
        names = load_former_names(conn, [UUID(place.place_id)], _current_as_of())
    formers = [name for name in names.get(place.place_id, []) if name != place.name]
    return render_template(
        template,
        place=place,
        formers=formers,
        valid={
            "from": place.since.isoformat() if place.since else None,
            "to": place.until.isoformat() if place.until else None,
            "from_precision": place.since_precision,
            "to_precision": place.until_precision,
        },
        lang=lang,
        t=build_translator(lang),
        d=Display(lang),
    )


def _current_as_of() -> EntityAsOf:
    return EntityAsOf(None, today(), None)


def _load_requested_place() -> PlaceEntity:
    """The place of the address, as it is or last was.

    Raises:
        NotFound: there is none.
    """
    raw_id = request.args.get("id", "")
    place_id = parse_place_id(raw_id)
    with connection() as conn:
        places = load_entities(conn, [place_id], _current_as_of()) if place_id else []
    if not places:
        raise NotFound(message("reconcile.unknown_place", id=raw_id[:80]), field="id")
    return places[0]
