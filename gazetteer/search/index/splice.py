"""A long list that takes in changes, as stretches of the old one and of what is new."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gazetteer.search.index.columns import Column, Columns, name_texts, pack_texts, pack_values


@dataclass(frozen=True, slots=True)
class Splice:
    """The stretches of a list: whether it is of the new items, its first and after its last item.

    Items of the old list that are in none are removed.
    """

    stretches: Sequence[tuple[bool, int, int]]

    @classmethod
    def from_positions(cls, positions: NDArray[Any], old_count: int) -> "Splice":
        """From positions in the old list continued by the new one."""
        begins = np.ones(len(positions), np.bool_)
        begins[1:] = (np.diff(positions) != 1) | (positions[1:] == old_count)
        ends = np.r_[begins[1:], True][: len(positions)]
        pairs = zip(positions[begins].tolist(), positions[ends].tolist(), strict=True)
        return cls(
            [
                (first >= old_count, first - shift, last + 1 - shift)
                for first, last in pairs
                for shift in (old_count if first >= old_count else 0,)
            ]
        )

    def splice_array(self, old: NDArray[Any], new: NDArray[Any]) -> NDArray[Any]:
        """The values of the list, in the type of the old ones."""
        added = new.astype(old.dtype, copy=False)
        pieces = [(added if is_new else old)[start:end] for is_new, start, end in self.stretches]
        return np.concatenate(pieces) if pieces else old[:0]

    def splice_values(self, column: Column, added: Sequence[int] | Sequence[float]) -> Column:
        """The column of the list."""
        spliced = self.splice_array(column.array_view, np.asarray(added, column.typecode))
        return pack_values(column.typecode, spliced)

    def splice_texts(self, columns: Columns, name: str, added: Iterable[str]) -> dict[str, Column]:
        """The columns of the texts of a name."""
        more = pack_texts(name, added)
        both = [
            (memoryview(each[f"{name}.bytes"].buffer), each[f"{name}.offsets"].array_view)
            for each in (columns, more)
        ]
        pieces = [
            both[is_new][0][both[is_new][1][start] : both[is_new][1][end]]
            for is_new, start, end in self.stretches
        ]
        lengths = self.splice_array(*(np.diff(offsets) for _, offsets in both))
        offsets = np.zeros(len(lengths) + 1, np.uint32)
        np.cumsum(lengths, out=offsets[1:])
        return name_texts(name, b"".join(pieces), offsets)
