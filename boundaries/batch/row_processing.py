"""From the rows of a file to its result rows, some hundred at a time and always in order."""

import csv
import io
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TypeVar

from boundaries.batch.csv_files import CsvFile, CsvRecord
from gazetteer.jobs.result_chunk import ResultChunk
from gazetteer.messages import Lang, message
from gazetteer.problems import InvalidValue

CHUNK_ROWS = 500
"""Rows that are processed together: the step of progress, and of checkpoints."""

RowInput = tuple[str, ...]
"""The cells of a row that are processed."""

A = TypeVar("A")
RowProcessor = Callable[[Sequence[RowInput]], list[A]]
"""Processes the inputs of some rows to results, in their order."""
Executor = Callable[[Iterable[Sequence[RowInput]]], Iterator[list[A]]]
"""Processes chunks of inputs to chunks of results, in their order, reading few of them ahead."""


@dataclass(frozen=True, slots=True)
class ResultColumns:
    """The result columns that are added to a file.

    ``names`` are those that were requested; ``status`` and ``detail`` are the two that report a row
    that cannot be read.
    """

    names: tuple[str, ...]
    delimiter: str
    status: str = "result_status"
    detail: str = "result_detail"

    def format_appended_cells(self, cells: Sequence[str]) -> str:
        """Cells as they are appended to a row."""
        separator = self.delimiter
        text = separator.join(("", *cells))
        is_plain = text.count(separator) == len(cells) and '"' not in text
        if is_plain and "\n" not in text and "\r" not in text:
            return text  # no cell needs quotation marks: nearly always so
        return separator.join(("", *(_quote_cell(cell, separator) for cell in cells)))

    def format_row(self, cells: Sequence[str]) -> str:
        """Cells as a whole row."""
        return self.format_appended_cells(cells)[1:] + "\r\n"

    def format_unreadable_cells(self, reason: str) -> str:
        """The cells that are appended to a row that cannot be read."""
        values = {self.status: "invalid", self.detail: reason}
        return self.format_appended_cells([values.get(name, "") for name in self.names])


def select_result_columns(
    requested: Sequence[str], available: Sequence[str], default: Sequence[str]
) -> tuple[str, ...]:
    """The requested result columns, in the order of the request; those of ``default`` if none.

    Raises:
        InvalidValue: one of them does not exist, or is named more than once.
    """
    for name in requested:
        if name not in available:
            words = message("batch.unknown_result_column", column=name, columns=available)
            raise InvalidValue(words, field="result_columns")
        if requested.count(name) > 1:
            words = message("batch.repeated_result_column", column=name)
            raise InvalidValue(words, field="result_columns")
    return tuple(requested) or tuple(default)


def check_new_columns(csv_file: CsvFile, names: Iterable[str]) -> None:
    """Refuse a file that already has one of the columns which would be added.

    Raises:
        InvalidValue: names the field ``result_columns``.
    """
    for name in names:
        if name in csv_file.header:
            raise InvalidValue(message("batch.column_exists", column=name), field="result_columns")


def process_rows(
    rows: Iterator[CsvRecord],
    csv_file: CsvFile,
    positions: Sequence[int],
    columns: ResultColumns,
    executor: Executor[str],
    lang: Lang,
) -> Iterator[ResultChunk]:
    """The rows with the result columns appended; the header must have been taken from ``rows``.

    Args:
        rows: the rows of the file, from where the result shall begin.
        csv_file: the format of the file.
        positions: the positions of the cells that are processed.
        columns: the result columns.
        executor: makes the appended cells, as :meth:`ResultColumns.format_appended_cells` does.
        lang: the language of the details of rows that cannot be read.
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
        yield _build_result_chunk(pending.popleft(), iter(appended), csv_file, columns, lang)


def _build_result_chunk(
    chunk: Iterable[CsvRecord],
    appended: Iterator[str],
    csv_file: CsvFile,
    columns: ResultColumns,
    lang: Lang,
) -> ResultChunk:
    width, out, rows = len(csv_file.header), [], 0
    for record in chunk:
        rows += bool(record.cells)
        if len(record.cells) == width:
            out.append(record.text + next(appended) + record.end)
        elif record.cells:
            text, rest = _fit_to_width(record, width, csv_file.delimiter)
            reason = "batch.cell_count.rest" if rest else "batch.cell_count"
            words = message(reason, n=len(record.cells), width=width, rest=rest).text(lang)
            out.append(text + columns.format_unreadable_cells(words) + record.end)
        else:
            out.append(record.text + record.end)
    return ResultChunk("".join(out), rows, len(out))


def _fit_to_width(record: CsvRecord, width: int, delimiter: str) -> tuple[str, str]:
    """A row of the wrong length, made as wide as the header, and the cells that did not fit."""
    missing = width - len(record.cells)
    if missing > 0:
        return record.text + delimiter * missing, ""
    return (
        _format_csv_line(record.cells[:width], delimiter),
        _format_csv_line(record.cells[width:], delimiter),
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
    """Execute in this process, one chunk after another."""

    def execute_chunks(chunks: Iterable[Sequence[RowInput]]) -> Iterator[list[A]]:
        for chunk in chunks:
            yield processor(chunk)

    return execute_chunks
