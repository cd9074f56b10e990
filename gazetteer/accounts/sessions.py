"""Sessions of people in a browser: rows on the server, so that closing one ends it at once.

The browser holds a random token, the database only its hash. The CSRF token follows from the
session's token by a keyed hash: a page that cannot read the cookie cannot make it, and it needs no
place of its own.
"""

import hmac
import secrets
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from typing import Any

from psycopg import Connection

from gazetteer.accounts import account_store
from gazetteer.accounts.account_store import Account
from gazetteer.ledger import audit_chain

_SEEN_EVERY = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class SessionLifetime:
    """A session ends ``idle`` after its last request, at the latest ``whole`` after its login."""

    idle: timedelta
    total: timedelta


@dataclass(frozen=True, slots=True)
class Session:
    """An open session and whose it is."""

    account: Account
    csrf: str


_LIVE_SESSION = f"""
SELECT {account_store.ACCOUNT_COLUMNS}, s.seen_at < now() - %(every)s
FROM login_session s JOIN account a USING (account_id)
WHERE s.token_hash = %(token)s AND a.active
AND s.seen_at > now() - %(idle)s AND s.opened_at > now() - %(whole)s
"""


def open_session(conn: Connection[Any], account: Account, lifetime: SessionLifetime) -> str:
    """Open a session for somebody who has just proved who they are.

    Returns:
        The token for the cookie; it is kept nowhere.
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
    """The session of a cookie; None when it has ended or never was."""
    params = {
        "token": _hash_token(token),
        "every": _SEEN_EVERY,
        "idle": lifetime.idle,
        "whole": lifetime.total,
    }
    row = conn.execute(_LIVE_SESSION, params).fetchone()
    if row is None:
        return None
    if row[-1]:
        conn.execute(
            "UPDATE login_session SET seen_at = now() WHERE token_hash = %(token)s", params
        )
    return Session(account_store.account_from_row(row[:-1]), derive_csrf_token(token))


def close_session(conn: Connection[Any], token: str) -> None:
    """End a session; nothing if it has ended already."""
    with conn.transaction():
        row = conn.execute(
            "DELETE FROM login_session USING account WHERE token_hash = %s"
            " AND account.account_id = login_session.account_id RETURNING login",
            (_hash_token(token),),
        ).fetchone()
        if row is not None:
            _append_audit_row(conn, row[0], "session.close")


def derive_csrf_token(token: str) -> str:
    """What a form or script of the session's own pages sends along with every write."""
    return hmac.new(token.encode(), b"csrf", sha256).hexdigest()


def _hash_token(token: str) -> bytes:
    return sha256(token.encode()).digest()


def _append_audit_row(conn: Connection[Any], login: str, action: str) -> None:
    actor = f"account:{login}"
    audit_chain.append_row(conn, actor=actor, action=action, subject=actor, detail={})
