"""The first account of an empty register: without it nobody could let anybody in."""

from typing import Any

from psycopg import Connection

from gazetteer.accounts import account_store, passwords
from gazetteer.accounts.roles import Role

FIRST_LOGIN = "admin"
_ACTOR = "program:first-start"


def ensure_first_administrator(conn: Connection[Any]) -> tuple[str, str] | None:
    """Make the first administrator; None when there is any account already.

    Programs that start at once make it once.

    Returns:
        Login name and password. It is told this one time and must be changed at the first login.
    """
    if _has_accounts(conn):
        return None
    password = passwords.generate_password()
    with conn.transaction():
        conn.execute("SELECT pg_advisory_xact_lock(%s)", (account_store.ACCOUNTS_LOCK,))
        if _has_accounts(conn):
            return None  # another program was faster
        account_store.create_account(
            conn, by=_ACTOR, login=FIRST_LOGIN, display_name="管理员", password=password
        )
        account_store.grant_role(conn, FIRST_LOGIN, Role.ADMINISTRATOR, None, by=_ACTOR)
    return FIRST_LOGIN, password


def _has_accounts(conn: Connection[Any]) -> bool:
    return conn.execute("SELECT FROM account LIMIT 1").fetchone() is not None
