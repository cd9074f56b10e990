"""The first account of an empty register, without which nobody could log in."""

from typing import Any

from psycopg import Connection

from gazetteer.accounts import account_store, passwords
from gazetteer.accounts.account_writes import lock_accounts
from gazetteer.accounts.roles import Role
from gazetteer.messages import DEFAULT_LANG, message

FIRST_LOGIN = "admin"
_ACTOR = "program:first-start"


def ensure_first_administrator(conn: Connection[Any]) -> tuple[str, str] | None:
    """Create the first administrator; None if there is any account already.

    It is created once even if several programs start at the same time.

    Returns:
        Login name and password. The password is returned only here, and its owner must change it
        at the first login.
    """
    if _has_accounts(conn):
        return None
    password = passwords.generate_password()
    with conn.transaction():
        lock_accounts(conn)
        if _has_accounts(conn):
            return None  # another program was faster
        account_store.create_account(
            conn,
            by=_ACTOR,
            login=FIRST_LOGIN,
            display_name=message("account.first_administrator").text(DEFAULT_LANG),
            password=password,
        )
        account_store.grant_role(conn, FIRST_LOGIN, Role.ADMINISTRATOR, None, by=_ACTOR)
    return FIRST_LOGIN, password


def _has_accounts(conn: Connection[Any]) -> bool:
    return conn.execute("SELECT FROM account LIMIT 1").fetchone() is not None
