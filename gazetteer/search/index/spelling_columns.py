"""The columns of spellings in Latin letters: pinyin, initials, other names."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby, pairwise
from operator import attrgetter

import numpy as np

from gazetteer.records.levels import LEVELS
from gazetteer.search.index.columns import Column, Columns, pack_values
from gazetteer.search.index.name_index import NameIndex
from gazetteer.search.index.node_columns import StateLayout
from gazetteer.search.index.postings import NewPostings, merge_postings
from gazetteer.search.index.prefix_index import (
    PrefixEntry,
    PrefixIndex,
    compute_ranks,
    extract_lengths,
)
from gazetteer.search.index.splice import Splice
from gazetteer.search.text.folding import to_ascii_key
from gazetteer.search.text.romanized_keys import extract_initials


def splice_spellings(
    base: NameIndex, latin: Sequence[tuple[str, str]], layout: StateLayout, states: Columns
) -> dict[str, Column]:
    """The columns of all spellings, with those of nodes that are new or replaced.

    ``latin``: (node, name); ``states`` has the columns of the states now.
    """
    return {
        **_splice_index(base, base.pinyin, "pinyin", _iter_pinyin(layout), layout, states),
        **_splice_index(base, base.initials, "initials", _iter_initials(layout), layout, states),
        **_splice_index(base, base.latin, "latin", _iter_latin(latin, layout), layout, states),
    }


def _splice_index(
    base: NameIndex,
    old: PrefixIndex,
    name: str,
    entries: Iterable[PrefixEntry],
    layout: StateLayout,
    states: Columns,
) -> dict[str, Column]:
    rows = _sort_entries(entries)
    grouped = [(text, len(list(group))) for text, group in groupby(rows, attrgetter("text"))]
    texts, counts = [text for text, _ in grouped], [count for _, count in grouped]
    merged = merge_postings(
        old.texts,
        np.asarray(old.row_offsets),
        layout.numbering.retained_map[np.asarray(old.nodes)],
        NewPostings(texts, counts, [row.node for row in rows]),
    )
    old_states = layout.state_map[np.asarray(old.states)]
    new_states = np.asarray([row.state for row in rows], np.intp)
    row_states = merged.rows.splice_array(old_states, new_states)
    new_lengths = np.fromiter(map(len, texts), np.int16, len(texts))
    lengths = merged.texts.splice_array(extract_lengths(old.rank), new_lengths)
    rank = compute_ranks(lengths, merged.row_offsets, states["levels"].array_view[row_states])
    return {
        **merged.texts.splice_texts(base.columns, f"{name}.texts", texts),
        f"{name}.row_offsets": pack_values("i", merged.row_offsets),
        f"{name}.nodes": pack_values("i", merged.nodes),
        f"{name}.states": pack_values("i", row_states),
        f"{name}.rank": pack_values("h", rank),
        **_splice_display_texts(base, name, rows, merged.rows),
    }


def _splice_display_texts(
    base: NameIndex, name: str, rows: Sequence[PrefixEntry], splice: Splice
) -> dict[str, Column]:
    """How the register writes each row, if there are columns for that."""
    display = f"{name}.display"
    if f"{display}.bytes" not in base.columns:
        return {}
    return splice.splice_texts(base.columns, display, (row.display_text for row in rows))


def _sort_entries(entries: Iterable[PrefixEntry]) -> list[PrefixEntry]:
    """The entries in order, for each text and node the one with the latest state."""
    ordered = sorted(entry for entry in entries if entry.text)
    return [row for row, after in pairwise(ordered) if row[:2] != after[:2]] + ordered[-1:]


def _iter_pinyin(layout: StateLayout) -> Iterator[PrefixEntry]:
    """The pinyin of nodes, in full."""
    for row, position in zip(layout.rows, layout.positions.tolist(), strict=True):
        if row.romanized:
            node, level = layout.numbering.numbers[row.node], LEVELS.index(row.level)
            yield PrefixEntry(to_ascii_key(row.romanized), node, position, level)


def _iter_initials(layout: StateLayout) -> Iterator[PrefixEntry]:
    """The pinyin of nodes by its initials, where these are known."""
    for row, position in zip(layout.rows, layout.positions.tolist(), strict=True):
        if row.romanized:
            text = extract_initials(row.name, to_ascii_key(row.romanized))
            if text:
                node, level = layout.numbering.numbers[row.node], LEVELS.index(row.level)
                yield PrefixEntry(text, node, position, level)


def _iter_latin(names: Iterable[tuple[str, str]], layout: StateLayout) -> Iterator[PrefixEntry]:
    """Names in Latin letters, each with the latest state of its node."""
    latest, levels = layout.latest_positions, {row.node: row.level for row in layout.rows}
    for node, text in names:
        if node in latest:
            number, level = layout.numbering.numbers[node], LEVELS.index(levels[node])
            yield PrefixEntry(to_ascii_key(text), number, latest[node], level, text)
