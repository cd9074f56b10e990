"""Problems as pages: the same shell, the same words as the API, and a way on."""

from urllib.parse import urlencode

import psycopg
from flask import Blueprint, Flask, Response, redirect, request
from psycopg_pool import PoolTimeout
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as BaseResponse

from gazetteer.ledger.asof import today
from gazetteer.people.problems import PasswordChangeRequired
from gazetteer.problems import CodeNotInForce, Problem, Unauthenticated, Unavailable
from web.language import language
from web.pages.links import period_links
from web.pages.messages import text
from web.pages.rendering import render
from web.problems import database_away, http_problem

PROGRAM_PATHS = ("/v1/", "/tiles/", "/static/", "/ogc/", "/reconcile", "/drafts/", "/openapi.json")


def install(app: Flask) -> None:
    """Answer with a page wherever a person asked for one; comes after the problems of the API."""
    app.register_error_handler(HTTPException, _http_error)


def answer_with_pages(blueprint: Blueprint) -> None:
    """Answer problems of a blueprint with pages; once, before any application registers it."""
    blueprint.register_error_handler(Problem, problem_page)
    for away in (psycopg.OperationalError, psycopg.InterfaceError, PoolTimeout):
        blueprint.register_error_handler(away, _database_away)


def problem_page(problem: Problem) -> BaseResponse:
    """The page of a problem; who must log in first is sent to do so and comes back after it."""
    if isinstance(problem, PasswordChangeRequired):
        return redirect("/account", 303)
    if isinstance(problem, Unauthenticated) and request.method == "GET":
        return redirect(f"/login?{urlencode({'next': request.full_path.rstrip('?')})}", 303)
    lang = language()
    detail = problem.text(lang)
    code = (request.view_args or {}).get("code", "")
    if isinstance(problem, CodeNotInForce):
        detail = text("problem.not_in_force", lang, code=code)
    return render(
        "problem.html",
        problem=problem,
        title=problem.title(lang),
        detail=detail,
        periods=period_links(problem.extras.get("periods", ()), code),
        since=problem.extras.get("since"),
        at=problem.extras.get("at") or today().isoformat(),
    )


def _http_error(error: HTTPException) -> Response:
    wants_page = "text/html" in request.headers.get("Accept", "")
    if request.path.startswith(PROGRAM_PATHS) or not wants_page:
        return http_problem(error)
    status = error.code or 500
    lang = language()
    name = {404: "not_found", 405: "not_found", 429: "too_many"}.get(status)
    if name is None:
        name = "failed" if status >= 500 else "refused"
    headers = {k: v for k, v in error.get_headers() if k.lower() in ("allow", "retry-after")}
    page = render(
        "problem.html",
        status,
        title=text(f"problem.{name}", lang),
        detail=text(f"problem.{name}_text", lang),
    )
    page.headers.extend(headers)
    return page


def _database_away(error: Exception) -> BaseResponse:
    database_away(error)  # writes the log
    return problem_page(
        Unavailable(
            "数据库暂时无法访问，请稍后再试。",
            "the database does not answer; try again soon",
            retry_after=5,
        )
    )
