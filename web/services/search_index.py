"""The search index of a serving process."""

from collections.abc import Mapping
from datetime import date
from functools import partial
from typing import Any

from flask import current_app
from psycopg import Connection

from boundaries.areas.label_points import load_unit_points
from gazetteer.ledger.as_of import newest_as_of_fields
from gazetteer.search.index.day_index import DayIndex
from gazetteer.search.index.day_index_cache import DayIndexCache
from gazetteer.search.index.index_files import IndexFiles
from gazetteer.search.index.name_index import NameIndex
from gazetteer.settings import Settings
from web.http.connections import get_conninfo
from web.services.index_building_process import build_index_apart
from web.services.snapshot_caches import create_snapshot_cache, get_extension

_EXTENSION_KEY = "gazetteer_search"


def get_day_index(at: date) -> DayIndex:
    """The names of the register on a day, from its newest index."""
    return _get_cache().get_day_index(at)


def get_newest_index() -> NameIndex | None:
    """The index if it is up to date with the register; None while it is not. Never waits."""
    return _get_cache().indexes.get_newest()


def warm_up_index() -> None:
    """Begin to load the index, so that no request has to wait for all of it."""
    _get_cache().indexes.begin_reload()


def index_as_of_fields(day_index: DayIndex) -> Mapping[str, str | None]:
    """The moment of a response from the index; ``known_at`` is null in an empty register."""
    known = day_index.index.recorded_at
    if known is None:
        return {"at": day_index.at.isoformat(), "known_at": None, "basis": "effective"}
    return newest_as_of_fields(day_index.at, known)


def _get_cache() -> DayIndexCache:
    return get_extension(_EXTENSION_KEY, _create_cache)


def _create_cache() -> DayIndexCache:
    settings: Settings = current_app.config["GAZETTEER"]
    conninfo, directory = get_conninfo(current_app), settings.index_directory
    files = IndexFiles(directory, load_unit_points, partial(build_index_apart, conninfo, directory))

    def load_index(conn: Connection[Any], _: NameIndex | None) -> NameIndex:
        return files.load_newest(conn)

    return DayIndexCache(create_snapshot_cache(load_index))
