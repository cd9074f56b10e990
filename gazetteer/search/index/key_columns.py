"""The columns of keys: each text under which a node may be written, and what it means."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gazetteer.records.levels import Level
from gazetteer.search.index.columns import Column, Columns, pack_values
from gazetteer.search.index.day_ordinals import OPEN_END, OPEN_START, to_ordinal
from gazetteer.search.index.index_source import NameRow, NodeKind, NodeStateRow
from gazetteer.search.index.name_index import NameIndex
from gazetteer.search.index.node_columns import StateLayout
from gazetteer.search.index.node_numbering import Numbering
from gazetteer.search.index.postings import NewPostings, merge_postings
from gazetteer.search.index.prefix_index import compute_ranks, extract_lengths
from gazetteer.search.text.name_forms import NameForm, find_township_generic, iter_name_forms
from gazetteer.search.text.normalize import normalize_name, normalize_text

_Meaning = tuple[int, int, int, int]
"""Node, form of the name, first day, day after the last."""


def splice_keys(
    base: NameIndex, names: Sequence[NameRow], layout: StateLayout, states: Columns
) -> tuple[dict[str, Column], int]:
    """The columns of keys with the names of nodes that are new or replaced.

    ``states`` has the columns of the states now. Also the first serial number that is not taken.
    """
    columns, numbering = base.columns, layout.numbering
    meanings = _collect_meanings(names, base, layout)
    texts = sorted(meanings)
    rows = [row for text in texts for row in sorted(meanings[text])]
    merged = merge_postings(
        base.keys,
        columns["meaning_offsets"].array_view,
        numbering.retained_map[columns["meaning_node"].array_view],
        NewPostings(texts, [len(meanings[text]) for text in texts], [row[0] for row in rows]),
    )
    first, after = base.header.next_serial, base.header.next_serial + len(texts)
    lengths = np.fromiter(map(len, texts), np.int16, len(texts))
    return {
        **merged.texts.splice_texts(columns, "keys", texts),
        "key_serials": merged.texts.splice_values(columns["key_serials"], range(first, after)),
        "meaning_offsets": pack_values("i", merged.row_offsets),
        "meaning_node": pack_values("i", merged.nodes),
        **{
            name: merged.rows.splice_values(columns[name], [row[field] for row in rows])
            for field, name in enumerate(("meaning_form", "meaning_start", "meaning_end"), 1)
        },
        "key_rank": pack_values(
            "h",
            compute_ranks(
                merged.texts.splice_array(extract_lengths(base.key_rank), lengths),
                merged.row_offsets,
                _find_latest_levels(states)[merged.nodes],
            ),
        ),
    }, after


def _find_latest_levels(states: Columns) -> NDArray[Any]:
    """The level of each node in the end."""
    return states["levels"].array_view.take(states["state_offsets"].array_view[1:] - 1)


def _collect_meanings(
    names: Iterable[NameRow], base: NameIndex, layout: StateLayout
) -> dict[str, set[_Meaning]]:
    """Each text under which a node may be written, with the periods of the names behind it."""
    numbers, latest = layout.numbering.numbers, {row.node: row for row in layout.rows}
    townships = {
        (state.parent, state.name): state
        for state in sorted(latest.values(), key=lambda state: numbers[state.node])
        if state.level == Level.TOWNSHIP
    }
    meanings: dict[str, set[_Meaning]] = {}
    for row in names:
        state = latest.get(row.node)
        if state is None:
            continue
        span = to_ordinal(row.start, OPEN_START), to_ordinal(row.end, OPEN_END)
        form = NameForm.from_name_kind(row.name_kind)
        text = normalize_name(row.text)
        if state.kind == NodeKind.PLACE and (generic := find_township_generic(text)):
            township = _find_township(townships, state, text, generic)
            if township is None:
                continue  # it was the town's: no place in it is called 红旗镇
            state = township
        above = _find_parent_name(base, layout.numbering, latest, state.parent)
        for name in {text, normalize_text(row.text).value.strip()}:  # with and without its note
            for written, written_form in iter_name_forms(name, form, state.level, above):
                meaning = (numbers[state.node], int(written_form), *span)
                meanings.setdefault(written, set()).add(meaning)
    return meanings


def _find_township(
    townships: Mapping[tuple[str | None, str], NodeStateRow],
    place: NodeStateRow,
    text: str,
    generic: str,
) -> NodeStateRow | None:
    """The township in whose county the place lies, and which the name of the place means."""
    named = townships.get((place.parent, place.name + generic))
    return named or townships.get((place.parent, text))


def _find_parent_name(
    base: NameIndex,
    numbering: Numbering,
    latest: Mapping[str, NodeStateRow],
    parent: str | None,
) -> str:
    """The name of a parent in the end; empty if there is none, or the index does not hold it."""
    if parent is None or parent in latest:
        return latest[parent].name if parent else ""
    number = base.find_node(parent)
    if number is None or numbering.node_map[number] < 0:
        return ""
    return base.names[base.state_offsets[number + 1] - 1]
