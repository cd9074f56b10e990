"""Browser sessions: rows in the database, so that closing one ends it at once.

The browser has a random token, the database only its hash. The CSRF token is derived from the
session token by a keyed hash: a page that cannot read the cookie cannot compute it, and it need not
be stored.
"""

import hmac
import secrets
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID

from psycopg import Connection

from gazetteer.accounts import account_store
from gazetteer.accounts.account_store import Account
from gazetteer.ledger import audit_chain

_SEEN_EVERY = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class SessionLifetime:
    """A session ends ``idle`` after its last request, at the latest ``total`` after its login."""

    idle: timedelta
    total: timedelta


@dataclass(frozen=True, slots=True)
class Session:
    """An open session and its account."""

    account: Account
    csrf: str


_LIVE_SESSION = """
FROM login_session s JOIN account a USING (account_id)
WHERE s.token_hash = %(token)s AND a.active
AND s.seen_at > now() - %(idle)s AND s.opened_at > now() - %(total)s
"""


def open_session(conn: Connection[Any], account: Account, lifetime: SessionLifetime) -> str:
    """Open a session for an account that has just been authenticated.

    Returns:
        The token for the cookie; it is not stored.
    """
    token = secrets.token_urlsafe(32)
    with conn.transaction():
        conn.execute(
            "DELETE FROM login_session WHERE seen_at < now() - %s OR opened_at < now() - %s",
            (lifetime.idle, lifetime.total),
        )
        conn.execute(
            "INSERT INTO login_session VALUES (%s, %s, now(), now())",
            (_hash_token(token), account.account_id),
        )
        _append_audit_row(conn, account.login, "session.open")
    return token


def load_session(conn: Connection[Any], token: str, lifetime: SessionLifetime) -> Session | None:
    """The session of a cookie; None if it has ended or never existed."""
    params = {
        "token": _hash_token(token),
        "every": _SEEN_EVERY,
        "idle": lifetime.idle,
        "total": lifetime.total,
    }
    columns = f"{account_store.ACCOUNT_COLUMNS}, s.seen_at < now() - %(every)s"
    row = conn.execute(f"SELECT {columns} {_LIVE_SESSION}", params).fetchone()
    if row is None:
        return None
    if row[-1]:
        conn.execute(
            "UPDATE login_session SET seen_at = now() WHERE token_hash = %(token)s", params
        )
    return Session(account_store.account_from_row(row[:-1]), derive_csrf_token(token))


def find_session_account(
    conn: Connection[Any], token: str, lifetime: SessionLifetime
) -> UUID | None:
    """The account of an open session, without noting that it was used: a replica can answer."""
    params = {"token": _hash_token(token), "idle": lifetime.idle, "total": lifetime.total}
    row = conn.execute(f"SELECT a.account_id {_LIVE_SESSION}", params).fetchone()
    return row[0] if row is not None else None


def close_session(conn: Connection[Any], token: str) -> None:
    """End a session; nothing happens if it has ended already."""
    with conn.transaction():
        row = conn.execute(
            "DELETE FROM login_session USING account WHERE token_hash = %s"
            " AND account.account_id = login_session.account_id RETURNING login",
            (_hash_token(token),),
        ).fetchone()
        if row is not None:
            _append_audit_row(conn, row[0], "session.close")


def derive_csrf_token(token: str) -> str:
    """The CSRF token that forms and scripts of the session's pages send with every write."""
    return hmac.new(token.encode(), b"csrf", sha256).hexdigest()


def _hash_token(token: str) -> bytes:
    return sha256(token.encode()).digest()


def _append_audit_row(conn: Connection[Any], login: str, action: str) -> None:
    actor = f"account:{login}"
    audit_chain.append_row(conn, actor=actor, action=action, subject=actor, detail={})
