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


class OfOneState(Protocol):
    """Something read from the register at a ledger sequence."""

    @property
    def seq(self) -> int:
        """How far the register had got."""
        ...


T = TypeVar("T", bound=OfOneState)
Connect = Callable[[], AbstractContextManager[Connection[Any]]]


class Kept(Generic[T]):
    """Gives the newest state that was read; safe to use from many threads.

    ``read`` reads it over an autocommit connection; it is given the state before, to take over
    from it what did not change.
    """

    def __init__(self, connect: Connect, read: Callable[[Connection[Any], T | None], T]) -> None:
        self._connect = connect
        self._read = read
        self._lock = Lock()
        self._state: T | None = None
        self._looked = float("-inf")
        self._behind = True
        self._reading: Thread | None = None

    def newest(self) -> T | None:
        """The state if it is the newest, as far as the last look told; None if not.

        Never waits: what is missing is read beside.
        """
        if time.monotonic() - self._looked >= CHECK_EVERY:
            self._look()
        return None if self._behind else self._state

    def begin(self) -> None:
        """Read the newest state beside, unless that is under way; asks nothing of the database."""
        with self._lock:
            if self._reading is None or not self._reading.is_alive():
                self._reading = Thread(target=self._renew, name="kept-state", daemon=True)
                self._reading.start()

    def _look(self) -> None:
        self._looked = time.monotonic()
        state = self._state
        with self._connect() as conn:
            row = conn.execute(_HEAD).fetchone()
        self._behind = state is None or row is None or row[0] != state.seq
        if self._behind:
            self.begin()

    def _renew(self) -> None:
        try:
            with self._connect() as conn:
                self._state = self._read(conn, self._state)
        except psycopg.OperationalError:
            return  # the database is away: the next look tries again
