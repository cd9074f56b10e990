"""People who log in over HTTP, and the answers they get."""

from collections.abc import Callable
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.gazetteer.accounts.community import PASSWORD

Make = Callable[..., FlaskClient]
"""Makes a client of a service with the given settings."""


def log_in(client: FlaskClient, login: str = "chief", password: str = PASSWORD) -> dict[str, str]:
    """Log in; the headers with which this session may write."""
    answer = client.post("/v1/session", json={"login": login, "password": password})
    assert answer.status_code == 200, answer.json
    return {"X-CSRF-Token": read_json(answer)["csrf_token"]}


def read_json(answer: TestResponse) -> Any:
    assert answer.json is not None
    return answer.json


def refused(answer: TestResponse, status: int, code: str) -> dict[str, Any]:
    """The problem of a refused request."""
    body: dict[str, Any] = read_json(answer)
    assert answer.mimetype == "application/problem+json", body
    assert (answer.status_code, body["code"]) == (status, code), body
    return body
