"""An index of texts by their beginnings, the best first."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from gazetteer.search.index.columns import Columns
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


def compute_ranks(
    lengths: NDArray[Any], row_offsets: NDArray[Any], levels: NDArray[Any]
) -> NDArray[np.int16]:
    """The ranks of texts of some lengths, each with the highest level of its rows.

    Args:
        lengths: those of the texts.
        row_offsets: where the rows of each text begin, and the end of the last.
        levels: the level that each row means.
    """
    if not len(lengths):
        return np.zeros(0, np.int16)
    highest = np.minimum.reduceat(levels, row_offsets[:-1]).astype(np.int16)
    rank = highest * _LENGTH_RANGE + np.minimum(lengths, _LENGTH_RANGE - 1)
    return np.asarray(rank, np.int16)


def open_prefix_index(columns: Columns, name: str) -> PrefixIndex:
    """The index of a name over its columns."""
    display = f"{name}.display"
    has_display = f"{display}.bytes" in columns
    return PrefixIndex(
        SortedStringPool.from_columns(columns, f"{name}.texts"),
        columns[f"{name}.row_offsets"].value_view,
        columns[f"{name}.nodes"].value_view,
        columns[f"{name}.states"].value_view,
        columns[f"{name}.rank"].array_view,
        StringPool.from_columns(columns, display) if has_display else (),
    )
