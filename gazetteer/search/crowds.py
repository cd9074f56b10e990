"""Names that very many bear (新村, 城关镇): which of their meanings are worth a look.

The country has thousands of villages of one name; a claim on each would take milliseconds. The
worthiest are found on flat arrays, and only they are made.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gazetteer.search.claims import LOWEST_UNIT, Via, worth_of
from gazetteer.search.forms import Form
from gazetteer.search.index import Index

_VIA = list(Via)
_OWN = (Via.NAME, Via.FORMER)
_WORTH = np.array([[worth_of(form, via) for form in Form] for via in _OWN], np.int16)


@dataclass(frozen=True, slots=True)
class Crowd:
    """The nodes, in force themselves and without links, that some meanings name.

    Ascending ``nodes``, each with the ``worth`` of its closest meaning and whether that is by a
    name in force (``named``). ``linked`` are the other meanings, to be followed one by one.
    """

    nodes: NDArray[np.intc]
    worth: NDArray[np.int16]
    named: NDArray[np.bool_]
    linked: Sequence[int]

    def worthiest(self, most: int) -> NDArray[np.intc]:
        """The nodes that are worth most, of equals the first."""
        return self.nodes[np.argsort(-self.worth, kind="stable")[:most]]


class Crowds:
    """Finds the crowds of a day; ``states`` is the state in which each node is, -1 for none."""

    def __init__(self, index: Index, states: Sequence[int], day: int) -> None:
        self._index, self._states, self._day = index, np.asarray(states), day
        self._links = index.are_linked()

    def crowd(self, first: int, last: int) -> Crowd:
        """What the meanings from ``first`` to before ``last``, of one key, name."""
        index, rows = self._index, slice(first, last)
        nodes = np.asarray(index.meaning_node)[rows]
        begun = np.asarray(index.meaning_start)[rows] <= self._day
        linked = self._links[nodes]
        here = np.flatnonzero(begun & ~linked & (self._states[nodes] >= 0))
        past = self._day >= np.asarray(index.meaning_end)[rows][here]
        form = np.asarray(index.meaning_form)[rows][here].astype(np.intp)
        nodes = nodes[here]
        starts = np.flatnonzero(np.r_[True, nodes[1:] != nodes[:-1]]) if len(nodes) else here
        closest = np.minimum.reduceat(past * len(Form) + form, starts) if len(nodes) else here
        nodes = nodes[starts]
        worth = _WORTH[closest // len(Form), closest % len(Form)]
        levels = np.asarray(index.levels)[self._states[nodes]]
        worth = np.where(levels <= LOWEST_UNIT, worth, worth // 2)
        follow = (np.flatnonzero(begun & linked) + first).tolist()
        return Crowd(nodes, worth, closest < len(Form), follow)
