"""Problems as pages, in the shell of the others and with the words of the API."""

from datetime import date
from typing import Any
from urllib.parse import urlencode

import psycopg
from flask import Blueprint, Flask, Response, redirect, request
from psycopg_pool import PoolTimeout
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as BaseResponse

from gazetteer.accounts.problems import PasswordChangeRequired
from gazetteer.ledger.as_of import today
from gazetteer.messages import DEFAULT_LANG, message
from gazetteer.problems import CodeNotInForce, Problem, Unauthenticated, Unavailable
from gazetteer.records.code_translation import TranslationRequest, translate_unit_code
from web.http.api_paths import is_api_path
from web.http.as_of_params import parse_as_of_args
from web.http.connections import connection
from web.http.language import request_language
from web.http.problems import build_http_problem_response, handle_database_error
from web.pages.rendering import build_unit_url, render_page
from web.pages.translation import build_translator
from web.pages.unit_details import add_romanized_names, mark_transfers_to_existing_units
from web.pages.unit_links import build_period_links


def install_error_pages(app: Flask) -> None:
    """Answer browsers with a page; call it after the problems of the API are installed."""
    app.register_error_handler(HTTPException, _handle_http_error)


def register_problem_pages(blueprint: Blueprint) -> None:
    """Answer the problems of a blueprint with pages; call it once, before it is registered."""
    blueprint.register_error_handler(Problem, render_problem_page)
    for database_error in (psycopg.OperationalError, psycopg.InterfaceError, PoolTimeout):
        blueprint.register_error_handler(database_error, _handle_database_error)


def render_problem_page(problem: Problem) -> BaseResponse:
    """The page of a problem; where a login is required, a redirect to it and back."""
    if isinstance(problem, PasswordChangeRequired):
        return redirect("/account", 303)
    if isinstance(problem, Unauthenticated) and request.method == "GET":
        return redirect(f"/login?{urlencode({'next': request.full_path.rstrip('?')})}", 303)
    lang = request_language()
    detail = problem.text(lang)
    code = (request.view_args or {}).get("code", "")
    if isinstance(problem, CodeNotInForce):
        detail = message("problem_page.not_in_force", code=code).text(lang)
    return render_page(
        "problem.html",
        problem=problem,
        title=problem.title(lang),
        detail=detail,
        periods=_build_periods(problem, code),
        units_there=_find_units_there(problem, code),
        chain=[],  # the map stays where it is
        since=problem.extras.get("since"),
        at=problem.extras.get("at") or today().isoformat(),
    )


def _build_periods(problem: Problem, code: str) -> list[dict[str, Any]]:
    """The periods of a code that is not in force on the date, as the page shows them."""
    periods = build_period_links(problem.extras.get("periods", ()), code)
    if periods:
        with connection() as conn:
            for period in periods:
                mark_transfers_to_existing_units(conn, {**period, "predecessors": ()})
            if request_language() != DEFAULT_LANG:
                successors = (link for period in periods for link in period["successors"])
                add_romanized_names(conn, [*periods, *successors])
    return periods


def _find_units_there(problem: Problem, code: str) -> list[dict[str, Any]]:
    """The units that had the territory of a code on a day before it was in use."""
    starts = [period["valid"]["from"] for period in problem.extras.get("periods", ())]
    day = problem.extras.get("at")
    if not starts or not all(starts) or day is None or day >= min(starts):
        return []
    as_of = parse_as_of_args()
    wanted = TranslationRequest(code, date.fromisoformat(min(starts)), as_of.at)
    with connection() as conn:
        try:
            units = translate_unit_code(conn, wanted, as_of)["results"]
        except Problem:  # nothing is known of that day
            return []
        if request_language() != DEFAULT_LANG:
            add_romanized_names(conn, units)
    return [{**unit, "href": build_unit_url(unit["code"], day)} for unit in units if unit["code"]]


def _handle_http_error(error: HTTPException) -> Response:
    wants_page = "text/html" in request.headers.get("Accept", "")
    if is_api_path(request.path) or not wants_page:
        return build_http_problem_response(error)
    status = error.code or 500
    translate = build_translator(request_language())
    name = {404: "not_found", 405: "not_found", 429: "too_many"}.get(status)
    if name is None:
        name = "failed" if status >= 500 else "refused"
    headers = {k: v for k, v in error.get_headers() if k.lower() in ("allow", "retry-after")}
    page = render_page(
        "problem.html",
        status,
        title=translate(f"problem_page.{name}"),
        detail=translate(f"problem_page.{name}_text"),
    )
    page.headers.extend(headers)
    return page


def _handle_database_error(error: Exception) -> BaseResponse:
    handle_database_error(error)  # writes the log
    return render_problem_page(Unavailable(message("request.database_unavailable"), retry_after=5))
