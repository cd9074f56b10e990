"""Of which nodes each key is the standard name in force on a day: flat, so that it costs little.

Nothing that a key may mean is worth more than that (:mod:`gazetteer.search.view`).
"""

from array import array
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gazetteer.records.levels import LEVELS, Level
from gazetteer.search.forms import Form
from gazetteer.search.index import Index

_LOWEST_UNIT = LEVELS.index(Level.VILLAGE)


@dataclass(frozen=True, slots=True)
class Standing:
    """The units of key ``k``: ``nodes[at[k]:at[k + 1]]``, ascending, by the same of ``meanings``.

    ``strays``: whether each node lies, on the day, elsewhere than in the end, so that it cannot be
    found by the numbers of the nodes under another; ``stray_keys``: which keys may mean such a
    node, and ``linked_keys`` a node with links to others. ``has_more_under``: whether anything
    lies under each node on the day.
    """

    at: Sequence[int]
    nodes: Sequence[int]
    meanings: Sequence[int]
    strays: bytes
    stray_keys: bytes
    linked_keys: bytes
    has_more_under: bytes

    def of(self, key: int) -> Sequence[int]:
        """The units of a key."""
        return self.nodes[self.at[key] : self.at[key + 1]]

    def under(self, key: int, node: int, last: int) -> tuple[int, int]:
        """Of the units of a key those from ``node`` to ``last``: a half-open stretch."""
        nodes, first, after = self.nodes, self.at[key], self.at[key + 1]
        low = bisect_left(nodes, node, first, after)
        return low, bisect_left(nodes, last + 1, low, after)


def standing(index: Index, states: Sequence[int], day: int) -> Standing:
    """What stands on a day; ``states`` is the state in which each node is then, -1 for none."""
    current = np.asarray(states)
    named = np.asarray(index.meaning_node)
    at = np.asarray(index.meaning_at)
    stands = np.asarray(index.meaning_form) == Form.STANDARD
    stands &= (np.asarray(index.meaning_start) <= day) & (day < np.asarray(index.meaning_end))
    stands &= current[named] >= 0
    stands &= np.asarray(index.levels)[current[named]] <= _LOWEST_UNIT
    meanings = np.flatnonzero(stands).astype(np.intc)
    before = np.r_[0, np.cumsum(stands, dtype=np.intc)]
    strays, linked = _strays(index, current), index.are_linked()
    return Standing(
        _flat(before[at]),
        _flat(named[meanings]),
        _flat(meanings),
        strays.astype(np.int8).tobytes(),
        _of_keys(strays[named], at),
        _of_keys(linked[named], at),
        _inner(index, current).astype(np.int8).tobytes(),
    )


def _of_keys(flags: NDArray[np.bool_], at: NDArray[np.intc]) -> bytes:
    """Whether any of the meanings of each key is flagged."""
    any_of = np.maximum.reduceat(flags, at[:-1]) if len(flags) else flags
    return any_of.astype(np.int8).tobytes()


def _strays(index: Index, current: NDArray[np.intc]) -> NDArray[np.bool_]:
    """The nodes that lie, by themselves or by one above them, elsewhere than in the end.

    Or in what is not in force on the day.
    """
    parents = np.asarray(index.parents)
    latest = parents[np.asarray(index.state_at)[1:] - 1]
    found = np.zeros(len(current), bool)
    above = parents[current]
    moved = (current >= 0) & ((above != latest) | ((above >= 0) & (current[above] < 0)))
    for node in np.flatnonzero(moved).tolist():
        found[node : index.last_under[node] + 1] = True
    return found


def _inner(index: Index, current: NDArray[np.intc]) -> NDArray[np.bool_]:
    """The nodes under which something lies on the day."""
    found = np.zeros(len(current), bool)
    above = np.asarray(index.parents)[current[current >= 0]]
    found[above[above >= 0]] = True
    return found


def _flat(values: NDArray[np.intc]) -> Sequence[int]:
    return array("i", values.astype(np.intc).tobytes())
