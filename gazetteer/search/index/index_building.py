"""Building an index: of all rows, or of those that were changed laid over an earlier index.

Both are one and the same: a whole index is the empty one with everything laid over it.
"""

from collections.abc import Collection, Iterable
from dataclasses import replace
from uuid import uuid4

import numpy as np

from gazetteer.search.index.columns import Column, Columns
from gazetteer.search.index.day_ordinals import OPEN_END, OPEN_START, to_ordinal
from gazetteer.search.index.index_opening import build_empty_index, open_name_index
from gazetteer.search.index.index_source import IndexChanges, IndexSource, PointRow
from gazetteer.search.index.key_columns import splice_keys
from gazetteer.search.index.link_columns import splice_links
from gazetteer.search.index.name_index import IndexHeader, NameIndex
from gazetteer.search.index.node_columns import (
    arrange_states,
    sort_states,
    splice_nodes,
    splice_states,
)
from gazetteer.search.index.node_numbering import Numbering, number_nodes, retain_numbers
from gazetteer.search.index.node_points import NumberedPoint, splice_points
from gazetteer.search.index.spelling_columns import splice_spellings

IndexParts = tuple[IndexHeader, Columns]


def build_name_index(source: IndexSource) -> NameIndex:
    """The index of one state of the register."""
    return open_name_index(*build_columns(source))


def build_columns(source: IndexSource) -> IndexParts:
    """The header and the columns of the index of one state of the register."""
    nodes = {state.node for state in source.states}
    empty = build_empty_index(uuid4().hex)
    return _splice_all(empty, source, IndexChanges(nodes, nodes, nodes))


def splice_columns(
    base: NameIndex, source: IndexSource, changes: IndexChanges
) -> IndexParts | None:
    """The header and the columns of an earlier index with what was changed laid over it.

    A column that is as before is the earlier one itself.

    Args:
        base: the earlier index.
        source: the rows of what was changed, as they are now, and all links.
        changes: what was changed.

    Returns:
        None if units lie in each other: numbers can then not follow from earlier ones.
    """
    if base.header.has_cycle:
        return None
    header, columns = (
        _splice_all(base, source, changes)
        if changes.nodes
        else (base.header, _splice_points(base, source, retain_numbers(base), changes))
    )
    if header.has_cycle:
        return None
    merged = {name: _reuse_column(base.columns[name], column) for name, column in columns.items()}
    dated = replace(header, seq=source.seq, recorded_at=source.recorded_at)
    return dated, {**base.columns, **merged}


def _splice_all(base: NameIndex, source: IndexSource, changes: IndexChanges) -> IndexParts:
    states = sort_states(source.states)
    latest = {state.node: state for state in states}
    numbering = number_nodes(base, list(latest.values()), changes.nodes)
    layout = arrange_states(base, states, numbering)
    words = {word: position for position, word in enumerate(base.header.words)}
    columns = {**splice_nodes(base, layout), **splice_states(base, layout, words)}
    keys, next_serial = splice_keys(base, source.names, layout, columns)
    header = IndexHeader(
        source.seq,
        source.recorded_at,
        base.header.lineage,
        next_serial,
        tuple(words),
        numbering.has_cycle,
    )
    return header, {
        **columns,
        **keys,
        **splice_spellings(base, source.latin, layout, columns),
        **_splice_points(base, source, numbering, changes),
        **splice_links(base, source, changes, layout),
    }


def _splice_points(
    base: NameIndex, source: IndexSource, numbering: Numbering, changes: IndexChanges
) -> dict[str, Column]:
    """The columns of points and seats."""

    def splice_named(name: str, rows: Iterable[PointRow], affected: Collection[str]) -> Columns:
        nodes = base.columns[f"{name}.nodes"].array_view
        nodes_now = numbering.map_unaffected(base, nodes, affected)
        numbered = _number_points(base, numbering, rows)
        return splice_points(base.columns, name, nodes_now, numbered)

    return {
        **splice_named("points", source.points, changes.located),
        **splice_named("seats", source.seats, changes.nodes),
    }


def _number_points(
    base: NameIndex, numbering: Numbering, rows: Iterable[PointRow]
) -> list[NumberedPoint]:
    """Points of nodes that the index holds."""
    return [
        (number, to_ordinal(r.start, OPEN_START), to_ordinal(r.end, OPEN_END), r.lon, r.lat)
        for r in rows
        if (number := numbering.find_node(base, r.node)) >= 0
    ]


def _reuse_column(old: Column, new: Column) -> Column:
    """The old one if both are the same."""
    is_same = len(old.buffer) == len(new.buffer) and np.array_equal(old.array_view, new.array_view)
    return old if is_same else new
