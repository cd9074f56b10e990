"""The index of a serving process, in step with what is published.

An answer is made from one index, which is one state of the register: it never mixes two. When the
ledger has moved on, a new index is built beside the old one, which answers until then; answers
say by ``known_at`` which state they show.
"""

import gc
import time
from collections import OrderedDict
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date
from threading import Lock, Thread
from typing import Any

import psycopg
from psycopg import Connection

from gazetteer.search.index.day_index import DayIndex
from gazetteer.search.index.index_loading import LoadPoints, load_index, load_ledger_seq
from gazetteer.search.index.name_index import NameIndex

POLL_SECONDS = 0.1
"""Seconds between two polls of the head of the ledger."""
_MAX_CACHED_DAYS = 8

OpenConnection = Callable[[], AbstractContextManager[Connection[Any]]]


class IndexCache:
    """Holds the newest index and its day indexes; safe to use from many threads.

    ``points_of_units`` loads the points that stand for units.
    """

    def __init__(self, connect: OpenConnection, points_of_units: LoadPoints | None = None) -> None:
        self._connect = connect
        self._points_of_units = points_of_units
        self._build_lock = Lock()
        self._lock = Lock()
        self._index: NameIndex | None = None
        self._day_indexes: OrderedDict[date, DayIndex] = OrderedDict()
        self._last_poll = float("-inf")
        self._rebuild_thread: Thread | None = None
        self._is_behind = True

    def get_day_index(self, at: date) -> DayIndex:
        """The register on a day; the first call waits until the index is built."""
        index = self._get_current()
        with self._lock:
            day_index = self._day_indexes.get(at)
            if day_index is None or day_index.index is not index:
                day_index = DayIndex(index, at)
                self._day_indexes[at] = day_index
            self._day_indexes.move_to_end(at)
            while len(self._day_indexes) > _MAX_CACHED_DAYS:
                self._day_indexes.popitem(last=False)
            return day_index

    def get_newest(self) -> NameIndex | None:
        """The index if it was of the newest state at the last poll; None if not.

        Never waits: a newer index is built in the background.
        """
        if time.monotonic() - self._last_poll >= POLL_SECONDS:
            self._poll_ledger(self._index)
        return None if self._is_behind else self._index

    def _get_current(self) -> NameIndex:
        if self._index is None:
            with self._build_lock:
                if self._index is None:
                    self._index = self._load_index()
        if time.monotonic() - self._last_poll >= POLL_SECONDS:
            self._poll_ledger(self._index)
        return self._index

    def _poll_ledger(self, index: NameIndex | None) -> None:
        self._last_poll = time.monotonic()
        with self._connect() as conn:
            self._is_behind = index is None or load_ledger_seq(conn) != index.seq
        if self._is_behind:
            self.start_rebuild()

    def start_rebuild(self) -> None:
        """Build the newest index in the background, unless that is under way."""
        with self._lock:
            if self._rebuild_thread is None or not self._rebuild_thread.is_alive():
                self._rebuild_thread = Thread(
                    target=self._rebuild_index, name="search-index", daemon=True
                )
                self._rebuild_thread.start()

    def _rebuild_index(self) -> None:
        try:
            with self._build_lock:  # whoever has no index yet waits for this one
                self._index = self._load_index()
        except psycopg.OperationalError:
            return  # the database is away: the next poll tries again

    def _load_index(self) -> NameIndex:
        with self._connect() as conn:
            index = load_index(conn, self._points_of_units)
        gc.freeze()  # it never changes: the collector need not traverse it again and again
        return index
