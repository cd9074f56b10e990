"""Reading a user's CSV file: its compression, encoding and columns; nothing is guessed silently.

UTF-8 with and without byte order mark and GB18030 are distinguished; the encoding is part of the
result. A file that cannot be read at all is a problem that names file, line and field.
"""

import csv
import errno
import gzip
import io
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Protocol

from gazetteer.ingest.file_positions import describe_position
from gazetteer.ingest.load_findings import LoadFindingCollector
from gazetteer.messages import Message, message
from gazetteer.problems import Problem

GZIP_MAGIC = b"\x1f\x8b"
UTF8_BOM = b"\xef\xbb\xbf"
UTF16_BOMS = (b"\xff\xfe", b"\xfe\xff")

_OPEN_ERRORS = {
    errno.ENOENT: "ingest.file_missing",
    errno.EISDIR: "ingest.file_is_folder",
    errno.EACCES: "ingest.file_permission",
}


class UnreadableFile(Problem):
    """A file that cannot be read in the format it is said to have."""

    code = "unreadable_file"


def build_unreadable_error(
    path: Path, reason: Message, *, field: str, line: int = 0
) -> UnreadableFile:
    """The problem of a file: the reason, preceded by the name of the file and the line."""
    position = describe_position(path.name, line)
    return UnreadableFile(
        message("ingest.unreadable", position=position, reason=reason),
        field=field,
        file=path.name,
        line=line,
    )


def read_bytes(path: Path) -> bytes:
    """The content, unpacked if it is gzip.

    Raises:
        UnreadableFile: no such file, no right to read it, or a broken archive.
    """
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise build_unreadable_error(path, _describe_open_error(error), field="file") from error
    if not raw.startswith(GZIP_MAGIC):
        return raw
    try:
        return gzip.decompress(raw)
    except (EOFError, OSError, zlib.error) as error:
        reason = message("ingest.gzip_damaged")
        raise build_unreadable_error(path, reason, field="file") from error


def _describe_open_error(error: OSError) -> Message:
    known = _OPEN_ERRORS.get(error.errno or 0)
    if known is not None:
        return message(known)
    return message("ingest.file_not_opened", reason=error.strerror or str(error))


def read_text(path: Path) -> tuple[str, str]:
    """The text and its encoding: ``utf-8``, ``utf-8-sig`` or ``gb18030``.

    Raises:
        UnreadableFile: any other encoding; names the line where decoding stopped.
    """
    return decode_text(path, read_bytes(path))


def decode_text(path: Path, raw: bytes) -> tuple[str, str]:
    """The text and encoding of the unpacked content ``raw`` of a file; see :func:`read_text`."""
    if raw.startswith(UTF16_BOMS):
        raise build_unreadable_error(path, message("ingest.utf16"), field="encoding")
    if b"\0" in raw:
        raise build_unreadable_error(path, message("ingest.not_text"), field="encoding")
    if raw.startswith(UTF8_BOM):
        return _decode_strictly(path, raw, "utf-8-sig"), "utf-8-sig"
    try:
        return raw.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        return _decode_strictly(path, raw, "gb18030"), "gb18030"


def _decode_strictly(path: Path, raw: bytes, encoding: str) -> str:
    try:
        return raw.decode(encoding)
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        reason = message("ingest.encoding_unknown")
        raise build_unreadable_error(path, reason, field="encoding", line=line) from error


CsvRow = dict[str, str]


class _CsvReader(Protocol):
    """A reader of the standard library, whose own type has no public name."""

    line_num: int

    def __iter__(self) -> Iterator[list[str]]: ...


@dataclass(frozen=True)
class CsvTable:
    """A CSV file whose header has been checked."""

    path: Path
    encoding: str
    rows: tuple[tuple[int, CsvRow], ...]  # line of the file (the row's last), cells by column


def read_table(path: Path, columns: Sequence[str], findings: LoadFindingCollector) -> CsvTable:
    """Read a CSV file that must have ``columns``; further columns are allowed and preserved.

    Raises:
        UnreadableFile: encoding, a missing column, or no header at all.
    """
    text, encoding = read_text(path)
    lines = _iter_lines(path, csv.reader(io.StringIO(text, newline="")))
    header = [cell.strip() for _, cells in islice(lines, 1) for cell in cells]
    for column in columns:
        if column not in header:
            reason = message("ingest.column_missing", column=column, columns=columns)
            raise build_unreadable_error(path, reason, field=column, line=1)
    return CsvTable(path, encoding, tuple(_iter_rows(lines, header, findings)))


def _iter_rows(
    lines: Iterator[tuple[int, list[str]]], header: list[str], findings: LoadFindingCollector
) -> Iterator[tuple[int, CsvRow]]:
    for line, cells in lines:
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) != len(header):
            findings.add_finding(
                "cell_count", line, "", ",".join(cells)[:120], n=len(cells), columns=len(header)
            )
            continue
        yield line, dict(zip(header, (cell.strip() for cell in cells), strict=True))


def _iter_lines(path: Path, reader: _CsvReader) -> Iterator[tuple[int, list[str]]]:
    """The rows with their lines.

    Raises:
        UnreadableFile: A cell is too long; outside of strict mode the reader has no other error.
    """
    try:
        for cells in reader:
            yield reader.line_num, cells
    except csv.Error as error:
        reason = message("ingest.cell_too_long", limit=csv.field_size_limit())
        line = reader.line_num
        raise build_unreadable_error(path, reason, field="file", line=line) from error
