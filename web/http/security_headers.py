"""Headers that keep browsers from guessing what a response is, and from telling where from."""

from flask import Flask, Response


def install_security_headers(app: Flask) -> None:
    """Send them with every response of ``app``."""
    app.after_request(_add_security_headers)


def _add_security_headers(response: Response) -> Response:
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers.setdefault("Referrer-Policy", "strict-origin-when-cross-origin")
    return response
