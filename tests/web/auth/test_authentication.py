"""Who is asking, over HTTP: sessions, keys, page tokens, roles, limits."""

import logging

import psycopg
import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from gazetteer.accounts import api_keys, audit_log
from gazetteer.accounts.roles import Action, Grant, Role
from gazetteer.ledger import audit_chain
from tests.gazetteer.accounts.community import PASSWORD, Tree, person, plant_tree
from tests.web.sign_in import Make, log_in, read_json, refused
from web.auth import authentication

NEW = "egret under the banyan"


@pytest.fixture
def client(make: Make) -> FlaskClient:
    return make()


@pytest.fixture
def tree(conn: psycopg.Connection) -> Tree:
    return plant_tree(conn)


# Sessions


def test_a_person_logs_in_is_known_and_logs_out(client: FlaskClient, chief: None) -> None:
    assert read_json(client.get("/v1/session"))["login"] is None
    headers = log_in(client)
    who = read_json(client.get("/v1/session"))
    assert (who["login"], who["csrf_token"]) == ("chief", headers["X-CSRF-Token"])
    assert [grant["role"] for grant in who["grants"]] == ["administrator"]
    stolen = client.get_cookie(authentication.SESSION_COOKIE)
    assert stolen is not None
    assert read_json(client.delete("/v1/session", headers=headers))["login"] is None
    assert client.get_cookie(authentication.SESSION_COOKIE) is None
    client.set_cookie(authentication.SESSION_COOKIE, stolen.value)
    assert read_json(client.get("/v1/session"))["login"] is None, (
        "ended on the server, not only here"
    )


def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(
    client: FlaskClient, chief: None
) -> None:
    credentials = {"login": "chief", "password": PASSWORD}
    plain = client.post("/v1/session", json=credentials).headers["Set-Cookie"]
    assert "HttpOnly" in plain
    assert "SameSite=Lax" in plain
    assert "Secure" not in plain
    safe = client.post("/v1/session", json=credentials, base_url="https://register.example")
    assert "Secure" in safe.headers["Set-Cookie"]


def test_a_wrong_password_and_an_unknown_name_get_the_same_answer(
    client: FlaskClient, chief: None
) -> None:
    answers = [
        client.post("/v1/session", json={"login": login, "password": NEW})
        for login in ("chief", "nobody")
    ]
    first, second = (refused(answer, 401, "bad_credentials") for answer in answers)
    assert first == second
    assert "Set-Cookie" not in answers[0].headers


@pytest.mark.parametrize(
    "body",
    [{}, {"login": "chief"}, {"login": 1, "password": "x"}, {"login": "c", "password": None}],
)
def test_a_login_that_lacks_something_names_the_field(
    client: FlaskClient, body: dict[str, object]
) -> None:
    assert refused(client.post("/v1/session", json=body), 400, "invalid_value")["field"]


def test_odd_text_is_a_mistake_of_the_client_and_never_of_the_service(
    client: FlaskClient, chief: None
) -> None:
    headers = log_in(client)
    odd = "\0\u202e'; DROP TABLE account; --"
    role = {"role": "viewer", "unit_code": odd}
    given = client.post("/v1/accounts/chief/grants", json=role, headers=headers)
    refused(given, 400, "invalid_value")
    refused(client.patch("/v1/accounts/a%00b", json={}, headers=headers), 400, "invalid_value")
    refused(client.delete("/v1/keys/a%00b", headers=headers), 400, "invalid_value")
    for body in ({"name": odd}, {"name": "k", "grants": [{"role": odd}]}):
        refused(client.post("/v1/keys", json=body, headers=headers), 400, "invalid_value")
    new = {"login": odd, "display_name": odd}
    refused(client.post("/v1/accounts", json=new, headers=headers), 400, "invalid_value")
    client.set_cookie(authentication.SESSION_COOKIE, "%00é")
    assert read_json(client.get("/v1/session"))["login"] is None
    too_long = {"login": "c" * 257, "password": "x"}
    refused(client.post("/v1/session", json=too_long), 400, "invalid_value")


def test_too_many_failed_logins_are_told_when_to_come_back(
    client: FlaskClient, chief: None
) -> None:
    wrong = {"login": "chief", "password": NEW}
    for _ in range(5):
        refused(client.post("/v1/session", json=wrong), 401, "bad_credentials")
    answer = client.post("/v1/session", json=wrong)
    body = refused(answer, 429, "too_many_attempts")
    assert 0 < int(answer.headers["Retry-After"]) == body["retry_after"] <= 900


def test_whoever_has_a_password_from_somebody_else_must_change_it_first(
    client: FlaskClient, conn: psycopg.Connection
) -> None:
    person(conn, "fresh", Grant(Role.ADMINISTRATOR), changed=False)
    headers = log_in(client, "fresh")
    assert read_json(client.get("/v1/session"))["must_change_password"] is True
    refused(client.get("/v1/accounts"), 403, "password_change_required")
    refused(client.get("/v1/keys"), 403, "password_change_required")
    weak = {"current": PASSWORD, "password": "short"}
    refused(client.post("/v1/session/password", json=weak, headers=headers), 400, "weak_password")
    change = {"current": PASSWORD, "password": NEW}
    changed = client.post("/v1/session/password", json=change, headers=headers)
    assert read_json(changed)["must_change_password"] is False
    assert client.get("/v1/accounts").status_code == 200, "the session goes on under a new cookie"


def test_no_cache_keeps_what_depends_on_who_asks(client: FlaskClient, chief: None) -> None:
    log_in(client)
    assert client.get("/v1/session").headers["Cache-Control"] == "no-store"
    assert client.get("/v1/accounts").headers["Cache-Control"] == "no-store"
    stranger = client.application.test_client()
    assert stranger.get("/v1/session").headers["Cache-Control"] == "no-store"
    assert stranger.get("/openapi.json").headers["Cache-Control"] == "no-cache"


def test_a_shared_cache_stores_nothing_that_was_answered_to_somebody(
    client: FlaskClient, chief: None
) -> None:
    def read(path: str) -> list[str]:
        answer = client.get(path)
        return sorted(value.strip() for value in answer.headers["Cache-Control"].split(","))

    tile = "/tiles/divisions/9/417/222.mvt"
    assert read(tile) == ["max-age=60", "public"]
    log_in(client)
    assert read(tile) == ["max-age=60", "private"]
    assert {"Authorization", "Cookie"} <= client.get(tile).vary.as_set(preserve_casing=True)
    assert read("/v1/accounts/chief") == ["no-cache", "private"]
    assert read("/openapi.json") == ["no-store"]


# Page tokens


def test_a_write_with_the_cookie_needs_the_page_token(client: FlaskClient, chief: None) -> None:
    headers = log_in(client)
    new = {"name": "permit system"}
    refused(client.post("/v1/keys", json=new), 403, "csrf")
    refused(client.post("/v1/keys", json=new, headers={"X-CSRF-Token": "x"}), 403, "csrf")
    refused(client.post("/v1/keys", json=new, headers={"X-CSRF-Token": "é"}), 403, "csrf")
    refused(client.delete("/v1/session"), 403, "csrf")
    assert client.post("/v1/keys", json=new, headers=headers).status_code == 201


def test_the_page_token_of_one_session_is_none_of_another(make: Make, chief: None) -> None:
    one, two = make(), make()
    log_in(one)
    refused(one.post("/v1/keys", json={"name": "k"}, headers=log_in(two)), 403, "csrf")


def test_a_form_carries_the_page_token_in_a_field(client: FlaskClient, chief: None) -> None:
    client.application.add_url_rule("/test/form", "test_form", lambda: "taken", methods=["POST"])
    token = log_in(client)["X-CSRF-Token"]
    assert client.post("/test/form", data={"csrf_token": token}).text == "taken"
    assert client.post("/test/form", data={"csrf_token": token[:-1]}).status_code == 403
    assert client.post("/test/form", data={}).status_code == 403


def test_a_write_with_a_key_needs_no_page_token(
    client: FlaskClient, conn: psycopg.Connection
) -> None:
    account = person(conn, "chief", Grant(Role.ADMINISTRATOR))
    wanted = [Grant(Role.ADMINISTRATOR)]
    _, text = api_keys.create_key(conn, account, by="test", name="k", requested=wanted)
    log_in(client)
    new = {"login": "new", "display_name": "New"}
    made = client.post("/v1/accounts", json=new, headers={"Authorization": f"Bearer {text}"})
    assert made.status_code == 201


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"Origin": "http://localhost"}, 200),
        ({"Sec-Fetch-Site": "same-origin", "Origin": "http://localhost"}, 200),
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
    ],
)
def test_another_site_cannot_log_somebody_in(
    client: FlaskClient, chief: None, headers: dict[str, str], status: int
) -> None:
    credentials = {"login": "chief", "password": PASSWORD}
    assert client.post("/v1/session", json=credentials, headers=headers).status_code == status


# Keys


def test_a_key_is_told_once_lists_without_its_secret_and_stops(
    client: FlaskClient, chief: None
) -> None:
    headers = log_in(client)
    wanted = {"name": "permit system", "grants": [{"role": "administrator"}]}
    made = read_json(client.post("/v1/keys", json=wanted, headers=headers))
    text = made["key"]
    listed = client.get("/v1/keys")
    assert text.split("_", 2)[2] not in listed.text
    assert [key["key_id"] for key in read_json(listed)["keys"]] == [made["key_id"]]

    stranger = client.application.test_client()
    bearer = {"Authorization": f"Bearer {text}"}
    who = read_json(stranger.get("/v1/session", headers=bearer))
    assert (who["login"], who["key_id"]) == ("chief", made["key_id"])
    assert who["csrf_token"] is None
    assert stranger.get("/v1/accounts", headers=bearer).status_code == 200
    refused(stranger.post("/v1/keys", json={"name": "k"}, headers=bearer), 403, "forbidden")

    stopped = client.delete(f"/v1/keys/{made['key_id']}", headers=headers)
    assert read_json(stopped)["revoked_at"]
    answer = stranger.get("/v1/session", headers=bearer)
    refused(answer, 401, "unauthenticated")
    assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_a_key_that_is_not_valid_is_refused_even_where_none_is_needed(
    client: FlaskClient,
) -> None:
    bearer = {"Authorization": "Bearer gz_0123456789abcdef_" + "A" * 43}
    refused(client.get("/openapi.json", headers=bearer), 401, "unauthenticated")


def test_one_person_cannot_see_or_stop_the_key_of_another(
    make: Make, conn: psycopg.Connection, chief: None
) -> None:
    one, other = make(), make()
    key_id = read_json(one.post("/v1/keys", json={"name": "k"}, headers=log_in(one)))["key_id"]
    person(conn, "other")
    headers = log_in(other, "other")
    assert read_json(other.get("/v1/keys")) == {"keys": []}
    refused(other.delete(f"/v1/keys/{key_id}", headers=headers), 404, "not_found")


def test_an_expiry_without_an_offset_or_in_the_past_names_the_field(
    client: FlaskClient, chief: None
) -> None:
    headers = log_in(client)
    for expires in ("2090-01-01T00:00:00", "2001-01-01T00:00:00Z", "soon"):
        wanted = {"name": "k", "expires_at": expires}
        body = refused(client.post("/v1/keys", json=wanted, headers=headers), 400, "invalid_value")
        assert body["field"] == "expires_at"


# Roles


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "/v1/accounts", None),
        ("POST", "/v1/accounts", {"login": "new", "display_name": "New"}),
        ("PATCH", "/v1/accounts/chief", {"active": False}),
        ("POST", "/v1/accounts/chief/password", {}),
        ("POST", "/v1/accounts/plain/grants", {"role": "administrator"}),
        ("DELETE", "/v1/accounts/chief/grants/00000000-0000-0000-0000-000000000000", None),
        ("GET", "/v1/audit", None),
    ],
)
def test_administration_is_for_administrators(
    client: FlaskClient,
    conn: psycopg.Connection,
    chief: None,
    method: str,
    path: str,
    body: dict[str, object] | None,
) -> None:
    refused(client.open(path, method=method, json=body), 401, "unauthenticated")
    others = [Grant(role) for role in Role if role is not Role.ADMINISTRATOR]
    person(conn, "plain", *others)
    headers = log_in(client, "plain")
    before = audit_log.load_audit_rows(conn, 1000)
    answer = client.open(path, method=method, json=body, headers=headers)
    refused(answer, 403, "forbidden")
    assert audit_log.load_audit_rows(conn, 1000) == before


def test_an_administrator_makes_an_account_and_its_owner_comes_in(
    make: Make, chief: None, tree: Tree
) -> None:
    client, owner = make(), make()
    headers = log_in(client)
    new = {"login": "Wang.Wu", "display_name": "王五"}
    made = read_json(client.post("/v1/accounts", json=new, headers=headers))
    role = {"role": "naming_officer", "unit_code": "440106"}
    granted = client.post("/v1/accounts/wang.wu/grants", json=role, headers=headers)
    assert granted.status_code == 201
    (grant,) = read_json(granted)["grants"]
    assert (grant["role"], grant["unit_code"]) == ("naming_officer", "440106")

    theirs = log_in(owner, "wang.wu", made["password"])
    change = {"current": made["password"], "password": NEW}
    assert owner.post("/v1/session/password", json=change, headers=theirs).status_code == 200

    path = f"/v1/accounts/wang.wu/grants/{grant['grant_id']}"
    assert read_json(client.delete(path, headers=headers))["grants"] == []
    patch = {"active": False, "display_name": "王 五"}
    changed = read_json(client.patch("/v1/accounts/wang.wu", json=patch, headers=headers))
    assert (changed["active"], changed["display_name"]) == (False, "王 五")
    assert read_json(owner.get("/v1/session"))["login"] is None
    assert [a["login"] for a in read_json(client.get("/v1/accounts"))["accounts"]] == [
        "chief",
        "wang.wu",
    ]


def test_a_change_that_fails_halfway_changes_nothing(client: FlaskClient, chief: None) -> None:
    headers = log_in(client)
    patch = {"active": False, "display_name": "Gone"}
    answer = client.patch("/v1/accounts/chief", json=patch, headers=headers)
    refused(answer, 409, "last_administrator")
    (account,) = read_json(client.get("/v1/accounts"))["accounts"]
    assert (account["display_name"], account["active"]) == ("Chief", True)


def test_a_reset_password_ends_sessions_and_must_be_changed(
    make: Make, conn: psycopg.Connection, chief: None
) -> None:
    person(conn, "plain")
    client, owner = make(), make()
    log_in(owner, "plain")
    answer = client.post("/v1/accounts/plain/password", json={}, headers=log_in(client))
    assert read_json(owner.get("/v1/session"))["login"] is None
    log_in(owner, "plain", read_json(answer)["password"])
    assert read_json(owner.get("/v1/session"))["must_change_password"] is True


def test_the_administrator_of_a_unit_gives_roles_within_it_only(
    make: Make, conn: psycopg.Connection, chief: None, tree: Tree
) -> None:
    person(conn, "plain")
    whole, part = make(), make()
    headers = log_in(whole)
    role = {"role": "administrator", "unit_code": "440100"}
    person(conn, "local")
    whole.post("/v1/accounts/local/grants", json=role, headers=headers)
    theirs = log_in(part, "local")

    def give(code: str | None) -> TestResponse:
        wanted = {"role": "viewer", "unit_code": code}
        return part.post("/v1/accounts/plain/grants", json=wanted, headers=theirs)

    inside = give("440106")
    assert inside.status_code == 201
    refused(give("440300"), 403, "forbidden")
    refused(give(None), 403, "forbidden")
    refused(give("999999"), 404, "unknown_code")
    outside = {"role": "viewer", "unit_code": "440300"}
    grants = read_json(whole.post("/v1/accounts/plain/grants", json=outside, headers=headers))[
        "grants"
    ]
    codes = {grant["unit_code"]: grant["grant_id"] for grant in grants}
    path = "/v1/accounts/plain/grants/"
    refused(part.delete(path + codes["440300"], headers=theirs), 403, "forbidden")
    assert part.delete(path + codes["440106"], headers=theirs).status_code == 200
    refused(part.post("/v1/accounts/plain/password", json={}, headers=theirs), 403, "forbidden")


def test_require_decides_over_the_unit_of_the_code(
    client: FlaskClient, conn: psycopg.Connection, tree: Tree
) -> None:
    person(conn, "officer", Grant(Role.NAMING_OFFICER, tree.tianhe))

    def answer(code: str) -> dict[str, str]:
        return {"by": authentication.require_permission(Action.EDIT_NAMES, unit_code=code).label}

    client.application.add_url_rule("/test/names/<code>", "test_names", answer)
    log_in(client, "officer")
    assert client.get("/test/names/440106").status_code == 200
    for elsewhere in ("440100", "440300"):
        refused(client.get(f"/test/names/{elsewhere}"), 403, "forbidden")


# The audit


def test_the_audit_is_paged_and_says_whether_it_was_tampered_with(
    client: FlaskClient, conn: psycopg.Connection, chief: None
) -> None:
    log_in(client)
    first = read_json(client.get("/v1/audit?limit=2"))
    assert (first["intact"], first["broken_at"]) == (True, None)
    assert first["entries"][0]["action"] == "session.open"
    second = read_json(client.get(f"/v1/audit?limit=2&before={first['before']}"))
    numbers = [entry["audit_id"] for entry in first["entries"] + second["entries"]]
    assert numbers == sorted(numbers, reverse=True) == list(range(numbers[0], 0, -1))
    assert (second["before"], second["intact"]) == (None, None)

    conn.execute("ALTER TABLE audit DISABLE TRIGGER append_only")
    conn.execute("UPDATE audit SET actor = 'somebody else' WHERE audit_id = 2")
    tampered = read_json(client.get("/v1/audit"))
    assert (tampered["intact"], tampered["broken_at"]) == (False, 2)
    body = refused(client.get("/v1/audit?limit=0"), 400, "invalid_value")
    assert body["field"] == "limit"


def test_no_secret_reaches_the_log_or_the_audit(
    client: FlaskClient,
    conn: psycopg.Connection,
    chief: None,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    caplog.set_level(logging.DEBUG)
    headers = log_in(client)
    cookie = client.get_cookie(authentication.SESSION_COOKIE)
    assert cookie is not None
    client.post("/v1/session", json={"login": "chief", "password": "wrong wrong wrong"})
    client.post("/v1/session", json={"login": "chief", "password": ["wrong wrong wrong"]})
    key = read_json(client.post("/v1/keys", json={"name": "k"}, headers=headers))["key"]
    client.get("/v1/session", headers={"Authorization": f"Bearer {key}"})
    output = caplog.text + "".join(capfd.readouterr()) + str(audit_log.load_audit_rows(conn, 1000))
    for secret in (PASSWORD, "wrong wrong wrong", cookie.value, key, headers["X-CSRF-Token"]):
        assert secret not in output
    with conn.transaction():
        assert audit_chain.find_broken_row(conn) is None


# Limits and the cost of asking nothing


def test_public_reads_touch_no_table_of_people(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(*_: object, **__: object) -> None:
        raise AssertionError("asked the database who is asking")

    monkeypatch.setattr(authentication, "connection", never)
    assert client.get("/openapi.json").status_code == 200
    client.set_cookie(authentication.SESSION_COOKIE, "x" * 43)
    assert client.get("/openapi.json").status_code == 200


def test_one_request_too_many_is_told_when_to_come_back(make: Make) -> None:
    client = make(rate_limit="3/minute")
    for _ in range(3):
        assert client.get("/openapi.json").status_code == 200
    answer = client.get("/openapi.json", headers={"Accept-Language": "zh"})
    body = refused(answer, 429, "too_many_requests")
    assert 0 < int(answer.headers["Retry-After"]) == body["retry_after"] <= 60
    assert body["title"] == "请求过多"
    elsewhere = {"REMOTE_ADDR": "192.0.2.9"}
    assert client.get("/openapi.json", environ_base=elsewhere).status_code == 200


def test_the_limit_holds_for_all_processes_together(make: Make) -> None:
    workers = [make(rate_limit="4/minute") for _ in range(2)]
    codes = [workers[n % 2].get("/openapi.json").status_code for n in range(6)]
    assert codes == [200, 200, 200, 200, 429, 429]


def test_off_lifts_the_limits(make: Make) -> None:
    client = make(rate_limit="off", login_rate_limit="1/minute")
    assert {client.get("/openapi.json").status_code for _ in range(50)} == {200}
    for _ in range(3):
        answer = client.post("/v1/session", json={"login": "nobody", "password": "x"})
        refused(answer, 401, "bad_credentials")


def test_an_account_has_a_limit_of_its_own_and_an_invalid_key_has_not(
    make: Make, conn: psycopg.Connection
) -> None:
    _, text = api_keys.create_key(conn, person(conn, "system"), by="test", name="k")
    client = make(rate_limit="2/minute", account_rate_limit="5/minute")
    bearer = {"Authorization": f"Bearer {text}"}
    codes = [client.get("/openapi.json", headers=bearer).status_code for _ in range(6)]
    assert codes == [200] * 5 + [429]
    false = {"Authorization": "Bearer gz_0123456789abcdef_" + "A" * 43}
    codes = [client.get("/openapi.json", headers=false).status_code for _ in range(3)]
    assert codes == [401, 401, 429]


def test_people_behind_one_address_do_not_share_its_limit(
    make: Make, conn: psycopg.Connection
) -> None:
    limits = {"rate_limit": "4/minute", "account_rate_limit": "3/minute"}
    one, other, stranger = make(**limits), make(**limits), make(**limits)
    for client, login in ((one, "one"), (other, "other")):
        person(conn, login)
        log_in(client, login)  # a request of the address

    def count_answers(client: FlaskClient) -> list[int]:
        return [client.get("/openapi.json").status_code for _ in range(4)]

    assert count_answers(one) == [200, 200, 200, 429]
    assert count_answers(other) == [200, 200, 200, 429]
    assert count_answers(stranger) == [200, 200, 429, 429]


def test_the_sessions_and_keys_of_an_account_count_together(
    make: Make, conn: psycopg.Connection
) -> None:
    account = person(conn, "chief")
    keys = [api_keys.create_key(conn, account, by="test", name="k")[1] for _ in range(2)]
    client = make(rate_limit="100/minute", account_rate_limit="3/minute")
    log_in(client)
    headers = [{}, *({"Authorization": f"Bearer {text}"} for text in keys), {}]
    codes = [client.get("/openapi.json", headers=sent).status_code for sent in headers]
    assert codes == [200, 200, 200, 429]


def test_a_cookie_of_no_session_counts_for_its_address(make: Make) -> None:
    client = make(rate_limit="2/minute", account_rate_limit="100/minute")
    codes = []
    for n in range(3):
        client.set_cookie(authentication.SESSION_COOKIE, f"invented {n}")
        codes.append(client.get("/openapi.json").status_code)
    assert codes == [200, 200, 429]


def test_actions_with_a_limit_of_their_own_count_for_the_account_too(
    make: Make, conn: psycopg.Connection
) -> None:
    limits = {"rate_limit": "100/minute", "validate_rate_limit": "1/hour"}
    one, other = make(**limits), make(**limits)
    for client, login in ((one, "one"), (other, "other")):
        person(conn, login)
        token = log_in(client, login)
        codes = [client.post("/v1/validate", headers=token).status_code for _ in range(2)]
        assert codes == [400, 429]


def test_logging_in_has_a_stricter_limit(make: Make) -> None:
    client = make(rate_limit="1000/minute", login_rate_limit="2/minute")
    for name in ("a1", "a2"):
        refused(
            client.post("/v1/session", json={"login": name, "password": "x"}),
            401,
            "bad_credentials",
        )
    answer = client.post("/v1/session", json={"login": "a3", "password": "x"})
    refused(answer, 429, "too_many_requests")
    assert answer.headers["Retry-After"]
    assert client.get("/openapi.json").status_code == 200


def test_a_forwarded_address_counts_only_behind_a_trusted_proxy(make: Make) -> None:
    def codes(client: FlaskClient) -> list[int]:
        return [
            client.get("/openapi.json", headers={"X-Forwarded-For": f"192.0.2.{n}"}).status_code
            for n in range(3)
        ]

    assert codes(make(rate_limit="2/minute")) == [200, 200, 429]
    assert codes(make(rate_limit="1/minute", trusted_proxies=1)) == [200, 200, 200]


def test_one_ipv6_network_counts_as_one_address(make: Make) -> None:
    client = make(rate_limit="2/minute")
    codes = [
        client.get("/openapi.json", environ_base={"REMOTE_ADDR": f"2001:db8::{n}"}).status_code
        for n in range(1, 4)
    ]
    assert codes == [200, 200, 429]
