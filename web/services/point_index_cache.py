"""The area index of a serving process, in memory."""

from contextlib import AbstractContextManager
from functools import partial
from threading import Lock
from typing import Any, cast

from flask import Flask, current_app
from psycopg import Connection

from boundaries.areas.point_index.area_index import AreaIndex, load_area_index
from gazetteer.ledger.as_of import AsOf
from gazetteer.ledger.snapshot_cache import SnapshotCache
from web.http import connections

_EXTENSION_KEY = "gazetteer_areas"
_CREATION_LOCK = Lock()


def find_area_index(as_of: AsOf) -> AreaIndex | None:
    """The area index, if it can answer for the moment; None if not. Never waits."""
    area_index = _get_cache().get_newest()
    return area_index if area_index is not None and area_index.can_answer(as_of) else None


def warm_up_area_index() -> None:
    """Begin to load, so that the database answers only the first requests."""
    _get_cache().begin_reload()


def _get_cache() -> SnapshotCache[AreaIndex]:
    app = current_app._get_current_object()  # type: ignore[attr-defined]
    cache = app.extensions.get(_EXTENSION_KEY)
    if cache is None:
        with _CREATION_LOCK:
            cache = app.extensions.setdefault(
                _EXTENSION_KEY, SnapshotCache(partial(_background_connection, app), load_area_index)
            )
    return cast(SnapshotCache[AreaIndex], cache)


def _background_connection(app: Flask) -> AbstractContextManager[Connection[Any]]:
    """A connection for the loading thread, which has no application context of its own."""
    with app.app_context():
        return cast(AbstractContextManager[Connection[Any]], connections.connection())
