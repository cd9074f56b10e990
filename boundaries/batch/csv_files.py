"""CSV files row by row: never more than one row in memory, and each exactly as it is written.

Encoding, delimiter, header and number of rows are detected in one pass, which also refuses whatever
is no CSV; so nothing can go wrong once a result is being sent.
"""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import BinaryIO, NamedTuple

from boundaries.batch.encodings import detect_encoding
from gazetteer.messages import Message, message
from gazetteer.problems import InvalidValue

DELIMITERS = (",", ";", "\t")
MAX_RECORD = 1_000_000
"""Characters of one row; a longer one means that a quotation mark was never closed."""
_MAX_HEADER_LINES = 20
_REASONS = {
    "unexpected end of data": "unclosed_quote",
    "expected after": "text_after_quote",
    "field limit": "cell_too_long",
    "new-line character": "bare_line_break",
}
"""Parts of the errors of the CSV reader, and the messages that say the same."""


@dataclass(frozen=True, slots=True)
class CsvFile:
    """The format of a CSV file; ``rows`` counts those below the header that are not blank."""

    encoding: str
    delimiter: str
    header: tuple[str, ...]
    rows: int

    def resolve_column_names(self, column_texts: Sequence[str]) -> list[str]:
        """The names of columns, of which each text has one, or several between commas."""
        names: list[str] = []
        for text in column_texts:
            parts = [text] if text in self.header else text.split(",")
            names += [part if part in self.header else part.strip() for part in parts]
        return names

    def find_position(self, column: str, field: str = "columns") -> int:
        """The index of a column.

        Raises:
            InvalidValue: no column has the name, or several have; names the ``field``.
        """
        occurrences = self.header.count(column)
        if occurrences == 1:
            return self.header.index(column)
        if occurrences:
            raise InvalidValue(
                message("batch.repeated_column", n=occurrences, column=column), field=field
            )
        raise InvalidValue(
            message("batch.no_column", column=column, columns=self.header), field=field
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
    """The format of a file, after reading all of it once.

    Args:
        stream: the file; it is at its beginning afterwards.
        encoding: the encoding as declared by the sender; None to detect it.
        delimiter: the delimiter as declared; None to detect it from the header.
        field: the field that a problem with the file names.
        require_even: whether to refuse rows that are shorter or longer than the header.

    Raises:
        InvalidValue: no CSV, or not as declared; names the field, and the ``line`` that is wrong.
    """
    detected = detect_encoding(stream, encoding, field)
    separator = _detect_delimiter(stream, detected, delimiter)
    rows = iter(_iter_raw_records(stream, detected, separator, field))
    header = next((record for record in rows if record.cells), None)
    if header is None:
        raise InvalidValue(message("batch.empty_file"), field=field)
    count = 0
    for record in rows:
        count += bool(record.cells)
        if require_even and record.cells and len(record.cells) != len(header.cells):
            raise _build_width_error(record, len(header.cells), field)
    stream.seek(0)
    return CsvFile(detected, separator, tuple(header.cells), count)


def iter_records(stream: BinaryIO, csv_file: CsvFile) -> Iterator[CsvRecord]:
    """The header and all rows of a file of which :func:`sniff_csv` detected the format."""
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
                raise _build_csv_error(first, _find_reason(error), field) from None
            if cells is None:
                return
            number += bool(cells)
            yield CsvRecord(number, first, *lines.take_record_text(), cells)
    finally:
        text.detach()  # the stream belongs to the caller


class _RecordLines:
    """The lines of a text for a CSV reader; it records those that the reader took for one row."""

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
            reason = message("batch.csv.row_too_long", limit=MAX_RECORD)
            raise _build_csv_error(self.count - len(self._record_lines) + 1, reason, self._field)
        return line

    def take_record_text(self) -> tuple[str, str]:
        """The text and the line end of what the reader took since the last call."""
        text = (
            self._record_lines[0] if len(self._record_lines) == 1 else "".join(self._record_lines)
        )
        self._record_lines.clear()
        self._length = 0
        end = "\r\n" if text.endswith("\r\n") else text[-1] if text[-1] in "\r\n" else ""
        return text[: len(text) - len(end)], end


def _find_reason(error: csv.Error) -> Message:
    """An error of the CSV reader, which speaks English only, as a message."""
    words = str(error)
    name = next((name for part, name in _REASONS.items() if part in words), "malformed")
    return message(f"batch.csv.{name}", limit=csv.field_size_limit())


def _build_csv_error(line: int, reason: Message, field: str) -> InvalidValue:
    return InvalidValue(message("batch.not_csv", line=line, reason=reason), field=field, line=line)


def _build_width_error(record: CsvRecord, width: int, field: str) -> InvalidValue:
    words = message("batch.row_width", line=record.line, n=len(record.cells), width=width)
    return InvalidValue(words, field=field, line=record.line)


def _detect_delimiter(stream: BinaryIO, encoding: str, declared: str | None) -> str:
    if declared is not None:
        separator = "\t" if declared in ("\\t", "tab") else declared
        if separator not in DELIMITERS:
            raise InvalidValue(
                message("batch.unknown_delimiter", delimiter=declared), field="delimiter"
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
