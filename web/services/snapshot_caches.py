"""What a serving process holds in memory of the newest state, over one watch of the ledger."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import partial
from threading import RLock
from typing import Any, TypeVar, cast

import psycopg
from flask import Flask, current_app
from psycopg import Connection

from gazetteer.ledger.head_watch import HeadWatch
from gazetteer.ledger.snapshot_cache import Snapshot, SnapshotCache
from web.http import connections

_WATCH_KEY = "gazetteer_head_watch"
_CREATION_LOCK = RLock()  # what is created may need another

T = TypeVar("T", bound=Snapshot)
C = TypeVar("C")


def get_extension(key: str, create: Callable[[], C]) -> C:
    """The object of a key in the application; made at the first call."""
    extensions = current_app.extensions
    if key not in extensions:
        with _CREATION_LOCK:
            if key not in extensions:
                extensions[key] = create()
    return cast(C, extensions[key])


def create_snapshot_cache(load: Callable[[Connection[Any], T | None], T]) -> SnapshotCache[T]:
    """A cache for the application, over its pool of connections."""
    app = cast(Flask, current_app._get_current_object())  # type: ignore[attr-defined]
    watch = get_extension(_WATCH_KEY, partial(_create_watch, app))
    return SnapshotCache(watch, partial(_open_connection, app), load)


def _create_watch(app: Flask) -> HeadWatch:
    """The watch, over a connection that the pool does not count."""
    conninfo = connections.get_conninfo(app)
    connect = partial(
        psycopg.connect, conninfo, autocommit=True, application_name="gazetteer watch"
    )
    return HeadWatch(connect, lambda: connections.is_open(app))


def _open_connection(app: Flask) -> AbstractContextManager[Connection[Any]]:
    """A connection for a thread that has no application context of its own."""
    with app.app_context():
        return cast(AbstractContextManager[Connection[Any]], connections.connection())
