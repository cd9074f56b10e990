"""The audit chain: one row for every write, each sealed with the hash of the one before it.

Append-only by trigger; a row that was changed or removed directly in the database breaks the
chain, and :func:`find_broken_row` finds it (Surveying and Mapping Law art. 47: use of the data
must stay traceable).
"""

from collections.abc import Mapping
from datetime import datetime
from hashlib import sha256
from typing import Any

import orjson
from psycopg import Connection
from psycopg.types.json import Jsonb

_LOCK = 0x6175646974  # "audit": one writer at a time, until commit
_GENESIS = bytes(32)


def append_row(
    conn: Connection[Any], *, actor: str, action: str, subject: str, detail: Mapping[str, Any]
) -> None:
    """Add a row within the caller's transaction: both are committed, or neither.

    Args:
        conn: connection inside the transaction of the write that is recorded.
        actor: who writes, such as ``account:li``.
        action: what is done, such as ``account.create``.
        subject: to what it is done, such as ``changeset:7``.
        detail: JSON values that describe the write; no secrets, no personal data.
    """
    with conn.transaction():
        conn.execute("SELECT pg_advisory_xact_lock(%s)", (_LOCK,))
        last = conn.execute(
            "SELECT audit_id, hash FROM audit ORDER BY audit_id DESC LIMIT 1"
        ).fetchone()
        number, previous = (last[0] + 1, last[1]) if last else (1, _GENESIS)
        now = conn.execute("SELECT clock_timestamp()").fetchone()
        moment: datetime = now[0] if now else datetime.min
        row = (number, moment, actor, action, subject, dict(detail))
        conn.execute(
            "INSERT INTO audit VALUES (%s, %s, %s, %s, %s, %s, %s, %s)",
            (*row[:5], Jsonb(row[5]), previous, _hash_row(previous, *row)),
        )


def find_broken_row(conn: Connection[Any]) -> int | None:
    """The first audit row whose hash does not follow from its content; None if all is well."""
    previous, expected = _GENESIS, 1
    with conn.transaction(), conn.cursor(name="audit_chain") as cursor:
        cursor.execute(
            "SELECT audit_id, happened_at, actor, action, subject, detail, previous_hash, hash"
            " FROM audit ORDER BY audit_id"
        )
        for row in cursor:
            if row[0] != expected or row[6] != previous or row[7] != _hash_row(previous, *row[:6]):
                return expected
            previous, expected = row[7], expected + 1
    return None


def _hash_row(
    previous: bytes,
    number: int,
    moment: datetime,
    actor: str,
    action: str,
    subject: str,
    detail: dict[str, Any],
) -> bytes:
    content = [number, moment.timestamp(), actor, action, subject, detail]
    return sha256(previous + orjson.dumps(content, option=orjson.OPT_SORT_KEYS)).digest()
