"""Problems as pages: the same shell, the same words as the API, and a way on."""

from urllib.parse import urlencode

import psycopg
from flask import Blueprint, Flask, Response, redirect, request
from psycopg_pool import PoolTimeout
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as BaseResponse

from gazetteer.accounts.problems import PasswordChangeRequired
from gazetteer.ledger.as_of import today
from gazetteer.problems import CodeNotInForce, Problem, Unauthenticated, Unavailable
from web.http.language import request_language
from web.http.problems import build_http_problem_response, handle_database_error
from web.pages.messages import text
from web.pages.rendering import render_page
from web.pages.unit_links import build_period_links

API_PATHS = ("/v1/", "/tiles/", "/static/", "/ogc/", "/reconcile", "/drafts/", "/openapi.json")


def install_error_pages(app: Flask) -> None:
    """Answer with a page wherever a person asked for one; comes after the problems of the API."""
    app.register_error_handler(HTTPException, _handle_http_error)


def register_problem_pages(blueprint: Blueprint) -> None:
    """Answer problems of a blueprint with pages; once, before any application registers it."""
    blueprint.register_error_handler(Problem, render_problem_page)
    for database_error in (psycopg.OperationalError, psycopg.InterfaceError, PoolTimeout):
        blueprint.register_error_handler(database_error, _handle_database_error)


def render_problem_page(problem: Problem) -> BaseResponse:
    """The page of a problem; who must log in first is sent to do so and comes back after it."""
    if isinstance(problem, PasswordChangeRequired):
        return redirect("/account", 303)
    if isinstance(problem, Unauthenticated) and request.method == "GET":
        return redirect(f"/login?{urlencode({'next': request.full_path.rstrip('?')})}", 303)
    lang = request_language()
    detail = problem.text(lang)
    code = (request.view_args or {}).get("code", "")
    if isinstance(problem, CodeNotInForce):
        detail = text("problem.not_in_force", lang, code=code)
    return render_page(
        "problem.html",
        problem=problem,
        title=problem.title(lang),
        detail=detail,
        periods=build_period_links(problem.extras.get("periods", ()), code),
        since=problem.extras.get("since"),
        at=problem.extras.get("at") or today().isoformat(),
    )


def _handle_http_error(error: HTTPException) -> Response:
    wants_page = "text/html" in request.headers.get("Accept", "")
    if request.path.startswith(API_PATHS) or not wants_page:
        return build_http_problem_response(error)
    status = error.code or 500
    lang = request_language()
    name = {404: "not_found", 405: "not_found", 429: "too_many"}.get(status)
    if name is None:
        name = "failed" if status >= 500 else "refused"
    headers = {k: v for k, v in error.get_headers() if k.lower() in ("allow", "retry-after")}
    page = render_page(
        "problem.html",
        status,
        title=text(f"problem.{name}", lang),
        detail=text(f"problem.{name}_text", lang),
    )
    page.headers.extend(headers)
    return page


def _handle_database_error(error: Exception) -> BaseResponse:
    handle_database_error(error)  # writes the log
    return render_problem_page(
        Unavailable(
            "数据库暂时无法访问，请稍后再试。",
            "the database does not answer; try again soon",
            retry_after=5,
        )
    )
