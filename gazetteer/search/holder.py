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

from gazetteer.search.index import Index
from gazetteer.search.loading import ReadPoints, ledger_seq, read_index
from gazetteer.search.view import View

CHECK_EVERY = 0.1
"""Seconds between two looks at the head of the ledger."""
_DAYS_REMEMBERED = 8

Connect = Callable[[], AbstractContextManager[Connection[Any]]]


class Holder:
    """Gives the views of the newest index that there is; safe to use from many threads.

    ``points_of_units`` reads the points that stand for units.
    """

    def __init__(self, connect: Connect, points_of_units: ReadPoints | None = None) -> None:
        self._connect = connect
        self._points_of_units = points_of_units
        self._first = Lock()
        self._lock = Lock()
        self._index: Index | None = None
        self._views: OrderedDict[date, View] = OrderedDict()
        self._looked = float("-inf")
        self._rebuilding: Thread | None = None
        self._behind = True

    def view(self, at: date) -> View:
        """The register on a day; the first call waits until the index is built."""
        index = self._current()
        with self._lock:
            view = self._views.get(at)
            if view is None or view.index is not index:
                view = View(index, at)
                self._views[at] = view
            self._views.move_to_end(at)
            while len(self._views) > _DAYS_REMEMBERED:
                self._views.popitem(last=False)
            return view

    def newest(self) -> Index | None:
        """The index if it is of the newest state, as far as the last look told; None if not.

        Never waits: what is missing is built beside.
        """
        if time.monotonic() - self._looked >= CHECK_EVERY:
            self._look(self._index)
        return None if self._behind else self._index

    def _current(self) -> Index:
        if self._index is None:
            with self._first:
                if self._index is None:
                    self._index = self._built()
        if time.monotonic() - self._looked >= CHECK_EVERY:
            self._look(self._index)
        return self._index

    def _look(self, index: Index | None) -> None:
        self._looked = time.monotonic()
        with self._connect() as conn:
            self._behind = index is None or ledger_seq(conn) != index.seq
        if self._behind:
            self.begin()

    def begin(self) -> None:
        """Build the newest index beside, unless that is under way; asks nothing of the database."""
        with self._lock:
            if self._rebuilding is None or not self._rebuilding.is_alive():
                self._rebuilding = Thread(target=self._rebuild, name="search-index", daemon=True)
                self._rebuilding.start()

    def _rebuild(self) -> None:
        try:
            with self._first:  # whoever has no index yet waits for this one
                self._index = self._built()
        except psycopg.OperationalError:
            return  # the database is away: the next look tries again

    def _built(self) -> Index:
        with self._connect() as conn:
            index = read_index(conn, self._points_of_units)
        gc.freeze()  # it stays as it is: the collector need not walk through it again and again
        return index
