"""A cache of one snapshot of the register, reloaded after each publication.

A snapshot never changes once it is loaded. When the ledger has moved on, the next snapshot is
loaded in the background; until then the outdated one is not handed out.
"""

import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from threading import Lock, Thread
from typing import Any, Generic, Protocol, TypeVar

import psycopg
from psycopg import Connection

CHECK_EVERY = 0.1
"""Seconds between two checks of the head of the ledger."""

_HEAD = "SELECT seq FROM ledger_head"


class Snapshot(Protocol):
    """Something loaded from the register at a sequence number of the ledger."""

    @property
    def seq(self) -> int:
        """The sequence number of the state that was loaded."""
        ...


T = TypeVar("T", bound=Snapshot)
Connect = Callable[[], AbstractContextManager[Connection[Any]]]


class SnapshotCache(Generic[T]):
    """Holds the newest snapshot; thread-safe.

    Args:
        connect: opens an autocommit connection to the register.
        load: loads a snapshot; it receives the previous one, to reuse what did not change.
    """

    def __init__(self, connect: Connect, load: Callable[[Connection[Any], T | None], T]) -> None:
        self._connect = connect
        self._load = load
        self._lock = Lock()
        self._snapshot: T | None = None
        self._checked_at = float("-inf")
        self._is_behind = True
        self._reload_thread: Thread | None = None

    def get_newest(self) -> T | None:
        """The snapshot if it was the newest at the last check of the head, otherwise None.

        Does not wait for a snapshot: a missing or outdated one is loaded in the background.

        Raises:
            psycopg.OperationalError: the head could not be read.
        """
        if time.monotonic() - self._checked_at >= CHECK_EVERY:
            self._check_head()
        return None if self._is_behind else self._snapshot

    def begin_reload(self) -> None:
        """Load the newest snapshot in a thread, unless that is under way; returns at once."""
        with self._lock:
            if self._reload_thread is None or not self._reload_thread.is_alive():
                self._reload_thread = Thread(
                    target=self._reload_snapshot, name="snapshot-cache", daemon=True
                )
                self._reload_thread.start()

    def _check_head(self) -> None:
        self._checked_at = time.monotonic()
        snapshot = self._snapshot
        with self._connect() as conn:
            row = conn.execute(_HEAD).fetchone()
        self._is_behind = snapshot is None or row is None or row[0] != snapshot.seq
        if self._is_behind:
            self.begin_reload()

    def _reload_snapshot(self) -> None:
        try:
            with self._connect() as conn:
                self._snapshot = self._load(conn, self._snapshot)
        except psycopg.OperationalError:
            return  # the database cannot be reached: the next check tries again
