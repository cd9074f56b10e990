"""What waits for an account: over HTTP and on its page."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from flask import Flask
from flask.testing import FlaskClient

from boundaries.findings.validation_run import run_validation
from gazetteer.accounts import account_store, api_keys
from gazetteer.accounts.roles import Grant, Role
from gazetteer.database.pool import open_pool
from gazetteer.settings import get_settings
from tests.boundaries.findings.finding_samples import (
    FAR,
    OTHER,
    PREFECTURE,
    WEST,
    identity,
    plant,
)
from tests.described import DescribedClient
from tests.gazetteer.accounts.community import PASSWORD, person
from web.app import create_app


@pytest.fixture
def desk(database: str, conn: psycopg.Connection, tmp_path: Path) -> Iterator[Flask]:
    """The service over an examined register with errors in one of two prefectures."""
    plant(conn)
    run_validation(conn, actor="operator:test")
    settings = get_settings().model_copy(update={"rate_limit": "off", "home": tmp_path})
    with open_pool(database, 4) as pool:
        app = create_app(settings, pool)
        app.test_client_class = DescribedClient
        yield app


def log_in(desk: Flask, conn: psycopg.Connection, *grants: Grant) -> FlaskClient:
    """A client on which a person with these roles is logged in."""
    person(conn, "officer", *grants)
    client = desk.test_client()
    client.post("/v1/session", json={"login": "officer", "password": PASSWORD})
    return client


def load_waiting(client: FlaskClient, lang: str = "en", **headers: str) -> dict[str, Any]:
    response = client.get("/v1/waiting", headers={"Accept-Language": lang, **headers})
    assert response.status_code == 200, response.text
    body: dict[str, Any] = response.get_json()
    return body


def list_hrefs(waiting: dict[str, Any]) -> list[str]:
    return [item["href"] for listed in waiting["lists"] for item in listed["items"]]


def find_matched(client: FlaskClient, href: str) -> int:
    matched = client.get(href.replace("/findings", "/v1/findings", 1)).get_json()["matched"]
    assert isinstance(matched, int)
    return matched


def test_strangers_are_refused_and_their_pages_redirect_to_the_login(desk: Flask) -> None:
    client = desk.test_client()
    assert client.get("/v1/waiting").status_code == 401
    page = client.get("/waiting", headers={"Accept": "text/html"})
    assert (page.status_code, page.location) == (303, "/login?next=%2Fwaiting")
    assert 'href="/waiting"' not in client.get("/").text


def test_errors_wait_for_those_who_may_answer_them(desk: Flask, conn: psycopg.Connection) -> None:
    client = log_in(desk, conn, Grant(Role.MAPPING_STAFF, identity(PREFECTURE)))
    waiting = load_waiting(client)
    assert list_hrefs(waiting) == [f"/findings?state=open&severity=error&unit={PREFECTURE}"]
    count = find_matched(client, list_hrefs(waiting)[0])
    (listed,) = waiting["lists"]
    assert (waiting["count"], listed["id"]) == (1, "open_findings")
    (item,) = listed["items"]
    assert item["title"] == f"广州市 {PREFECTURE}: {count} unresolved errors"
    assert item["since"] is not None and item["due"] is None
    (chinese,) = load_waiting(client, "zh")["lists"]
    assert chinese["items"][0]["title"] == f"广州市 {PREFECTURE}：{count} 个错误未处理"


def test_each_unit_in_charge_is_a_line_and_those_within_another_are_not(
    desk: Flask, conn: psycopg.Connection
) -> None:
    units = [identity(code) for code in (PREFECTURE, WEST, OTHER, FAR)]
    client = log_in(desk, conn, *(Grant(Role.REVIEWER, unit) for unit in units))
    hrefs = list_hrefs(load_waiting(client))
    assert {href[-6:] for href in hrefs} <= {PREFECTURE, OTHER}
    assert len(hrefs) == len(set(hrefs))


def test_the_whole_register_is_one_line(desk: Flask, conn: psycopg.Connection) -> None:
    client = log_in(
        desk, conn, Grant(Role.REVIEWER), Grant(Role.MAPPING_STAFF, identity(PREFECTURE))
    )
    assert list_hrefs(load_waiting(client)) == ["/findings?state=open&severity=error"]


@pytest.mark.parametrize("role", [Role.VIEWER, Role.INSPECTOR, Role.NAMING_OFFICER])
def test_nothing_waits_for_those_who_may_not_answer(
    desk: Flask, conn: psycopg.Connection, role: Role
) -> None:
    client = log_in(desk, conn, Grant(role))
    assert load_waiting(client) == {"count": 0, "lists": []}
    assert "Nothing is waiting for you." in client.get("/waiting?lang=en").text
    assert "目前没有待办事项。" in client.get("/waiting?lang=zh").text


def test_a_key_sees_what_it_is_authorised_for(desk: Flask, conn: psycopg.Connection) -> None:
    person(conn, "officer", Grant(Role.REVIEWER))
    account = account_store.find_account(conn, "officer")
    grants = [Grant(Role.REVIEWER, identity(PREFECTURE))]
    _, key = api_keys.create_key(conn, account, by="test", name="desk", requested=grants)
    _, bare_key = api_keys.create_key(conn, account, by="test", name="reader")
    client = desk.test_client()
    seen = load_waiting(client, Authorization=f"Bearer {key}")
    assert list_hrefs(seen) == [f"/findings?state=open&severity=error&unit={PREFECTURE}"]
    assert load_waiting(client, Authorization=f"Bearer {bare_key}")["count"] == 0


def test_the_page_lists_it_and_every_page_counts_it(desk: Flask, conn: psycopg.Connection) -> None:
    client = log_in(desk, conn, Grant(Role.REVIEWER))
    page = re.sub(r"\s+", " ", client.get("/waiting?lang=en").text)
    assert "Boundary findings to respond to" in page and "Whole register: " in page
    assert 'href="/findings?state=open&amp;severity=error"' in page
    menu = re.sub(r"\s+", " ", client.get("/rules?lang=en").text)
    assert re.search(r'<a href="/waiting">Waiting for me <span class="count">1</span></a>', menu)


def test_who_must_choose_a_password_first_has_no_count(
    desk: Flask, conn: psycopg.Connection
) -> None:
    person(conn, "newcomer", Grant(Role.REVIEWER), changed=False)
    client = desk.test_client()
    client.post("/v1/session", json={"login": "newcomer", "password": PASSWORD})
    assert 'href="/waiting"' not in client.get("/rules").text
    redirected = client.get("/waiting", headers={"Accept": "text/html"})
    assert (redirected.status_code, redirected.location) == (303, "/account")
