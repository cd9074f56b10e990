"""Where the territory of a unit lies on a day, other than in the unit itself."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from functools import cached_property, lru_cache
from uuid import UUID

from gazetteer.records.territory_tracing import ReachedUnit, SuccessionLink, trace_territory
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

    def find_predecessors(self, node: int) -> list[tuple[int, int]]:
        """The nodes in force on the day whose territory passes to a later one, with levels."""
        index = self._index
        unit = self._units_by_node.get(node)
        since = index.starts[index.state_offsets[node]]
        if unit is None or since <= self._day:
            return []
        reached = trace_territory(
            unit,
            date.fromordinal(since),
            self._at,
            lambda other: self._reversed_links.get(other, ()),
            self._is_in_force,
        )
        nodes = [index.linked_nodes[each.unit] for each in reached if each.unit != unit]
        return [(other, index.levels[self._states[other]]) for other in nodes]

    @cached_property
    def _units_by_node(self) -> dict[int, UUID]:
        return {node: unit for unit, node in self._index.linked_nodes.items()}

    @cached_property
    def _reversed_links(self) -> dict[UUID, list[SuccessionLink]]:
        reversed_links: dict[UUID, list[SuccessionLink]] = {}
        for origin, links in self._index.links.items():
            for link in links:
                back = replace(link, to=origin)
                reversed_links.setdefault(link.to, []).append(back)
        return reversed_links

    def _is_in_force(self, unit: UUID) -> bool:
        node = self._index.linked_nodes.get(unit)
        return node is not None and self._states[node] >= 0

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
        index, node_numbers = self._index, self._index.linked_nodes
        reached = trace_territory(
            index.linked_units[node],
            since,
            self._at,
            lambda u: index.links.get(u, ()),
            self._is_in_force,
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
