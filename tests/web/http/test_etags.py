"""Conditional requests: what is unchanged is not sent again, what changed is not overwritten."""

import threading

import psycopg
import pytest
from flask.testing import FlaskClient

from gazetteer.accounts.roles import Grant, Role
from tests.gazetteer.accounts.community import PASSWORD, person
from tests.web.sign_in import Make, log_in, read_json, refused

ACCOUNT = "/v1/accounts/plain"


@pytest.fixture
def client(make: Make, chief: None, conn: psycopg.Connection) -> FlaskClient:
    """An administrator's; there is one more account to change."""
    person(conn, "plain")
    return make()


def rename(client: FlaskClient, name: str, headers: dict[str, str]) -> int:
    return client.patch(ACCOUNT, json={"display_name": name}, headers=headers).status_code


def test_a_state_has_one_strong_tag_until_it_changes(client: FlaskClient) -> None:
    headers = log_in(client)
    first, again = (client.get(ACCOUNT) for _ in range(2))
    tag = first.headers["ETag"]
    assert tag == again.headers["ETag"]
    assert tag.startswith('"') and tag.endswith('"'), "weak tags start with W/"
    changed = client.patch(ACCOUNT, json={"display_name": "New"}, headers=headers)
    assert changed.headers["ETag"] == client.get(ACCOUNT).headers["ETag"] != tag


def test_who_has_the_state_gets_it_only_once(client: FlaskClient) -> None:
    headers = log_in(client)
    tag = client.get(ACCOUNT).headers["ETag"]
    for known in (tag, f'"other", {tag}', f"W/{tag}", "*"):
        answer = client.get(ACCOUNT, headers={"If-None-Match": known})
        assert (answer.status_code, answer.data, answer.headers["ETag"]) == (304, b"", tag)
        assert "no-cache" in answer.headers["Cache-Control"]
    assert client.get(ACCOUNT, headers={"If-None-Match": '"other"'}).status_code == 200
    assert rename(client, "New", headers) == 200
    assert client.get(ACCOUNT, headers={"If-None-Match": tag}).status_code == 200


def test_a_change_of_a_state_that_is_gone_is_refused_with_the_new_tag(client: FlaskClient) -> None:
    headers = log_in(client)
    tag = client.get(ACCOUNT).headers["ETag"]
    assert rename(client, "First", {**headers, "If-Match": tag}) == 200
    second = {**headers, "If-Match": tag, "Accept-Language": "en"}
    answer = client.patch(ACCOUNT, json={"display_name": "Second"}, headers=second)
    body = refused(answer, 412, "precondition_failed")
    assert body["field"] == "If-Match"
    assert body["etag"] == client.get(ACCOUNT).headers["ETag"]
    assert read_json(client.get(ACCOUNT))["display_name"] == "First"


def test_a_weak_tag_and_one_of_nothing_match_no_write(client: FlaskClient) -> None:
    headers = log_in(client)
    tag = client.get(ACCOUNT).headers["ETag"]
    for stated, status in (
        (f"W/{tag}", 412),
        ('"other"', 412),
        (tag.strip('"'), 200),  # clients forget the quotes
        ("*", 200),
        (f'"other", {client.get(ACCOUNT).headers["ETag"]}', 412),
    ):
        assert rename(client, f"New {stated[:3]}", {**headers, "If-Match": stated}) == status
        tag = client.get(ACCOUNT).headers["ETag"]
    assert rename(client, "Unconditional", headers) == 200


def test_of_two_who_change_the_same_state_at_once_one_is_refused(
    make: Make, client: FlaskClient, conn: psycopg.Connection
) -> None:
    person(conn, "second", Grant(Role.ADMINISTRATOR))
    clients = (client, make())
    tokens = (log_in(client), log_in(clients[1], "second", PASSWORD))
    tag = client.get(ACCOUNT).headers["ETag"]
    statuses: list[int] = []

    def change(number: int) -> None:
        headers = {**tokens[number], "If-Match": tag}
        statuses.append(rename(clients[number], f"Name {number}", headers))

    threads = [threading.Thread(target=change, args=(number,)) for number in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(statuses) == [200, 412]
