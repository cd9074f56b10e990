"""Where the territory of a unit lies on a day, other than in the unit itself."""

from collections.abc import Sequence
from datetime import date
from functools import lru_cache

from gazetteer.records.territory_tracing import ReachedUnit, trace_territory
from gazetteer.search.index.candidates import NameRelation
from gazetteer.search.index.name_index import NameIndex
from gazetteer.search.text.name_forms import extract_specific_part

_CACHE_SIZE = 50_000

Successor = tuple[int, int, NameRelation]
"""A node, its level on the day, and how a name of the other unit leads to it."""


class SuccessorFinder:
    """Follows the succession links of units up to a day, and remembers where they lead.

    ``states`` is the state in which each node is on the day, -1 if in none.
    """

    def __init__(self, index: NameIndex, states: Sequence[int], at: date) -> None:
        self._index, self._states, self._at = index, states, at
        self._day = at.toordinal()
        self._find_cached = lru_cache(_CACHE_SIZE)(self._find_successors)

    def find_successors(self, node: int) -> Sequence[Successor]:
        """The nodes in which territory of a node lies on the day; none without links."""
        return self._find_cached(node) if node in self._index.linked_units else ()

    def _find_successors(self, node: int) -> tuple[Successor, ...]:
        """The same of a node with links.

        A unit that has ended is followed by those that took over what it was in the end; what
        it gave away before makes it their former parent only.
        """
        index = self._index
        ended = index.ends[index.state_offsets[node + 1] - 1]
        successors: dict[int, NameRelation] = {}
        if self._states[node] < 0 and ended <= self._day:
            successors = self._select_successors(
                node, self._walk_links(node, date.fromordinal(ended - 1))
            )
        reached: list[Successor] = []
        for other, _ in self._walk_links(node, date.min):
            state = self._states[other]
            if state >= 0:
                relation = successors.get(other, NameRelation.FORMER_PARENT)
                reached.append((other, index.levels[state], relation))
        return tuple(reached)

    def _walk_links(self, node: int, since: date) -> list[tuple[int, ReachedUnit]]:
        """The other nodes in which territory of a node lies on the day, as far as links say."""
        index, node_numbers, states = self._index, self._index.linked_nodes, self._states
        reached = trace_territory(
            index.linked_units[node],
            since,
            self._at,
            lambda u: index.links.get(u, ()),
            lambda u: u in node_numbers and states[node_numbers[u]] >= 0,
        )
        reached_nodes = [(node_numbers[r.unit], r) for r in reached]
        return [(other, r) for other, r in reached_nodes if other != node]

    def _select_successors(
        self, node: int, reached_nodes: list[tuple[int, ReachedUnit]]
    ) -> dict[int, NameRelation]:
        """Which of the units that are certainly reached stand for the one that ended.

        The only one; or, of several, the only one that bears its name on; or all of them, and
        the text has to decide.
        """
        certain = [other for other, reached in reached_nodes if reached.certain]
        if len(certain) == 1:
            return {certain[0]: NameRelation.SUCCESSOR}
        old = self._collect_specific_parts(node)
        bearers = [other for other in certain if self._collect_specific_parts(other) & old]
        return dict.fromkeys(
            bearers if len(bearers) == 1 else certain, NameRelation.PART_OF_SUCCESSOR
        )

    def _collect_specific_parts(self, node: int) -> set[str]:
        """The names that a node ever had, without their generic parts."""
        index = self._index
        states = range(index.state_offsets[node], index.state_offsets[node + 1])
        return {extract_specific_part(index.names[state]) for state in states}
