"""The day indexes of a serving process, in step with what is published.

An answer is made from one index, which is one state of the register: it never mixes two. When the
ledger has moved on, the next index is made beside the one at hand, which answers until then;
answers say by ``known_at`` which state they show.
"""

from collections import OrderedDict
from datetime import date
from threading import Lock

from gazetteer.ledger.snapshot_cache import SnapshotCache
from gazetteer.search.index.day_index import DayIndex
from gazetteer.search.index.name_index import NameIndex

_MAX_CACHED_DAYS = 8


class DayIndexCache:
    """Holds the day indexes of the index at hand; safe to use from many threads."""

    def __init__(self, indexes: SnapshotCache[NameIndex]) -> None:
        self.indexes = indexes
        self._lock = Lock()
        self._day_indexes: OrderedDict[date, DayIndex] = OrderedDict()

    def get_day_index(self, at: date) -> DayIndex:
        """The register on a day; the first call waits until there is an index."""
        index = self.indexes.get_latest()
        with self._lock:
            day_index = self._day_indexes.get(at)
            if day_index is None or day_index.index is not index:
                self._remove_outdated(index)
                day_index = self._day_indexes[at] = DayIndex(index, at)
            self._day_indexes.move_to_end(at)
            while len(self._day_indexes) > _MAX_CACHED_DAYS:
                self._day_indexes.popitem(last=False)
            return day_index

    def _remove_outdated(self, index: NameIndex) -> None:
        """Give the memory of what was worked out for earlier indexes back."""
        outdated = [at for at, day in self._day_indexes.items() if day.index is not index]
        for at in outdated:
            del self._day_indexes[at]
