"""The index as of one day: what each key means then, and where each node lies."""

from bisect import bisect_left, bisect_right
from collections.abc import Hashable, Iterable, Iterator, Sequence
from datetime import date
from functools import cached_property, lru_cache
from typing import Any

import numpy as np

from gazetteer.records.code_translation import ReachedUnit, trace_territory
from gazetteer.records.levels import LEVELS
from gazetteer.search.index.candidates import (
    Candidate,
    CandidateSet,
    NameRelation,
    build_candidate,
    build_candidate_set,
    build_standard_candidate,
)
from gazetteer.search.index.day_ordinals import OPEN_END, OPEN_START
from gazetteer.search.index.homonyms import HomonymFinder, HomonymGroup
from gazetteer.search.index.name_index import NameIndex
from gazetteer.search.index.standard_names import StandardNames, build_standard_names
from gazetteer.search.text.name_forms import NameForm, extract_specific_part
from gazetteer.search.text.structs import FrozenStruct

MAX_KEY_CANDIDATES = 64
"""Meanings of one key that are looked at without anything else in the text to choose by."""
_CACHE_SIZE = 50_000
_MAX_EXAMINED = 2 * MAX_KEY_CANDIDATES
"""Meanings that are looked at one by one; of more the worthiest are sought first."""


_FORMS = list(NameForm)


class UnitRef(FrozenStruct, frozen=True):
    """A node in the chain from the province down to a unit."""

    node: int
    level: int
    name: str
    code: str | None


class DayIndex:
    """An index on one day. Remembers what it worked out; the index below never changes.

    ``points`` remembers where nodes lie, for whoever looked it up (lon, lat, CGCS2000), and
    ``settled`` how marks were read, for whoever reads them. ``states``: the state in which each
    node is on the day, -1 if in none.
    """

    def __init__(self, index: NameIndex, at: date) -> None:
        self.index = index
        self.at = at
        self.day = at.toordinal()
        self.states = index.find_states(self.day)
        self.point_cache: dict[int, tuple[float, float] | None] = {}
        self.memo: dict[Hashable, Any] = {}
        self.get_chain = lru_cache(_CACHE_SIZE)(self._build_chain)
        self.get_node_path = lru_cache(_CACHE_SIZE)(self._trace_node_path)
        self.get_candidates = lru_cache(_CACHE_SIZE)(self._build_candidate_set)
        self.count_candidates = lru_cache(_CACHE_SIZE)(self._count_candidates)
        self.get_unit = lru_cache(_CACHE_SIZE)(self._build_unit_ref)
        self._get_successors = lru_cache(_CACHE_SIZE)(self._find_successors)

    @cached_property
    def standard_names(self) -> StandardNames:
        """The standard names in force on the day."""
        return build_standard_names(self.index, self.states, self.day)

    def find_child(self, key: int, node: int) -> Candidate | None:
        """The claim of the one unit under a node (-1: anywhere) with a key as its standard name.

        None if there is none, or several, or nobody can tell by the numbers of the nodes.
        """
        first, after = self.find_children(key, node)
        return self.get_standard_candidate(first) if first + 1 == after else None

    def find_children(self, key: int, node: int) -> tuple[int, int]:
        """All such units, as a half-open stretch of what stands on the day."""
        standard_names = self.standard_names
        if standard_names.key_has_displaced[key]:
            return 0, 0
        if node >= 0:
            return standard_names.find_rows_under(key, node + 1, self.index.last_descendant[node])
        return standard_names.offsets[key], standard_names.offsets[key + 1]

    def get_standard_candidate(self, position: int) -> Candidate:
        """The claim of a unit by its standard name, by its place in what stands on the day."""
        index, standard_names = self.index, self.standard_names
        node, meaning = standard_names.nodes[position], standard_names.meanings[position]
        level = index.levels[self.states[node]]
        since, until = index.meaning_start[meaning], index.meaning_end[meaning]
        return build_standard_candidate(node, level, since, until)

    @cached_property
    def _homonyms(self) -> HomonymFinder:
        return HomonymFinder(self.index, self.states, self.day)

    def remember(self, key: Hashable, value: Any) -> None:
        """Remember what was worked out from names alone, in bounded memory."""
        if len(self.memo) >= _CACHE_SIZE:
            self.memo.clear()
        self.memo[key] = value

    def is_within(self, node: int, other: int) -> bool:
        """Whether a node in force is another one or lies in it on the day."""
        if self.standard_names.is_displaced[node]:
            return other in self.get_node_path(node)
        return other <= node <= self.index.last_descendant[other]

    def _trace_node_path(self, node: int) -> tuple[int, ...]:
        """The node and those in which it lies, the highest first; empty if it is not in force."""
        path: list[int] = []
        states, parents = self.states, self.index.parents
        while node >= 0 and states[node] >= 0 and len(path) < len(LEVELS):
            path.append(node)
            node = parents[states[node]]
        return tuple(reversed(path))

    def _build_chain(self, node: int) -> tuple[UnitRef, ...]:
        """What :meth:`get_node_path` gives, described."""
        nodes = self.get_node_path(node)
        if 1 < len(nodes) < len(LEVELS):  # so long only if units lie in each other
            return (*self.get_chain(nodes[-2]), self.get_unit(node))
        return tuple([self.get_unit(above) for above in nodes])

    def _build_unit_ref(self, node: int) -> UnitRef:
        index, state = self.index, self.states[node]
        return UnitRef(node, index.levels[state], index.names[state], index.codes[state])

    def _build_candidate_set(self, key: int) -> CandidateSet:
        """The claims of a key, the whole names apart from the loose ones.

        Of very many the worthiest are taken; what else the text names chooses among all.
        """
        index = self.index
        candidates, total = self._select_best_candidates(
            index.meaning_offsets[key], index.meaning_offsets[key + 1]
        )
        return build_candidate_set(candidates, is_truncated=total > MAX_KEY_CANDIDATES)

    def find_candidates(self, key: int, meanings: Iterable[int]) -> tuple[Candidate, ...]:
        """What some meanings of a key say on the day; nothing by a name that begins later."""
        index = self.index
        first, last = index.meaning_offsets[key], index.meaning_offsets[key + 1]
        has_current_name = (
            self._has_current_name(first, last) if last - first > _MAX_EXAMINED else None
        )
        return self._collect_candidates(meanings, has_current_name=has_current_name)

    def find_candidates_under(self, key: int, node: int) -> tuple[Candidate, ...]:
        """The same, of the nodes under one node only, at most as many as are looked at."""
        return self._select_best_candidates(*self._find_meanings_under(key, node))[0]

    def _find_meanings_under(self, key: int, node: int) -> tuple[int, int]:
        index = self.index
        first, last = index.meaning_offsets[key], index.meaning_offsets[key + 1]
        low = bisect_left(index.meaning_node, node, first, last)
        return low, bisect_right(index.meaning_node, index.last_descendant[node], low, last)

    def _count_candidates(self, key: int, weight: int, within: int | None) -> int:
        """How many nodes a key means with the same worth, within a node or anywhere."""
        index = self.index
        first, last = index.meaning_offsets[key], index.meaning_offsets[key + 1]
        if within is not None:
            first, last = self._find_meanings_under(key, within)
        if last - first <= _MAX_EXAMINED:
            candidates = self._collect_candidates(range(first, last))
            return sum(
                candidate.weight == weight and candidate.can_be_target for candidate in candidates
            )
        group = self._homonyms.find_group(first, last)
        others = self._find_linked_candidates(group)
        return int((group.weights == weight).sum()) + sum(
            candidate.weight == weight and candidate.can_be_target for candidate in others
        )

    def _select_best_candidates(self, first: int, last: int) -> tuple[tuple[Candidate, ...], int]:
        """The claims by some meanings of a key, in the order of nodes, and how many there are.

        Of more than :data:`MAX_KEY_CANDIDATES` only the worthiest are made.
        """
        if last - first <= _MAX_EXAMINED:
            candidates = self._collect_candidates(range(first, last))
            total = len(candidates)
        else:
            group = self._homonyms.find_group(first, last)
            chosen = group.select_best_nodes(MAX_KEY_CANDIDATES)
            rows = np.isin(np.asarray(self.index.meaning_node)[first:last], chosen)
            own = self._collect_candidates((np.flatnonzero(rows) + first).tolist())
            candidates = (*own, *self._find_linked_candidates(group))
            total = len(candidates) - len(chosen) + len(group.nodes)
        if len(candidates) > MAX_KEY_CANDIDATES:
            candidates = tuple(
                sorted(
                    sorted(candidates, key=lambda candidate: -candidate.weight)[:MAX_KEY_CANDIDATES]
                )
            )
        return candidates, total

    def _find_linked_candidates(self, group: HomonymGroup) -> list[Candidate]:
        """The claims by the linked meanings of a crowd on what is not in the crowd itself."""
        own = set(group.nodes.tolist())
        has_current_name = True if group.has_current_name.any() else None
        candidates = self._collect_candidates(
            group.linked_meanings, has_current_name=has_current_name
        )
        return [candidate for candidate in candidates if candidate.node not in own]

    def _has_current_name(self, first: int, last: int) -> bool:
        """Whether any of the meanings is a name in force of what bears it."""
        index, rows = self.index, slice(first, last)
        in_force = np.asarray(self.states)[np.asarray(index.meaning_node)[rows]] >= 0
        in_force &= np.asarray(index.meaning_start)[rows] <= self.day
        return bool((in_force & (self.day < np.asarray(index.meaning_end)[rows])).any())

    def _collect_candidates(
        self, meanings: Iterable[int], *, has_current_name: bool | None = None
    ) -> tuple[Candidate, ...]:
        """The closest claim on each node; ``named``: whether other meanings are names in force."""
        best: dict[int, Candidate] = {}
        for meaning in meanings:
            for candidate in self._build_candidates(meaning):
                closest = best.get(candidate.node)
                if closest is None or _compute_closeness(candidate) < _compute_closeness(closest):
                    best[candidate.node] = candidate
        candidates = tuple(best.values())
        if has_current_name or any(
            candidate.relation is NameRelation.CURRENT_NAME for candidate in candidates
        ):  # 上海 is not 上海县
            return tuple([c for c in candidates if c.has_generic or c.relation in _OWN_RELATIONS])
        return candidates

    def _build_candidates(self, meaning: int) -> Sequence[Candidate]:
        index = self.index
        since, until = index.meaning_start[meaning], index.meaning_end[meaning]
        if since > self.day:
            return ()
        named_node, form = index.meaning_node[meaning], _FORMS[index.meaning_form[meaning]]
        state = self.states[named_node]
        own: list[Candidate] = []
        if state >= 0:
            relation = NameRelation.CURRENT_NAME if self.day < until else NameRelation.FORMER_NAME
            own = [
                build_candidate(
                    named_node, index.levels[state], form, relation, (named_node, since, until)
                )
            ]
        others = self._get_successors(named_node) if named_node in index.linked_units else ()
        if not others:
            return own
        name_period = (named_node, *self._clip_period(named_node, since, until))
        return own + [
            build_candidate(node, level, form, relation, name_period)
            for node, level, relation in others
            if not own or relation is NameRelation.FORMER_PARENT
        ]

    def _clip_period(self, node: int, since: int, until: int) -> tuple[int, int]:
        """The part of a name's period in which the node existed."""
        first, last = self.index.state_offsets[node], self.index.state_offsets[node + 1] - 1
        return max(since, self.index.starts[first]), min(until, self.index.ends[last])

    def _find_successors(self, node: int) -> tuple[tuple[int, int, NameRelation], ...]:
        """Where the territory of a node lies on the day, other than in itself.

        A unit that has ended is followed by those that took over what it was in the end; what
        it gave away before makes it their former parent only.
        """
        index = self.index
        ended = index.ends[index.state_offsets[node + 1] - 1]
        successors: dict[int, NameRelation] = {}
        if self.states[node] < 0 and ended <= self.day:
            successors = self._select_successors(
                node, self._walk_links(node, date.fromordinal(ended - 1))
            )
        reached: list[tuple[int, int, NameRelation]] = []
        for other, _ in self._walk_links(node, date.min):
            state = self.states[other]
            if state >= 0:
                reached.append(
                    (other, index.levels[state], successors.get(other, NameRelation.FORMER_PARENT))
                )
        return tuple(reached)

    def _walk_links(self, node: int, since: date) -> list[tuple[int, ReachedUnit]]:
        """The other nodes in which territory of a node lies on the day, as far as links say."""
        index, node_numbers = self.index, self.index.linked_nodes
        reached = trace_territory(
            index.linked_units[node],
            since,
            self.at,
            lambda u: index.links.get(u, ()),
            lambda u: u in node_numbers and self.states[node_numbers[u]] >= 0,
        )
        reached_nodes = [(node_numbers[r.unit], r) for r in reached]
        return [(other, r) for other, r in reached_nodes if other != node]

    def _select_successors(
        self, node: int, reached_nodes: list[tuple[int, ReachedUnit]]
    ) -> dict[int, NameRelation]:
        """Which of the units that are surely reached stand for the one that ended.

        The only one; or, of several, the only one that bears its name on; or all of them, and
        the text has to decide.
        """
        certain = [other for other, reached in reached_nodes if reached.certain]
        if len(certain) == 1:
            return {certain[0]: NameRelation.SUCCESSOR}
        old = {extract_specific_part(name) for name in self._list_names(node)}
        bearers = [
            n
            for n in certain
            if {extract_specific_part(name) for name in self._list_names(n)} & old
        ]
        return dict.fromkeys(
            bearers if len(bearers) == 1 else certain, NameRelation.PART_OF_SUCCESSOR
        )

    def resolve_in_force(self, node: int) -> list[int]:
        """The node itself if it is in force on the day, else those that stand for it then."""
        if self.states[node] >= 0:
            return [node]
        successors = self._get_successors(node) if node in self.index.linked_units else ()
        return [
            other for other, _, relation in successors if relation is not NameRelation.FORMER_PARENT
        ]

    def iter_children(self, node: int) -> Iterator[UnitRef]:
        """What lies directly under a node on the day."""
        index, child = self.index, node + 1
        while child <= index.last_descendant[node]:
            state = self.states[child]
            if state >= 0 and index.parents[state] == node:
                yield self.get_unit(child)
            child = index.last_descendant[child] + 1

    def _list_names(self, node: int) -> list[str]:
        index = self.index
        return [
            index.names[s] for s in range(index.state_offsets[node], index.state_offsets[node + 1])
        ]


_RELATION_ORDER = list(NameRelation)
_OWN_RELATIONS = (NameRelation.CURRENT_NAME, NameRelation.FORMER_NAME)


def _compute_closeness(candidate: Candidate) -> tuple[int, int]:
    return _RELATION_ORDER.index(candidate.relation), candidate.form


def from_ordinal(ordinal: int) -> date | None:
    """A bound of a period as a day; None where it is open."""
    return None if ordinal in (OPEN_START, OPEN_END) else date.fromordinal(ordinal)
