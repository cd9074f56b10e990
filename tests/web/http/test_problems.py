"""Whatever goes wrong is a problem, in the reader's language and without database text."""

import json
import socket
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import psycopg
import pytest
from flask.testing import FlaskClient
from psycopg_pool import ConnectionPool
from werkzeug.test import TestResponse

from gazetteer.database.pool import open_pool
from gazetteer.settings import get_settings
from web.app import create_app

FIELDS = {"type", "title", "status", "code", "detail"}


def assert_problem(response: TestResponse, status: int, code: str) -> dict[str, Any]:
    assert response.status_code == status, response.text
    assert response.mimetype == "application/problem+json"
    body: dict[str, Any] = response.get_json()
    assert body.keys() >= FIELDS
    assert (body["status"], body["code"]) == (status, code)
    assert body["type"] == f"/docs/problems#{code}"
    return body


@pytest.mark.parametrize(
    ("path", "code"),
    [("/v1/divisions/999999", "unknown_code"), ("/v1/search?q=", "invalid_value"),
     ("/v1/nothing", "not_found")],
)  # fmt: skip
def test_problems_speak_chinese_or_english(client: FlaskClient, path: str, code: str) -> None:
    def ask(language: str) -> dict[str, Any]:
        response = client.get(path, headers={"Accept-Language": language})
        return assert_problem(response, response.status_code, code)

    chinese, english = ask("zh-CN,zh;q=0.9"), ask("en-GB,en;q=0.8")
    assert english["title"].isascii() and english["detail"].isascii()
    assert not chinese["title"].isascii() and not chinese["detail"].isascii()
    assert ask("fr") == chinese  # the register's own language, if it has none of the wanted


def test_an_unknown_address_and_a_wrong_method_are_problems_too(client: FlaskClient) -> None:
    assert_problem(client.get("/v1/nothing"), 404, "not_found")
    response = client.delete("/v1/divisions/440106")
    assert_problem(response, 405, "method_not_allowed")
    assert "GET" in response.headers["Allow"]


@pytest.mark.parametrize(
    ("method", "path", "code", "title", "detail"),
    [
        ("GET", "/v1/nothing", "not_found", "未找到", "没有此地址，请核对路径。"),
        ("PUT", "/v1/search", "method_not_allowed", "不支持的请求方法",
         "此地址不支持 PUT 方法。"),
    ],
)  # fmt: skip
def test_errors_of_the_framework_are_worded_in_the_readers_language(
    client: FlaskClient, method: str, path: str, code: str, title: str, detail: str
) -> None:
    response = client.open(path, method=method, headers={"Accept-Language": "zh"})
    body = assert_problem(response, response.status_code, code)
    assert (body["title"], body["detail"]) == (title, detail)
    assert response.headers["Content-Language"] == "zh"


def test_a_fault_of_the_program_is_a_problem_in_the_readers_language(register: str) -> None:
    with open_pool(register, 1) as pool:
        app = create_app(get_settings().model_copy(update={"rate_limit": "off"}), pool)
        app.add_url_rule("/v1/broken", "broken", lambda: {}["nothing"])
        client = app.test_client()
        chinese = client.get("/v1/broken", headers={"Accept-Language": "zh"})
        english = client.get("/v1/broken", headers={"Accept-Language": "en"})
    body = assert_problem(chinese, 500, "http_error")
    assert body["title"] == "服务器内部错误"
    assert assert_problem(english, 500, "http_error")["title"] == "Internal server error"


def test_all_errors_of_a_request_are_worded_in_the_readers_language(client: FlaskClient) -> None:
    query = {"limit": "0", "lim": "1"}
    chinese = client.get("/v1/search", query_string=query, headers={"Accept-Language": "zh"})
    body = assert_problem(chinese, 400, "invalid_value")
    errors = {error["field"]: error["detail"] for error in body["errors"]}
    assert errors == {
        "q": "缺少参数“q”。",
        "limit": "“limit”不得小于 1，当前为 0。",
        "lim": "没有名为“lim”的参数。",
    }


def test_a_body_that_is_too_large_is_refused_before_it_is_read(client: FlaskClient) -> None:
    response = client.post(
        "/v1/codes/translate/csv",
        content_type="multipart/form-data; boundary=x",
        environ_overrides={"CONTENT_LENGTH": str(10**12)},
    )
    assert_problem(response, 413, "too_large")


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'"x"', b"\xff", b"null"])
def test_a_body_that_is_no_json_object_is_refused(client: FlaskClient, body: bytes) -> None:
    response = client.post("/v1/session", data=body, content_type="application/json")
    assert assert_problem(response, 400, "invalid_value")["field"] == "body"


@pytest.mark.parametrize("login", ["a\0b", "\ud800", 7, None, {}, "x" * 10_000])
def test_a_value_of_a_body_that_cannot_be_right_is_refused_by_its_name(
    client: FlaskClient, login: object
) -> None:
    body = json.dumps({"login": login, "password": "x"})
    response = client.post("/v1/session", data=body, content_type="application/json")
    assert 400 <= response.status_code < 500
    assert response.mimetype == "application/problem+json"


@pytest.fixture
def relay(register: str) -> Iterator[tuple[FlaskClient, ConnectionPool[Any]]]:
    """A service over connections of its own, which a test can break."""
    with open_pool(register, 1) as pool:
        unlimited = get_settings().model_copy(update={"rate_limit": "off"})
        yield create_app(unlimited, pool).test_client(), pool


def assert_unavailable(response: TestResponse) -> None:
    body = assert_problem(response, 503, "unavailable")
    assert int(response.headers["Retry-After"]) > 0
    text = str(body).lower()
    assert not any(word in text for word in ("psycopg", "connection", "server", "socket", "port"))


@pytest.mark.parametrize(
    "path",
    [
        "/v1/divisions/440106/history",
        "/v1/search?q=天河&basis=announced",
        "/v1/changes",
        "/status",
        "/metrics",
    ],
)
def test_a_database_that_went_away_is_unavailable(
    relay: tuple[FlaskClient, ConnectionPool[Any]], register: str, path: str
) -> None:
    client, pool = relay
    with pool.connection() as conn:
        victim = conn.info.backend_pid
    with psycopg.connect(register, autocommit=True) as killer:
        killer.execute("SELECT pg_terminate_backend(%s)", (victim,))
    assert_unavailable(client.get(path))
    pool.wait()
    assert client.get(path).status_code == 200  # and it heals by itself


def test_a_database_that_never_answers_is_unavailable() -> None:
    with closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))  # bound and not listening: refused
        nowhere = f"host=127.0.0.1 port={free.getsockname()[1]} dbname=gazetteer connect_timeout=1"
        with ConnectionPool(nowhere, min_size=0, max_size=1, timeout=0.5, open=True) as pool:
            app = create_app(get_settings().model_copy(update={"rate_limit": "off"}), pool)
            assert_unavailable(app.test_client().get("/v1/divisions/440106"))
