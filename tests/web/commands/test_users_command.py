"""``gazetteer user`` and ``gazetteer key`` on a real register."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest
from click.testing import CliRunner, Result

from gazetteer.accounts import account_store, api_keys, audit_log
from gazetteer.accounts.problems import LastAdministrator
from gazetteer.accounts.roles import Grant, Role
from gazetteer.settings import get_settings
from tests.gazetteer.accounts.community import PASSWORD, person, plant_tree
from web.commands import cli

NEW = "egret under the banyan"
Run = Callable[..., Result]


@pytest.fixture
def run(database: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Run]:
    monkeypatch.setenv("GAZETTEER_DATABASE_URL", database)
    get_settings.cache_clear()

    def command(*arguments: str, given: str | None = None) -> Result:
        result = CliRunner().invoke(cli, arguments, input=given)
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result

    yield command
    get_settings.cache_clear()


def test_a_user_is_added_given_a_role_listed_and_switched_off(
    run: Run, conn: psycopg.Connection
) -> None:
    person(conn, "chief", Grant(Role.ADMINISTRATOR))
    run("user", "add", "li.si", "--name", "李四", "--password-stdin", given=f"{PASSWORD}\n")
    account = account_store.authenticate_login(conn, "li.si", PASSWORD, "192.0.2.1")
    assert account.must_change_password
    run("user", "grant", "li.si", "viewer")
    listed = json.loads(run("user", "list", "--json").stdout)
    assert [user["login"] for user in listed] == ["chief", "li.si"]
    assert listed[1]["grants"] == [{"role": "viewer", "unit_id": None, "unit_code": None}]
    assert "viewer:all" in run("user", "list").stdout
    run("user", "revoke", "li.si", "viewer")
    run("user", "deactivate", "li.si")
    assert not account_store.find_account(conn, "li.si").active
    run("user", "activate", "li.si")
    assert account_store.find_account(conn, "li.si").active
    assert {row.actor.partition(":")[0] for row in audit_log.load_audit_rows(conn, 5)} == {
        "terminal"
    }


def test_a_password_is_asked_for_without_showing_it(run: Run, conn: psycopg.Connection) -> None:
    person(conn, "here")
    result = run("user", "passwd", "here", given=f"{NEW}\n{NEW}\n")
    assert NEW not in result.output
    assert account_store.authenticate_login(conn, "here", NEW, "192.0.2.1").must_change_password


def test_a_password_cannot_be_an_argument(run: Run) -> None:
    assert run("user", "add", "li.si", "--name", "李四", "--password", NEW).exit_code == 2


def test_the_last_administrator_stays(run: Run, conn: psycopg.Connection) -> None:
    person(conn, "chief", Grant(Role.ADMINISTRATOR))
    with pytest.raises(LastAdministrator):
        run("user", "deactivate", "chief")


def test_a_key_is_made_listed_and_stopped(run: Run, conn: psycopg.Connection) -> None:
    person(conn, "system", Grant(Role.VIEWER))
    options = ("--name", "permit system", "--grant", "viewer", "--days", "30", "--json")
    made: dict[str, Any] = json.loads(run("key", "add", "system", *options).stdout)
    key, _ = api_keys.authenticate_key(conn, made["key"])
    assert key.expires_at is not None
    assert key.grants == (Grant(Role.VIEWER),)
    listed = run("key", "list", "--login", "system", "--json").stdout
    assert made["key_id"] in listed
    assert made["key"].split("_", 2)[2] not in listed
    run("key", "revoke", made["key_id"])
    assert api_keys.find_key(conn, made["key_id"]).revoked_at


def test_a_role_over_a_unit_is_given_by_its_code(run: Run, conn: psycopg.Connection) -> None:
    tree = plant_tree(conn)
    person(conn, "officer")
    run("user", "grant", "officer", "naming_officer", "--unit", "440106")
    wanted = Grant(Role.NAMING_OFFICER, tree.tianhe)
    assert account_store.find_account(conn, "officer").grants == (wanted,)
    run("key", "add", "officer", "--name", "k", "--grant", "naming_officer:440106")
    (key,) = api_keys.list_keys(conn)
    assert key.grants == (wanted,)
    assert "naming_officer:440106" in run("user", "list").stdout
