"""What the keys of an index mean on a day: the candidates of each, or the best of very many."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from functools import cached_property

import numpy as np

from gazetteer.records.levels import LEVELS, Level
from gazetteer.search.index.candidates import (
    Candidate,
    CandidateSet,
    NameRelation,
    build_candidate,
    build_candidate_set,
)
from gazetteer.search.index.homonyms import HomonymFinder, HomonymGroup
from gazetteer.search.index.name_index import NameIndex
from gazetteer.search.index.successors import SuccessorFinder
from gazetteer.search.text.name_forms import NameForm

MAX_KEY_CANDIDATES = 64
"""Candidates of one key that are examined where nothing else in the text chooses among them."""
_MAX_EXAMINED = 2 * MAX_KEY_CANDIDATES
"""Meanings that are examined one by one; of more those of most weight are sought first."""

_COUNTY = LEVELS.index(Level.COUNTY)
_FORMS = list(NameForm)
_RELATION_ORDER = list(NameRelation)
_OWN_RELATIONS = (NameRelation.CURRENT_NAME, NameRelation.FORMER_NAME)


class CandidateFinder:
    """Finds candidates on a day; ``states`` is the state in which each node is, -1 if in none."""

    def __init__(
        self, index: NameIndex, states: Sequence[int], day: int, successors: SuccessorFinder
    ) -> None:
        self._index, self._states, self._day = index, states, day
        self._successors = successors

    @cached_property
    def _homonyms(self) -> HomonymFinder:
        return HomonymFinder(self._index, self._states, self._day)

    @cached_property
    def _has_later_names(self) -> bool:
        """Whether any name begins after the day; on the day of a query seldom one does."""
        starts = np.asarray(self._index.meaning_start)
        return bool(len(starts)) and int(starts.max()) > self._day

    def find_candidate_set(self, key: int) -> CandidateSet:
        """The candidates of a key; of very many those of most weight. Later names follow them."""
        first, last = self._index.meaning_offsets[key], self._index.meaning_offsets[key + 1]
        candidates, total = self._select_best_candidates(first, last)
        if self._has_later_names and total <= MAX_KEY_CANDIDATES:
            candidates = (*candidates, *self._find_later_candidates(first, last, candidates))
        return build_candidate_set(candidates, is_truncated=total > MAX_KEY_CANDIDATES)

    def find_candidates(self, key: int, meanings: Iterable[int]) -> tuple[Candidate, ...]:
        """The candidates by some meanings of a key; none by a name that begins after the day."""
        first, last = self._index.meaning_offsets[key], self._index.meaning_offsets[key + 1]
        has_current_name = (
            self._has_current_name(first, last) if last - first > _MAX_EXAMINED else None
        )
        return self._collect_candidates(meanings, has_current_name=has_current_name)

    def find_candidates_under(self, key: int, node: int) -> tuple[Candidate, ...]:
        """The candidates among the nodes under one node, at most :data:`MAX_KEY_CANDIDATES`."""
        return self._select_best_candidates(*self._find_meanings_under(key, node))[0]

    def _find_meanings_under(self, key: int, node: int) -> tuple[int, int]:
        index = self._index
        first, last = index.meaning_offsets[key], index.meaning_offsets[key + 1]
        low = bisect_left(index.meaning_node, node, first, last)
        return low, bisect_right(index.meaning_node, index.last_descendant[node], low, last)

    def count_candidates(self, key: int, weight: int, within: int | None) -> int:
        """How many nodes a key means with this weight, within a node or anywhere."""
        first, last = self._index.meaning_offsets[key], self._index.meaning_offsets[key + 1]
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
        """The candidates by some meanings of a key, in the order of nodes, and how many there are.

        Of more than :data:`MAX_KEY_CANDIDATES` only those of most weight are built.
        """
        if last - first <= _MAX_EXAMINED:
            candidates = self._collect_candidates(range(first, last))
            total = len(candidates)
        else:
            group = self._homonyms.find_group(first, last)
            chosen = group.select_best_nodes(MAX_KEY_CANDIDATES)
            rows = np.isin(np.asarray(self._index.meaning_node)[first:last], chosen)
            own = self._collect_candidates((np.flatnonzero(rows) + first).tolist())
            candidates = (*own, *self._find_linked_candidates(group))
            total = len(candidates) - len(chosen) + len(group.nodes)
        if len(candidates) > MAX_KEY_CANDIDATES:
            best = sorted(candidates, key=lambda candidate: -candidate.weight)[:MAX_KEY_CANDIDATES]
            candidates = tuple(sorted(best))
        return candidates, total

    def _find_linked_candidates(self, group: HomonymGroup) -> list[Candidate]:
        """What the linked meanings of a group lead to outside the group itself."""
        own = set(group.nodes.tolist())
        has_current_name = True if group.has_current_name.any() else None
        candidates = self._collect_candidates(
            group.linked_meanings, has_current_name=has_current_name
        )
        return [candidate for candidate in candidates if candidate.node not in own]

    def _has_current_name(self, first: int, last: int) -> bool:
        """Whether any of the meanings is a name in force of what bears it."""
        index, rows = self._index, slice(first, last)
        in_force = np.asarray(self._states)[np.asarray(index.meaning_node)[rows]] >= 0
        in_force &= np.asarray(index.meaning_start)[rows] <= self._day
        return bool((in_force & (self._day < np.asarray(index.meaning_end)[rows])).any())

    def _collect_candidates(
        self, meanings: Iterable[int], *, has_current_name: bool | None = None
    ) -> tuple[Candidate, ...]:
        """The closest candidate for each node.

        ``has_current_name`` tells whether other meanings of the key are names in force.
        """
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
        """The node that a meaning names, if it is in force, and those that stand for it."""
        index = self._index
        since, until = index.meaning_start[meaning], index.meaning_end[meaning]
        named_node, form = index.meaning_node[meaning], _FORMS[index.meaning_form[meaning]]
        if since > self._day:
            return ()
        state = self._states[named_node]
        own: list[Candidate] = []
        if state >= 0:
            relation = NameRelation.CURRENT_NAME if self._day < until else NameRelation.FORMER_NAME
            own = [
                build_candidate(
                    named_node, index.levels[state], form, relation, (named_node, since, until)
                )
            ]
        others = self._successors.find_successors(named_node)
        if not others:
            return own
        name_period = (named_node, *self._clip_period(named_node, since, until))
        return own + [
            build_candidate(node, level, form, relation, name_period)
            for node, level, relation in others
            if not own or relation is NameRelation.FORMER_PARENT
        ]

    def _find_later_candidates(
        self, first: int, last: int, known: Sequence[Candidate]
    ) -> Sequence[Candidate]:
        """What the names of counties and above mean that begin after the day."""
        index, nodes = self._index, {candidate.node for candidate in known}
        later: list[Candidate] = []
        for meaning in range(first, last):
            since, node = index.meaning_start[meaning], index.meaning_node[meaning]
            is_standard = index.meaning_form[meaning] == NameForm.STANDARD
            if since <= self._day or not is_standard:
                continue
            if index.levels[index.state_offsets[node + 1] - 1] > _COUNTY:
                continue
            period = (node, since, index.meaning_end[meaning])
            for other, level in self._find_earlier_units(node):
                if other not in nodes:
                    nodes.add(other)
                    later.append(
                        build_candidate(
                            other, level, NameForm.STANDARD, NameRelation.LATER_NAME, period
                        )
                    )
        return later

    def _find_earlier_units(self, node: int) -> Sequence[tuple[int, int]]:
        """The unit itself on the day, or those that it follows, with their levels."""
        state = self._states[node]
        if state >= 0:
            return [(node, self._index.levels[state])]
        return self._successors.find_predecessors(node)

    def _clip_period(self, node: int, since: int, until: int) -> tuple[int, int]:
        """The part of a name's period in which the node existed."""
        first, last = self._index.state_offsets[node], self._index.state_offsets[node + 1] - 1
        return max(since, self._index.starts[first]), min(until, self._index.ends[last])


def _compute_closeness(candidate: Candidate) -> tuple[int, int]:
    return _RELATION_ORDER.index(candidate.relation), candidate.form
