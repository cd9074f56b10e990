"""The arrays of which an index consists, each one buffer: in memory, or mapped from a file."""

from array import array
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from mmap import mmap
from typing import Any

import numpy as np
from numpy.typing import NDArray

TextBuffer = bytes | mmap
"""What gives bytes when it is sliced."""

Buffer = TextBuffer | memoryview


@dataclass(frozen=True, slots=True)
class Column:
    """Values of one type (a type code of :mod:`array`) in a row; never changed."""

    typecode: str
    buffer: Buffer

    @property
    def value_view(self) -> Any:
        """The values as a sequence, for reading one by one: much faster than an array of NumPy."""
        return memoryview(self.buffer).cast(self.typecode)  # type: ignore[call-overload]

    @property
    def array_view(self) -> NDArray[Any]:
        """The values, for computing with all of them; not copied."""
        return np.frombuffer(self.buffer, self.typecode)


Columns = Mapping[str, Column]


def pack_values(typecode: str, values: NDArray[Any] | Iterable[int | float]) -> Column:
    """Values as a column of a type."""
    if not isinstance(values, np.ndarray):
        return Column(typecode, array(typecode, values).tobytes())
    same_type = np.ascontiguousarray(values, typecode)
    return Column(typecode, same_type.data.cast("B") if len(same_type) else b"")


def pack_texts(name: str, texts: Iterable[str]) -> dict[str, Column]:
    """Texts as two columns: all of them as one run of UTF-8, and the offset of each with the end.

    A missing text is packed as an empty one.
    """
    encoded = [text.encode() for text in texts]
    offsets = np.zeros(len(encoded) + 1, np.uint32)
    np.cumsum(np.fromiter(map(len, encoded), np.uint32, len(encoded)), out=offsets[1:])
    return name_texts(name, b"".join(encoded), offsets)


def name_texts(name: str, text_bytes: bytes, offsets: NDArray[Any]) -> dict[str, Column]:
    """The two columns of the texts of a name."""
    return {f"{name}.bytes": Column("B", text_bytes), f"{name}.offsets": pack_values("I", offsets)}
