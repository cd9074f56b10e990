"""From the rows of a file to its result rows, some hundred at a time and always in order."""

import csv
import io
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import TypeVar

from boundaries.batch.csv_files import CsvFile, CsvRecord
from boundaries.batch.result_columns import ResultColumns
from gazetteer.jobs.result_chunk import ResultChunk
from gazetteer.messages import Lang, message

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
class InputColumns:
    """Where a row has the cells that are processed, and what a person decided about rows.

    ``decisions`` has the number of a row and what was chosen for it. If there are any, the input of
    every row ends with its decision, which may be empty.
    """

    positions: tuple[int, ...]
    decisions: Mapping[int, str] = field(default_factory=dict)

    def build_input(self, record: CsvRecord) -> RowInput:
        """The input of a row that is as long as the header."""
        cells = tuple([record.cells[position] for position in self.positions])
        return (*cells, self.decisions.get(record.number, "")) if self.decisions else cells


def process_rows(
    rows: Iterator[CsvRecord],
    csv_file: CsvFile,
    input_columns: InputColumns,
    columns: ResultColumns,
    executor: Executor[str],
    lang: Lang,
) -> Iterator[ResultChunk]:
    """The rows with the result columns appended; the header must have been taken from ``rows``.

    Args:
        rows: the rows of the file, from where the result shall begin.
        csv_file: the format of the file.
        input_columns: the cells that are processed.
        columns: the result columns.
        executor: makes the appended cells, as :meth:`ResultColumns.format_values` does.
        lang: the language of the details of rows that cannot be read.
    """
    pending: deque[list[CsvRecord]] = deque()
    width = len(csv_file.header)

    def iter_inputs() -> Iterator[list[RowInput]]:
        while chunk := list(islice(rows, CHUNK_ROWS)):
            pending.append(chunk)
            yield [
                input_columns.build_input(record) for record in chunk if len(record.cells) == width
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
    """The header with the headings of the added columns."""
    return record.text + columns.format_appended_cells(columns.header_cells) + record.end


def _format_csv_line(cells: Sequence[str], delimiter: str) -> str:
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=delimiter, lineterminator="").writerow(cells)
    return out.getvalue()


def build_sequential_executor(processor: RowProcessor[A]) -> Executor[A]:
    """Execute in this process, one chunk after another."""

    def execute_chunks(chunks: Iterable[Sequence[RowInput]]) -> Iterator[list[A]]:
        for chunk in chunks:
            yield processor(chunk)

    return execute_chunks
