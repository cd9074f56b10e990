"""Problems as pages: the same shell, the same words as the API, and a way on."""

from http import HTTPStatus

from flask import Response, request

from gazetteer.problems import Problem
from web.pages.language import page_lang
from web.pages.links import period_links
from web.pages.messages import text
from web.pages.rendering import render

STATUS_OF_KIND = {
    "invalid": HTTPStatus.BAD_REQUEST,
    "missing": HTTPStatus.NOT_FOUND,
    "conflict": HTTPStatus.CONFLICT,
    "forbidden": HTTPStatus.FORBIDDEN,
    "unauthenticated": HTTPStatus.UNAUTHORIZED,
    "too_large": HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    "too_many": HTTPStatus.TOO_MANY_REQUESTS,
    "unavailable": HTTPStatus.SERVICE_UNAVAILABLE,
}


def problem_page(problem: Problem) -> Response:
    """The page of a problem; a code out of force lists the periods when it was in force."""
    lang = page_lang()
    return render(
        "problem.html",
        STATUS_OF_KIND[problem.kind],
        title=problem.title(lang),
        detail=problem.text(lang),
        problem=problem,
        periods=period_links(
            problem.extras.get("periods", ()), (request.view_args or {}).get("code", "")
        ),
        since=problem.extras.get("since"),
    )


def plain_problem_page(status: int, retry_after_s: int | None = None) -> Response:
    """The page of what went wrong outside the register: unknown address, too many requests, failure."""
    lang = page_lang()
    name = {404: "not_found", 429: "too_many"}.get(status, "failed")
    return render(
        "problem.html",
        status,
        title=text(f"problem.{name}", lang),
        detail=text(f"problem.{name}_text", lang, seconds=retry_after_s or 60),
        problem=None,
        periods=(),
        since=None,
    )
