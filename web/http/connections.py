"""The connections of a serving process."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flask import current_app
from psycopg import Connection, IsolationLevel
from psycopg_pool import ConnectionPool

_EXTENSION_KEY = "gazetteer_pool"

BACKGROUND_CONNECTIONS = 2
"""Connections for the threads that read the search index and the ground beside the requests.

They hold theirs for as long as they read. A request takes one connection at a time, never a second
while it holds one: so a pool of one for each thread and these never lets anybody wait for long.
"""


def install_pool(app: Any, pool: ConnectionPool[Connection[Any]]) -> None:
    """Give ``app`` its pool."""
    app.extensions[_EXTENSION_KEY] = pool


def connection() -> Any:
    """An autocommit connection for a ``with`` block; one statement sees one state."""
    return current_app.extensions[_EXTENSION_KEY].connection()


@contextmanager
def snapshot_connection() -> Iterator[Connection[Any]]:
    """A connection on which all statements see one and the same state of the register."""
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
