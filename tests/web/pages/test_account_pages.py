"""The pages of an account and of its administration, in forms without a script."""

import re
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from flask.testing import FlaskClient

from gazetteer.accounts.roles import Grant, Role
from gazetteer.database.pool import open_pool
from gazetteer.settings import get_settings
from tests.gazetteer.accounts.community import PASSWORD, person
from web.app import create_app

NEW_PASSWORD = "egret under the banyan"


@pytest.fixture
def client(database: str, conn: psycopg.Connection, tmp_path: Path) -> Iterator[FlaskClient]:
    """A client on which the administrator ``chief`` has logged in by the page."""
    person(conn, "chief", Grant(Role.ADMINISTRATOR))
    settings = get_settings().model_copy(update={"rate_limit": "off", "home": tmp_path})
    with open_pool(database, 4) as pool:
        client = create_app(settings, pool).test_client()
        response = client.post("/login", data={"login": "chief", "password": PASSWORD})
        assert response.status_code == 303
        yield client


def csrf_token(client: FlaskClient, path: str) -> str:
    token = re.search(r'name="csrf_token" value="([^"]+)"', client.get(path).text)
    assert token
    return token[1]


def test_a_wrong_password_is_reported_on_the_page(client: FlaskClient) -> None:
    response = client.post("/login?lang=en", data={"login": "chief", "password": "wrong"})
    assert response.status_code == 401
    assert 'role="alert"' in response.text


def test_a_new_key_is_shown_once_and_listed_until_it_is_revoked(client: FlaskClient) -> None:
    form = {
        "csrf_token": csrf_token(client, "/account"),
        "name": "nightly export",
        "grant": "administrator:",
    }
    created = client.post("/account/keys?lang=en", data=form).text
    key = re.search(r'<span class="secret">(gz_([0-9a-f]+)_[\w-]+)</span>', created)
    assert key
    page = client.get("/account?lang=en").text
    assert "nightly export" in page and f"gz_{key[2]}_…" in page and key[1] not in page
    client.post(f"/account/keys/{key[2]}/revoke", data={"csrf_token": form["csrf_token"]})
    assert "Revoked" in client.get("/account?lang=en").text


@pytest.mark.parametrize(
    ("lang", "words"),
    [("zh", "两次输入的新密码不一致。"), ("en", "The new passwords do not match.")],
)
def test_two_different_new_passwords_are_refused(
    client: FlaskClient, lang: str, words: str
) -> None:
    form = {
        "csrf_token": csrf_token(client, "/account"),
        "current": PASSWORD,
        "password": NEW_PASSWORD,
        "again": NEW_PASSWORD + "s",
    }
    response = client.post(f"/account/password?lang={lang}", data=form)
    assert (response.status_code, words in response.text) == (400, True)


def test_an_account_is_created_with_an_initial_password(client: FlaskClient) -> None:
    form = {
        "csrf_token": csrf_token(client, "/admin/users"),
        "login": "mapper",
        "display_name": "Li Lei",
        "language": "en",
    }
    page = client.post("/admin/users?lang=en", data=form).text
    assert re.search(r'Initial password of mapper .*<span class="secret">\S+</span>', page)
    assert "Li Lei" in client.get("/admin/users?lang=en").text
