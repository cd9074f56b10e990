"""All names of the register in memory: an automaton over their texts, and what each may mean.

A *node* is a unit, or a place that is no unit. Nodes are numbered so that everything under a node,
by its latest parent, follows it without a gap. Days are proleptic ordinals, half-open; the arrays
are flat, so that the whole country fits (665 000 units: a few hundred MiB).
"""

from array import array
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

import numpy as np
from ahocorasick_rs import AhoCorasick, Implementation
from numpy.typing import NDArray

from gazetteer.records.code_translation import SuccessionLink
from gazetteer.records.levels import LEVELS, Level
from gazetteer.search.index.day_ordinals import OPEN_END, OPEN_START, to_ordinal
from gazetteer.search.index.index_source import IndexSource, NameRow, NodeKind, NodeStateRow
from gazetteer.search.index.node_points import NodePoints, build_node_points
from gazetteer.search.index.prefix_index import (
    PrefixEntry,
    PrefixIndex,
    build_prefix_index,
    compute_rank,
    compute_ranks,
)
from gazetteer.search.index.string_pool import OptionalStringPool, SortedStringPool, StringPool
from gazetteer.search.index.unit_attributes import UnitAttributes, build_unit_attributes
from gazetteer.search.text.folding import to_ascii_key
from gazetteer.search.text.name_forms import NameForm, find_township_generic, iter_name_forms
from gazetteer.search.text.normalize import normalize_name
from gazetteer.search.text.romanized_keys import build_romanized_keys

_HIGH_LEVEL_RANK = compute_rank(LEVELS.index(Level.TOWNSHIP), 0)
"""Keys of a rank below this mean a county or more."""


@dataclass(frozen=True, slots=True)
class NameIndex:
    """The names of one state of the register; nothing in it ever changes.

    States of node ``n``: ``state_at[n]`` to ``state_at[n + 1]``; meanings of key ``k``:
    ``meaning_at[k]`` to ``meaning_at[k + 1]``, in the order of nodes. ``whole_keys``,
    ``bare_keys`` and ``high`` tell of each key whether it is a whole name, whether it is a bare
    one, and whether it may mean a county or more.
    """

    seq: int
    recorded_at: datetime | None
    ids: Sequence[str]
    places: Sequence[str | None]
    points: NodePoints
    attributes: UnitAttributes
    kinds: Sequence[int]
    last_descendant: Sequence[int]
    state_offsets: Sequence[int]
    levels: Sequence[int]
    parents: Sequence[int]
    codes: Sequence[str | None]
    names: Sequence[str]
    romanized: Sequence[str | None]
    starts: Sequence[int]
    ends: Sequence[int]
    keys: SortedStringPool
    meaning_offsets: Sequence[int]
    meaning_node: Sequence[int]
    meaning_form: Sequence[int]
    meaning_start: Sequence[int]
    meaning_end: Sequence[int]
    automaton: AhoCorasick
    key_rank: NDArray[np.int16]
    high_level_keys: Sequence[int]
    pinyin: PrefixIndex
    initials: PrefixIndex
    latin: PrefixIndex
    links: Mapping[UUID, Sequence[SuccessionLink]]
    linked_units: Mapping[int, UUID]
    linked_nodes: Mapping[UUID, int]
    key_has_generic: bytes
    key_is_generic_only: bytes
    key_is_high_level: bytes

    def find_hits(self, text: str) -> list[tuple[int, int, int]]:
        """Every key in the text, overlapping ones too: (key, start, end)."""
        return self.automaton.find_matches_as_indexes(text, overlapping=True)

    def find_key(self, name: str) -> int | None:
        """The key of a name of the register; None for one that is too short to be looked for."""
        return self.keys.find_position(normalize_name(name))

    def is_unit(self, node: int) -> bool:
        """Whether the node is a unit and not just a place."""
        return self.kinds[node] == NodeKind.UNIT

    def build_linked_mask(self) -> NDArray[np.bool_]:
        """Whether each node has links to others: what it was may lie elsewhere."""
        mask = np.zeros(len(self.ids), bool)
        mask[list(self.linked_units)] = True
        return mask

    def find_states(self, day: int) -> Sequence[int]:
        """The state in which each node is on a day; -1 where it is in none."""
        starts, ends = np.asarray(self.starts), np.asarray(self.ends)
        current = np.flatnonzero((starts <= day) & (day < ends))
        states_by_node = np.full(len(self.ids), -1, np.intc)
        states_by_node[
            np.searchsorted(np.asarray(self.state_offsets), current, side="right") - 1
        ] = current
        return array("i", states_by_node.tobytes())

    def find_state(self, node: int, day: int) -> int | None:
        """The state of a node on a day."""
        for state in range(self.state_offsets[node], self.state_offsets[node + 1]):
            if self.starts[state] <= day < self.ends[state]:
                return state
        return None


def build_name_index(source: IndexSource) -> NameIndex:
    """The index of one state of the register."""
    states = [state for state in source.states if state.name]
    order, last_descendant = _number_nodes(states)
    node_numbers = {node: i for i, node in enumerate(order)}
    states.sort(key=lambda s: (node_numbers[s.node], to_ordinal(s.start, OPEN_START)))
    state_offsets = _build_offsets(node_numbers[state.node] for state in states)
    latest = [states[after - 1] for after in state_offsets[1:]]
    keys, meanings_by_key = _collect_keys(source.names, states, node_numbers)
    meanings = [row for rows in meanings_by_key for row in rows]
    spellings, initials = _build_spelling_entries(states, node_numbers)
    heights = [LEVELS.index(state.level) for state in latest]
    rank = compute_ranks(keys, (min(heights[row[0]] for row in rows) for rows in meanings_by_key))
    return NameIndex(
        seq=source.seq,
        recorded_at=source.recorded_at,
        ids=StringPool(order),
        places=OptionalStringPool(state.place for state in latest),
        points=build_node_points(source.points, node_numbers),
        attributes=build_unit_attributes(source, states, node_numbers),
        kinds=array("b", (int(state.kind) for state in latest)),
        last_descendant=last_descendant,
        state_offsets=state_offsets,
        levels=array("b", (LEVELS.index(s.level) for s in states)),
        parents=array("i", (node_numbers.get(s.parent, -1) if s.parent else -1 for s in states)),
        codes=OptionalStringPool(s.code for s in states),
        names=StringPool(s.name for s in states),
        romanized=OptionalStringPool(s.romanized for s in states),
        starts=array("i", (to_ordinal(s.start, OPEN_START) for s in states)),
        ends=array("i", (to_ordinal(s.end, OPEN_END) for s in states)),
        keys=SortedStringPool(keys),
        meaning_offsets=_build_offsets(
            key for key, rows in enumerate(meanings_by_key) for _ in rows
        ),
        meaning_node=array("i", (row[0] for row in meanings)),
        meaning_form=array("b", (row[1] for row in meanings)),
        meaning_start=array("i", (row[2] for row in meanings)),
        meaning_end=array("i", (row[3] for row in meanings)),
        automaton=AhoCorasick(keys, implementation=Implementation.ContiguousNFA),
        key_rank=rank,
        high_level_keys=[key for key, value in enumerate(rank) if value < _HIGH_LEVEL_RANK],
        pinyin=build_prefix_index(spellings),
        initials=build_prefix_index(initials),
        latin=build_prefix_index(_iter_latin_entries(source.latin, states, node_numbers)),
        links=source.links,
        linked_units={node_numbers[str(u)]: u for u in source.links if str(u) in node_numbers},
        linked_nodes={
            u: node_numbers[str(u)]
            for u in _iter_linked_units(source.links)
            if str(u) in node_numbers
        },
        key_is_high_level=bytes((rank < _HIGH_LEVEL_RANK).astype(np.int8)),
        key_has_generic=bytes(
            any(row[1] <= NameForm.GENERIC_ONLY for row in rows) for rows in meanings_by_key
        ),
        key_is_generic_only=bytes(
            any(row[1] == NameForm.GENERIC_ONLY for row in rows) for rows in meanings_by_key
        ),
    )


def _build_offsets(owners: Iterable[int]) -> Sequence[int]:
    """Where the rows of each owner begin, for owners 0, 1, … in order, none without a row."""
    offsets = array("i")
    rows = 0
    for owner in owners:
        if owner == len(offsets):
            offsets.append(rows)
        rows += 1
    offsets.append(rows)
    return offsets


def _iter_linked_units(links: Mapping[UUID, Sequence[SuccessionLink]]) -> Iterable[UUID]:
    for unit, steps in links.items():
        yield unit
        yield from (step.to for step in steps)


def _number_nodes(states: Sequence[NodeStateRow]) -> tuple[list[str], Sequence[int]]:
    """Nodes in depth-first order by their latest parent, and the last node under each."""
    latest: dict[str, NodeStateRow] = {}
    for state in states:
        known = latest.get(state.node)
        if known is None or (state.start or date.min) > (known.start or date.min):
            latest[state.node] = state
    children: dict[str | None, list[NodeStateRow]] = {}
    for state in latest.values():
        parent = state.parent if state.parent in latest else None
        children.setdefault(parent, []).append(state)
    order: list[str] = []
    last_descendants: dict[str, int] = {}
    todo: list[tuple[str, bool]] = []

    def push_children(parent: str | None) -> None:
        below = children.get(parent, ())
        todo.extend((s.node, False) for s in sorted(below, key=_build_code_sort_key, reverse=True))

    push_children(None)
    while todo:
        node, done = todo.pop()
        if done:
            last_descendants[node] = len(order) - 1
            continue
        order.append(node)
        todo.append((node, True))
        push_children(node)
    return order, array("i", (last_descendants[node] for node in order))


def _build_code_sort_key(state: NodeStateRow) -> tuple[str, str]:
    return state.code or "~", state.node


def _build_spelling_entries(
    states: Sequence[NodeStateRow], node_numbers: Mapping[str, int]
) -> tuple[list[PrefixEntry], list[PrefixEntry]]:
    """The spellings of nodes, whole and by their initials."""
    spellings: list[PrefixEntry] = []
    initials: list[PrefixEntry] = []
    for position, state in enumerate(states):
        if state.romanized:
            latin, first = build_romanized_keys(state.name, state.romanized)
            owner = node_numbers[state.node], position, LEVELS.index(state.level)
            spellings.append(PrefixEntry(latin, *owner))
            if first:
                initials.append(PrefixEntry(first, *owner))
    return spellings, initials


def _iter_latin_entries(
    names: Iterable[tuple[str, str]],
    states: Sequence[NodeStateRow],
    node_numbers: Mapping[str, int],
) -> Iterable[PrefixEntry]:
    """Names in Latin letters, each with the latest state of its node."""
    latest = {state.node: position for position, state in enumerate(states)}
    for node, text in names:
        if node in latest:
            level = LEVELS.index(states[latest[node]].level)
            yield PrefixEntry(to_ascii_key(text), node_numbers[node], latest[node], level, text)


_Meaning = tuple[int, int, int, int]


def _collect_keys(
    names: Sequence[NameRow], states: Sequence[NodeStateRow], node_numbers: Mapping[str, int]
) -> tuple[list[str], list[list[_Meaning]]]:
    """Each text under which a node may be written, with the periods of the names behind it."""
    latest = {state.node: state for state in states}
    townships = {(s.parent, s.name): s for s in latest.values() if s.level == Level.TOWNSHIP}
    meanings: dict[str, set[_Meaning]] = {}
    for row in names:
        state = latest.get(row.node)
        if state is None:
            continue
        span = to_ordinal(row.start, OPEN_START), to_ordinal(row.end, OPEN_END)
        form = NameForm.from_name_kind(row.name_kind)
        text = normalize_name(row.text)
        if state.kind == NodeKind.PLACE:
            state = townships.get((state.parent, state.name + find_township_generic(text)), state)
        parent = latest.get(state.parent) if state.parent else None
        above = parent.name if parent else ""
        for written, written_form in iter_name_forms(text, form, state.level, above):
            meanings.setdefault(written, set()).add(
                (node_numbers[state.node], int(written_form), *span)
            )
    keys = sorted(meanings)
    return keys, [sorted(meanings[key]) for key in keys]
