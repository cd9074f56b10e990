"""Keys of new accounts for programs that measure or try the service."""

from typing import Any
from uuid import uuid4

from psycopg import Connection

from gazetteer.accounts.account_store import create_account, find_account, grant_role
from gazetteer.accounts.api_keys import create_key
from gazetteer.accounts.roles import Grant, Role


def create_role_key(conn: Connection[Any], role: Role) -> str:
    """A key of a new account with a role over the whole register."""
    login, grant = f"bench-{uuid4().hex[:8]}", Grant(role, None)
    create_account(
        conn,
        by="bench",
        login=login,
        display_name="benchmark",
        password=uuid4().hex,
        must_change=False,
    )
    grant_role(conn, login, role, None, by="bench")
    account = find_account(conn, login)
    return create_key(conn, account, by="bench", name="bench", requested=[grant])[1]
