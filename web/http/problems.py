"""Problems over HTTP: one table from kind to status, RFC 9457 bodies, and no database text."""

import errno
import logging
from collections.abc import Mapping
from typing import Any

import psycopg
from flask import Flask, Response, request
from psycopg_pool import PoolTimeout
from werkzeug.exceptions import HTTPException
from werkzeug.exceptions import NotFound as HTTPNotFound

from gazetteer.files.problems import StorageFull
from gazetteer.messages import Lang, Message, message
from gazetteer.problems import Problem, Unavailable
from web.http.api_paths import is_api_path
from web.http.auth_challenges import add_auth_challenges
from web.http.endpoints import json_response
from web.http.language import request_language
from web.http.request_problems import UnsupportedMediaType

log = logging.getLogger(__name__)

STATUS_OF_KIND = {
    "invalid": 400,
    "unauthenticated": 401,
    "forbidden": 403,
    "missing": 404,
    "conflict": 409,
    "precondition": 412,
    "too_large": 413,
    "unsupported": 415,
    "unprocessable": 422,
    "too_many": 429,
    "unavailable": 503,
    "storage_full": 507,
}

HTTP_CODES = {
    400: "bad_request",
    404: "not_found",
    405: "method_not_allowed",
    416: "range_not_satisfiable",
    429: "too_many_requests",
}
"""The stable codes of errors that the framework finds; any other is :data:`OTHER_HTTP_CODE`.

Each is worded by the messages ``problem.<code>`` and ``request.<code>``.
"""

OTHER_HTTP_CODE = "http_error"


def serialize_problem(problem: Problem) -> dict[str, object]:
    """The RFC 9457 body of a problem, in the language of the request."""
    lang = request_language()
    body: dict[str, object] = {
        "type": f"/docs/problems#{problem.code}",
        "title": problem.title(lang),
        "status": STATUS_OF_KIND[problem.kind],
        "code": problem.code,
        "detail": problem.text(lang),
    }
    if problem.field:
        body["field"] = problem.field
    return {**_word_messages(problem.extras, lang), **body}


def build_problem_response(problem: Problem) -> Response:
    """The problem as a response of the API."""
    response = json_response(
        serialize_problem(problem), STATUS_OF_KIND[problem.kind], "application/problem+json"
    )
    response.headers["Content-Language"] = request_language()
    if problem.kind == "unauthenticated":
        add_auth_challenges(response)
    if isinstance(problem, UnsupportedMediaType):
        response.headers["Accept"] = ", ".join(problem.accepted)
    return response


def build_http_problem_response(error: HTTPException) -> Response:
    """An error that the framework itself found (no such path, wrong method) as a problem."""
    status = error.code or 500
    code = HTTP_CODES.get(status, OTHER_HTTP_CODE)
    words = "server_error" if status >= 500 else code
    lang = request_language()
    body = {
        "type": f"/docs/problems#{code}",
        "title": message(f"problem.{words}").text(lang),
        "status": status,
        "code": code,
        "detail": message(f"request.{words}", method=request.method, status=status).text(lang),
    }
    response = json_response(body, status, "application/problem+json")
    response.headers["Content-Language"] = lang
    for name, value in error.get_headers():
        if name.lower() in ("allow", "content-range", "retry-after"):
            response.headers[name] = value
    return response


def handle_database_error(error: Exception) -> Response:
    """The database does not answer: 503; the cause goes to the log and not to the reader."""
    log.error("%s %s: %s", request.method, request.path, error)
    response = build_problem_response(Unavailable(message("request.database_unavailable")))
    response.headers["Retry-After"] = "5"
    return response


def handle_disk_error(error: OSError) -> Response:
    """No space is left for an upload or a temporary file: 507; other faults stay faults."""
    if error.errno not in (errno.ENOSPC, errno.EDQUOT):
        raise error
    log.error("%s %s: %s", request.method, request.path, error)
    return build_problem_response(StorageFull(message("files.storage_full")))


def _refuse_null_character() -> None:
    """No page has one in its path; endpoints name the parameter."""
    if "\0" in request.path and not is_api_path(request.path):
        raise HTTPNotFound


def install_problem_handlers(app: Flask) -> None:
    """Answer every error of ``app`` as a problem."""
    app.before_request(_refuse_null_character)
    app.register_error_handler(Problem, build_problem_response)
    app.register_error_handler(HTTPException, build_http_problem_response)
    app.register_error_handler(OSError, handle_disk_error)
    for database_error in (psycopg.OperationalError, psycopg.InterfaceError, PoolTimeout):
        app.register_error_handler(database_error, handle_database_error)


def _word_messages(value: Any, lang: Lang) -> Any:
    """Extras of a problem, with the messages in them worded in a language."""
    match value:
        case Message():
            return value.text(lang)
        case Mapping():
            return {name: _word_messages(part, lang) for name, part in value.items()}
        case list() | tuple():
            return [_word_messages(part, lang) for part in value]
        case _:
            return value
