"""The search index of a serving process."""

from collections.abc import Mapping
from contextlib import AbstractContextManager
from datetime import date
from functools import partial
from threading import Lock
from typing import Any, cast

from flask import Flask, current_app
from psycopg import Connection

from boundaries.areas.labels import load_unit_points
from gazetteer.ledger.asof import newest_as_of_fields
from gazetteer.search.holder import IndexCache
from gazetteer.search.index import NameIndex
from gazetteer.search.view import DayIndex
from web import db

_KEY = "gazetteer_search"
_MAKING = Lock()


def search_view(at: date) -> DayIndex:
    """The names of the register on a day, as its newest index has them."""
    return _holder().get_day_index(at)


def newest_index() -> NameIndex | None:
    """The index if it is in step with the register; None while it is not. Never waits."""
    return _holder().get_newest()


def begin_index() -> None:
    """Begin to build the index, so that no request has to wait for all of it."""
    _holder().start_rebuild()


def told_moment(view: DayIndex) -> Mapping[str, str | None]:
    """The moment of an answer from the index; ``known_at`` is null in an empty register."""
    known = view.index.recorded_at
    if known is None:
        return {"at": view.at.isoformat(), "known_at": None, "basis": "effective"}
    return newest_as_of_fields(view.at, known)


def _holder() -> IndexCache:
    app = current_app._get_current_object()  # type: ignore[attr-defined]
    holder = app.extensions.get(_KEY)
    if holder is None:
        with _MAKING:
            holder = app.extensions.setdefault(
                _KEY, IndexCache(partial(_connection, app), load_unit_points)
            )
    return cast(IndexCache, holder)


def _connection(app: Flask) -> AbstractContextManager[Connection[Any]]:
    """A connection for the thread that builds, which has no application context of its own."""
    with app.app_context():
        return cast(AbstractContextManager[Connection[Any]], db.connection())
