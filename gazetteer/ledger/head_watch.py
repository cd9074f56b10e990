"""The head of the ledger as one process knows it, without asking again and again.

A publication notifies whoever listens on ``published``, once it is committed. One connection
listens for all caches of a process; while it is lost the head is unknown.
"""

import logging
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from threading import Lock, Thread
from typing import Any

import psycopg
from psycopg import Connection

log = logging.getLogger(__name__)

Connect = Callable[[], AbstractContextManager[Connection[Any]]]

_RECONNECT_SECONDS = 1.0
_CHECK_SECONDS = 1.0
"""Seconds after which the head is read without a notification: a pooler may swallow these."""

_HEAD = "SELECT seq FROM ledger_head"


class HeadWatch:
    """Knows the sequence number of the last publication; thread-safe.

    Args:
        connect: opens an autocommit connection of its own: it is used for as long as it lasts.
        is_needed: False ends the watch, within some seconds.
    """

    def __init__(self, connect: Connect, is_needed: Callable[[], bool] = lambda: True) -> None:
        self._connect, self._is_needed = connect, is_needed
        self._lock = Lock()
        self._thread: Thread | None = None
        self._seq: int | None = None
        self._subscribers: list[Callable[[], None]] = []

    @property
    def known_seq(self) -> int | None:
        """The sequence number; None while it is unknown. Begins the watch, and never waits."""
        if self._thread is None:
            self._start_thread()
        return self._seq

    def add_subscriber(self, callback: Callable[[], None]) -> None:
        """Have a function called, in the thread of the watch, whenever the head is another one."""
        self._subscribers.append(callback)

    def advance_seq(self, seq: int) -> None:
        """Learn of a publication from whoever has just read it, before its notification comes."""
        with self._lock:
            if self._seq is not None and seq > self._seq:
                self._seq = seq

    def _start_thread(self) -> None:
        with self._lock:
            if self._thread is None:
                self._thread = Thread(target=self._watch_head, name="head-watch", daemon=True)
                self._thread.start()

    def _watch_head(self) -> None:
        while self._is_needed():
            try:
                with self._connect() as conn:
                    self._follow_notifications(conn)
            except psycopg.Error as error:
                log.debug("the head of the ledger is unknown: %s", error)
            self._set_seq(None)
            time.sleep(_RECONNECT_SECONDS)
        self._thread = None

    def _follow_notifications(self, conn: Connection[Any]) -> None:
        conn.execute("LISTEN published")
        while self._is_needed():
            row = conn.execute(_HEAD).fetchone()
            self._set_seq(row[0] if row else None)
            for notification in conn.notifies(timeout=_CHECK_SECONDS):
                self._set_seq(int(notification.payload))

    def _set_seq(self, seq: int | None) -> None:
        with self._lock:
            is_new = seq != self._seq
            self._seq = seq
        if is_new and seq is not None:
            for callback in self._subscribers:
                callback()
