"""The index as of one day: what each key means then, and where each node lies."""

from bisect import bisect_left
from collections.abc import Hashable, Iterator, Sequence
from datetime import date
from functools import cached_property, lru_cache
from typing import Any

from gazetteer.records.levels import LEVELS
from gazetteer.search.index.candidate_lookup import CandidateFinder
from gazetteer.search.index.candidates import Candidate, NameRelation, build_standard_candidate
from gazetteer.search.index.name_index import NameIndex
from gazetteer.search.index.standard_names import StandardNames, build_standard_names
from gazetteer.search.index.successors import SuccessorFinder
from gazetteer.search.text.normalize import normalize_name
from gazetteer.search.text.structs import FrozenStruct

_CACHE_SIZE = 50_000


class UnitRef(FrozenStruct, frozen=True):
    """A node in the chain from the province down to a unit."""

    node: int
    level: int
    name: str
    code: str | None


class DayIndex:
    """An index on one day. It remembers what it worked out; the index below never changes.

    ``states`` is the state in which each node is on the day, -1 if in none. ``memo`` holds what
    other modules worked out from names alone; see :meth:`remember`.
    """

    def __init__(self, index: NameIndex, at: date) -> None:
        self.index = index
        self.at = at
        self.day = at.toordinal()
        self.states = index.find_states(self.day)
        self.memo: dict[Hashable, Any] = {}
        self.get_chain = lru_cache(_CACHE_SIZE)(self._build_chain)
        self.get_node_path = lru_cache(_CACHE_SIZE)(self._trace_node_path)
        self.get_unit = lru_cache(_CACHE_SIZE)(self._build_unit_ref)
        self._successors = SuccessorFinder(index, self.states, at)
        candidates = CandidateFinder(index, self.states, self.day, self._successors)
        self.get_candidates = lru_cache(_CACHE_SIZE)(candidates.find_candidate_set)
        self.count_candidates = lru_cache(_CACHE_SIZE)(candidates.count_candidates)
        self.find_candidates = candidates.find_candidates
        self.find_candidates_under = candidates.find_candidates_under

    @cached_property
    def standard_names(self) -> StandardNames:
        """The standard names in force on the day."""
        return build_standard_names(self.index, self.states, self.day)

    def find_child(self, key: int, node: int) -> Candidate | None:
        """The one unit under a node (-1: anywhere) with a key as its standard name.

        None if there is none, or several, or if the numbers of the nodes do not show it.
        """
        first, after = self.find_children(key, node)
        return self.get_standard_candidate(first) if first + 1 == after else None

    def find_children(self, key: int, node: int) -> tuple[int, int]:
        """All such units, as a half-open range of positions in :attr:`standard_names`."""
        standard_names = self.standard_names
        if standard_names.key_has_displaced[key]:
            return 0, 0
        if node >= 0:
            return standard_names.find_rows_under(key, node + 1, self.index.last_descendant[node])
        return standard_names.offsets[key], standard_names.offsets[key + 1]

    def get_standard_candidate(self, position: int) -> Candidate:
        """A unit by its standard name, by its position in :attr:`standard_names`."""
        index, standard_names = self.index, self.standard_names
        node, meaning = standard_names.nodes[position], standard_names.meanings[position]
        level = index.levels[self.states[node]]
        since, until = index.meaning_start[meaning], index.meaning_end[meaning]
        return build_standard_candidate(node, level, since, until)

    def remember(self, key: Hashable, value: Any) -> None:
        """Remember in ``memo`` what was worked out from names alone, in bounded memory."""
        if len(self.memo) >= _CACHE_SIZE:
            self.memo.clear()
        self.memo[key] = value

    def is_within(self, node: int, other: int) -> bool:
        """Whether a node in force is another one or lies in it on the day."""
        if self.standard_names.is_displaced[node]:
            return other in self.get_node_path(node)
        return other <= node <= self.index.last_descendant[other]

    def has_meaning_below(self, key: int, node: int) -> bool:
        """Whether a key may mean anything under a node, by the numbers of the nodes."""
        return self.has_meaning_between(key, node + 1, self.index.last_descendant[node])

    def has_meaning_between(self, key: int, low: int, high: int) -> bool:
        """Whether a key may mean a node in force among those from ``low`` to ``high``."""
        index, states = self.index, self.states
        nodes = index.meaning_node
        first = bisect_left(nodes, low, index.meaning_offsets[key], index.meaning_offsets[key + 1])
        after = bisect_left(nodes, high + 1, first, index.meaning_offsets[key + 1])
        return any(states[node] >= 0 for node in nodes[first:after])

    def _trace_node_path(self, node: int) -> tuple[int, ...]:
        """The node and those in which it lies, the highest first; empty if it is not in force."""
        path: list[int] = []
        states, parents = self.states, self.index.parents
        while node >= 0 and states[node] >= 0 and len(path) < len(LEVELS):
            path.append(node)
            node = parents[states[node]]
        return tuple(reversed(path))

    def _build_chain(self, node: int) -> tuple[UnitRef, ...]:
        """The nodes of :meth:`get_node_path`, described."""
        nodes = self.get_node_path(node)
        if 1 < len(nodes) < len(LEVELS):  # so long only if units lie in each other
            return (*self.get_chain(nodes[-2]), self.get_unit(node))
        return tuple([self.get_unit(above) for above in nodes])

    def _build_unit_ref(self, node: int) -> UnitRef:
        index, state = self.index, self.states[node]
        return UnitRef(node, index.levels[state], index.names[state], index.codes[state])

    def resolve_in_force(self, node: int) -> list[int]:
        """The node itself if it is in force on the day, else those that stand for it then."""
        if self.states[node] >= 0:
            return [node]
        return [
            other
            for other, _, relation in self._successors.find_successors(node)
            if relation is not NameRelation.FORMER_PARENT
        ]

    def list_named_children(self, node: int) -> Sequence[tuple[str, UnitRef]]:
        """What lies directly under a node, each with its name as it is in normalised texts."""
        memo_key = ("named children", node)
        children: Sequence[tuple[str, UnitRef]] | None = self.memo.get(memo_key)
        if children is None:
            children = [(normalize_name(unit.name), unit) for unit in self.iter_children(node)]
            self.remember(memo_key, children)
        return children

    def find_territory(self, node: int) -> list[int]:
        """The other nodes in which territory that a node once had lies on the day."""
        return [other for other, _, _ in self._successors.find_successors(node)]

    def iter_children(self, node: int) -> Iterator[UnitRef]:
        """What lies directly under a node on the day."""
        index, child = self.index, node + 1
        while child <= index.last_descendant[node]:
            state = self.states[child]
            if state >= 0 and index.parents[state] == node:
                yield self.get_unit(child)
            child = index.last_descendant[child] + 1
