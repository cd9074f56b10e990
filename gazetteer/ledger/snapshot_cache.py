"""A cache of one snapshot of the register, reloaded after each publication.

A snapshot never changes once it is loaded. When the ledger moves on, the next one is loaded in the
background; what must be of the newest state is not given out until then.
"""

import logging
from collections.abc import Callable
from threading import Lock, Thread
from typing import Any, Generic, Protocol, TypeVar

import psycopg
from psycopg import Connection

from gazetteer.ledger.head_watch import Connect, HeadWatch

log = logging.getLogger(__name__)


class Snapshot(Protocol):
    """Something loaded from the register at a sequence number of the ledger."""

    @property
    def seq(self) -> int:
        """The sequence number of the state that was loaded."""
        ...


T = TypeVar("T", bound=Snapshot)


class SnapshotCache(Generic[T]):
    """Holds the newest snapshot; thread-safe.

    Args:
        watch: knows the head of the ledger.
        connect: opens an autocommit connection to the register.
        load: loads a snapshot; it receives the previous one, to reuse what did not change. Only
            one thread at a time calls it.
    """

    def __init__(
        self,
        watch: HeadWatch,
        connect: Connect,
        load: Callable[[Connection[Any], T | None], T],
    ) -> None:
        self._watch, self._connect, self._load = watch, connect, load
        self._load_lock = Lock()
        self._lock = Lock()
        self._snapshot: T | None = None
        self._is_wanted = False
        self._reload_thread: Thread | None = None
        watch.add_subscriber(self.begin_reload)

    def get_newest(self) -> T | None:
        """The snapshot if it is of the last publication, as far as is known; otherwise None.

        Does not wait for a snapshot: a missing or outdated one is loaded in the background.
        """
        snapshot, seq = self._snapshot, self._watch.known_seq
        if snapshot is not None and snapshot.seq == seq:
            return snapshot
        if snapshot is None or seq is not None:  # else the watch says when the head is known again
            self.begin_reload()
        return None

    def get_latest(self) -> T:
        """The snapshot at hand, be it outdated; the first call waits until there is one.

        Raises:
            psycopg.OperationalError: there is none, and the register cannot be reached.
        """
        if self._snapshot is None:
            self._load_snapshot(only_first=True)
        snapshot = self._snapshot
        assert snapshot is not None, "it was loaded above, and is never taken away"
        if self._watch.known_seq not in (snapshot.seq, None):
            self.begin_reload()
        return snapshot

    def begin_reload(self) -> None:
        """Load the newest snapshot in a thread, if it is not at hand; returns at once."""
        with self._lock:
            self._is_wanted = True
            if self._reload_thread is None or not self._reload_thread.is_alive():
                self._reload_thread = Thread(
                    target=self._reload_snapshot, name="snapshot-cache", daemon=True
                )
                self._reload_thread.start()

    def _reload_snapshot(self) -> None:
        while self._take_order():
            try:
                self._load_snapshot()
            except psycopg.OperationalError:
                log.debug("the register cannot be reached; the next request tries again")

    def _take_order(self) -> bool:
        """Whether another snapshot is wanted; if not, the thread ends and the next starts anew."""
        with self._lock:
            if not self._is_wanted:
                self._reload_thread = None
                return False
            self._is_wanted = False
            return True

    def _load_snapshot(self, *, only_first: bool = False) -> None:
        with self._load_lock:
            snapshot = self._snapshot
            if snapshot is not None and (only_first or snapshot.seq == self._watch.known_seq):
                return
            with self._connect() as conn:
                self._snapshot = loaded = self._load(conn, snapshot)
            self._watch.advance_seq(loaded.seq)
