import contextlib
import threading
from collections.abc import Iterator
from datetime import timedelta
from unittest.mock import patch
from uuid import uuid4

import psycopg
import pytest
from argon2 import PasswordHasher

from gazetteer.accounts import account_store, audit_log, passwords, sessions
from gazetteer.accounts.bootstrap import ensure_first_administrator
from gazetteer.accounts.problems import (
    BadCredentials,
    LastAdministrator,
    TooManyAttempts,
    WeakPassword,
)
from gazetteer.accounts.roles import Grant, Role
from gazetteer.accounts.sessions import SessionLifetime
from gazetteer.ledger import audit_chain
from gazetteer.problems import Conflict, InvalidValue, NotFound
from tests.gazetteer.accounts.community import PASSWORD, Tree, person

HERE, THERE = "192.0.2.1", "192.0.2.2"
NEW = "egret under the banyan"
LIFE = SessionLifetime(timedelta(hours=1), timedelta(days=1))


@pytest.fixture
def audited(conn: psycopg.Connection) -> Iterator[None]:
    """At the end the chain of the audit holds, whatever the test did."""
    yield
    with conn.transaction():
        assert audit_chain.find_broken_row(conn) is None


def attempt(conn: psycopg.Connection, login: str, password: str, address: str = HERE) -> bool:
    try:
        account_store.authenticate_login(conn, login, password, address)
    except BadCredentials:
        return False
    return True


def test_a_person_comes_in_by_name_and_password_in_any_case_and_width(
    conn: psycopg.Connection,
) -> None:
    made = person(conn, "li.si")
    for typed in ("li.si", " Li.Si ", "ＬＩ.ｓｉ"):
        assert account_store.authenticate_login(conn, typed, PASSWORD, HERE) == made


def test_wrong_unknown_and_switched_off_get_one_and_the_same_answer(
    conn: psycopg.Connection,
) -> None:
    person(conn, "root.of.all", Grant(Role.ADMINISTRATOR))
    person(conn, "gone")
    person(conn, "here")
    account_store.set_active(conn, "gone", False, by="test")
    answers = set()
    for login, password in (("here", NEW), ("nobody", PASSWORD), ("gone", PASSWORD), ("\0", "\0")):
        with pytest.raises(BadCredentials) as refused:
            account_store.authenticate_login(conn, login, password, HERE)
        answers.add((str(refused.value), refused.value.message.id, refused.value.field))
    assert len(answers) == 1


def test_an_unknown_name_costs_a_hash_like_a_known_one(conn: psycopg.Connection) -> None:
    person(conn, "here")
    for login in ("here", "nobody"):
        with patch.object(passwords, "_HASHER", wraps=passwords._HASHER) as hasher:
            assert not attempt(conn, login, NEW)
        assert hasher.verify.call_count == 1, login
        assert hasher.verify.call_args.args[0].startswith("$argon2id$")


def test_too_many_failures_are_not_looked_at_whether_or_not_the_name_exists(
    conn: psycopg.Connection,
) -> None:
    person(conn, "here")
    waits = []
    for login in ("here", "nobody"):
        for _ in range(5):
            assert not attempt(conn, login, "wrong wrong wrong")
        with (
            patch.object(passwords, "verify_password") as verify,
            pytest.raises(TooManyAttempts) as stop,
        ):
            account_store.authenticate_login(conn, login, PASSWORD, HERE)
        verify.assert_not_called()
        waits.append(stop.value.retry_after)
    assert all(0 < wait <= 15 * 60 for wait in waits)
    assert attempt(conn, "here", PASSWORD, THERE), "from elsewhere the owner still comes in"


def test_the_wait_ends_with_its_window(conn: psycopg.Connection) -> None:
    person(conn, "here")
    for _ in range(5):
        assert not attempt(conn, "here", "wrong wrong wrong")
    conn.execute("UPDATE login_attempts SET since = since - interval '16 minutes'")
    assert attempt(conn, "here", PASSWORD)


def test_success_forgives_earlier_mistakes(conn: psycopg.Connection) -> None:
    person(conn, "here")
    for _ in range(4):
        for _ in range(4):
            assert not attempt(conn, "here", "wrong wrong wrong")
        assert attempt(conn, "here", PASSWORD)


def test_one_address_cannot_try_name_after_name(conn: psycopg.Connection) -> None:
    with patch.object(passwords, "verify_password", return_value=False):
        for number in range(50):
            assert not attempt(conn, f"name{number}", "wrong wrong wrong")
        with pytest.raises(TooManyAttempts):
            attempt(conn, "name50", "wrong wrong wrong")


def test_many_addresses_cannot_try_one_name_for_ever(conn: psycopg.Connection) -> None:
    with patch.object(passwords, "verify_password", return_value=False):
        for number in range(100):
            assert not attempt(conn, "here", "wrong wrong wrong", f"192.0.2.{number}")
        with pytest.raises(TooManyAttempts):
            attempt(conn, "here", "wrong wrong wrong", "192.0.2.200")


def test_a_hundred_attempts_at_once_are_counted_before_they_are_looked_at(database: str) -> None:
    looked_at, refused = [], []

    def guess() -> None:
        with psycopg.connect(database, autocommit=True) as own:
            for _ in range(5):
                try:
                    account_store.authenticate_login(own, "here", "wrong wrong wrong", HERE)
                except BadCredentials:
                    looked_at.append(1)
                except TooManyAttempts:
                    refused.append(1)

    threads = [threading.Thread(target=guess) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(looked_at), len(refused)) == (5, 35)


@pytest.mark.usefixtures("audited")
def test_a_lock_out_is_told_once_and_without_what_was_typed(conn: psycopg.Connection) -> None:
    for _ in range(9):
        with contextlib.suppress(TooManyAttempts):
            attempt(conn, "my secret typed in the wrong field", "wrong wrong wrong")
    rows = [row for row in audit_log.load_audit_rows(conn, 10) if row.action == "login.blocked"]
    assert [(row.actor, row.subject) for row in rows] == [(HERE, "account:unknown")]


def test_authentication_inside_a_transaction_is_a_programming_error(
    conn: psycopg.Connection,
) -> None:
    with conn.transaction(), pytest.raises(RuntimeError):
        account_store.authenticate_login(conn, "here", PASSWORD, HERE)


@pytest.mark.usefixtures("audited")
def test_a_hash_of_old_parameters_is_renewed_at_login(conn: psycopg.Connection) -> None:
    person(conn, "here")
    old = PasswordHasher(time_cost=1, memory_cost=64).hash(PASSWORD)
    conn.execute("UPDATE account SET password_hash = %s", (old,))
    assert attempt(conn, "here", PASSWORD)
    (kept,) = conn.execute("SELECT password_hash FROM account").fetchone() or ("",)
    assert kept != old
    assert not passwords.is_hash_outdated(kept)
    assert attempt(conn, "here", PASSWORD)


@pytest.mark.usefixtures("audited")
def test_every_write_leaves_one_row_in_the_audit(conn: psycopg.Connection, tree: Tree) -> None:
    person(conn, "root.of.all", Grant(Role.ADMINISTRATOR))
    before = len(audit_log.load_audit_rows(conn, 1000))
    account_store.create_account(
        conn, by="chief", login="new", display_name="New", password=PASSWORD
    )
    account_store.edit_account(conn, "new", by="chief", display_name="Newer", language="en")
    held = account_store.grant_role(conn, "new", Role.INSPECTOR, tree.tianhe, by="chief")
    account_store.set_password(conn, "new", NEW, by="chief", must_change=False)
    assert held.grant_id is not None
    account_store.revoke_grant(conn, "new", held.grant_id, by="chief")
    account_store.set_active(conn, "new", False, by="chief")
    account_store.set_active(conn, "new", True, by="chief")
    rows = audit_log.load_audit_rows(conn, len(audit_log.load_audit_rows(conn, 1000)) - before)
    assert [row.action for row in reversed(rows)] == [
        "account.create",
        "account.edit",
        "account.grant",
        "account.password",
        "account.revoke",
        "account.deactivate",
        "account.activate",
    ]
    assert {(row.actor, row.subject) for row in rows} == {("chief", "account:new")}
    assert rows[-3].detail == {"role": "inspector", "unit_id": str(tree.tianhe)}


@pytest.mark.usefixtures("audited")
def test_a_refused_write_leaves_nothing_behind(conn: psycopg.Connection) -> None:
    person(conn, "here")
    before = audit_log.load_audit_rows(conn, 1000)
    with pytest.raises(Conflict) as taken:
        account_store.create_account(
            conn, by="test", login="HERE", display_name="H", password=PASSWORD
        )
    assert taken.value.field == "login"
    with pytest.raises(InvalidValue) as no_unit:
        account_store.grant_role(conn, "here", Role.VIEWER, uuid4(), by="test")
    assert no_unit.value.field == "unit_id"
    with pytest.raises(NotFound):
        account_store.revoke_grant(conn, "here", uuid4(), by="test")
    with pytest.raises(NotFound):
        account_store.set_active(conn, "nobody", False, by="test")
    with pytest.raises(WeakPassword):
        account_store.set_password(conn, "here", "short", by="test", must_change=False)
    assert audit_log.load_audit_rows(conn, 1000) == before
    assert account_store.find_account(conn, "here").grants == ()


@pytest.mark.parametrize(
    ("login", "name", "language", "field"),
    [
        ("", "N", "zh", "login"),
        ("a b", "N", "zh", "login"),
        ("a/b", "N", "zh", "login"),
        ("a" * 65, "N", "zh", "login"),
        ("good", "  ", "zh", "display_name"),
        ("good", "a\x00b", "zh", "display_name"),
        ("good", "N", "fr", "language"),
    ],
)
def test_a_field_that_cannot_be_is_named(
    conn: psycopg.Connection, login: str, name: str, language: str, field: str
) -> None:
    with pytest.raises(InvalidValue) as refused:
        account_store.create_account(
            conn, by="test", login=login, display_name=name, password=PASSWORD, language=language
        )
    assert refused.value.field == field


def test_the_same_role_given_twice_is_held_once(conn: psycopg.Connection, tree: Tree) -> None:
    person(conn, "here")
    for unit in (None, tree.canton):
        first = account_store.grant_role(conn, "here", Role.VIEWER, unit, by="test")
        again = account_store.grant_role(conn, "here", Role.VIEWER, unit, by="test")
        assert first.grant_id == again.grant_id
    assert len(account_store.find_account(conn, "here").grants) == 2


def test_a_changed_password_ends_all_sessions(conn: psycopg.Connection) -> None:
    account = person(conn, "here")
    tokens = [sessions.open_session(conn, account, LIFE) for _ in range(3)]
    account_store.change_password(conn, "here", PASSWORD, NEW, HERE)
    assert [sessions.load_session(conn, token, LIFE) for token in tokens] == [None] * 3
    assert attempt(conn, "here", NEW)
    assert not attempt(conn, "here", PASSWORD)


def test_a_password_change_needs_the_current_one_and_a_different_new_one(
    conn: psycopg.Connection,
) -> None:
    person(conn, "here", changed=False)
    with pytest.raises(BadCredentials):
        account_store.change_password(conn, "here", NEW, NEW, HERE)
    with pytest.raises(WeakPassword):
        account_store.change_password(conn, "here", PASSWORD, PASSWORD, HERE)
    assert account_store.find_account(conn, "here").must_change_password
    account_store.change_password(conn, "here", PASSWORD, NEW, HERE)
    assert not account_store.find_account(conn, "here").must_change_password


@pytest.mark.usefixtures("audited")
def test_the_last_administrator_cannot_be_removed(conn: psycopg.Connection, tree: Tree) -> None:
    chief = person(conn, "chief", Grant(Role.ADMINISTRATOR))
    person(conn, "local", Grant(Role.ADMINISTRATOR, tree.canton))
    person(conn, "other", Grant(Role.ADMINISTRATOR))
    (grant,) = chief.grants
    assert grant.grant_id is not None
    account_store.set_active(conn, "other", False, by="test")
    with pytest.raises(LastAdministrator):
        account_store.set_active(conn, "chief", False, by="test")
    with pytest.raises(LastAdministrator):
        account_store.revoke_grant(conn, "chief", grant.grant_id, by="test")
    assert account_store.find_account(conn, "chief") == chief
    account_store.set_active(conn, "other", True, by="test")
    account_store.revoke_grant(conn, "chief", grant.grant_id, by="test")


def test_two_administrators_who_remove_each_other_at_once_leave_one(database: str) -> None:
    with psycopg.connect(database, autocommit=True) as conn:
        for login in ("one", "two"):
            person(conn, login, Grant(Role.ADMINISTRATOR))
    kept, together = [], threading.Barrier(2)

    def remove(login: str) -> None:
        with psycopg.connect(database, autocommit=True) as own:
            together.wait()
            try:
                account_store.set_active(own, login, False, by="test")
            except LastAdministrator:
                kept.append(login)

    threads = [threading.Thread(target=remove, args=(login,)) for login in ("one", "two")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(kept) == 1


@pytest.mark.usefixtures("audited")
def test_the_first_administrator_is_made_once_though_programs_start_at_once(
    database: str, conn: psycopg.Connection
) -> None:
    made: list[tuple[str, str] | None] = []
    together = threading.Barrier(4)

    def start() -> None:
        with psycopg.connect(database, autocommit=True) as own:
            together.wait()
            made.append(ensure_first_administrator(own))

    threads = [threading.Thread(target=start) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    (first,) = [found for found in made if found is not None]
    login, password = first
    account = account_store.authenticate_login(conn, login, password, HERE)
    assert account.must_change_password
    assert account.grants == (Grant(Role.ADMINISTRATOR),)
    assert ensure_first_administrator(conn) is None


def test_no_password_lies_in_the_database_or_its_audit(
    database: str, conn: psycopg.Connection
) -> None:
    first = ensure_first_administrator(conn)
    assert first is not None
    person(conn, "here")
    account_store.change_password(conn, "here", PASSWORD, NEW, HERE)
    attempt(conn, "here", "wrong wrong wrong")
    everything = ""
    for table in ("account", "audit", "login_attempts", "login_session"):
        rows = conn.execute(f"SELECT t::text FROM {table} t").fetchall()
        everything += str(rows)
    for secret in (first[1], PASSWORD, NEW, "wrong wrong wrong"):
        assert secret not in everything
    hashes = audit_log.load_audit_rows(conn, 1000)
    assert "$argon2" not in str(hashes)
