"""Names that very many places bear (新村, 城关镇): which of their meanings weigh most.

The country has thousands of villages of one name; a candidate for each would take milliseconds.
Those of most weight are found on flat arrays, and only they are built.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gazetteer.search.index.candidates import LOWEST_UNIT_LEVEL, NameRelation, compute_weight
from gazetteer.search.index.name_index import NameIndex
from gazetteer.search.text.name_forms import NameForm

_RELATIONS = list(NameRelation)
_OWN_RELATIONS = (NameRelation.CURRENT_NAME, NameRelation.FORMER_NAME)
_WEIGHTS = np.array(
    [[compute_weight(form, via) for form in NameForm] for via in _OWN_RELATIONS], np.int16
)


@dataclass(frozen=True, slots=True)
class HomonymGroup:
    """The nodes, in force themselves and without links, that some meanings name.

    Ascending ``nodes``, each with the weight of its closest meaning and whether that is by a name
    in force. ``linked_meanings`` are the other meanings, to be followed one by one.
    """

    nodes: NDArray[np.intc]
    weights: NDArray[np.int16]
    has_current_name: NDArray[np.bool_]
    linked_meanings: Sequence[int]

    def select_best_nodes(self, limit: int) -> NDArray[np.intc]:
        """The nodes of most weight, of equals the first."""
        return self.nodes[np.argsort(-self.weights, kind="stable")[:limit]]


class HomonymFinder:
    """Finds the groups of a day; ``states`` is the state in which each node is, -1 if in none."""

    def __init__(self, index: NameIndex, states: Sequence[int], day: int) -> None:
        self._index, self._states, self._day = index, np.asarray(states), day
        self._is_linked = index.build_linked_mask()

    def find_group(self, first: int, last: int) -> HomonymGroup:
        """The nodes that the meanings from ``first`` to before ``last``, of one key, name."""
        index, rows = self._index, slice(first, last)
        nodes = np.asarray(index.meaning_node)[rows]
        has_begun = np.asarray(index.meaning_start)[rows] <= self._day
        is_linked = self._is_linked[nodes]
        rows_in_force = np.flatnonzero(has_begun & ~is_linked & (self._states[nodes] >= 0))
        has_ended = self._day >= np.asarray(index.meaning_end)[rows][rows_in_force]
        form = np.asarray(index.meaning_form)[rows][rows_in_force].astype(np.intp)
        nodes = nodes[rows_in_force]
        starts = (
            np.flatnonzero(np.r_[True, nodes[1:] != nodes[:-1]]) if len(nodes) else rows_in_force
        )
        closest = (
            np.minimum.reduceat(has_ended * len(NameForm) + form, starts)
            if len(nodes)
            else rows_in_force
        )
        nodes = nodes[starts]
        weights = _WEIGHTS[closest // len(NameForm), closest % len(NameForm)]
        levels = np.asarray(index.levels)[self._states[nodes]]
        weights = np.where(levels <= LOWEST_UNIT_LEVEL, weights, weights // 2)
        linked_meanings = (np.flatnonzero(has_begun & is_linked) + first).tolist()
        return HomonymGroup(nodes, weights, closest < len(NameForm), linked_meanings)
