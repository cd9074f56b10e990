"""The search index of a serving process, and the points of what it finds."""

from collections.abc import Iterable
from contextlib import AbstractContextManager
from datetime import date
from functools import partial
from threading import Lock
from typing import Any, cast
from uuid import UUID

from flask import Flask, current_app
from psycopg import Connection

from boundaries.areas.labels import label_points
from gazetteer.ledger.asof import AsOf
from gazetteer.search.holder import Holder
from gazetteer.search.view import View
from web import db

_KEY = "gazetteer_search"
_MAKING = Lock()

_Point = tuple[float, float]


def search_view(at: date) -> View:
    """The names of the register on a day, as its newest index has them."""
    app = current_app._get_current_object()  # type: ignore[attr-defined]
    with _MAKING:
        if _KEY not in app.extensions:
            app.extensions[_KEY] = Holder(partial(_connection, app))
    return cast(Holder, app.extensions[_KEY]).view(at)


def _connection(app: Flask) -> AbstractContextManager[Connection[Any]]:
    """A connection for the thread that builds, which has no application context of its own."""
    with app.app_context():
        return cast(AbstractContextManager[Connection[Any]], db.connection())


class Points:
    """The points of nodes: of a unit where its label stands, as known in the index's state."""

    def __init__(self, view: View, nodes: Iterable[int]) -> None:
        """Look up what is not yet remembered; one statement for all nodes."""
        self._view = view
        remembered = view.points
        wanted = [n for n in dict.fromkeys(nodes) if n not in remembered and view.index.is_unit(n)]
        if wanted:
            remembered.update(self._read(wanted))
        self._points = remembered

    def of(self, node: int) -> _Point | None:
        """``(lon, lat)`` of a node, CGCS2000; None if none is known on the day."""
        return self._view.index.points.get(node) or self._points.get(node)

    def _read(self, nodes: list[int]) -> dict[int, _Point | None]:
        index = self._view.index
        ids = {UUID(index.ids[node]): node for node in nodes}
        with db.connection() as conn:
            found = label_points(conn, list(ids), AsOf(self._view.at, index.recorded_at))
        known = {ids[unit]: (lon, lat) for unit, (lon, lat) in found.items()}
        return {node: known.get(node) for node in nodes}
