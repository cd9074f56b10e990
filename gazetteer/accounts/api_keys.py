"""API keys for other systems.

A key has the form ``gz_<id>_<secret>``. It is shown once; only the SHA-256 of its secret is stored,
which is sufficient for 256 random bits. A key belongs to an account and has the rights that both
have: a role revoked from the account, or disabling the account, applies to its keys as well.
"""

import hmac
import re
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID

from psycopg import Connection

from gazetteer.accounts import account_store, grants
from gazetteer.accounts.account_fields import parse_name
from gazetteer.accounts.account_store import Account
from gazetteer.accounts.roles import Grant, can_delegate, load_unit_chain
from gazetteer.ledger import audit_chain
from gazetteer.messages import message
from gazetteer.problems import Forbidden, InvalidValue, NotFound, Unauthenticated

_KEY_ID = re.compile(r"[0-9a-f]{16}")
_KEY_FORMAT = re.compile(rf"gz_({_KEY_ID.pattern})_([A-Za-z0-9_-]{{43}})")
_USED_EVERY = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A key without its secret."""

    key_id: str
    login: str
    name: str
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None
    revoked_at: datetime | None
    grants: tuple[Grant, ...]


_KEY_COLUMNS = (
    "k.key_id, a.login, k.name, k.created_at, k.expires_at, k.last_used_at, k.revoked_at, "
    + grants.grants_sql("api_key_grant", "k.key_id")
)
_KEY_TABLES = "FROM api_key k JOIN account a USING (account_id)"
_KEY_STATE = """
k.secret_hash, k.revoked_at IS NOT NULL, k.expires_at <= now(),
k.last_used_at IS NULL OR k.last_used_at < now() - %(every)s
"""


def create_key(
    conn: Connection[Any],
    account: Account,
    *,
    by: str,
    name: str,
    requested: Sequence[Grant] = (),
    expires_at: datetime | None = None,
) -> tuple[ApiKey, str]:
    """Create a key for an account; without grants it may only read what is public.

    Args:
        conn: autocommit connection.
        account: the owner of the key.
        by: who creates it, for the audit log.
        name: what the key is for.
        requested: the roles of the key, each held by the account as well.
        expires_at: the end of its validity; None: unlimited.

    Returns:
        The key, and its text, which cannot be recovered later.

    Raises:
        InvalidValue: the name, the unit of a grant or the expiry is not valid.
        Forbidden: the account itself does not have one of the requested grants.
    """
    key_id, secret = secrets.token_hex(8), secrets.token_urlsafe(32)
    clean_name = parse_name(name, "name")
    _check_expiry(conn, expires_at)
    detail = {"key": key_id, **_serialize_terms(clean_name, requested, expires_at)}
    with conn.transaction():
        conn.execute(
            "INSERT INTO api_key VALUES (%s, %s, %s, %s, now(), %s)",
            (key_id, account.account_id, clean_name, _hash_secret(secret), expires_at),
        )
        _insert_grants(conn, account, key_id, requested)
        _append_audit_row(conn, by, "key.create", account.login, detail)
    return find_key(conn, key_id), f"gz_{key_id}_{secret}"


def list_keys(conn: Connection[Any], account_id: UUID | None = None) -> list[ApiKey]:
    """The keys of an account (None: of all), newest first, including revoked ones."""
    rows = conn.execute(
        f"SELECT {_KEY_COLUMNS} {_KEY_TABLES}"
        " WHERE %(account)s::uuid IS NULL OR a.account_id = %(account)s"
        " ORDER BY k.created_at DESC, k.key_id",
        {"account": account_id},
    )
    return [_key_from_row(row) for row in rows]


def find_key(conn: Connection[Any], key_id: str) -> ApiKey:
    """The key of an id.

    Raises:
        NotFound: there is none.
    """
    row = None
    if _KEY_ID.fullmatch(key_id):
        query = f"SELECT {_KEY_COLUMNS} {_KEY_TABLES} WHERE k.key_id = %s"
        row = conn.execute(query, (key_id,)).fetchone()
    if row is None:
        raise NotFound(message("account.key_not_found", key=key_id), field="key_id")
    return _key_from_row(row)


def revoke_key(conn: Connection[Any], key_id: str, *, by: str) -> None:
    """Revoke a key permanently; nothing happens if it is revoked already.

    Raises:
        NotFound: there is no such key.
    """
    key = find_key(conn, key_id)
    with conn.transaction():
        revoked = conn.execute(
            "UPDATE api_key SET revoked_at = now() WHERE key_id = %s AND revoked_at IS NULL",
            (key_id,),
        )
        if revoked.rowcount:
            _append_audit_row(conn, by, "key.revoke", key.login, {"key": key_id})


def authenticate_key(conn: Connection[Any], text: str) -> tuple[ApiKey, Account]:
    """The key of an ``Authorization: Bearer`` header, and the account to which it belongs.

    Raises:
        Unauthenticated: the text is not a key, or the key was revoked or has expired.
    """
    match = _KEY_FORMAT.fullmatch(text)
    if match is None:
        raise _key_error("account.key_malformed")
    key_id, secret = match.groups()
    query = (
        f"SELECT {_KEY_COLUMNS}, {account_store.ACCOUNT_COLUMNS}, {_KEY_STATE} {_KEY_TABLES}"
        " WHERE k.key_id = %(key)s"
    )
    row = conn.execute(query, {"key": key_id, "every": _USED_EVERY}).fetchone()
    if row is None or not hmac.compare_digest(row[16], _hash_secret(secret)):
        raise _key_error("account.key_not_valid")
    key, account = _key_from_row(row[:8]), account_store.account_from_row(row[8:16])
    revoked, expired, note_use = row[17:]
    if revoked or not account.active:
        raise _key_error("account.key_withdrawn")
    if expired:
        raise _key_error("account.key_expired")
    if note_use:
        conn.execute("UPDATE api_key SET last_used_at = now() WHERE key_id = %s", (key_id,))
    return key, account


def _key_from_row(row: Sequence[Any]) -> ApiKey:
    return ApiKey(*[*row[:7], grants.parse_grants(row[7])])


def _serialize_terms(
    name: str, requested: Iterable[Grant], expires_at: datetime | None
) -> dict[str, Any]:
    """What a key is for, in the form of the audit log."""
    return {
        "name": name,
        "expires_at": expires_at.isoformat() if expires_at else None,
        "grants": [grants.serialize_grant(grant) for grant in requested],
    }


def _insert_grants(
    conn: Connection[Any], account: Account, key_id: str, requested: Iterable[Grant]
) -> None:
    for grant in requested:
        chain = load_unit_chain(conn, grant.unit_id) if grant.unit_id else ()
        if not can_delegate(account.grants, grant, chain):
            raise Forbidden(message("account.key_exceeds_account"), field="grants")
        grants.insert_grant(conn, "api_key_grant", "key_id", key_id, grant)


def _check_expiry(conn: Connection[Any], expires_at: datetime | None) -> None:
    if expires_at is None:
        return
    row = conn.execute("SELECT %s <= now()", (expires_at,)).fetchone()
    if row is not None and row[0]:
        raise InvalidValue(message("account.key_expiry_past"), field="expires_at")


def _append_audit_row(
    conn: Connection[Any], by: str, action: str, login: str, detail: dict[str, Any]
) -> None:
    subject = f"account:{login}"
    audit_chain.append_row(conn, actor=by, action=action, subject=subject, detail=detail)


def _hash_secret(secret: str) -> bytes:
    return sha256(secret.encode()).digest()


def _key_error(id_: str) -> Unauthenticated:
    return Unauthenticated(message(id_), field="Authorization")
