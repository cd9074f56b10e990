"""The indexes of the newest state of the register, between one job of a worker and the next."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import lru_cache, partial
from typing import Any

import psycopg
from psycopg import Connection

from boundaries.areas.label_points import load_unit_points
from boundaries.areas.point_index.area_index import AreaIndex, load_area_index
from gazetteer.ledger.as_of import AsOf
from gazetteer.search.index.index_files import IndexFiles
from gazetteer.search.index.name_index import NameIndex
from gazetteer.settings import get_settings


class WarmIndexes:
    """Indexes over one database; not for use by several threads at a time."""

    def __init__(self, conninfo: str) -> None:
        self.connect: Callable[[], AbstractContextManager[Connection[Any]]] = partial(
            psycopg.connect, conninfo, autocommit=True
        )
        self._index_files = IndexFiles(get_settings().index_directory, load_unit_points)
        self._area_index: AreaIndex | None = None

    def refresh_name_index(self) -> NameIndex:
        """The index of names, brought up to date."""
        with self.connect() as conn:
            return self._index_files.load_newest(conn)

    def refresh_area_index(self, as_of: AsOf) -> AreaIndex | None:
        """The index of areas, brought up to date; None if it cannot answer for the moment."""
        with self.connect() as conn:
            self._area_index = load_area_index(conn, self._area_index)
        return self._area_index if self._area_index.can_answer(as_of) else None


@lru_cache(maxsize=1)
def get_warm_indexes(conninfo: str) -> WarmIndexes:
    """The indexes of this process over a database."""
    return WarmIndexes(conninfo)
