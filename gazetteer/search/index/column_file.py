"""A file of columns that many processes map: written once, checked when it is opened.

A page that says where the header is, the columns, each at the beginning of a page, and the header:
what the writer wants to say, and for each column its type, where it is, and its checksum. Columns
may be in an earlier file. A file gets its name when it is complete, and nothing ever changes in it:
a process that has mapped it may go on reading even when it has been removed. It is not forced onto
the disk: what a failure of the machine damages is found by the checksums, and made again.
"""

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from mmap import ACCESS_READ, ALLOCATIONGRANULARITY, mmap
from pathlib import Path
from struct import Struct
from typing import Any, BinaryIO
from zlib import crc32

import numpy as np
import orjson

from gazetteer.search.index.columns import Column, Columns

_MAGIC = b"GZCOLS01"
_FIRST_PAGE = Struct("=8sQQI")
"""The magic, where the header is, its length, and its checksum."""


class DamagedColumns(Exception):
    """A file of columns is not as it was written."""


@dataclass(frozen=True, slots=True)
class StoredColumn:
    """Where a column is: the name of a file in the same directory, offset and length in bytes."""

    typecode: str
    file: str
    offset: int
    length: int
    checksum: int


@dataclass(frozen=True, slots=True)
class ColumnFile:
    """An open file: what its writer said, and the columns, mapped; by name where each is."""

    path: Path
    header: Mapping[str, Any]
    columns: Columns
    stored: Mapping[str, StoredColumn] = field(repr=False)

    @property
    def file_names(self) -> set[str]:
        """The files in which its columns are, and its own."""
        return {self.path.name, *(stored.file for stored in self.stored.values())}


def write_column_file(
    path: Path, header: Mapping[str, Any], columns: Columns, earlier: ColumnFile | None = None
) -> None:
    """Write a file; columns that an earlier file in the same directory has stay there."""
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    with part.open("wb") as file:
        stored = {
            name: earlier.stored[name]
            if earlier is not None and _is_same_column(earlier.columns.get(name), column)
            else _write_column(file, path.name, column)
            for name, column in columns.items()
        }
        serialized = orjson.dumps({"header": header, "columns": stored})
        _pad_page(file)
        at = file.tell()
        file.write(serialized)
        file.seek(0)
        file.write(_FIRST_PAGE.pack(_MAGIC, at, len(serialized), crc32(serialized)))
    part.replace(path)


def _is_same_column(one: Column | None, other: Column) -> bool:
    """Whether two columns hold the same: comparing takes a tenth of writing and checking."""
    if one is None or one is other:
        return one is other
    if one.typecode != other.typecode or len(one.buffer) != len(other.buffer):
        return False
    if not len(one.buffer):
        return True  # of which NumPy makes no array
    return np.array_equal(
        np.frombuffer(one.buffer, np.uint8), np.frombuffer(other.buffer, np.uint8)
    )


def _pad_page(file: BinaryIO) -> None:
    """Go to the next beginning of a page that is not the first."""
    pages = max(-(-file.tell() // ALLOCATIONGRANULARITY), 1)
    file.seek(pages * ALLOCATIONGRANULARITY)


def _write_column(file: BinaryIO, name: str, column: Column) -> StoredColumn:
    _pad_page(file)
    at, buffer = file.tell(), memoryview(column.buffer)
    file.write(buffer)
    return StoredColumn(column.typecode, name, at, len(buffer), crc32(buffer))


def open_column_file(path: Path, earlier: ColumnFile | None = None) -> ColumnFile:
    """Map a file; what an earlier one has mapped already is taken from there.

    Raises:
        FileNotFoundError: the file, or one to which it refers, is not there.
        DamagedColumns: a file is not as it was written.
    """
    header, stored = _read_header(path)
    columns = {
        name: earlier.columns[name]
        for name, where in stored.items()
        if earlier is not None and earlier.stored.get(name) == where
    }
    for file_name in sorted({where.file for where in stored.values()}):
        missing = {
            name: where
            for name, where in stored.items()
            if where.file == file_name and name not in columns
        }
        if missing:
            columns.update(_map_columns(path.with_name(file_name), missing))
    return ColumnFile(path, header, columns, stored)


def _read_header(path: Path) -> tuple[dict[str, Any], dict[str, StoredColumn]]:
    with path.open("rb") as file:
        first = file.read(_FIRST_PAGE.size)
        if len(first) < _FIRST_PAGE.size:
            raise DamagedColumns(f"{path} is too short")
        magic, at, length, checksum = _FIRST_PAGE.unpack(first)
        file.seek(at if magic == _MAGIC else 0)
        serialized = file.read(length) if magic == _MAGIC else b""
    if magic != _MAGIC or len(serialized) != length or crc32(serialized) != checksum:
        raise DamagedColumns(f"{path} has no valid header")
    content = orjson.loads(serialized)
    return content["header"], {
        name: StoredColumn(**where) for name, where in content["columns"].items()
    }


def _map_columns(path: Path, stored: Mapping[str, StoredColumn]) -> Iterator[tuple[str, Column]]:
    with path.open("rb") as file:
        size = os.fstat(file.fileno()).st_size
        for name, where in stored.items():
            if where.offset + where.length > size:  # mapped all the same, reading would be fatal
                raise DamagedColumns(f"{path} ends within {name}")
            buffer = (
                mmap(file.fileno(), where.length, access=ACCESS_READ, offset=where.offset)
                if where.length
                else b""
            )
            if crc32(buffer) != where.checksum:
                raise DamagedColumns(f"{path} has other bytes in {name}")
            yield name, Column(where.typecode, buffer)
