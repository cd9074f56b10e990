"""What may be found at all: by level, class, the unit around it, and a box."""

from dataclasses import dataclass
from threading import Lock
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from gazetteer.records.levels import LEVELS
from gazetteer.search.points import Box, Point
from gazetteer.search.view import View

_REMEMBERED = 16
"""Filters of one view whose nodes are kept; a person keeps typing under the same ones."""


@dataclass(frozen=True, slots=True)
class Filters:
    """Each None lets everything through; ``near`` filters nothing, it ranks.

    ``within`` is the id of a unit, which lets through what lies in it on the day, and itself.
    What has no point on the day lies in no box.
    """

    level: str | None = None
    legal_class: str | None = None
    within: str | None = None
    bbox: Box | None = None
    near: Point | None = None

    @property
    def open(self) -> bool:
        """Whether everything passes."""
        return not (self.level or self.legal_class or self.within or self.bbox)


_Allowed = NDArray[np.bool_]
_kept: WeakKeyDictionary[View, dict[Filters, _Allowed]] = WeakKeyDictionary()
_keeping = Lock()


def allowed(view: View, filters: Filters) -> _Allowed | None:
    """Which nodes pass; None if all do."""
    if filters.open:
        return None
    key = Filters(filters.level, filters.legal_class, filters.within, filters.bbox)
    with _keeping:
        kept = _kept.setdefault(view, {})
        found = kept.get(key)
    if found is None:
        found = _allowed(view, key)
        with _keeping:
            if len(kept) >= _REMEMBERED:
                kept.clear()
            kept[key] = found
    return found


def _allowed(view: View, filters: Filters) -> _Allowed:
    index = view.index
    states = shown_states(view)
    passing = np.ones(len(index.ids), np.bool_)
    if filters.level is not None:
        passing &= np.asarray(index.levels)[states] == LEVELS.index(filters.level)
    if filters.legal_class is not None:
        told = index.particulars
        known = filters.legal_class in told.words
        word = told.words.index(filters.legal_class) if known else -1
        passing &= np.asarray(told.legal_classes)[states] == word
    if filters.within is not None:
        passing &= _under(view, states, filters.within)
    if filters.bbox is not None:
        inside = np.zeros(len(index.ids), np.bool_)
        inside[index.points.within(filters.bbox, view.day)] = True
        passing &= inside
    return passing


def shown_states(view: View) -> NDArray[np.intp]:
    """The state of each node on the day; its last one if it has none then."""
    now = np.asarray(view.states)
    return np.where(now >= 0, now, np.asarray(view.index.state_at)[1:] - 1)


def _under(view: View, states: NDArray[np.intp], unit: str) -> _Allowed:
    """The unit and all that lies in it, by the parents of the day."""
    index = view.index
    under = np.zeros(len(index.ids), np.bool_)
    if unit not in index.ids:
        return under
    under[index.ids.index(unit)] = True
    parents = np.asarray(index.parents)[states]
    has_parent = parents >= 0
    for _ in LEVELS:
        under |= has_parent & under[parents]
    return under
