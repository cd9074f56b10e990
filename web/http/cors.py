"""CORS: responses that pages of other origins may read, public data without a session."""

from flask import Flask, Response, request

OPEN_PATHS = ("/reconcile",)
"""Paths of protocols whose clients run in the pages of others (Reconciliation API 0.2, 3.3)."""


def install_cors(app: Flask) -> None:
    """Allow reading across origins under :data:`OPEN_PATHS`; problems too can be read there."""
    app.after_request(_allow_cross_origin)


def _allow_cross_origin(response: Response) -> Response:
    # Without Allow-Credentials no browser sends the cookie of a session along.
    if request.path.startswith(OPEN_PATHS):
        response.headers["Access-Control-Allow-Origin"] = "*"
        response.headers["Access-Control-Allow-Methods"] = "GET, POST, OPTIONS"
        response.headers["Access-Control-Allow-Headers"] = (
            "Authorization, Accept-Language, Content-Type"
        )
    return response
