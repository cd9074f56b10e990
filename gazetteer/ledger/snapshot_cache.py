"""One state of the register in memory, kept in step with what is published.

What was read is one state and never changes. When the ledger has moved on, the next state is read
beside, and until then nobody is given the old one.
"""

import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from threading import Lock, Thread
from typing import Any, Generic, Protocol, TypeVar

import psycopg
from psycopg import Connection

CHECK_EVERY = 0.1
"""Seconds between two looks at the head of the ledger."""

_HEAD = "SELECT seq FROM ledger_head"


class Snapshot(Protocol):
    """Something read from the register at a ledger sequence."""

    @property
    def seq(self) -> int:
        """How far the register had got."""
        ...


T = TypeVar("T", bound=Snapshot)
Connect = Callable[[], AbstractContextManager[Connection[Any]]]


class SnapshotCache(Generic[T]):
    """Gives the newest state that was read; safe to use from many threads.

    ``read`` reads it over an autocommit connection; it is given the state before, to take over
    from it what did not change.
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
        """The state if it is the newest, as far as the last look told; None if not.

        Never waits: what is missing is read beside.
        """
        if time.monotonic() - self._checked_at >= CHECK_EVERY:
            self._check_head()
        return None if self._is_behind else self._snapshot

    def begin_reload(self) -> None:
        """Read the newest state beside, unless that is under way; asks nothing of the database."""
        with self._lock:
            if self._reload_thread is None or not self._reload_thread.is_alive():
                self._reload_thread = Thread(
                    target=self._reload_snapshot, name="kept-state", daemon=True
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
            return  # the database is away: the next look tries again
