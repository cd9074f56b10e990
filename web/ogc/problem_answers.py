"""Problems of OGC APIs: as pages for browsers, like the documents themselves."""

from flask import Flask, request
from werkzeug.wrappers import Response as BaseResponse

from gazetteer.problems import Problem
from web.http.problems import build_problem_response
from web.ogc.document_responses import wants_page
from web.pages.problem_pages import render_problem_page


def install_problem_answers(app: Flask) -> None:
    """Answer browsers with a page; call it after the problems of the API are installed."""
    app.register_error_handler(Problem, _answer_problem)


def _answer_problem(problem: Problem) -> BaseResponse:
    if not _is_ogc_path(request.path):
        return build_problem_response(problem)
    format_ = request.args.get("f")
    is_page = wants_page(format_ if format_ in ("json", "html") else None)
    response = render_problem_page(problem) if is_page else build_problem_response(problem)
    response.headers.add("Vary", "Accept")
    return response


def _is_ogc_path(path: str) -> bool:
    return path.startswith("/ogc/") or (path.startswith("/drafts/") and "/ogc/" in path)
