"""One way to answer with a page: the whole shell, or only the panel for a client that asks so."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, cast
from urllib.parse import urlencode

from flask import Response, current_app, make_response, render_template, request

from gazetteer.ledger.as_of import today
from gazetteer.problems import Problem
from gazetteer.records.levels import LEVELS
from gazetteer.settings import Settings
from web.http.language import Lang, request_language
from web.http.problems import STATUS_OF_KIND
from web.pages import display, messages
from web.pages.assets import load_assets
from web.pages.language_cookie import remember_lang

FIRST_YEAR = 1981
"""The first year of the records of county and above, where the slider of years begins."""

CONTENT_POLICY = (
    "default-src 'self'; img-src 'self' data: blob:; object-src 'none'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'self'"
)

MENU = (
    ("/", "menu.start"),
    ("/geocode", "menu.geocode"),
    ("/coverage", "menu.coverage"),
    ("/validate", "menu.validate"),
    ("/findings", "menu.findings"),
    ("/rules", "menu.rules"),
    ("/changes", "menu.changes"),
    ("/checks", "menu.checks"),
    ("/docs", "menu.docs"),
    ("/account", "menu.account"),
)

CLIENT_TEXTS = {
    "map_label": "map.label",
    "map_help": "map.help",
    "map_home": "map.home",
    "map_zoom_in": "map.zoom_in",
    "map_zoom_out": "map.zoom_out",
    "map_ghost": "map.ghost",
    "map_failed": "map.failed",
    "page_failed": "client.page_failed",
    "results_none": "client.results_none",
    "results_count": "client.results_count",
    "former_name": "client.former_name",
}


def current_settings() -> Settings:
    """The settings of the serving program."""
    return cast(Settings, current_app.config["GAZETTEER"])


def current_as_of_args() -> dict[str, str]:
    """The parts of the address that say which moment is asked about; every link carries them."""
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
    """The page that reads an address at the moment of the current page."""
    return _add_as_of_args("/geocode", {"address": address, **current_as_of_args()})


def _add_as_of_args(path: str, arguments: Mapping[str, str]) -> str:
    return f"{path}?{urlencode(arguments)}" if arguments else path


def build_language_url(lang: Lang) -> str:
    """The address of the current page in another language."""
    return f"{request.path}?{urlencode({**request.args.to_dict(), 'lang': lang})}"


def build_today_url() -> str:
    """The address of the current page without a date."""
    arguments = {k: v for k, v in request.args.items() if k not in ("at", "known_at", "lang")}
    return f"{request.path}?{urlencode(arguments)}" if arguments else request.path


def render_page(
    template: str, status: int = 200, *, problem: Problem | None = None, **values: Any
) -> Response:
    """The page of ``template`` in the language of the request.

    With the request header ``X-Panel: 1`` only the panel's content is sent, which the client puts
    in place of the one before. A ``problem`` is shown on the page and decides the status.
    """
    context = {**_build_context(), **values, "problem": problem}
    response = make_response(render_template(template, **context), status)
    if problem is not None:
        response.status_code = STATUS_OF_KIND[problem.kind]
        if wait := problem.extras.get("retry_after"):
            response.headers["Retry-After"] = str(wait)
    response.headers["Content-Security-Policy"] = CONTENT_POLICY
    response.headers["Cache-Control"] = "private, no-cache"
    response.vary.update(("X-Panel", "Accept-Language", "Cookie"))
    return remember_lang(response)


def _build_context() -> dict[str, Any]:
    lang = request_language()
    now = today()
    return {
        "lang": lang,
        "t": lambda key, **values: messages.text(key, lang, **values),
        "d": Display(lang),
        "today": now.isoformat(),
        "first_year": FIRST_YEAR,
        "home_code": current_settings().home_division,
        "moment_args": current_as_of_args(),
        "unit_url": build_unit_url,
        "place_url": build_place_url,
        "address_url": build_address_url,
        "lang_url": build_language_url,
        "today_url": build_today_url,
        "menu": MENU,
        "assets": load_assets(),
        "panel_only": request.headers.get("X-Panel") == "1",
        "map_review_no": current_settings().map_review_no,
        "level_names": {level: messages.text(f"level.{level}", lang) for level in LEVELS},
        "client_texts": {name: messages.text(key, lang) for name, key in CLIENT_TEXTS.items()},
        "at": now.isoformat(),
    }


class Display:
    """The functions of ``display`` with the language of the page already in."""

    def __init__(self, lang: Lang) -> None:
        self.lang = lang

    def day(self, value: str | date) -> str:
        """A calendar day."""
        return display.format_day(value, self.lang)

    def moment(self, value: datetime) -> str:
        """An instant on the clock of China."""
        return display.format_moment(value, self.lang)

    def bound(self, on: str | None, precision: str | None) -> str:
        """One end of a period."""
        return display.format_period_end(on, precision, self.lang)

    def period(self, valid: Mapping[str, Any]) -> str:
        """A period of validity."""
        return display.format_period(valid, self.lang)

    def share(self, value: float | None) -> str:
        """A share of territory."""
        return display.format_share(value, self.lang)

    def km2(self, value: float) -> str:
        """An area."""
        return display.format_area_km2(value)

    def kilometres(self, metres: float) -> str:
        """A length."""
        return display.format_length_km(metres)

    def unit_type(self, name: str | None) -> str:
        """A legal unit type."""
        return messages.unit_type(name, self.lang)

    def known(self, prefix: str, name: str) -> str:
        """The text of a code-list value, the value itself where the list has grown since."""
        key = f"{prefix}.{name}"
        return messages.text(key, self.lang) if key in messages.CATALOGUE else name
