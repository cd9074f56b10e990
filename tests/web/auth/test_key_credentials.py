"""A key as the password of Basic authentication, as GIS programs and spreadsheets send it."""

import urllib.error
import urllib.request
from base64 import b64encode
from contextlib import closing
from pathlib import Path

import psycopg
import pyogrio
import pytest
from flask.testing import FlaskClient
from pyogrio.errors import DataSourceError

from gazetteer.accounts import api_keys
from gazetteer.accounts.roles import Grant, Role
from tests.gazetteer.accounts.community import PASSWORD, person
from tests.web.served import served, wait_until_it_answers
from tests.web.sign_in import Make, log_in, read_json, refused


@pytest.fixture
def client(make: Make) -> FlaskClient:
    return make()


@pytest.fixture
def key(conn: psycopg.Connection) -> str:
    """The key of an administrator, with all of their permissions."""
    wanted = [Grant(Role.ADMINISTRATOR)]
    account = person(conn, "chief", *wanted)
    return api_keys.create_key(conn, account, by="test", name="k", requested=wanted)[1]


def sent(login: str, password: str) -> dict[str, str]:
    credentials = b64encode(f"{login}:{password}".encode()).decode()
    return {"Authorization": f"Basic {credentials}"}


@pytest.mark.parametrize("login", ["chief", "CHIEF", ""])
def test_a_key_is_the_password_of_its_account_or_of_nobody(
    client: FlaskClient, key: str, login: str
) -> None:
    who = read_json(client.get("/v1/session", headers=sent(login, key)))
    assert (who["login"], who["key_id"]) == ("chief", key.split("_")[1])
    new = {"login": "new", "display_name": "New"}
    made = client.post("/v1/accounts", json=new, headers=sent(login, key))
    assert made.status_code == 201


@pytest.mark.parametrize(
    ("header", "words"),
    [
        (sent("other", "KEY"), "does not belong to this user name"),
        (sent("chief", PASSWORD), "must be an API key"),
        (sent("chief", ""), "must be an API key"),
        (sent("chief", "gz_0123456789abcdef_" + "A" * 43), "not valid"),
        (sent("chief", "gz_ключ"), "not an API key"),
        ({"Authorization": "Basic %%%"}, "cannot be decoded"),
        ({"Authorization": "Basic"}, "cannot be decoded"),
        ({"Authorization": "Basic " + b64encode(b"\xff:\xff").decode()}, "cannot be decoded"),
        ({"Authorization": "Basic " + b64encode(b"no colon").decode()}, "cannot be decoded"),
    ],
)
def test_what_is_no_key_of_the_account_is_refused_with_the_reason(
    client: FlaskClient, key: str, header: dict[str, str], words: str
) -> None:
    if header == sent("other", "KEY"):
        header = sent("other", key)
    answer = client.get("/openapi.json", headers={**header, "Accept-Language": "en"})
    body = refused(answer, 401, "unauthenticated")
    assert body["field"] == "Authorization"
    assert words in body["detail"]


def test_pages_leave_basic_to_a_proxy_in_front_of_them(client: FlaskClient) -> None:
    assert client.get("/login", headers=sent("guest", "of the proxy")).status_code == 200


def test_a_browser_that_stores_the_password_writes_for_no_other_site(
    client: FlaskClient, key: str
) -> None:
    new = {"login": "new", "display_name": "New"}
    for origin in ({"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}):
        headers = {**sent("chief", key), **origin}
        refused(client.post("/v1/accounts", json=new, headers=headers), 403, "csrf")
    headers = {**sent("chief", key), "Origin": "http://localhost"}
    assert client.post("/v1/accounts", json=new, headers=headers).status_code == 201


def list_challenges(client: FlaskClient, path: str, **headers: str) -> list[str]:
    answer = client.get(path, headers=headers)
    assert answer.status_code == 401
    return answer.headers.getlist("WWW-Authenticate")


def test_programs_are_asked_for_a_password_and_browsers_never(client: FlaskClient) -> None:
    basic = 'Basic realm="gazetteer", charset="UTF-8"'
    assert list_challenges(client, "/v1/keys") == ["Bearer", basic]
    assert list_challenges(client, "/v1/keys", Referer="http://qgis.example/") == ["Bearer", basic]
    for headers in (
        {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"},
        {"Sec-Fetch-Mode": "cors", "Accept": "*/*"},
        {"Referer": "http://localhost/account", "Accept": "*/*"},
    ):
        assert list_challenges(client, "/v1/keys", **headers) == ["Bearer"]


def test_requests_with_basic_count_for_the_account(make: Make, key: str) -> None:
    client = make(rate_limit="1/minute", account_rate_limit="2/minute")
    codes = [client.get("/openapi.json", headers=sent("", key)).status_code for _ in range(3)]
    assert codes == [200, 200, 429]
    false = [client.get("/openapi.json", headers=sent("", PASSWORD)).status_code for _ in range(2)]
    assert false == [401, 429]


def test_a_session_beside_it_does_not_hide_the_key(client: FlaskClient, key: str) -> None:
    log_in(client)
    assert read_json(client.get("/v1/session", headers=sent("", key)))["key_id"]


def test_programs_sign_in_to_a_real_server(
    database: str, conn: psycopg.Connection, tmp_path: Path, key: str
) -> None:
    key_id = key.split("_")[1]
    with served(database, tmp_path) as address:
        wait_until_it_answers(address)

        def open_as(password: str) -> int:
            """The status for a program that sends its password when it is asked for it."""
            passwords = urllib.request.HTTPPasswordMgrWithDefaultRealm()
            passwords.add_password(None, address, "chief", password)
            program = urllib.request.build_opener(urllib.request.HTTPBasicAuthHandler(passwords))
            try:
                with program.open(f"{address}/v1/accounts", timeout=30) as answer:
                    return int(answer.status)
            except urllib.error.HTTPError as error:
                with closing(error):
                    return error.code

        assert open_as(key) == 200
        assert open_as(PASSWORD) == 401

        conn.execute("UPDATE api_key SET last_used_at = NULL")
        layer = f"{address}/v1/findings?limit="  # GDAL remembers what it once read at an address
        try:
            pyogrio.set_gdal_config_options({"GDAL_HTTP_USERPWD": f"chief:{PASSWORD}"})
            with pytest.raises(DataSourceError):
                pyogrio.read_info(f"{layer}1")
            pyogrio.set_gdal_config_options({"GDAL_HTTP_USERPWD": f"chief:{key}"})
            assert pyogrio.read_info(f"{layer}2")["features"] == 0
        finally:
            pyogrio.set_gdal_config_options({"GDAL_HTTP_USERPWD": None})
        assert api_keys.find_key(conn, key_id).last_used_at is not None
