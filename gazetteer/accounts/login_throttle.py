"""Throttling of failed logins, whether or not the account exists.

There are three counters, each over a fixed window: for one name from one address (typing errors),
for one address (trying many names) and for one name (trying from many addresses; generous, so that
nobody can easily lock another person out). An attempt is counted before its password is verified,
so that simultaneous attempts cannot circumvent the limits.
"""

from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from math import ceil
from typing import Any

from psycopg import Connection

_ATTEMPT = """
INSERT INTO login_attempts AS known VALUES (%(bucket)s, 1, now())
ON CONFLICT (bucket) DO UPDATE SET
    attempts = CASE WHEN known.since + %(window)s <= now() THEN 1 ELSE known.attempts + 1 END,
    since = CASE WHEN known.since + %(window)s <= now() THEN now() ELSE known.since END
RETURNING attempts, extract(epoch FROM since + %(window)s - now())::float
"""
_LONGEST = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class AttemptLimit:
    """After so many failed attempts within the window, further ones are refused until it ends."""

    bucket: bytes
    max_attempts: int
    window: timedelta


@dataclass(frozen=True, slots=True)
class AttemptResult:
    """``wait_seconds`` until the next attempt is accepted; 0 if this one is."""

    wait_seconds: int
    is_first_refusal: bool  # whether this attempt is the first one above the limit


def _build_limits(login: str, address: str) -> tuple[AttemptLimit, ...]:
    return (
        AttemptLimit(_hash_bucket("pair", login, address), 5, timedelta(minutes=15)),
        AttemptLimit(_hash_bucket("address", address), 50, timedelta(minutes=15)),
        AttemptLimit(_hash_bucket("login", login), 100, _LONGEST),
    )


def _hash_bucket(*parts: str) -> bytes:
    """Hashed, because people also type passwords into the field of the login name."""
    return sha256("\0".join(parts).encode()).digest()


def count_attempt(conn: Connection[Any], login: str, address: str) -> AttemptResult:
    """Count an attempt; its password may be verified only if ``wait_seconds`` is 0."""
    for limit in _build_limits(login, address):
        row = conn.execute(_ATTEMPT, {"bucket": limit.bucket, "window": limit.window}).fetchone()
        assert row is not None  # INSERT … RETURNING
        attempts, seconds = row
        if attempts > limit.max_attempts:
            return AttemptResult(max(1, ceil(seconds)), attempts == limit.max_attempts + 1)
    return AttemptResult(0, False)


def reset_attempts(conn: Connection[Any], login: str, address: str) -> None:
    """Undo the count of a successful attempt; delete expired windows."""
    pair, *others = _build_limits(login, address)
    conn.execute(
        "DELETE FROM login_attempts WHERE bucket = %s OR since < now() - %s",
        (pair.bucket, _LONGEST),
    )
    conn.execute(
        "UPDATE login_attempts SET attempts = greatest(attempts - 1, 0) WHERE bucket = ANY(%s)",
        ([limit.bucket for limit in others],),
    )
