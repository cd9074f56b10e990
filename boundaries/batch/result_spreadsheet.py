"""The result of a task on a file as a spreadsheet: codes stay text, measures are numbers."""

import csv
import io
from collections.abc import Iterable, Iterator
from enum import StrEnum
from typing import BinaryIO

from boundaries.batch.csv_files import CsvFile
from boundaries.batch.result_columns import ResultColumns
from boundaries.layers.layer_writer import MIME_TYPES, LayerFormat
from boundaries.layers.spreadsheet import MAX_CELL_CHARS, check_sheet_size, write_rows
from gazetteer.messages import message
from gazetteer.problems import InvalidValue

SPREADSHEET_MEDIA = MIME_TYPES[LayerFormat.XLSX]
_SHEET_NAME = "result"
_NUMBERS = frozenset(
    {"result_score", "result_lon", "result_lat", "result_boundary_distance_m", "result_share"}
)


class TableFormat(StrEnum):
    """The formats in which a table comes back."""

    CSV = "csv"
    XLSX = "xlsx"


def write_result_spreadsheet(
    target: BinaryIO, csv_file: CsvFile, columns: ResultColumns, pieces: Iterable[str]
) -> None:
    """Write a result as the only sheet of an XLSX file, without blank lines.

    Args:
        target: the file.
        csv_file: the format of the file that was processed.
        columns: the columns that were added to it.
        pieces: the result as CSV, each piece one or several whole rows.

    Raises:
        InvalidValue: more rows or columns than a sheet has, or a text longer than a cell, whose
            ``row`` is named.
    """
    width = len(csv_file.header)
    check_sheet_size(csv_file.rows, width + len(columns.names))
    numbers = [width + n for n, name in enumerate(columns.names) if name in _NUMBERS]
    rows = _iter_rows(pieces, csv_file.delimiter)
    header = next(rows)
    checked_rows = (_check_cells(row, cells, header) for row, cells in enumerate(rows, 1))
    write_rows(
        target, _SHEET_NAME, header, (_build_values(cells, numbers) for cells in checked_rows)
    )


def _iter_rows(pieces: Iterable[str], delimiter: str) -> Iterator[list[str]]:
    lines = (line for piece in pieces for line in io.StringIO(piece, newline=""))
    return (cells for cells in csv.reader(lines, delimiter=delimiter, strict=True) if cells)


def _check_cells(row: int, cells: list[str], header: list[str]) -> list[str]:
    for cell, heading in zip(cells, header, strict=True):
        if len(cell) > MAX_CELL_CHARS:
            words = message(
                "batch.cell_too_long_for_sheet", row=row, column=heading, limit=MAX_CELL_CHARS
            )
            raise InvalidValue(words, field="format", row=row)
    return cells


def _build_values(cells: list[str], numbers: Iterable[int]) -> list[str | float | None]:
    """The values of a row; a line break within a cell is a single character there."""
    values: list[str | float | None] = [
        cell.replace("\r\n", "\n").replace("\r", "\n") or None for cell in cells
    ]
    for position in numbers:
        if text := cells[position]:
            values[position] = float(text)
    return values
