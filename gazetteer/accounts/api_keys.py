"""API keys, by which other systems work with the register.

A key reads ``gz_<id>_<secret>``. It is shown once; only the SHA-256 of its secret is kept, which is
enough for 256 random bits. A key belongs to an account and may do what both of them may: taking a
role from the account, or switching the account off, takes it from its keys.
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
    """Make a key for an account; without grants it may only read what is public.

    Returns:
        The key, and its text, which nobody can tell again.

    Raises:
        InvalidValue: the name, the unit of a grant, or an expiry that is not in the future.
        Forbidden: the account itself does not hold a grant that is wanted.
    """
    key_id, secret = secrets.token_hex(8), secrets.token_urlsafe(32)
    clean_name = parse_name(name, "name")
    _check_expiry(conn, expires_at)
    detail = {
        "key": key_id,
        "name": clean_name,
        "expires_at": expires_at.isoformat() if expires_at else None,
        "grants": [grants.serialize_grant(grant) for grant in requested],
    }
    with conn.transaction():
        _check_grants_held(conn, account, requested)
        conn.execute(
            "INSERT INTO api_key VALUES (%s, %s, %s, %s, now(), %s)",
            (key_id, account.account_id, clean_name, _hash_secret(secret), expires_at),
        )
        for grant in requested:
            grants.insert_grant(conn, "api_key_grant", "key_id", key_id, grant)
        subject = f"account:{account.login}"
        audit_chain.append_row(conn, actor=by, action="key.create", subject=subject, detail=detail)
    return find_key(conn, key_id), f"gz_{key_id}_{secret}"


def list_keys(conn: Connection[Any], account_id: UUID | None = None) -> list[ApiKey]:
    """The keys of an account, or of all, the newest first; revoked ones included."""
    rows = conn.execute(
        f"SELECT {_KEY_COLUMNS} {_KEY_TABLES} WHERE %(account)s::uuid IS NULL OR a.account_id = %(account)s"
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
        raise NotFound(f"没有密钥 {key_id}。", f"there is no key {key_id}", field="key_id")
    return _key_from_row(row)


def revoke_key(conn: Connection[Any], key_id: str, *, by: str) -> None:
    """Stop a key for good; nothing if it is stopped already.

    Raises:
        NotFound: there is no such key.
    """
    key = find_key(conn, key_id)
    with conn.transaction():
        stopped = conn.execute(
            "UPDATE api_key SET revoked_at = now() WHERE key_id = %s AND revoked_at IS NULL",
            (key_id,),
        )
        if stopped.rowcount:
            audit_chain.append_row(
                conn,
                actor=by,
                action="key.revoke",
                subject=f"account:{key.login}",
                detail={"key": key_id},
            )


def authenticate_key(conn: Connection[Any], text: str) -> tuple[ApiKey, Account]:
    """The key of an ``Authorization: Bearer`` header, and the account it belongs to.

    Raises:
        Unauthenticated: it is no key, or one that was revoked or has expired.
    """
    match = _KEY_FORMAT.fullmatch(text)
    if match is None:
        raise _invalid_key_error("密钥无效。", "this is not an API key")
    key_id, secret = match.groups()
    query = f"SELECT {_KEY_COLUMNS}, {account_store.ACCOUNT_COLUMNS}, {_KEY_STATE} {_KEY_TABLES} WHERE k.key_id = %(key)s"
    row = conn.execute(query, {"key": key_id, "every": _USED_EVERY}).fetchone()
    if row is None or not hmac.compare_digest(row[16], _hash_secret(secret)):
        raise _invalid_key_error("密钥无效。", "the API key is not valid")
    key, account = _key_from_row(row[:8]), account_store.account_from_row(row[8:16])
    revoked, expired, note_use = row[17:]
    if revoked or not account.active:
        raise _invalid_key_error("密钥已吊销。", "the API key was revoked")
    if expired:
        raise _invalid_key_error("密钥已过期。", "the API key has expired")
    if note_use:
        conn.execute("UPDATE api_key SET last_used_at = now() WHERE key_id = %s", (key_id,))
    return key, account


def _key_from_row(row: Sequence[Any]) -> ApiKey:
    return ApiKey(*[*row[:7], grants.parse_grants(row[7])])


def _check_grants_held(conn: Connection[Any], account: Account, requested: Iterable[Grant]) -> None:
    for grant in requested:
        chain = load_unit_chain(conn, grant.unit_id) if grant.unit_id else ()
        if not can_delegate(account.grants, grant, chain):
            raise Forbidden(
                "密钥的权限不能超出账号本身的权限。",
                "a key cannot be given more than its account holds",
                field="grants",
            )


def _check_expiry(conn: Connection[Any], expires_at: datetime | None) -> None:
    if expires_at is None:
        return
    row = conn.execute("SELECT %s <= now()", (expires_at,)).fetchone()
    if row is not None and row[0]:
        raise InvalidValue(
            "有效期须在将来。", "the expiry must lie in the future", field="expires_at"
        )


def _hash_secret(secret: str) -> bytes:
    return sha256(secret.encode()).digest()


def _invalid_key_error(zh: str, en: str) -> Unauthenticated:
    return Unauthenticated(zh, en, field="Authorization")
