"""What may be found, and what it costs before any name is looked at."""

from dataclasses import dataclass, replace
from threading import Lock
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from gazetteer.records.levels import LEVELS
from gazetteer.search import ranking
from gazetteer.search.points import Box, Point
from gazetteer.search.ranking import Costs
from gazetteer.search.view import View

_REMEMBERED = 4
"""Filters of one view whose costs are kept; a person keeps typing under the same ones."""


@dataclass(frozen=True, slots=True)
class Filters:
    """Each None lets everything through; ``near`` and ``home`` filter nothing, they rank.

    ``within`` and ``home`` are ids of units: what lies in the unit on the day, and itself. What
    has no point on the day lies in no box.
    """

    level: str | None = None
    legal_class: str | None = None
    within: str | None = None
    bbox: Box | None = None
    near: Point | None = None
    home: str | None = None

    @property
    def plain(self) -> bool:
        """Whether everything may be found, wherever it lies."""
        return not (self.level or self.legal_class or self.within or self.bbox or self.near)


@dataclass(frozen=True, slots=True)
class Ground:
    """What is true of each node on the day, whatever is looked for.

    A node that is not in force has the level and the parent of its last state. ``lons`` and
    ``lats`` say where a node lies about: its own point, or that of the lowest unit above that has
    one; NaN where there is none.
    """

    states: NDArray[np.int32]
    in_force: NDArray[np.bool_]
    levels: NDArray[np.int8]
    parents: NDArray[np.int32]
    lons: NDArray[np.float32]
    lats: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Weights:
    """The cost of each node, infinite for what may not be found."""

    ground: Ground
    costs: Costs
    near: Point | None = None

    def of(self, nodes: NDArray[Any]) -> Costs:
        """What nodes cost; those that are not in force may lead to others: only their level."""
        costs = self.costs[nodes]
        lead = np.isinf(costs) & ~self.ground.in_force[nodes]
        costs = np.where(lead, ranking.of_levels(self.ground.levels[nodes]), costs)
        return costs if self.near is None else costs + self._away(nodes, self.near)

    def one(self, node: int) -> float:
        """What one node costs itself."""
        cost = float(self.costs[node])
        if self.near is None or cost == np.inf:
            return cost
        return cost + float(self._away(np.array([node]), self.near)[0])

    def _away(self, nodes: NDArray[Any], near: Point) -> Costs:
        return ranking.of_distance(self.ground.lons[nodes], self.ground.lats[nodes], near)


@dataclass(frozen=True, slots=True)
class _Kept:
    """What is remembered of a view."""

    ground: Ground
    weights: dict[Filters, Weights]


_kept: WeakKeyDictionary[View, _Kept] = WeakKeyDictionary()
_keeping = Lock()


def weights(view: View, filters: Filters) -> Weights:
    """The costs under the filters; remembered, but for what is near."""
    key = filters if filters.near is None else replace(filters, near=None)
    with _keeping:
        kept = _kept.get(view)
        if kept is None:
            kept = _kept[view] = _Kept(_ground(view), {})
        found = kept.weights.get(key)
        if found is None:
            if len(kept.weights) >= _REMEMBERED:
                kept.weights.clear()
            found = kept.weights[key] = Weights(kept.ground, _weighed(view, kept.ground, key))
    return found if filters.near is None else replace(found, near=filters.near)


def _ground(view: View) -> Ground:
    index = view.index
    now = np.asarray(view.states)
    states = np.where(now >= 0, now, np.asarray(index.state_at)[1:] - 1)
    parents = np.asarray(index.parents)[states]
    levels = np.asarray(index.levels)[states]
    return Ground(states, now >= 0, levels, parents, *_where(view, parents))


def _weighed(view: View, ground: Ground, filters: Filters) -> Costs:
    costs = ranking.of_levels(ground.levels)
    if filters.home is not None:
        costs += np.where(_under(view, ground, filters.home), 0.0, ranking.ABROAD)
    costs[~_passing(view, ground, filters)] = np.inf
    return costs


def _passing(view: View, ground: Ground, filters: Filters) -> NDArray[np.bool_]:
    index, told = view.index, view.index.particulars
    passing = np.ones(len(index.ids), np.bool_)
    if filters.level is not None:
        passing &= ground.levels == LEVELS.index(filters.level)
    if filters.legal_class is not None:
        known = filters.legal_class in told.words
        word = told.words.index(filters.legal_class) if known else -1
        passing &= np.asarray(told.legal_classes)[ground.states] == word
    if filters.within is not None:
        passing &= _under(view, ground, filters.within)
    if filters.bbox is not None:
        inside = np.zeros(len(index.ids), np.bool_)
        inside[index.points.within(filters.bbox, view.day)] = True
        passing &= inside
    return passing


def _under(view: View, ground: Ground, unit: str) -> NDArray[np.bool_]:
    """The unit and all that lies in it on the day."""
    under = np.zeros(len(ground.parents), np.bool_)
    if unit in view.index.ids:
        under[view.index.ids.index(unit)] = True
        for _ in LEVELS:
            under |= (ground.parents >= 0) & under[ground.parents]
    return under


def _where(view: View, parents: NDArray[Any]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    points = view.index.points
    lons, lats = (np.full(len(parents), np.nan, np.float32) for _ in range(2))
    known = points.known(view.day)
    nodes = np.asarray(points.nodes)[known]
    lons[nodes], lats[nodes] = np.asarray(points.lons)[known], np.asarray(points.lats)[known]
    for _ in LEVELS:
        open_ = np.isnan(lons) & (parents >= 0)
        lons[open_], lats[open_] = lons[parents[open_]], lats[parents[open_]]
    return lons, lats
