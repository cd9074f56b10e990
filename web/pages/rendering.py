"""One way to answer with a page: the whole shell, or only the panel for a client that asks so."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, cast
from urllib.parse import urlencode

from flask import Response, current_app, make_response, render_template, request

from gazetteer.ledger.asof import today
from gazetteer.problems import Problem
from gazetteer.records.levels import LEVELS
from gazetteer.settings import Settings
from web.language import Lang, language
from web.pages import display, messages
from web.pages.assets import assets
from web.pages.language import remember_lang
from web.problems import STATUS

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


def settings() -> Settings:
    """The settings of the serving program."""
    return cast(Settings, current_app.config["GAZETTEER"])


def moment_args() -> dict[str, str]:
    """The parts of the address that say which moment is asked about; every link carries them."""
    names = ("at", "known_at", "basis")
    return {name: request.args[name] for name in names if request.args.get(name)}


def unit_url(code: str, at: str | None = None) -> str:
    """The address of a unit's page at the moment of the current page, or on another date."""
    return _at_moment(f"/units/{code}", {**moment_args(), "at": at} if at else moment_args())


def place_url(place_id: object) -> str:
    """The address of a place's page at the moment of the current page."""
    return _at_moment(f"/places/{place_id}", moment_args())


def address_url(address: str) -> str:
    """The page that reads an address at the moment of the current page."""
    return _at_moment("/geocode", {"address": address, **moment_args()})


def _at_moment(path: str, moment: Mapping[str, str]) -> str:
    return f"{path}?{urlencode(moment)}" if moment else path


def lang_url(lang: Lang) -> str:
    """The address of the current page in another language."""
    return f"{request.path}?{urlencode({**request.args.to_dict(), 'lang': lang})}"


def today_url() -> str:
    """The address of the current page without a date."""
    kept = {k: v for k, v in request.args.items() if k not in ("at", "known_at", "lang")}
    return f"{request.path}?{urlencode(kept)}" if kept else request.path


def render(
    template: str, status: int = 200, *, problem: Problem | None = None, **values: Any
) -> Response:
    """The page of ``template`` in the language of the request.

    With the request header ``X-Panel: 1`` only the panel's content is sent, which the client puts
    in place of the one before. A ``problem`` is shown on the page and decides the status.
    """
    context = {**_context(), **values, "problem": problem}
    response = make_response(render_template(template, **context), status)
    if problem is not None:
        response.status_code = STATUS[problem.kind]
        if wait := problem.extras.get("retry_after"):
            response.headers["Retry-After"] = str(wait)
    response.headers["Content-Security-Policy"] = CONTENT_POLICY
    response.headers["Cache-Control"] = "private, no-cache"
    response.vary.update(("X-Panel", "Accept-Language", "Cookie"))
    return remember_lang(response)


def _context() -> dict[str, Any]:
    lang = language()
    now = today()
    return {
        "lang": lang,
        "t": lambda key, **given: messages.text(key, lang, **given),
        "d": Display(lang),
        "today": now.isoformat(),
        "first_year": FIRST_YEAR,
        "home_code": settings().home_division,
        "moment_args": moment_args(),
        "unit_url": unit_url,
        "place_url": place_url,
        "address_url": address_url,
        "lang_url": lang_url,
        "today_url": today_url,
        "menu": MENU,
        "assets": assets(),
        "panel_only": request.headers.get("X-Panel") == "1",
        "map_review_no": settings().map_review_no,
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
        return display.day(value, self.lang)

    def moment(self, value: datetime) -> str:
        """An instant on the clock of China."""
        return display.moment(value, self.lang)

    def bound(self, on: str | None, precision: str | None) -> str:
        """One end of a period."""
        return display.bound(on, precision, self.lang)

    def period(self, valid: Mapping[str, Any]) -> str:
        """A period of validity."""
        return display.period(valid, self.lang)

    def share(self, value: float | None) -> str:
        """A share of territory."""
        return display.share(value, self.lang)

    def km2(self, value: float) -> str:
        """An area."""
        return display.km2(value)

    def kilometres(self, metres: float) -> str:
        """A length."""
        return display.kilometres(metres)

    def unit_type(self, name: str | None) -> str:
        """A legal unit type."""
        return messages.unit_type(name, self.lang)

    def known(self, prefix: str, name: str) -> str:
        """The text of a code-list value, the value itself where the list has grown since."""
        key = f"{prefix}.{name}"
        return messages.text(key, self.lang) if key in messages.CATALOGUE else name
