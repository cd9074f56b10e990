"""CORS: responses that pages of other origins may read, public data without a session."""

from flask import Flask, Response, request

_READ_METHODS = "GET, HEAD, OPTIONS"
OPEN_PATHS = {
    "/v1/": _READ_METHODS,
    "/ogc/": _READ_METHODS,
    "/tiles/": _READ_METHODS,
    "/openapi.json": _READ_METHODS,
    "/compat/": "GET, HEAD, POST, OPTIONS",
    "/reconcile": "GET, POST, OPTIONS",
}
"""Paths that programs in the pages of others may read, and with which methods.

Maps are drawn from tiles, and clients of the Reconciliation API 0.2 run there (3.3).
"""
_EXPOSED = "Accept-Ranges, Content-Crs, Content-Range, ETag, Link, Retry-After"
_PREFLIGHT_SECONDS = "86400"


def install_cors(app: Flask) -> None:
    """Allow reading across origins under :data:`OPEN_PATHS`; problems too can be read there."""
    app.after_request(_allow_cross_origin)


def _allow_cross_origin(response: Response) -> Response:
    # Without Allow-Credentials no browser sends the cookie of a session along.
    for path, methods in OPEN_PATHS.items():
        if request.path.startswith(path) and request.method in methods:
            headers = response.headers
            headers["Access-Control-Allow-Origin"] = "*"
            headers["Access-Control-Expose-Headers"] = _EXPOSED
            if request.method == "OPTIONS":
                headers["Access-Control-Allow-Methods"] = methods
                headers["Access-Control-Allow-Headers"] = (
                    "Authorization, Accept-Language, Content-Type, If-None-Match, If-Range, Range"
                )
                headers["Access-Control-Max-Age"] = _PREFLIGHT_SECONDS
    return response
