"""The columns of nodes and their states: hierarchy, codes, names, periods, classes."""

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gazetteer.records.levels import LEVELS
from gazetteer.search.index.columns import Column, Columns, pack_values
from gazetteer.search.index.day_ordinals import OPEN_END, OPEN_START, to_ordinal
from gazetteer.search.index.index_source import NodeStateRow
from gazetteer.search.index.name_index import NameIndex
from gazetteer.search.index.node_numbering import Numbering
from gazetteer.search.index.splice import Splice
from gazetteer.search.index.unit_attributes import (
    NO_NODE,
    NODE_NOT_INDEXED,
    encode_words,
    parse_code_number,
)


@dataclass(frozen=True, slots=True)
class StateLayout:
    """The states in the order of their nodes and of time, and where they come from.

    ``rows`` are those of nodes that are new or replaced, ``positions`` where they are now;
    ``splice`` makes lists of states of earlier ones and of these. ``state_map`` has for each
    earlier state its position now, -1 if it is gone.
    """

    numbering: Numbering
    rows: Sequence[NodeStateRow]
    positions: NDArray[np.intp]
    splice: Splice
    state_map: NDArray[np.intc]
    offsets: NDArray[np.intp]

    @property
    def latest_positions(self) -> Mapping[str, int]:
        """Of each node that is new or replaced, its last state."""
        pairs = zip(self.rows, self.positions.tolist(), strict=True)
        return {row.node: position for row, position in pairs}


def sort_states(states: Iterable[NodeStateRow]) -> list[NodeStateRow]:
    """The states that have a name, those of each node in the order of time."""
    named = [state for state in states if state.name]
    return sorted(named, key=lambda state: (state.node, to_ordinal(state.start, OPEN_START)))


def arrange_states(
    base: NameIndex, states: Sequence[NodeStateRow], numbering: Numbering
) -> StateLayout:
    """Lay states, as :func:`sort_states` sorts them, over those of an earlier index."""
    rows = sorted(states, key=lambda state: numbering.numbers[state.node])
    old_offsets = np.asarray(base.state_offsets)
    old_nodes = np.repeat(np.arange(len(old_offsets) - 1), np.diff(old_offsets))
    nodes_now = numbering.retained_map[old_nodes]
    retained = np.flatnonzero(nodes_now >= 0)
    own = np.fromiter((numbering.numbers[row.node] for row in rows), np.intp, len(rows))
    nodes = np.concatenate([nodes_now[retained], own])
    order = np.argsort(nodes, kind="stable")
    take = np.concatenate([retained, len(old_nodes) + np.arange(len(rows))])[order]
    state_map = np.full(len(old_nodes), -1, np.intc)
    is_old = take < len(old_nodes)
    state_map[take[is_old]] = np.flatnonzero(is_old)
    counts = np.bincount(nodes, minlength=len(numbering.last_descendant))
    return StateLayout(
        numbering,
        rows,
        np.flatnonzero(~is_old),
        Splice.from_positions(take, len(old_nodes)),
        state_map,
        np.r_[0, np.cumsum(counts)],
    )


def splice_nodes(base: NameIndex, layout: StateLayout) -> dict[str, Column]:
    """The columns of nodes."""
    numbering, columns, splice = layout.numbering, base.columns, layout.numbering.splice
    latest_rows = {row.node: row for row in layout.rows}
    latest = [latest_rows[node] for node in numbering.numbers]
    return {
        "last_descendant": pack_values("i", numbering.last_descendant),
        "id_order": pack_values("i", _splice_id_order(base, numbering)),
        "state_offsets": pack_values("i", layout.offsets),
        "kinds": splice.splice_values(columns["kinds"], [int(row.kind) for row in latest]),
        **splice.splice_texts(columns, "ids", (row.node for row in latest)),
        **splice.splice_texts(columns, "places", (row.place or "" for row in latest)),
    }


def _splice_id_order(base: NameIndex, numbering: Numbering) -> NDArray[np.intp]:
    """The nodes in the order of their ids."""
    old_order = np.asarray(base.id_order)
    nodes_now = numbering.retained_map[old_order]
    retained_before = np.r_[0, np.cumsum(nodes_now >= 0)]
    new = sorted(numbering.numbers)
    gaps = [
        retained_before[bisect_left(base.id_order, node, key=base.ids.__getitem__)] for node in new
    ]
    return np.insert(
        nodes_now[nodes_now >= 0].astype(np.intp),
        np.asarray(gaps, np.intp),
        [numbering.numbers[node] for node in new],
    )


def splice_states(
    base: NameIndex, layout: StateLayout, words: dict[str | None, int]
) -> dict[str, Column]:
    """The columns of states; a word that is new is added to ``words``, with its position."""
    columns, rows, splice = base.columns, layout.rows, layout.splice
    numeric = {
        "levels": [LEVELS.index(row.level) for row in rows],
        "starts": [to_ordinal(row.start, OPEN_START) for row in rows],
        "ends": [to_ordinal(row.end, OPEN_END) for row in rows],
        "legal_classes": encode_words(words, (row.legal_class for row in rows)),
        "unit_types": encode_words(words, (row.unit_type for row in rows)),
        "start_precisions": encode_words(words, (row.start_precision for row in rows)),
        "end_precisions": encode_words(words, (row.end_precision for row in rows)),
    }
    return {
        **{name: splice.splice_values(columns[name], values) for name, values in numeric.items()},
        **splice.splice_texts(columns, "codes", (row.code or "" for row in rows)),
        **splice.splice_texts(columns, "names", (row.name for row in rows)),
        **splice.splice_texts(columns, "romanized", (row.romanized or "" for row in rows)),
        "parents": _splice_parents(
            base, layout, columns["parents"], [row.parent for row in rows], NO_NODE
        ),
        "subordinations": _splice_parents(
            base,
            layout,
            columns["subordinations"],
            [row.subordination for row in rows],
            NODE_NOT_INDEXED,
        ),
        "custodies": _splice_parents(
            base, layout, columns["custodies"], [row.custody for row in rows], NODE_NOT_INDEXED
        ),
        **_splice_codes(columns, layout),
    }


def _splice_parents(
    base: NameIndex,
    layout: StateLayout,
    column: Column,
    parents: Sequence[str | None],
    missing: int,
) -> Column:
    """The nodes of parents; ``missing`` for one that the index does not hold."""
    numbering = layout.numbering

    def find_number(parent: str | None) -> int:
        if parent is None:
            return NO_NODE
        number = numbering.find_node(base, parent)
        return missing if number < 0 else number

    old = numbering.map_nodes(column.array_view, missing)
    new = np.fromiter(map(find_number, parents), np.intc, len(parents))
    return pack_values("i", layout.splice.splice_array(old, new))


def _splice_codes(columns: Columns, layout: StateLayout) -> dict[str, Column]:
    """The codes that are numbers, in their order, and their states."""
    new = [
        (number, position)
        for row, position in zip(layout.rows, layout.positions.tolist(), strict=True)
        if (number := parse_code_number(row.code)) is not None
    ]
    old_states = layout.state_map[columns["sorted_states"].array_view]
    retained = old_states >= 0
    codes = np.concatenate(
        [
            columns["sorted_codes"].array_view[retained],
            np.asarray([code for code, _ in new], np.int64),
        ]
    )
    states = np.concatenate(
        [old_states[retained], np.asarray([state for _, state in new], np.intp)]
    )
    order = np.lexsort((states, codes))
    return {
        "sorted_codes": pack_values("q", codes[order]),
        "sorted_states": pack_values("i", states[order]),
    }
