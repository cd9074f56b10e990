from datetime import timedelta

import psycopg
import pytest

from gazetteer.accounts import account_store, audit_log, sessions
from gazetteer.accounts.roles import Grant, Role
from gazetteer.accounts.sessions import SessionLifetime
from tests.gazetteer.accounts.community import person

LIFE = SessionLifetime(timedelta(minutes=60), timedelta(days=7))


def age(conn: psycopg.Connection, **columns: str) -> None:
    for column, by in columns.items():
        conn.execute(
            f"UPDATE login_session SET {column} = {column} - %s::interval",
            (by,),
        )


def test_a_session_tells_whose_it_is_until_it_is_closed(conn: psycopg.Connection) -> None:
    account = person(conn, "here", Grant(Role.VIEWER))
    token = sessions.open_session(conn, account, LIFE)
    session = sessions.load_session(conn, token, LIFE)
    assert session is not None
    assert session.account == account
    sessions.close_session(conn, token)
    sessions.close_session(conn, token)
    assert sessions.load_session(conn, token, LIFE) is None
    actions = [row.action for row in audit_log.load_audit_rows(conn, 2)]
    assert actions == ["session.close", "session.open"]


@pytest.mark.parametrize("token", ["", "x", "\0", "é" * 50, "A" * 43])
def test_a_token_that_was_never_given_out_opens_nothing(
    conn: psycopg.Connection, token: str
) -> None:
    sessions.open_session(conn, person(conn, "here"), LIFE)
    assert sessions.load_session(conn, token, LIFE) is None


def test_a_session_ends_when_nothing_is_done(conn: psycopg.Connection) -> None:
    token = sessions.open_session(conn, person(conn, "here"), LIFE)
    age(conn, seen_at="59 minutes")
    assert sessions.load_session(conn, token, LIFE)
    age(conn, seen_at="59 minutes")
    assert sessions.load_session(conn, token, LIFE), "the last read counted as being there"
    age(conn, seen_at="61 minutes")
    assert sessions.load_session(conn, token, LIFE) is None


def test_a_session_ends_in_the_end_whatever_is_done(conn: psycopg.Connection) -> None:
    token = sessions.open_session(conn, person(conn, "here"), LIFE)
    age(conn, opened_at="7 days")
    assert sessions.load_session(conn, token, LIFE) is None


def test_a_session_shows_what_its_account_holds_now(conn: psycopg.Connection) -> None:
    person(conn, "chief", Grant(Role.ADMINISTRATOR))
    token = sessions.open_session(conn, person(conn, "here"), LIFE)
    account_store.grant_role(conn, "here", Role.REVIEWER, None, by="test")
    session = sessions.load_session(conn, token, LIFE)
    assert session is not None
    assert session.account.grants == (Grant(Role.REVIEWER),)
    account_store.set_active(conn, "here", False, by="test")
    assert sessions.load_session(conn, token, LIFE) is None
    account_store.set_active(conn, "here", True, by="test")
    assert sessions.load_session(conn, token, LIFE) is None, "what was ended stays ended"


def test_presence_is_written_at_most_once_a_minute(conn: psycopg.Connection) -> None:
    token = sessions.open_session(conn, person(conn, "here"), LIFE)

    def seen() -> object:
        return conn.execute("SELECT seen_at, xmin::text FROM login_session").fetchone()

    before = seen()
    assert sessions.load_session(conn, token, LIFE)
    assert seen() == before
    age(conn, seen_at="61 seconds")
    before = seen()
    assert sessions.load_session(conn, token, LIFE)
    assert seen() != before


def test_sessions_long_over_are_forgotten_at_the_next_login(conn: psycopg.Connection) -> None:
    account = person(conn, "here")
    sessions.open_session(conn, account, LIFE)
    age(conn, seen_at="2 hours")
    sessions.open_session(conn, account, LIFE)
    assert conn.execute("SELECT count(*) FROM login_session").fetchone() == (1,)


def test_neither_token_nor_page_token_is_kept(conn: psycopg.Connection) -> None:
    token = sessions.open_session(conn, person(conn, "here"), LIFE)
    kept = str(conn.execute("SELECT s::text FROM login_session s").fetchall())
    kept += str(audit_log.load_audit_rows(conn, 100))
    for secret in (token, token.encode().hex(), sessions.derive_csrf_token(token)):
        assert secret not in kept


def test_each_session_has_a_page_token_of_its_own(conn: psycopg.Connection) -> None:
    account = person(conn, "here")
    tokens = [sessions.open_session(conn, account, LIFE) for _ in range(2)]
    found = [sessions.load_session(conn, token, LIFE) for token in tokens]
    assert len({session.csrf for session in found if session}) == 2
