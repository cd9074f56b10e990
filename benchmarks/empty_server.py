"""The peer of every endpoint: the same server with the same settings and an empty response.

Run as a program it serves the port ``GAZETTEER_PORT``.
"""

from typing import Any

from flask import Flask, Response

from gazetteer.settings import get_settings
from web.gunicorn_server import GunicornServer, prepare_metrics


class EmptyService(GunicornServer):
    """The server around an application of the same framework with one route and no hook."""

    def load(self) -> Any:
        """An application that answers ``GET /empty`` with an empty JSON object."""
        app = Flask(__name__)
        app.add_url_rule("/empty", "empty", _respond_empty)
        return app


def _respond_empty() -> Response:
    return Response(b"{}", mimetype="application/json")


if __name__ == "__main__":
    prepare_metrics(get_settings())  # the settings of gunicorn refer to them
    EmptyService(get_settings(), "").run()
