"""The service as a WSGI application: it wires the packages together and has no logic of its own."""

from collections.abc import Callable
from importlib.metadata import version
from typing import Any

import orjson
from flask import Flask, Response
from flask.json.provider import JSONProvider
from psycopg import Connection
from psycopg_pool import ConnectionPool
from werkzeug.middleware.proxy_fix import ProxyFix

from gazetteer.settings import Settings
from web import pages
from web.api import APIS
from web.auth import authentication
from web.http import (
    body_limits,
    caching,
    compression,
    connections,
    cors,
    metrics,
    problems,
    security_headers,
)
from web.http.endpoints import json_response
from web.http.language import request_language
from web.http.openapi import SOURCE_LANG, describe_api, install_api_description
from web.ogc import OGC_APIS
from web.ogc.problem_answers import install_problem_answers


class _OrjsonProvider(JSONProvider):
    """Flask's own JSON (templates, error pages) by the same library as the responses."""

    def dumps(self, obj: Any, **_: Any) -> str:
        return orjson.dumps(obj).decode()

    def loads(self, s: str | bytes, **_: Any) -> Any:
        return orjson.loads(s)


class _RegisterApp(Flask):
    """Flask without its check for coroutines at each hook and handler."""

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """The function as it is: none is a coroutine, and checking costs time at each request."""
        return func


def create_app(
    settings: Settings,
    pool: ConnectionPool[Connection[Any]],
    replica_pool: ConnectionPool[Connection[Any]] | None = None,
) -> Flask:
    """The application over a pool of connections to the register's database, or to a replica."""
    app = _RegisterApp(__name__, static_folder="static", static_url_path="/static")
    app.json = _OrjsonProvider(app)
    app.config["GAZETTEER"] = settings
    apis = (*APIS, *OGC_APIS)
    endpoints = [endpoint for api in apis for endpoint in api.endpoints]
    if settings.trusted_proxies:
        hops = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]
    connections.install_pool(app, pool, replica_pool)
    app.url_map.strict_slashes = False  # the same with and without a slash at the end
    compression.install_compression(app)  # first: it then comes last
    caching.install_caching(app)
    security_headers.install_security_headers(app)
    problems.install_problem_handlers(app)
    install_problem_answers(app)
    metrics.install_metrics(app)
    limits = {endpoint.name: endpoint.effective_body_limit for endpoint in endpoints}
    body_limits.install_body_limits(app, {**limits, **pages.BODY_LIMITS})
    authentication.install_authentication(app, settings)
    cors.install_cors(app)
    for api in apis:
        api.register_routes(app)
    pages.install_pages(app)
    install_api_description(app, endpoints, version("gazetteer"))
    app.add_url_rule("/openapi.json", "openapi", _answer_openapi)
    return app


def _answer_openapi() -> Response:
    """The description of the API; programs that name no language get the English one."""
    return json_response(describe_api(request_language(default=SOURCE_LANG)))
