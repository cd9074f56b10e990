"""Pages of other origins read what is public, and nothing with the session of their visitor."""

import pytest
from flask.testing import FlaskClient

ORIGIN = {"Origin": "https://map.example"}


@pytest.mark.parametrize(
    "path",
    [
        "/v1/divisions/440106",
        "/v1/divisions/440106?at=never",
        "/ogc/collections/divisions/items/440106",
        "/ogc/styles/boundaries",
        "/tiles/divisions/6/52/27.mvt",
        "/openapi.json",
        "/reconcile",
    ],
)
def test_public_reads_may_be_read(client: FlaskClient, path: str) -> None:
    answer = client.get(path, headers=ORIGIN)
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert "ETag" in answer.headers["Access-Control-Expose-Headers"]
    assert "Access-Control-Allow-Credentials" not in answer.headers


def test_a_preflight_allows_reading_with_a_key_but_no_writing(client: FlaskClient) -> None:
    asked = {**ORIGIN, "Access-Control-Request-Method": "GET"}
    answer = client.options("/v1/divisions/440106", headers=asked)
    assert answer.status_code in (200, 204)
    assert "Authorization" in answer.headers["Access-Control-Allow-Headers"]
    assert "POST" not in answer.headers["Access-Control-Allow-Methods"]


@pytest.mark.parametrize(
    ("method", "path"), [("POST", "/v1/session"), ("GET", "/"), ("GET", "/login")]
)
def test_pages_and_writes_are_closed(client: FlaskClient, method: str, path: str) -> None:
    answer = client.open(path, method=method, headers=ORIGIN)
    assert "Access-Control-Allow-Origin" not in answer.headers
