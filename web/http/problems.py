"""Problems over HTTP: one table from kind to status, RFC 9457 bodies, and no database text."""

import logging

import psycopg
from flask import Flask, Response, request
from psycopg_pool import PoolTimeout
from werkzeug.exceptions import HTTPException

from gazetteer.problems import Problem, Unavailable
from web.http.endpoints import json_response
from web.http.language import request_language

log = logging.getLogger(__name__)

STATUS_OF_KIND = {
    "invalid": 400,
    "unauthenticated": 401,
    "forbidden": 403,
    "missing": 404,
    "conflict": 409,
    "too_large": 413,
    "too_many": 429,
    "unavailable": 503,
}

_HTTP_TITLES = {
    400: ("bad_request", "请求有误"),
    404: ("not_found", "没有此地址"),
    405: ("method_not_allowed", "不支持的方法"),
    413: ("too_large", "内容过大"),
    415: ("unsupported_media_type", "不支持的媒体类型"),
    429: ("too_many_requests", "请求过多"),
}


def serialize_problem(problem: Problem) -> dict[str, object]:
    """A problem as RFC 9457 has it, in the reader's language."""
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
    return {**problem.extras, **body}


def build_problem_response(problem: Problem) -> Response:
    """The problem as a response; a page where the reader is a browser on a page."""
    response = json_response(
        serialize_problem(problem), STATUS_OF_KIND[problem.kind], "application/problem+json"
    )
    response.headers["Content-Language"] = request_language()
    if problem.kind == "unauthenticated":
        response.headers["WWW-Authenticate"] = "Bearer"
    return response


def build_http_problem_response(error: HTTPException) -> Response:
    """An error that the framework itself found (no such path, wrong method) as a problem."""
    status = error.code or 500
    code, zh = _HTTP_TITLES.get(status, ("http_error", error.name))
    lang = request_language()
    body = {
        "type": f"/docs/problems#{code}",
        "title": zh if lang == "zh" else error.name,
        "status": status,
        "code": code,
        "detail": zh if lang == "zh" else (error.description or error.name),
    }
    response = json_response(body, status, "application/problem+json")
    for name, value in error.get_headers():
        if name.lower() in ("allow", "retry-after"):
            response.headers[name] = value
    return response


def handle_database_error(error: Exception) -> Response:
    """The database does not answer: 503, told to the log and not to the reader."""
    log.error("%s %s: %s", request.method, request.path, error)
    response = build_problem_response(
        Unavailable(
            "数据库暂时无法访问，请稍后再试。", "the database does not answer; try again soon"
        )
    )
    response.headers["Retry-After"] = "5"
    return response


def install_problem_handlers(app: Flask) -> None:
    """Answer every error of ``app`` as a problem."""
    app.register_error_handler(Problem, build_problem_response)
    app.register_error_handler(HTTPException, build_http_problem_response)
    for database_error in (psycopg.OperationalError, psycopg.InterfaceError, PoolTimeout):
        app.register_error_handler(database_error, handle_database_error)
