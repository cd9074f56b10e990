"""Very many short texts in little memory: one buffer and where each of them begins."""

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from typing import overload


class Texts(Sequence[str]):
    """Texts as one run of UTF-8; a third of what they take as objects. Never changed."""

    def __init__(self, texts: Iterable[str]) -> None:
        buffer = bytearray()
        self._at = array("I", [0])
        for text in texts:
            buffer += text.encode()
            self._at.append(len(buffer))
        self._buffer = bytes(buffer)

    def __len__(self) -> int:
        return len(self._at) - 1

    @overload
    def __getitem__(self, position: int) -> str: ...
    @overload
    def __getitem__(self, position: slice) -> list[str]: ...
    def __getitem__(self, position: int | slice) -> str | list[str]:
        at = self._at
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
        sought = str(value).encode()
        if not sought:
            return super().index(value, start, len(self) if stop is None else stop)
        last = len(self) if stop is None else min(stop, len(self))
        found = self._buffer.find(sought, self._at[start])
        while found >= 0:
            at = bisect_right(self._at, found) - 1
            if at < last and self._at[at] == found and self._at[at + 1] == found + len(sought):
                return at
            found = self._buffer.find(sought, found + 1)
        raise ValueError(f"{value!r} is not among the texts")

    def __contains__(self, value: object) -> bool:
        try:
            self.index(value)
        except ValueError:
            return False
        return True


_LAST = chr(0x10FFFF)
_APART = 16


class SortedTexts(Texts):
    """Texts in ascending order, none twice, to be found by what they begin with."""

    def __init__(self, texts: Iterable[str]) -> None:
        super().__init__(texts)
        self._some = self[::_APART]  # objects, among which a search is quick

    def stretch(self, prefix: str) -> tuple[int, int]:
        """The half-open stretch of the texts that begin with a prefix."""
        low = self._first(prefix)
        return low, self._first(prefix + _LAST)

    def find(self, text: str) -> int | None:
        """The position of a text; None if it is not among them."""
        at = self._first(text)
        return at if at < len(self) and self[at] == text else None

    def _first(self, text: str) -> int:
        """The position of the first text that does not come before another."""
        after = bisect_left(self._some, text) * _APART
        return bisect_left(self, text, max(after - _APART, 0), min(after, len(self)))


class MaybeTexts(Sequence[str | None]):
    """The same where a text may be missing; an empty one counts as that."""

    def __init__(self, texts: Iterable[str | None]) -> None:
        self._texts = Texts(text or "" for text in texts)

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
