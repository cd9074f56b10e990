"""Pages for the clients of the reconciliation service: a place in a small frame, and in full."""

from uuid import UUID

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from gazetteer.ledger.asof import today
from gazetteer.problems import NotFound
from gazetteer.search.reconcile.facts import (
    EntityAsOf,
    PlaceEntity,
    load_entities,
    load_former_names,
)
from gazetteer.search.reconcile.known import parse_place_id
from web.contract import as_json
from web.db import connection
from web.language import language
from web.pages import messages
from web.pages.rendering import Display

reconciling = Blueprint("reconciling", __name__, template_folder="templates")

_FRAME_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
"""The page has a style of its own, no script, and may stand in a frame of any page."""


@reconciling.get("/reconcile/preview")
def preview() -> Response:
    """A small page about a place, for a frame."""
    response = make_response(_rendered("preview.html"))
    response.headers["Content-Security-Policy"] = _FRAME_POLICY
    response.headers["Cache-Control"] = "private, no-cache"
    response.vary.update(("Accept-Language", "Cookie"))
    return response


@reconciling.get("/reconcile/flyout")
def flyout() -> Response:
    """The same as HTML within JSON (Reconciliation API 0.2, 6.4)."""
    return as_json({"id": request.args.get("id", ""), "html": _rendered("preview_facts.html")})


@reconciling.get("/reconcile/view")
def view() -> BaseResponse:
    """On to the page of a place, on a day on which it was in force."""
    place = _asked_for()
    at = None if place.day == today() else place.day.isoformat()
    if place.code:
        return redirect(url_for("pages.unit", code=place.code, at=at))
    return redirect(url_for("pages.place", place_id=place.place_id, at=at))


def _rendered(template: str) -> str:
    place, lang = _asked_for(), language()
    with connection() as conn:
        names = load_former_names(conn, [UUID(place.place_id)], _now())
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
        t=lambda key, **given: messages.text(key, lang, **given),
        d=Display(lang),
    )


def _now() -> EntityAsOf:
    return EntityAsOf(None, today(), None)


def _asked_for() -> PlaceEntity:
    """The place of the address, as it is or last was.

    Raises:
        NotFound: there is none.
    """
    given = request.args.get("id", "")
    place_id = parse_place_id(given)
    with connection() as conn:
        found = load_entities(conn, [place_id], _now()) if place_id else []
    if not found:
        raise NotFound(
            f"没有编号为 {given[:80]} 的地名。", f"there is no place {given[:80]}", field="id"
        )
    return found[0]
