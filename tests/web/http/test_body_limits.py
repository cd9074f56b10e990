"""How large a body may be: JSON, forms, files, and bodies that state no length."""

import http.client
import io
import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.web.sign_in import Make, refused

ENGLISH = {"Accept-Language": "en"}
MB = 1 << 20


class Unread(io.BytesIO):
    """A body of which nobody may read a byte."""

    def read(self, *_: Any) -> bytes:
        raise AssertionError("somebody reads it")


@pytest.fixture
def client(make: Make) -> FlaskClient:
    return make()


def announce(client: FlaskClient, path: str, media: str, length: int) -> TestResponse:
    """Send a request that states the length of a body, which is not there to be read."""
    return client.post(
        path,
        input_stream=Unread(),
        content_type=media,
        headers=ENGLISH,
        environ_overrides={"CONTENT_LENGTH": str(length)},
    )


@pytest.mark.parametrize(
    ("path", "media", "length", "field", "limit"),
    [
        ("/v1/session", "application/json", MB + 1, "body", "1 MB"),
        ("/reconcile", "application/x-www-form-urlencoded", MB + 1, "body", "1 MB"),
        ("/v1/nothing", "application/json", MB + 1, "body", "1 MB"),
        ("/v1/jobs", "multipart/form-data; boundary=x", 513 * MB + 1, "data", "512 MB"),
        ("/v1/validate", "multipart/form-data; boundary=x", 65 * MB + 1, "data", "64 MB"),
    ],
)
def test_a_body_over_the_limit_is_refused_by_its_length(
    client: FlaskClient, path: str, media: str, length: int, field: str, limit: str
) -> None:
    body = refused(announce(client, path, media, length), 413, "too_large")
    assert body["field"] == field
    assert limit in body["detail"]
    assert body["limit_mb"] == int(limit.removesuffix(" MB"))


def test_the_limit_is_a_setting(make: Make) -> None:
    answer = announce(make(body_limit_mb=0.5), "/v1/session", "application/json", MB // 2 + 1)
    assert "0.5 MB" in refused(answer, 413, "too_large")["detail"]


def test_a_page_refuses_with_a_page(client: FlaskClient) -> None:
    answer = announce(client, "/login", "application/x-www-form-urlencoded", MB + 1)
    assert (answer.status_code, answer.mimetype) == (413, "text/html")
    assert "1 MB" in answer.text


def send_in_chunks(address: str, path: str, media: str, pieces: Iterator[bytes]) -> Any:
    """The problem with which a server answers a body without a length."""
    connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=60)
    headers = {"Content-Type": media, "Transfer-Encoding": "chunked", **ENGLISH}
    connection.request("POST", path, pieces, headers, encode_chunked=True)
    answer = connection.getresponse()
    assert answer.headers["Content-Type"] == "application/problem+json"
    body = json.loads(answer.read())
    connection.close()
    return body


def test_a_body_in_chunks_is_cut_off_at_the_limit(live_server: str) -> None:
    small = send_in_chunks(live_server, "/v1/session", "application/json", iter([b"{", b"}"]))
    assert (small["status"], small["field"]) == (400, "login"), "a short one is read"
    whole = b"{}".ljust(MB)
    largest = send_in_chunks(live_server, "/v1/session", "application/json", iter([whole]))
    assert largest["status"] == 400, "it is read to its last byte"
    pieces = iter([whole, b" "])
    body = send_in_chunks(live_server, "/v1/session", "application/json", pieces)
    assert (body["status"], body["code"], body["field"]) == (413, "too_large", "body")
    assert "1 MB" in body["detail"]


def test_a_form_in_chunks_is_refused_and_not_cut_short(live_server: str) -> None:
    form = "application/x-www-form-urlencoded"
    pieces = (part.ljust(MB, b"+") for part in (b"queries={}", b"", b"&extend={}"))
    body = send_in_chunks(live_server, "/reconcile", form, pieces)
    assert (body["status"], body["field"]) == (413, "body")


def test_fields_of_a_form_beside_its_file_have_a_limit_of_their_own(client: FlaskClient) -> None:
    data = {"data": (io.BytesIO(b"{}"), "a.geojson"), "crs": "9" * (2 * MB)}
    body = refused(client.post("/v1/validate", data=data, headers=ENGLISH), 413, "too_large")
    assert "fields of the form" in body["detail"]


@pytest.mark.parametrize(
    ("path", "media", "accepted"),
    [
        ("/v1/session", "text/plain", ["application/json"]),
        ("/v1/session", "application/x-www-form-urlencoded", ["application/json"]),
        ("/v1/jobs", "application/json",
         ["multipart/form-data", "application/x-www-form-urlencoded"]),
    ],
)  # fmt: skip
def test_another_media_type_is_refused_with_those_that_are_accepted(
    client: FlaskClient, path: str, media: str, accepted: list[str]
) -> None:
    answer = client.post(path, data=b'{"login": "a"}', content_type=media, headers=ENGLISH)
    body = refused(answer, 415, "unsupported_media_type")
    assert (body["field"], body["accepted"]) == ("Content-Type", accepted)
    assert answer.headers["Accept"] == ", ".join(accepted)
    assert media in body["detail"] and accepted[0] in body["detail"]


@pytest.mark.parametrize("media", [None, "application/json; charset=utf-8", "Application/JSON"])
def test_json_is_read_under_its_name_or_none(client: FlaskClient, media: str | None) -> None:
    answer = client.post("/v1/session", data=b'{"login": "a"}', content_type=media)
    assert refused(answer, 400, "invalid_value")["field"] == "password"
