"""The filters of a search, and what each node costs under them before names are compared."""

from dataclasses import dataclass, replace
from threading import Lock
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from gazetteer.records.levels import LEVELS
from gazetteer.search.autocomplete import ranking
from gazetteer.search.autocomplete.ranking import CostArray
from gazetteer.search.index.day_index import DayIndex
from gazetteer.search.index.node_points import BoundingBox, LonLat

_CACHED_FILTERS = 4
"""Filters of one day index whose costs are cached; a person types on under the same ones."""


@dataclass(frozen=True, slots=True)
class Filters:
    """Each None lets everything through; ``near`` and ``home`` do not filter, but rank.

    ``within`` and ``home`` are ids of units: the unit, and what lies in it on the day. ``bbox``
    (west, south, east, north) and ``near`` (lon, lat) are in degrees, CGCS2000; what has no point
    on the day lies in no box.
    """

    level: str | None = None
    legal_class: str | None = None
    within: str | None = None
    bbox: BoundingBox | None = None
    near: LonLat | None = None
    home: str | None = None

    @property
    def is_unrestricted(self) -> bool:
        """Whether everything may be found, wherever it lies."""
        return not (self.level or self.legal_class or self.within or self.bbox or self.near)


@dataclass(frozen=True, slots=True)
class NodeArrays:
    """What is true of each node on the day, whatever the query is.

    A node that is not in force has the level and the parent of its last state. ``lons`` and
    ``lats`` say roughly where a node lies: its own point, or that of the lowest unit above that has
    one; NaN where there is none.
    """

    states: NDArray[np.int32]
    in_force: NDArray[np.bool_]
    levels: NDArray[np.int8]
    parents: NDArray[np.int32]
    lons: NDArray[np.float32]
    lats: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class RankingCosts:
    """The cost of each node, infinite for what may not be found."""

    node_arrays: NodeArrays
    node_costs: CostArray
    near: LonLat | None = None

    def compute_costs(self, nodes: NDArray[Any]) -> CostArray:
        """The costs of nodes; of those not in force, which may lead to others, only their level."""
        costs = self.node_costs[nodes]
        may_lead = np.isinf(costs) & ~self.node_arrays.in_force[nodes]
        costs = np.where(
            may_lead, ranking.compute_level_costs(self.node_arrays.levels[nodes]), costs
        )
        return (
            costs if self.near is None else costs + self._compute_distance_costs(nodes, self.near)
        )

    def compute_cost(self, node: int) -> float:
        """The cost of one node."""
        cost = float(self.node_costs[node])
        if self.near is None or cost == np.inf:
            return cost
        return cost + float(self._compute_distance_costs(np.array([node]), self.near)[0])

    def _compute_distance_costs(self, nodes: NDArray[Any], near: LonLat) -> CostArray:
        return ranking.compute_distance_costs(
            self.node_arrays.lons[nodes], self.node_arrays.lats[nodes], near
        )


@dataclass(frozen=True, slots=True)
class _CostCache:
    """What is cached for a day index."""

    node_arrays: NodeArrays
    costs_by_filters: dict[Filters, RankingCosts]


_cost_caches: WeakKeyDictionary[DayIndex, _CostCache] = WeakKeyDictionary()
_cache_lock = Lock()


def get_ranking_costs(day_index: DayIndex, filters: Filters) -> RankingCosts:
    """The costs under the filters; cached, but for those of the distance."""
    key = filters if filters.near is None else replace(filters, near=None)
    with _cache_lock:
        cache = _cost_caches.get(day_index)
        if cache is None:
            cache = _cost_caches[day_index] = _CostCache(_build_node_arrays(day_index), {})
        costs = cache.costs_by_filters.get(key)
        if costs is None:
            if len(cache.costs_by_filters) >= _CACHED_FILTERS:
                cache.costs_by_filters.clear()
            costs = cache.costs_by_filters[key] = RankingCosts(
                cache.node_arrays, _compute_node_costs(day_index, cache.node_arrays, key)
            )
    return costs if filters.near is None else replace(costs, near=filters.near)


def _build_node_arrays(day_index: DayIndex) -> NodeArrays:
    index = day_index.index
    current_states = np.asarray(day_index.states)
    states = np.where(current_states >= 0, current_states, np.asarray(index.state_offsets)[1:] - 1)
    parents = np.asarray(index.parents)[states]
    levels = np.asarray(index.levels)[states]
    return NodeArrays(
        states, current_states >= 0, levels, parents, *_approximate_points(day_index, parents)
    )


def _compute_node_costs(
    day_index: DayIndex, node_arrays: NodeArrays, filters: Filters
) -> CostArray:
    costs = ranking.compute_level_costs(node_arrays.levels)
    if filters.home is not None:
        costs += np.where(
            _find_descendants(day_index, node_arrays, filters.home), 0.0, ranking.OUTSIDE_HOME_COST
        )
    costs[~_apply_filters(day_index, node_arrays, filters)] = np.inf
    return costs


def _apply_filters(
    day_index: DayIndex, node_arrays: NodeArrays, filters: Filters
) -> NDArray[np.bool_]:
    index, attributes = day_index.index, day_index.index.attributes
    passing = np.ones(len(index.ids), np.bool_)
    if filters.level is not None:
        passing &= node_arrays.levels == LEVELS.index(filters.level)
    if filters.legal_class is not None:
        known = filters.legal_class in attributes.words
        word = attributes.words.index(filters.legal_class) if known else -1
        passing &= np.asarray(attributes.legal_classes)[node_arrays.states] == word
    if filters.within is not None:
        passing &= _find_descendants(day_index, node_arrays, filters.within)
    if filters.bbox is not None:
        inside = np.zeros(len(index.ids), np.bool_)
        inside[index.points.find_nodes_within(filters.bbox, day_index.day)] = True
        passing &= inside
    return passing


def _find_descendants(day_index: DayIndex, node_arrays: NodeArrays, unit: str) -> NDArray[np.bool_]:
    """The unit and all that lies in it on the day."""
    descendants = np.zeros(len(node_arrays.parents), np.bool_)
    node = day_index.index.find_node(unit)
    if node is not None:
        descendants[node] = True
        for _ in LEVELS:
            descendants |= (node_arrays.parents >= 0) & descendants[node_arrays.parents]
    return descendants


def _approximate_points(
    day_index: DayIndex, parents: NDArray[Any]
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    points = day_index.index.points
    lons, lats = (np.full(len(parents), np.nan, np.float32) for _ in range(2))
    valid_rows = points.select_valid_rows(day_index.day)
    nodes = np.asarray(points.nodes)[valid_rows]
    lons[nodes], lats[nodes] = (
        np.asarray(points.lons)[valid_rows],
        np.asarray(points.lats)[valid_rows],
    )
    for _ in LEVELS:
        unlocated = np.isnan(lons) & (parents >= 0)
        lons[unlocated], lats[unlocated] = lons[parents[unlocated]], lats[parents[unlocated]]
    return lons, lats
