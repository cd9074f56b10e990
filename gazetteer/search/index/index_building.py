"""Building the index of one state of the register from its rows."""

from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import NamedTuple
from uuid import UUID

import numpy as np
from ahocorasick_rs import AhoCorasick, Implementation
from numpy.typing import NDArray

from gazetteer.records.code_translation import SuccessionLink
from gazetteer.records.levels import LEVELS, Level
from gazetteer.search.index.day_ordinals import OPEN_END, OPEN_START, to_ordinal
from gazetteer.search.index.index_source import IndexSource, NameRow, NodeKind, NodeStateRow
from gazetteer.search.index.name_index import NameIndex
from gazetteer.search.index.node_points import build_node_points
from gazetteer.search.index.prefix_index import (
    PrefixEntry,
    build_prefix_index,
    compute_rank,
    compute_ranks,
)
from gazetteer.search.index.string_pool import OptionalStringPool, SortedStringPool, StringPool
from gazetteer.search.index.unit_attributes import build_unit_attributes
from gazetteer.search.text.folding import to_ascii_key
from gazetteer.search.text.name_forms import NameForm, find_township_generic, iter_name_forms
from gazetteer.search.text.normalize import normalize_name
from gazetteer.search.text.romanized_keys import extract_initials

_HIGH_LEVEL_RANK = compute_rank(LEVELS.index(Level.TOWNSHIP), 0)
"""Keys of a rank below this mean a county or more."""


class _NumberedStates(NamedTuple):
    """The states in the order of their nodes, with the numbers of these and their last states."""

    ids: list[str]
    numbers: dict[str, int]
    last_descendant: Sequence[int]
    states: list[NodeStateRow]
    offsets: Sequence[int]
    latest: list[NodeStateRow]


class _KeyColumns(NamedTuple):
    """The keys with what each means, as flat arrays."""

    texts: list[str]
    offsets: Sequence[int]
    nodes: Sequence[int]
    forms: Sequence[int]
    starts: Sequence[int]
    ends: Sequence[int]
    rank: NDArray[np.int16]
    has_generic: bytes
    is_generic_only: bytes


def build_name_index(source: IndexSource) -> NameIndex:
    """The index of one state of the register."""
    ids, numbers, last_descendant, states, offsets, latest = _number_states(source)
    keys = _build_key_columns(source.names, states, numbers, latest)
    return NameIndex(
        seq=source.seq,
        recorded_at=source.recorded_at,
        ids=StringPool(ids),
        places=OptionalStringPool(state.place for state in latest),
        points=build_node_points(source.points, numbers),
        attributes=build_unit_attributes(source, states, numbers),
        kinds=array("b", (int(state.kind) for state in latest)),
        last_descendant=last_descendant,
        state_offsets=offsets,
        levels=array("b", (LEVELS.index(s.level) for s in states)),
        parents=array("i", (numbers.get(s.parent, -1) if s.parent else -1 for s in states)),
        codes=OptionalStringPool(s.code for s in states),
        names=StringPool(s.name for s in states),
        romanized=OptionalStringPool(s.romanized for s in states),
        starts=array("i", (to_ordinal(s.start, OPEN_START) for s in states)),
        ends=array("i", (to_ordinal(s.end, OPEN_END) for s in states)),
        keys=SortedStringPool(keys.texts),
        meaning_offsets=keys.offsets,
        meaning_node=keys.nodes,
        meaning_form=keys.forms,
        meaning_start=keys.starts,
        meaning_end=keys.ends,
        automaton=AhoCorasick(keys.texts, implementation=Implementation.ContiguousNFA),
        key_rank=keys.rank,
        high_level_keys=np.flatnonzero(keys.rank < _HIGH_LEVEL_RANK).tolist(),
        pinyin=build_prefix_index(_iter_pinyin_entries(states, numbers)),
        initials=build_prefix_index(_iter_initials_entries(states, numbers)),
        latin=build_prefix_index(_iter_latin_entries(source.latin, states, numbers)),
        links=source.links,
        linked_units={numbers[str(u)]: u for u in source.links if str(u) in numbers},
        linked_nodes=_number_linked_units(source.links, numbers),
        key_is_high_level=bytes((keys.rank < _HIGH_LEVEL_RANK).astype(np.int8)),
        key_has_generic=keys.has_generic,
        key_is_generic_only=keys.is_generic_only,
    )


def _number_states(source: IndexSource) -> _NumberedStates:
    """The states that have a name, in the order of their nodes and of time."""
    states = [state for state in source.states if state.name]
    order, last_descendant = _number_nodes(states)
    numbers = {node: i for i, node in enumerate(order)}
    states.sort(key=lambda s: (numbers[s.node], to_ordinal(s.start, OPEN_START)))
    offsets = _build_offsets(numbers[state.node] for state in states)
    latest = [states[after - 1] for after in offsets[1:]]
    return _NumberedStates(order, numbers, last_descendant, states, offsets, latest)


def _build_key_columns(
    names: Sequence[NameRow],
    states: Sequence[NodeStateRow],
    numbers: Mapping[str, int],
    latest: Sequence[NodeStateRow],
) -> _KeyColumns:
    """The keys of all names; a rank is by the highest level that the key means in the end."""
    keys, meanings_by_key = _collect_keys(names, states, numbers)
    meanings = [row for rows in meanings_by_key for row in rows]
    levels = [LEVELS.index(state.level) for state in latest]
    return _KeyColumns(
        keys,
        _build_offsets(key for key, rows in enumerate(meanings_by_key) for _ in rows),
        array("i", (row[0] for row in meanings)),
        array("b", (row[1] for row in meanings)),
        array("i", (row[2] for row in meanings)),
        array("i", (row[3] for row in meanings)),
        compute_ranks(keys, (min(levels[row[0]] for row in rows) for rows in meanings_by_key)),
        bytes(any(row[1] <= NameForm.GENERIC_ONLY for row in rows) for rows in meanings_by_key),
        bytes(any(row[1] == NameForm.GENERIC_ONLY for row in rows) for rows in meanings_by_key),
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


def _number_linked_units(
    links: Mapping[UUID, Sequence[SuccessionLink]], numbers: Mapping[str, int]
) -> dict[UUID, int]:
    """The numbers of all units from or to which a link leads."""
    units = set(links).union(step.to for steps in links.values() for step in steps)
    return {unit: numbers[str(unit)] for unit in units if str(unit) in numbers}


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


def _iter_pinyin_entries(
    states: Sequence[NodeStateRow], numbers: Mapping[str, int]
) -> Iterator[PrefixEntry]:
    """The pinyin of nodes, in full."""
    for position, state in enumerate(states):
        if state.romanized:
            text, level = to_ascii_key(state.romanized), LEVELS.index(state.level)
            yield PrefixEntry(text, numbers[state.node], position, level)


def _iter_initials_entries(
    states: Sequence[NodeStateRow], numbers: Mapping[str, int]
) -> Iterator[PrefixEntry]:
    """The pinyin of nodes by its initials, where these are known."""
    for position, state in enumerate(states):
        if state.romanized:
            text = extract_initials(state.name, to_ascii_key(state.romanized))
            if text:
                level = LEVELS.index(state.level)
                yield PrefixEntry(text, numbers[state.node], position, level)


def _iter_latin_entries(
    names: Iterable[tuple[str, str]],
    states: Sequence[NodeStateRow],
    numbers: Mapping[str, int],
) -> Iterator[PrefixEntry]:
    """Names in Latin letters, each with the latest state of its node."""
    latest = {state.node: position for position, state in enumerate(states)}
    for node, text in names:
        if node in latest:
            level = LEVELS.index(states[latest[node]].level)
            yield PrefixEntry(to_ascii_key(text), numbers[node], latest[node], level, text)


_Meaning = tuple[int, int, int, int]


def _collect_keys(
    names: Sequence[NameRow], states: Sequence[NodeStateRow], numbers: Mapping[str, int]
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
            meanings.setdefault(written, set()).add((numbers[state.node], int(written_form), *span))
    keys = sorted(meanings)
    return keys, [sorted(meanings[key]) for key in keys]
