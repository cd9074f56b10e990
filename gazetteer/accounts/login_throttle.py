"""Failed logins slow down whoever makes them, whether or not the account exists.

Three counts, each over a fixed window: for one name from one address (a person who mistypes), for
one address (somebody who tries many names) and for one name (somebody who tries from many
addresses; wide, so that nobody can lock another one out cheaply). An attempt is counted before the
password is looked at, so a thousand at once are no way around it.
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
    """So many failed attempts within the window, then none is looked at until it ends."""

    bucket: bytes
    max_attempts: int
    window: timedelta


@dataclass(frozen=True, slots=True)
class AttemptResult:
    """``wait``: seconds until the next attempt is looked at, 0 if this one is."""

    wait_seconds: int
    is_first_refusal: bool  # whether this very attempt was the one too many


def _build_limits(login: str, address: str) -> tuple[AttemptLimit, ...]:
    return (
        AttemptLimit(_hash_bucket("pair", login, address), 5, timedelta(minutes=15)),
        AttemptLimit(_hash_bucket("address", address), 50, timedelta(minutes=15)),
        AttemptLimit(_hash_bucket("login", login), 100, _LONGEST),
    )


def _hash_bucket(*parts: str) -> bytes:
    """Hashed: people type passwords into the field of the name."""
    return sha256("\0".join(parts).encode()).digest()


def count_attempt(conn: Connection[Any], login: str, address: str) -> AttemptResult:
    """Count an attempt; it is to be looked at only if ``wait`` is 0."""
    for limit in _build_limits(login, address):
        row = conn.execute(_ATTEMPT, {"bucket": limit.bucket, "window": limit.window}).fetchone()
        assert row is not None  # INSERT … RETURNING
        attempts, seconds = row
        if attempts > limit.max_attempts:
            return AttemptResult(max(1, ceil(seconds)), attempts == limit.max_attempts + 1)
    return AttemptResult(0, False)


def reset_attempts(conn: Connection[Any], login: str, address: str) -> None:
    """The attempt succeeded: it counts against nobody. Windows long over are forgotten."""
    pair, *others = _build_limits(login, address)
    conn.execute(
        "DELETE FROM login_attempts WHERE bucket = %s OR since < now() - %s",
        (pair.bucket, _LONGEST),
    )
    conn.execute(
        "UPDATE login_attempts SET attempts = greatest(attempts - 1, 0) WHERE bucket = ANY(%s)",
        ([limit.bucket for limit in others],),
    )
