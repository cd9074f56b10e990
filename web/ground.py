"""What lies where, in the memory of a serving process."""

from contextlib import AbstractContextManager
from functools import partial
from threading import Lock
from typing import Any, cast

from flask import Flask, current_app
from psycopg import Connection

from boundaries.areas.memory.ground import AreaIndex, load_area_index
from gazetteer.ledger.asof import AsOf
from gazetteer.ledger.kept import SnapshotCache
from web import db

_KEY = "gazetteer_ground"
_MAKING = Lock()


def ground_of(as_of: AsOf) -> AreaIndex | None:
    """The ground, if memory has the state that is asked for; None if not. Never waits."""
    ground = _kept().get_newest()
    return ground if ground is not None and ground.can_answer(as_of) else None


def begin_ground() -> None:
    """Begin to read, so that the database need not answer for long."""
    _kept().begin_reload()


def _kept() -> SnapshotCache[AreaIndex]:
    app = current_app._get_current_object()  # type: ignore[attr-defined]
    kept = app.extensions.get(_KEY)
    if kept is None:
        with _MAKING:
            kept = app.extensions.setdefault(
                _KEY, SnapshotCache(partial(_connection, app), load_area_index)
            )
    return cast(SnapshotCache[AreaIndex], kept)


def _connection(app: Flask) -> AbstractContextManager[Connection[Any]]:
    """A connection for the thread that reads, which has no application context of its own."""
    with app.app_context():
        return cast(AbstractContextManager[Connection[Any]], db.connection())
