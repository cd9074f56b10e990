"""All names of the register: an automaton over their texts, and what each may mean.

A *node* is a unit, or a place that is no unit. Nodes are numbered so that everything under a node,
by its latest parent, follows it without a gap. Days are proleptic ordinals, half-open; the arrays
are flat, so that the whole country fits (665 000 units: some 120 MiB), and may lie in a file that
many processes map.
"""

from array import array
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from gazetteer.records.territory_tracing import SuccessionLink
from gazetteer.search.index.columns import Columns
from gazetteer.search.index.index_source import NodeKind
from gazetteer.search.index.key_finder import KeyFinder
from gazetteer.search.index.node_points import NodePoints
from gazetteer.search.index.prefix_index import PrefixIndex
from gazetteer.search.index.string_pool import SortedStringPool
from gazetteer.search.index.unit_attributes import UnitAttributes
from gazetteer.search.text.normalize import normalize_name


@dataclass(frozen=True, slots=True)
class IndexHeader:
    """What an index holds beside its columns.

    ``lineage`` is the same for all indexes that follow from one that was built of all rows;
    ``next_serial`` is the first serial number that no key of these has had. ``has_cycle``: some
    units lie in each other, and their numbers follow from nothing but a whole build.
    """

    seq: int
    recorded_at: datetime | None
    lineage: str
    next_serial: int
    words: Sequence[str | None]
    has_cycle: bool


@dataclass(frozen=True, slots=True)
class NameIndex:
    """The names of one state of the register; nothing in it ever changes.

    States of node ``n``: ``state_offsets[n]`` to ``state_offsets[n + 1]``; meanings of key ``k``:
    ``meaning_offsets[k]`` to ``meaning_offsets[k + 1]``, in the order of nodes. Of each key
    ``key_has_generic`` tells whether it is a name with its generic part, ``key_is_generic_only``
    whether it is nothing else (工业园区), and ``key_is_high_level`` whether it may mean a county or
    above. ``id_order`` has the nodes in the order of their ids. All of it is read from ``columns``.
    """

    seq: int
    recorded_at: datetime | None
    header: IndexHeader
    columns: Columns
    ids: Sequence[str]
    id_order: Sequence[int]
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
    key_finder: KeyFinder
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
        return self.key_finder.find_hits(text)

    def find_key(self, name: str) -> int | None:
        """The key of a name of the register; None for one that is too short to be a key."""
        return self.keys.find_position(normalize_name(name))

    def find_node(self, record_id: str) -> int | None:
        """The node of a unit or place; None if the index does not hold it."""
        at = bisect_left(self.id_order, record_id, key=self.ids.__getitem__)
        if at == len(self.id_order) or self.ids[self.id_order[at]] != record_id:
            return None
        return self.id_order[at]

    def is_unit(self, node: int) -> bool:
        """Whether the node is a unit and not just a place."""
        return self.kinds[node] == NodeKind.UNIT

    def build_linked_mask(self) -> NDArray[np.bool_]:
        """Whether each node has succession links: its territory may lie elsewhere."""
        mask = np.zeros(len(self.ids), bool)
        mask[list(self.linked_units)] = True
        return mask

    def list_latest_states(self) -> NDArray[Any]:
        """The last state of each node."""
        return np.asarray(self.state_offsets)[1:] - 1

    def list_latest_parents(self) -> NDArray[Any]:
        """The node in which each node lies in the end; -1 where that is none."""
        parents: NDArray[Any] = np.asarray(self.parents)
        return parents.take(self.list_latest_states())

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
