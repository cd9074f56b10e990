"""All names of the register in memory: an automaton over their texts, and what each may mean.

A *node* is a unit, or a place that is no unit. Nodes are numbered so that everything under a node,
by its latest parent, follows it without a gap. Days are proleptic ordinals, half-open; the arrays
are flat, so that the whole country fits (665 000 units: a few hundred MiB).
"""

from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import numpy as np
from ahocorasick_rs import AhoCorasick
from numpy.typing import NDArray

from gazetteer.records.code_translation import SuccessionLink
from gazetteer.search.index.index_source import NodeKind
from gazetteer.search.index.node_points import NodePoints
from gazetteer.search.index.prefix_index import PrefixIndex
from gazetteer.search.index.string_pool import SortedStringPool
from gazetteer.search.index.unit_attributes import UnitAttributes
from gazetteer.search.text.normalize import normalize_name


@dataclass(frozen=True, slots=True)
class NameIndex:
    """The names of one state of the register; nothing in it ever changes.

    States of node ``n``: ``state_offsets[n]`` to ``state_offsets[n + 1]``; meanings of key ``k``:
    ``meaning_offsets[k]`` to ``meaning_offsets[k + 1]``, in the order of nodes. Of each key
    ``key_has_generic`` tells whether it is a name with its generic part, ``key_is_generic_only``
    whether it is nothing else (工业园区), and ``key_is_high_level`` whether it may mean a county or
    above.
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
        """The key of a name of the register; None for one that is too short to be a key."""
        return self.keys.find_position(normalize_name(name))

    def is_unit(self, node: int) -> bool:
        """Whether the node is a unit and not just a place."""
        return self.kinds[node] == NodeKind.UNIT

    def build_linked_mask(self) -> NDArray[np.bool_]:
        """Whether each node has succession links: its territory may lie elsewhere."""
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
