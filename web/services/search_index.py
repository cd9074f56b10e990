"""The search index of a serving process."""

from collections.abc import Mapping
from contextlib import AbstractContextManager
from datetime import date
from functools import partial
from threading import Lock
from typing import Any, cast

from flask import Flask, current_app
from psycopg import Connection

from boundaries.areas.label_points import load_unit_points
from gazetteer.ledger.as_of import newest_as_of_fields
from gazetteer.search.index.day_index import DayIndex
from gazetteer.search.index.index_cache import IndexCache
from gazetteer.search.index.name_index import NameIndex
from web.http import connections

_EXTENSION_KEY = "gazetteer_search"
_CREATION_LOCK = Lock()


def get_day_index(at: date) -> DayIndex:
    """The names of the register on a day, from its newest index."""
    return _get_cache().get_day_index(at)


def get_newest_index() -> NameIndex | None:
    """The index if it is up to date with the register; None while it is not. Never waits."""
    return _get_cache().get_newest()


def warm_up_index() -> None:
    """Begin to build the index, so that no request has to wait for all of it."""
    _get_cache().start_rebuild()


def index_as_of_fields(day_index: DayIndex) -> Mapping[str, str | None]:
    """The moment of a response from the index; ``known_at`` is null in an empty register."""
    known = day_index.index.recorded_at
    if known is None:
        return {"at": day_index.at.isoformat(), "known_at": None, "basis": "effective"}
    return newest_as_of_fields(day_index.at, known)


def _get_cache() -> IndexCache:
    app = current_app._get_current_object()  # type: ignore[attr-defined]
    cache = app.extensions.get(_EXTENSION_KEY)
    if cache is None:
        with _CREATION_LOCK:
            cache = app.extensions.setdefault(
                _EXTENSION_KEY, IndexCache(partial(_background_connection, app), load_unit_points)
            )
    return cast(IndexCache, cache)


def _background_connection(app: Flask) -> AbstractContextManager[Connection[Any]]:
    """A connection for the building thread, which has no application context of its own."""
    with app.app_context():
        return cast(AbstractContextManager[Connection[Any]], connections.connection())
