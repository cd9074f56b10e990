"""Rendering of pages: the whole shell, or only the panel for a script."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, cast
from urllib.parse import urlencode

from flask import Response, current_app, make_response, render_template, request

from gazetteer.ledger.as_of import today
from gazetteer.messages import LANGS, Lang, message
from gazetteer.problems import Problem, Unavailable
from gazetteer.records.levels import LEVELS
from gazetteer.settings import Settings
from web.http.language import request_language
from web.http.problems import STATUS_OF_KIND
from web.pages.assets import load_assets
from web.pages.display import Display
from web.pages.inline_code import render_inline_code
from web.pages.language_cookie import remember_lang
from web.pages.translation import build_translator, find_script_text
from web.services.coming_changes import list_coming_days
from web.services.waiting_lists import count_waiting

FIRST_YEAR = 1981
"""The first year of the records of county and above, where the slider of years begins."""

CONTENT_POLICY = (
    "default-src 'self'; img-src 'self' data: blob:; object-src 'none'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'self'"
)

MENU = (
    ("/", "menu.start"),
    ("/geocode", "menu.geocode"),
    ("/codes", "menu.codes"),
    ("/coverage", "menu.coverage"),
    ("/naming", "menu.naming"),
    ("/naming/defects", "naming_defects.title"),
    ("/validate", "menu.validate"),
    ("/findings", "menu.findings"),
    ("/drafts", "menu.drafts"),
    ("/rules", "menu.rules"),
    ("/changes", "menu.changes"),
    ("/checks", "menu.checks"),
    ("/docs", "menu.docs"),
    ("/account", "menu.account"),
)

_WITHOUT_DATABASE = {"coming_days": list, "count_waiting": lambda: None}
"""What a page is rendered with when the database does not answer: nothing is asked of it."""

CLIENT_TEXTS = {
    "map_home": "map.home",
    "map_zoom_in": "map.zoom_in",
    "map_zoom_out": "map.zoom_out",
    "map_coordinates": "map.coordinates",
    "map_copy_link": "map.copy_link",
    "map_link_copied": "map.link_copied",
    "map_link_shown": "map.link_shown",
    "map_measure_area": "map.measure_area",
    "map_measure_distance": "map.measure_distance",
    "map_measure_help": "map.measure_help",
    "map_print": "map.print",
    "page_failed": "client.page_failed",
    "results_none": "client.results_none",
    "results_count": "client.results_count",
    "former_name": "client.former_name",
}


def current_settings() -> Settings:
    """The settings of the serving program."""
    return cast(Settings, current_app.config["GAZETTEER"])


def current_as_of_args() -> dict[str, str]:
    """The query parameters of the page that say as of when; every link carries them."""
    names = ("at", "known_at", "basis")
    return {name: request.args[name] for name in names if request.args.get(name)}


def build_unit_url(code: str, at: str | None = None) -> str:
    """The address of a unit's page at the moment of the current page, or on another date."""
    return _add_as_of_args(
        f"/units/{code}", {**current_as_of_args(), "at": at} if at else current_as_of_args()
    )


def build_place_url(place_id: object) -> str:
    """The address of a place's page at the moment of the current page."""
    return _add_as_of_args(f"/places/{place_id}", current_as_of_args())


def build_address_url(address: str) -> str:
    """The page that geocodes an address at the moment of the current page."""
    return _add_as_of_args("/geocode", {"address": address, **current_as_of_args()})


def _add_as_of_args(path: str, arguments: Mapping[str, str]) -> str:
    return f"{path}?{urlencode(arguments)}" if arguments else path


def build_language_url(lang: Lang) -> str:
    """The address of the current page in another language."""
    return f"{request.path}?{urlencode({**request.args.to_dict(), 'lang': lang})}"


def build_today_url() -> str:
    """The address of the current page without a date."""
    return _build_current_url({})


def build_day_url(day: str) -> str:
    """The address of the current page on another day, as known now."""
    return _build_current_url({"at": day})


def _build_current_url(arguments: Mapping[str, str]) -> str:
    others = {k: v for k, v in request.args.items() if k not in ("at", "known_at", "lang")}
    return _add_as_of_args(request.path, {**others, **arguments})


def render_page(
    template: str, status: int = 200, *, problem: Problem | None = None, **values: Any
) -> Response:
    """The page of ``template`` in the language of the request.

    With the request header ``X-Panel: 1`` only the panel's content is sent, which the client puts
    in place of the one before. A ``problem`` is shown on the page and decides the status.
    """
    context = {**_build_context(), **values, "problem": problem}
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR or isinstance(problem, Unavailable):
        context |= _WITHOUT_DATABASE
    response = make_response(render_template(template, **context), status)
    if problem is not None:
        response.status_code = STATUS_OF_KIND[problem.kind]
        if wait := problem.extras.get("retry_after"):
            response.headers["Retry-After"] = str(wait)
    response.headers["Content-Security-Policy"] = CONTENT_POLICY
    response.headers["Cache-Control"] = "private, no-cache"
    response.vary.update(("X-Panel", "Accept-Language", "Cookie"))
    return remember_lang(response)


def _describe_language(lang: Lang) -> dict[str, str]:
    """A language as the switch at the top of a page names it, in its own words."""
    name, tag = (message(f"language.{part}").text(lang) for part in ("name", "tag"))
    return {"lang": lang, "name": name, "tag": tag}


def _build_context() -> dict[str, Any]:
    lang = request_language()
    translate = build_translator(lang)
    now = today()
    return {
        "lang": lang,
        "t": translate,
        "d": Display(lang),
        "with_code": render_inline_code,
        "today": now.isoformat(),
        "first_year": FIRST_YEAR,
        "home_code": current_settings().home_division,
        "moment_args": current_as_of_args(),
        "unit_url": build_unit_url,
        "place_url": build_place_url,
        "address_url": build_address_url,
        "lang_url": build_language_url,
        "other_languages": [_describe_language(other) for other in LANGS if other != lang],
        "today_url": build_today_url,
        "day_url": build_day_url,
        "coming_days": list_coming_days,
        "count_waiting": count_waiting,
        "menu": MENU,
        "assets": load_assets(),
        "panel_only": request.headers.get("X-Panel") == "1",
        "map_review_no": current_settings().map_review_no,
        "level_names": {level: translate(f"level.{level}") for level in LEVELS},
        "client_texts": {name: find_script_text(id_, lang) for name, id_ in CLIENT_TEXTS.items()},
        "at": now.isoformat(),
    }
