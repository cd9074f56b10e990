"""From the rows of a file to its answered rows, some hundred at a time and always in order."""

import csv
import io
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import NamedTuple, TypeVar

from boundaries.batch.csv_files import CsvFile, CsvRecord
from gazetteer.problems import InvalidValue

CHUNK_ROWS = 500
"""Rows that are answered together: the step of progress, and what is kept between checkpoints."""

RowInput = tuple[str, ...]
"""The cells of a row that are asked about."""

A = TypeVar("A")
RowProcessor = Callable[[Sequence[RowInput]], list[A]]
"""Answers questions, in their order."""
Executor = Callable[[Iterable[Sequence[RowInput]]], Iterator[list[A]]]
"""Answers chunks of questions, in their order, reading few of them ahead."""


@dataclass(frozen=True, slots=True)
class ResultColumns:
    """The result columns that are added to a file.

    ``names`` are those that somebody chose; ``status`` and ``detail`` are the two in which a row
    that cannot be read is told.
    """

    names: tuple[str, ...]
    delimiter: str
    status: str = "result_status"
    detail: str = "result_detail"

    def format_appended_cells(self, cells: Sequence[str]) -> str:
        """Cells as they are written behind a row."""
        separator = self.delimiter
        text = separator.join(("", *cells))
        is_plain = text.count(separator) == len(cells) and '"' not in text
        if is_plain and "\n" not in text and "\r" not in text:
            return text  # no cell needs quotation marks: nearly always so
        return separator.join(("", *(_quote_cell(cell, separator) for cell in cells)))

    def format_row(self, cells: Sequence[str]) -> str:
        """Cells as a whole row."""
        return self.format_appended_cells(cells)[1:] + "\r\n"

    def format_unreadable_cells(self, why: str) -> str:
        """The tail of a row that cannot be read."""
        values = {self.status: "invalid", self.detail: why}
        return self.format_appended_cells([values.get(name, "") for name in self.names])


def select_result_columns(
    requested: Sequence[str], available: Sequence[str], default: Sequence[str]
) -> tuple[str, ...]:
    """The result columns that somebody asked for, in the order of asking.

    Raises:
        InvalidValue: one of them does not exist, or is named twice.
    """
    for name in requested:
        if name not in available or requested.count(name) > 1:
            choices = ", ".join(available)
            raise InvalidValue(
                f"没有结果列“{name}”或重复；可用：{choices}。",
                f"{name!r} is no result column or named twice; there are: {choices}",
                field="result_columns",
            )
    return tuple(requested) or tuple(default)


def check_new_columns(csv_file: CsvFile, names: Iterable[str]) -> None:
    """Refuse a file that already has one of the columns which would be added.

    Raises:
        InvalidValue: names the field ``result_columns``.
    """
    for name in names:
        if name in csv_file.header:
            raise InvalidValue(
                f"文件已有名为“{name}”的列；请改名，或用 result_columns 选择别的列。",
                f"the file already has a column {name!r}; rename it, or choose others",
                field="result_columns",
            )


class ResultChunk(NamedTuple):
    """A piece of the result: its text, the rows that it answers, and the blank lines with them."""

    text: str
    rows: int
    records: int


def process_rows(
    rows: Iterator[CsvRecord],
    csv_file: CsvFile,
    positions: Sequence[int],
    columns: ResultColumns,
    executor: Executor[str],
    format_cell_count: Callable[[int, int], str],
) -> Iterator[ResultChunk]:
    """The rows with what is added to them; the header must have been taken from ``rows``.

    Args:
        rows: the rows of the file, from where the answers shall begin.
        sheet: what the file is like.
        positions: of the cells that make a question.
        columns: what is added.
        ask: answers questions by tails, as :meth:`ResultColumns.format_appended_cells` makes them.
        told: says in words that a row has so many cells, and the header so many.
    """
    pending: deque[list[CsvRecord]] = deque()
    width = len(csv_file.header)

    def iter_inputs() -> Iterator[list[RowInput]]:
        while chunk := list(islice(rows, CHUNK_ROWS)):
            pending.append(chunk)
            yield [
                tuple([record.cells[position] for position in positions])
                for record in chunk
                if len(record.cells) == width
            ]

    for appended in executor(iter_inputs()):
        yield _build_result_chunk(
            pending.popleft(), iter(appended), csv_file, columns, format_cell_count
        )


def _build_result_chunk(
    chunk: Iterable[CsvRecord],
    appended: Iterator[str],
    csv_file: CsvFile,
    columns: ResultColumns,
    format_cell_count: Callable[[int, int], str],
) -> ResultChunk:
    width, out, rows = len(csv_file.header), [], 0
    for record in chunk:
        rows += bool(record.cells)
        if len(record.cells) == width:
            out.append(record.text + next(appended) + record.end)
        elif record.cells:
            text, rest = _fit_to_width(record, width, csv_file.delimiter)
            why = format_cell_count(len(record.cells), width) + rest
            out.append(text + columns.format_unreadable_cells(why) + record.end)
        else:
            out.append(record.text + record.end)
    return ResultChunk("".join(out), rows, len(out))


def _fit_to_width(record: CsvRecord, width: int, delimiter: str) -> tuple[str, str]:
    """A row of the wrong length brought to the width of the header, and what did not fit."""
    missing = width - len(record.cells)
    if missing > 0:
        return record.text + delimiter * missing, ""
    return _format_csv_line(record.cells[:width], delimiter), " " + _format_csv_line(
        record.cells[width:], delimiter
    )


def format_header(record: CsvRecord, columns: ResultColumns) -> str:
    """The header with the names of the added columns."""
    return record.text + columns.format_appended_cells(columns.names) + record.end


def _format_csv_line(cells: Sequence[str], delimiter: str) -> str:
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=delimiter, lineterminator="").writerow(cells)
    return out.getvalue()


def _quote_cell(cell: str, delimiter: str) -> str:
    if delimiter in cell or '"' in cell or "\n" in cell or "\r" in cell:
        return '"' + cell.replace('"', '""') + '"'
    return cell


def build_sequential_executor(processor: RowProcessor[A]) -> Executor[A]:
    """Ask in this process, one chunk after another."""

    def execute_chunks(chunks: Iterable[Sequence[RowInput]]) -> Iterator[list[A]]:
        for chunk in chunks:
            yield processor(chunk)

    return execute_chunks
