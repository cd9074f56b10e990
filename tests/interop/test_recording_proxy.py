"""The proxy passes everything on, and writes it down without secrets."""

import json
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from werkzeug import Request, Response
from werkzeug.serving import make_server

from tests.interop.recording_proxy import PLACEHOLDER, record_requests


@Request.application
def repeat_request(request: Request) -> Response:
    """What arrived, as the body; a resource is created by POST."""
    if request.method == "POST":
        return Response(status=201, headers={"Location": f"{request.host_url}items/1"})
    if request.method == "OPTIONS":
        return Response(status=204, headers={"Allow": "GET, PATCH"})
    return Response(f"{request.environ['REQUEST_URI']} {request.headers['Authorization']}")


@pytest.fixture
def repeater() -> Iterator[str]:
    server = make_server("127.0.0.1", 0, repeat_request)
    serving = Thread(target=server.serve_forever)
    serving.start()
    yield f"http://127.0.0.1:{server.port}"
    server.shutdown()
    serving.join()


def send_request(
    proxy: str, method: str, path: str, body: str = "", **headers: str
) -> tuple[Any, str]:
    connection = HTTPConnection(proxy.removeprefix("http://"), timeout=10)
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    connection.request(method, path, body.encode() or None, sent)
    response = connection.getresponse()
    content = response.read().decode()
    connection.close()
    return response, content


def test_requests_and_answers_pass_unchanged(repeater: str) -> None:
    with record_requests(repeater) as proxy:
        path = "/items?filter=(name%20%3D%20'%E5%A4%A9')&limit=1"
        assert (
            send_request(proxy.address, "GET", path, Authorization="Basic abc")[1]
            == f"{path} Basic abc"
        )
        response, _ = send_request(proxy.address, "POST", "/items", "{}")
        assert (response.status, response.headers["Location"]) == (
            201,
            f"{proxy.address}/items/1",
        )
        response, content = send_request(proxy.address, "OPTIONS", "/items/1")
        assert (response.status, response.headers["Allow"], content) == (204, "GET, PATCH", "")


def test_a_recording_has_one_line_for_each_request(repeater: str, tmp_path: Path) -> None:
    recording = tmp_path / "session.jsonl"
    with record_requests(repeater, recording) as proxy:
        send_request(proxy.address, "OPTIONS", "/items")
        body = '{"properties":{"name":"天河区"}}'
        headers = {"Content_Type": "application/geo+json", "Authorization": "Basic c2VjcmV0"}
        send_request(proxy.address, "POST", "/items", body, **headers)
    lines = recording.read_text("utf-8").splitlines()
    assert "c2VjcmV0" not in lines[1]
    assert json.loads(lines[0])["response_headers"]["Allow"] == "GET, PATCH"
    created = json.loads(lines[1])
    assert created.pop("response_headers")["Location"].endswith("/items/1")
    assert created == {
        "method": "POST",
        "path": "/items",
        "headers": {
            "Content-Type": "application/geo+json",
            "Authorization": f"Basic {PLACEHOLDER}",
        },
        "body": body,
        "status": 201,
    }
