"""Texts in order, with rows that name nodes: how such lists take in changes."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gazetteer.search.index.splice import Splice
from gazetteer.search.index.string_pool import SortedStringPool

_TEXT_SHIFT = 32
"""Row keys are the number of the text and, in the lower bits, that of the node."""


@dataclass(frozen=True, slots=True)
class NewPostings:
    """Texts in order, none twice, with as many ``nodes`` each as ``counts`` says, in order."""

    texts: Sequence[str]
    counts: Sequence[int]
    nodes: Sequence[int]


@dataclass(frozen=True, slots=True)
class MergedPostings:
    """The merged list: how its texts and its rows come of the old and the new ones.

    Of texts that both lists have those of the old one count.
    """

    texts: Splice
    rows: Splice
    row_offsets: NDArray[np.intp]
    nodes: NDArray[np.intp]


def merge_postings(
    texts: SortedStringPool,
    row_offsets: NDArray[Any],
    nodes_now: NDArray[Any],
    new: NewPostings,
) -> MergedPostings:
    """Merge a list with a new one that has other nodes.

    Args:
        texts: the texts of the old list.
        row_offsets: where the rows of each of these begin, and where the last end.
        nodes_now: the node of each old row; -1 removes the row, and a text without rows.
        new: the rows of other nodes.
    """
    text_at = np.repeat(np.arange(len(texts)), np.diff(row_offsets))
    rows = np.flatnonzero(nodes_now >= 0)
    remains = np.zeros(len(texts) + 1, np.bool_)  # one more: new texts may come after all others
    remains[text_at[rows]] = True
    found, is_known = _find_texts(texts, new.texts)
    remains[found[is_known]] = True
    gaps = found[~is_known]
    before = np.searchsorted(gaps, np.arange(len(texts) + 1), side="right")
    remaining_before: NDArray[np.intp] = np.cumsum(remains) - remains
    old_numbers = remaining_before + before
    new_numbers = old_numbers[found]
    new_numbers[~is_known] = remaining_before[gaps] + np.arange(len(gaps))
    text_take = np.empty(int(remains.sum()) + len(gaps), np.intp)
    text_take[old_numbers[remains]] = np.flatnonzero(remains)
    text_take[new_numbers[~is_known]] = len(texts) + np.flatnonzero(~is_known)
    numbers = np.concatenate([old_numbers[text_at[rows]], np.repeat(new_numbers, new.counts)])
    nodes = np.concatenate([nodes_now[rows], np.asarray(new.nodes, np.intp)])
    row_take = np.concatenate([rows, len(nodes_now) + np.arange(len(new.nodes))])
    order = _merge_order(numbers << _TEXT_SHIFT | nodes, len(rows))
    return MergedPostings(
        Splice.from_positions(text_take, len(texts)),
        Splice.from_positions(row_take[order], len(nodes_now)),
        np.r_[0, np.cumsum(np.bincount(numbers, minlength=len(text_take)))],
        nodes[order],
    )


def _find_texts(
    texts: SortedStringPool, wanted: Sequence[str]
) -> tuple[NDArray[np.intp], NDArray[np.bool_]]:
    """Before which text each of others comes, and whether that is the same one."""
    found = [texts.find_lower_bound(text) for text in wanted]
    known = zip(found, wanted, strict=True)
    is_known = [at < len(texts) and texts[at] == text for at, text in known]
    return np.asarray(found, np.intp), np.asarray(is_known, np.bool_)


def _merge_order(keys: NDArray[np.intp], count: int) -> NDArray[np.intp]:
    """The order of keys, of which the first ``count`` and the others are mostly in order."""
    old, new = keys[:count], keys[count:]
    if np.any(old[1:] < old[:-1]):  # nodes have moved
        return np.argsort(keys, kind="stable")
    added = count + np.arange(len(new))
    return np.insert(np.arange(count), np.searchsorted(old, new, side="right"), added)
