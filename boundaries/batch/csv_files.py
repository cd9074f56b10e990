"""CSV files row by row: never more than one row in memory, and each kept as it is written.

What a file is like (encoding, delimiter, header, how many rows) is found out in one pass, which
also refuses whatever is no CSV; so nothing can go wrong once answers are being sent.
"""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import BinaryIO, NamedTuple

from boundaries.batch.encodings import detect_encoding
from gazetteer.problems import InvalidValue

DELIMITERS = (",", ";", "\t")
MAX_RECORD = 1_000_000
"""Characters of one row; a longer one means that a quotation mark was never closed."""
_MAX_HEADER_LINES = 20


@dataclass(frozen=True, slots=True)
class CsvFile:
    """What a CSV file is like; ``rows`` counts those below the header that are not blank."""

    encoding: str
    delimiter: str
    header: tuple[str, ...]
    rows: int

    def resolve_column_names(self, column_texts: Sequence[str]) -> list[str]:
        """The columns that are meant: each by a text of its own, or several between commas."""
        names: list[str] = []
        for text in column_texts:
            parts = [text] if text in self.header else text.split(",")
            names += [part if part in self.header else part.strip() for part in parts]
        return names

    def find_position(self, column: str, field: str = "columns") -> int:
        """The index of a column.

        Raises:
            InvalidValue: there is none of the name, or there are several.
        """
        occurrences = self.header.count(column)
        if occurrences == 1:
            return self.header.index(column)
        names = ", ".join(self.header)
        if occurrences:
            raise InvalidValue(
                f"有 {occurrences} 列名为“{column}”。",
                f"{occurrences} columns are named {column!r}",
                field=field,
            )
        raise InvalidValue(
            f"没有名为“{column}”的列；文件的列：{names}。",
            f"there is no column {column!r}; the file has: {names}",
            field=field,
        )


class CsvRecord(NamedTuple):
    """A row: ``text`` as written, without its line end; no ``cells`` if it is a blank line.

    ``number`` counts the rows that are not blank; the header is 0. ``line`` is its first line.
    """

    number: int
    line: int
    text: str
    end: str
    cells: list[str]


def sniff_csv(
    stream: BinaryIO,
    encoding: str | None = None,
    delimiter: str | None = None,
    *,
    field: str = "data",
    require_even: bool = False,
) -> CsvFile:
    """What the file is like, after reading all of it once.

    Args:
        stream: the file; it is at its beginning afterwards.
        encoding: as named by whoever sent it; found out if None.
        delimiter: as named; found out from the header if None.
        field: what a problem with the file names.
        even: refuse rows that are shorter or longer than the header.

    Raises:
        InvalidValue: names the field, and the ``line`` where a line is wrong.
    """
    detected = detect_encoding(stream, encoding, field)
    separator = _detect_delimiter(stream, detected, delimiter)
    rows = iter(_iter_raw_records(stream, detected, separator, field))
    header = next((record for record in rows if record.cells), None)
    if header is None:
        raise InvalidValue("文件为空。", "the file is empty", field=field)
    count = 0
    for record in rows:
        count += bool(record.cells)
        if require_even and record.cells and len(record.cells) != len(header.cells):
            raise _build_width_error(record, len(header.cells), field)
    stream.seek(0)
    return CsvFile(detected, separator, tuple(header.cells), count)


def iter_records(stream: BinaryIO, csv_file: CsvFile) -> Iterator[CsvRecord]:
    """The header and all rows of a file that :func:`sniff_csv` found to be like ``sheet``."""
    return _iter_raw_records(stream, csv_file.encoding, csv_file.delimiter, "data")


def _iter_raw_records(
    stream: BinaryIO, encoding: str, delimiter: str, field: str
) -> Iterator[CsvRecord]:
    stream.seek(0)
    text = io.TextIOWrapper(stream, encoding, newline="")
    lines = _RecordLines(text, field)
    number = -1
    try:
        reader = csv.reader(lines, delimiter=delimiter, strict=True)
        while True:
            first = lines.count + 1
            try:
                cells = next(reader, None)
            except csv.Error as error:
                raise _build_csv_error(first, str(error), field) from None
            if cells is None:
                return
            number += bool(cells)
            yield CsvRecord(number, first, *lines.take_record_text(), cells)
    finally:
        text.detach()  # the stream belongs to the caller


class _RecordLines:
    """The lines of a text for a CSV reader, with what it took of them for one row."""

    def __init__(self, text: io.TextIOWrapper, field: str) -> None:
        self._text, self._field = text, field
        self._record_lines: list[str] = []
        self._length = 0
        self.count = 0

    def __iter__(self) -> "_RecordLines":
        return self

    def __next__(self) -> str:
        line = self._text.readline(MAX_RECORD)
        if not line:
            raise StopIteration
        self.count += 1
        self._record_lines.append(line)
        self._length += len(line)
        if self._length >= MAX_RECORD:
            words = f"a row of over {MAX_RECORD} characters"
            raise _build_csv_error(self.count - len(self._record_lines) + 1, words, self._field)
        return line

    def take_record_text(self) -> tuple[str, str]:
        """What the reader took since the last time: its text and its line end."""
        text = (
            self._record_lines[0] if len(self._record_lines) == 1 else "".join(self._record_lines)
        )
        self._record_lines.clear()
        self._length = 0
        end = "\r\n" if text.endswith("\r\n") else text[-1] if text[-1] in "\r\n" else ""
        return text[: len(text) - len(end)], end


def _build_csv_error(line: int, why: str, field: str) -> InvalidValue:
    return InvalidValue(
        f"从第 {line} 行起不是有效的 CSV：{why}。",
        f"from line {line} on this is not CSV: {why}",
        field=field,
        line=line,
    )


def _build_width_error(record: CsvRecord, width: int, field: str) -> InvalidValue:
    cell_count = len(record.cells)
    return InvalidValue(
        f"第 {record.line} 行有 {cell_count} 列，表头有 {width} 列。",
        f"line {record.line} has {cell_count} columns, the header {width}",
        field=field,
        line=record.line,
    )


def _detect_delimiter(stream: BinaryIO, encoding: str, declared: str | None) -> str:
    if declared is not None:
        separator = "\t" if declared in ("\\t", "tab") else declared
        if separator not in DELIMITERS:
            raise InvalidValue(
                f"不支持分隔符“{declared}”；可用：逗号、分号、tab。",
                f"the delimiter {declared!r} is none of: comma, semicolon, tab",
                field="delimiter",
            )
        return separator
    stream.seek(0)
    text = io.TextIOWrapper(stream, encoding, newline="")
    try:
        lines = [text.readline(MAX_RECORD) for _ in range(_MAX_HEADER_LINES)]
    finally:
        text.detach()
    return max(DELIMITERS, key=lambda separator: _count_header_cells(lines, separator))


def _count_header_cells(lines: Iterable[str], delimiter: str) -> int:
    """How many columns the header has if it is read with this delimiter."""
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    try:
        return next((len(cells) for cells in islice(reader, _MAX_HEADER_LINES) if cells), 0)
    except csv.Error:
        return 0
