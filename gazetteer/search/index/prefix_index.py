"""An index of texts by their beginnings, the best first."""

from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from gazetteer.search.index.string_pool import SortedStringPool, StringPool

_LENGTH_RANGE = 64


class PrefixEntry(NamedTuple):
    """A text that stands for a node in one of its states, and how the register writes it."""

    text: str
    node: int
    state: int
    level: int
    display_text: str = ""


@dataclass(frozen=True, slots=True)
class PrefixIndex:
    """Texts in order; ``rank`` is small for what people mean by a short beginning.

    The rows of text ``t`` are ``row_offsets[t]`` to ``row_offsets[t + 1]``: one for each node, with
    its latest state of that text. ``display_texts`` has how the register writes the text, where
    that differs.
    """

    texts: SortedStringPool
    row_offsets: Sequence[int]
    nodes: Sequence[int]
    states: Sequence[int]
    rank: NDArray[np.int16]
    display_texts: Sequence[str]

    def get_rows(self, position: int) -> range:
        """The rows of one text."""
        return range(self.row_offsets[position], self.row_offsets[position + 1])


def select_best(rank: NDArray[np.int16], positions: NDArray[np.intp], limit: int) -> list[int]:
    """The best of the positions by rank, the best first."""
    if len(positions) <= limit:
        return list(map(int, positions[np.argsort(rank[positions], kind="stable")]))
    # Positions break ties, so that what is cut off does not depend on the algorithm.
    keys = rank[positions].astype(np.int64) * (int(positions[-1]) + 1) + positions
    chosen = np.argpartition(keys, limit)[:limit]
    return list(map(int, positions[chosen[np.argsort(keys[chosen])]]))


def compute_rank(level: int, length: int) -> int:
    """The higher level first, then the shorter text."""
    return level * _LENGTH_RANGE + min(length, _LENGTH_RANGE - 1)


def extract_lengths(rank: NDArray[np.int16]) -> NDArray[np.int16]:
    """The lengths of texts with these ranks, up to 63."""
    return rank % _LENGTH_RANGE


def compute_ranks(texts: Sequence[str], levels: Iterable[int]) -> NDArray[np.int16]:
    """The ranks of texts, each with the highest level that it means."""
    pairs = zip(texts, levels, strict=True)
    return np.fromiter(
        (compute_rank(level, len(text)) for text, level in pairs), np.int16, len(texts)
    )


def build_prefix_index(entries: Iterable[PrefixEntry]) -> PrefixIndex:
    """From entries in any order."""
    ordered = sorted(entry for entry in entries if entry.text)
    rows = [row for row, after in pairwise(ordered) if row[:2] != after[:2]] + ordered[-1:]
    texts: list[str] = []
    levels: list[int] = []
    row_offsets = array("i")
    for position, row in enumerate(rows):
        if texts and texts[-1] == row.text:
            levels[-1] = min(levels[-1], row.level)
        else:
            texts.append(row.text)
            levels.append(row.level)
            row_offsets.append(position)
    row_offsets.append(len(rows))
    return PrefixIndex(
        SortedStringPool(texts),
        row_offsets,
        nodes=array("i", (row.node for row in rows)),
        states=array("i", (row.state for row in rows)),
        rank=compute_ranks(texts, levels),
        display_texts=StringPool(row.display_text for row in rows)
        if any(row.display_text for row in rows)
        else (),
    )
