"""Of which nodes each key is the standard name in force on a day, in flat arrays.

Nothing that a key may mean has more weight (:mod:`gazetteer.search.index.candidates`).
"""

from array import array
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gazetteer.records.levels import LEVELS, Level
from gazetteer.search.index.name_index import NameIndex
from gazetteer.search.text.name_forms import NameForm

_LOWEST_UNIT_LEVEL = LEVELS.index(Level.VILLAGE)


@dataclass(frozen=True, slots=True)
class StandardNames:
    """The units of key ``k``: ``nodes[offsets[k]:offsets[k + 1]]``, ascending.

    ``meanings`` has, at the same positions, the meanings of the index by which they are meant.
    ``is_displaced``: whether each node lies, on the day, elsewhere than in the end, so that the
    numbers of the nodes do not show under which other one; ``key_has_displaced``: which keys may
    mean such a node, and ``key_has_linked`` a node with links to others, or by a later name.
    ``has_children``: whether anything lies under each node on the day.
    """

    offsets: Sequence[int]
    nodes: Sequence[int]
    meanings: Sequence[int]
    is_displaced: bytes
    key_has_displaced: bytes
    key_has_linked: bytes
    has_children: bytes

    def get_nodes(self, key: int) -> Sequence[int]:
        """The units of a key."""
        return self.nodes[self.offsets[key] : self.offsets[key + 1]]

    def find_rows_under(self, key: int, node: int, last: int) -> tuple[int, int]:
        """Of the units of a key those from ``node`` to ``last``: a half-open range of positions."""
        nodes, first, after = self.nodes, self.offsets[key], self.offsets[key + 1]
        low = bisect_left(nodes, node, first, after)
        return low, bisect_left(nodes, last + 1, low, after)


def build_standard_names(index: NameIndex, states: Sequence[int], day: int) -> StandardNames:
    """The standard names of a day; ``states``: the state in which each node is, -1 if in none."""
    current = np.asarray(states)
    meaning_nodes = np.asarray(index.meaning_node)
    offsets = np.asarray(index.meaning_offsets)
    is_standard = np.asarray(index.meaning_form) == NameForm.STANDARD
    is_standard &= (np.asarray(index.meaning_start) <= day) & (day < np.asarray(index.meaning_end))
    is_standard &= current[meaning_nodes] >= 0
    is_standard &= np.asarray(index.levels)[current[meaning_nodes]] <= _LOWEST_UNIT_LEVEL
    meanings = np.flatnonzero(is_standard).astype(np.intc)
    before = np.r_[0, np.cumsum(is_standard, dtype=np.intc)]
    begins_later = np.asarray(index.meaning_start) > day
    is_displaced, is_linked = _flag_displaced_nodes(index, current), index.build_linked_mask()
    return StandardNames(
        _to_array(before[offsets]),
        _to_array(meaning_nodes[meanings]),
        _to_array(meanings),
        is_displaced.astype(np.int8).tobytes(),
        _flag_keys(is_displaced[meaning_nodes], offsets),
        _flag_keys(is_linked[meaning_nodes] | begins_later, offsets),
        _flag_parents(index, current).astype(np.int8).tobytes(),
    )


def _flag_keys(flags: NDArray[np.bool_], offsets: NDArray[np.intc]) -> bytes:
    """Whether any of the meanings of each key is flagged."""
    any_of = np.maximum.reduceat(flags, offsets[:-1]) if len(flags) else flags
    return any_of.astype(np.int8).tobytes()


def _flag_displaced_nodes(index: NameIndex, current: NDArray[np.intc]) -> NDArray[np.bool_]:
    """The nodes that lie, by themselves or by one above them, elsewhere than in the end.

    Or in what is not in force on the day.
    """
    parents = np.asarray(index.parents)
    latest = parents[np.asarray(index.state_offsets)[1:] - 1]
    is_displaced = np.zeros(len(current), bool)
    above = parents[current]
    moved = (current >= 0) & ((above != latest) | ((above >= 0) & (current[above] < 0)))
    for node in np.flatnonzero(moved).tolist():
        is_displaced[node : index.last_descendant[node] + 1] = True
    return is_displaced


def _flag_parents(index: NameIndex, current: NDArray[np.intc]) -> NDArray[np.bool_]:
    """The nodes under which something lies on the day."""
    has_children = np.zeros(len(current), bool)
    above = np.asarray(index.parents)[current[current >= 0]]
    has_children[above[above >= 0]] = True
    return has_children


def _to_array(values: NDArray[np.intc]) -> Sequence[int]:
    return array("i", values.astype(np.intc).tobytes())
