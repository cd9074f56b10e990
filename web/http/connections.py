"""The connections of a serving process."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flask import current_app
from psycopg import Connection, IsolationLevel
from psycopg_pool import ConnectionPool

_EXTENSION_KEY = "gazetteer_pool"
_LOOKUP_EXTENSION_KEY = "gazetteer_lookup_pool"

BACKGROUND_CONNECTIONS = 2
"""Connections for the threads that load the search index and the area index in the background.

Each is held for a whole load. A request takes one connection at a time, never a second while it
holds one: with one for each thread and these, nobody waits for long.
"""


def install_pool(
    app: Any,
    pool: ConnectionPool[Connection[Any]],
    replica_pool: ConnectionPool[Connection[Any]] | None = None,
) -> None:
    """Give ``app`` its pool, and one for look-ups where there is a replica for them."""
    app.extensions[_EXTENSION_KEY] = pool
    app.extensions[_LOOKUP_EXTENSION_KEY] = replica_pool or pool


def get_conninfo(app: Any) -> str:
    """The connection string of an application's database, for a connection that lasts."""
    return str(app.extensions[_EXTENSION_KEY].conninfo)


def is_open(app: Any) -> bool:
    """Whether an application still has connections."""
    return not app.extensions[_EXTENSION_KEY].closed


def connection() -> Any:
    """An autocommit connection for a ``with`` block; one statement sees one state."""
    return current_app.extensions[_EXTENSION_KEY].connection()


def lookup_connection() -> Any:
    """A connection for reads of published data: to the replica, where there is one.

    A replica may be a moment behind; every answer names the state it comes from (``known_at``).
    """
    return current_app.extensions[_LOOKUP_EXTENSION_KEY].connection()


@contextmanager
def snapshot_connection() -> Iterator[Connection[Any]]:
    """A read-only connection on which all statements see the same state of the register."""
    with connection() as conn:
        conn.isolation_level = IsolationLevel.REPEATABLE_READ
        conn.read_only = True
        try:
            with conn.transaction():
                yield conn
        finally:
            if not conn.closed:
                conn.isolation_level = None
                conn.read_only = None
