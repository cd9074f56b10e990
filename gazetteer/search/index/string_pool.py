"""Very many short texts in little memory: one buffer, and the offset at which each begins."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from typing import Self, overload

from gazetteer.search.index.columns import Columns, TextBuffer, pack_texts


class StringPool(Sequence[str]):
    """Texts as one run of UTF-8, a third of the size that they have as objects. Never changed.

    ``offsets`` has where each begins, and the end of the last.
    """

    def __init__(self, buffer: TextBuffer, offsets: Sequence[int]) -> None:
        self._buffer, self._offsets = buffer, offsets

    @classmethod
    def from_texts(cls, texts: Iterable[str]) -> Self:
        """A pool in memory."""
        return cls.from_columns(pack_texts("texts", texts), "texts")

    @classmethod
    def from_columns(cls, columns: Columns, name: str) -> Self:
        """The pool of texts that :func:`gazetteer.search.index.columns.pack_texts` packed."""
        buffer = columns[f"{name}.bytes"].buffer
        assert not isinstance(buffer, memoryview), "texts are packed as bytes"
        return cls(buffer, columns[f"{name}.offsets"].value_view)

    def __len__(self) -> int:
        return len(self._offsets) - 1

    @overload
    def __getitem__(self, position: int) -> str: ...
    @overload
    def __getitem__(self, position: slice) -> list[str]: ...
    def __getitem__(self, position: int | slice) -> str | list[str]:
        at = self._offsets
        if isinstance(position, int) and position >= 0:
            return self._buffer[at[position] : at[position + 1]].decode()
        if isinstance(position, slice):
            return [self[each] for each in range(*position.indices(len(self)))]
        if position < -len(self):
            raise IndexError(position)
        return self[position + len(self)]

    def index(self, value: object, start: int = 0, stop: int | None = None) -> int:
        """The position of a text.

        Raises:
            ValueError: it is not among them.
        """
        needle = str(value).encode()
        if not needle:
            return super().index(value, start, len(self) if stop is None else stop)
        last = len(self) if stop is None else min(stop, len(self))
        offset = self._buffer.find(needle, self._offsets[start])
        while offset >= 0:
            position = bisect_right(self._offsets, offset) - 1
            if (
                position < last
                and self._offsets[position] == offset
                and self._offsets[position + 1] == offset + len(needle)
            ):
                return position
            offset = self._buffer.find(needle, offset + 1)
        raise ValueError(f"{value!r} is not among the texts")

    def __contains__(self, value: object) -> bool:
        try:
            self.index(value)
        except ValueError:
            return False
        return True


_LAST_CHARACTER = chr(0x10FFFF)
_SAMPLE_STEP = 64


class SortedStringPool(StringPool):
    """Texts in ascending order, none twice, to be found by what they begin with."""

    def __init__(self, buffer: TextBuffer, offsets: Sequence[int]) -> None:
        super().__init__(buffer, offsets)
        self._samples = self[::_SAMPLE_STEP]  # objects, among which a search is quick

    def find_prefix_range(self, prefix: str) -> tuple[int, int]:
        """The half-open range of positions of the texts that begin with a prefix."""
        low = self.find_lower_bound(prefix)
        return low, self.find_lower_bound(prefix + _LAST_CHARACTER)

    def find_position(self, text: str) -> int | None:
        """The position of a text; None if it is not among them."""
        position = self.find_lower_bound(text)
        return position if position < len(self) and self[position] == text else None

    def find_lower_bound(self, text: str) -> int:
        """The position of the first text that does not come before another."""
        after = bisect_left(self._samples, text) * _SAMPLE_STEP
        return bisect_left(self, text, max(after - _SAMPLE_STEP, 0), min(after, len(self)))


class OptionalStringPool(Sequence[str | None]):
    """The same where a text may be missing; an empty one counts as that."""

    def __init__(self, texts: StringPool) -> None:
        self._texts = texts

    def __len__(self) -> int:
        return len(self._texts)

    @overload
    def __getitem__(self, position: int) -> str | None: ...
    @overload
    def __getitem__(self, position: slice) -> list[str | None]: ...
    def __getitem__(self, position: int | slice) -> str | list[str | None] | None:
        if isinstance(position, slice):
            return [text or None for text in self._texts[position]]
        return self._texts[position] or None
