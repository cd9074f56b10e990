"""XLSX for working through a list: a fixed header, filters, and no formulas made of data."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import chain, islice
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import shapely
import xlsxwriter

from boundaries.layers.geometry_faults import Geometries
from boundaries.layers.layer_presentation import LayerPresentation
from boundaries.layers.output_table import OutputTable, as_plain_value, as_text
from gazetteer.messages import message
from gazetteer.problems import InvalidValue

MAX_ROWS = 1_048_575
"""The rows of a sheet without its header."""

MAX_CELL_CHARS, _MAX_COLUMNS = 32_767, 16_384
_MAX_COLUMN_WIDTH, _WIDTH_SAMPLE_ROWS, _MAX_SHEET_NAME_CHARS = 60, 200, 31


def write_spreadsheet(path: Path, table: OutputTable) -> None:
    """Write the columns, and ``x`` (east), ``y`` of a point on each geometry in place of it.

    Raises:
        InvalidValue: More rows or columns than a sheet has.
    """
    if table.geometry_type is not None:
        x, y = _derive_points(table.geometries)
        table = replace(table, columns={**table.columns, "x": x, "y": y})
    write_workbook(path, [table], table.presentation)


def write_workbook(
    path: Path, tables: Sequence[OutputTable], presentation: LayerPresentation | None = None
) -> None:
    """Write the columns of each table to a sheet of its name, without the geometries.

    The presentation goes into the properties of the file.

    Raises:
        InvalidValue: More rows or columns than a sheet has.
    """
    for table in tables:
        check_sheet_size(len(table.geometries), len(table.columns))
    book = xlsxwriter.Workbook(str(path), {"constant_memory": True})
    if presentation is not None:
        notes = f"{presentation.abstract}\n{presentation.licence}"
        described = {"title": presentation.title, "comments": notes}
        book.set_properties({**described, "created": presentation.state_of})
    for table in tables:
        rows = zip(*table.columns.values(), strict=True)
        _write_sheet(book, table.name, list(table.columns), rows)
    book.close()


def write_rows(
    target: BinaryIO, name: str, header: Sequence[str], rows: Iterable[Sequence[Any]]
) -> None:
    """Write a sheet of that name, of which never more than some hundred rows are in memory.

    The caller has checked by :func:`check_sheet_size` that they fit.
    """
    book = xlsxwriter.Workbook(target, {"constant_memory": True})
    _write_sheet(book, name, header, rows)
    book.close()


def check_sheet_size(rows: int, columns: int) -> None:
    """Refuse more rows below the header, or more columns, than a sheet has.

    Raises:
        InvalidValue: Names the field ``format``.
    """
    if rows > MAX_ROWS:
        raise InvalidValue(message("layer.too_many_sheet_rows", limit=MAX_ROWS), field="format")
    if columns > _MAX_COLUMNS:
        words = message("layer.too_many_sheet_columns", limit=_MAX_COLUMNS)
        raise InvalidValue(words, field="format")


def _write_sheet(
    book: Any, name: str, header: Sequence[str], rows: Iterable[Sequence[Any]]
) -> None:
    sheet = book.add_worksheet(
        re.sub(r"[\[\]:*?/\\']", "_", name)[:_MAX_SHEET_NAME_CHARS] or "layer"
    )
    sheet.freeze_panes(1, 0)
    remaining = iter(rows)
    sample = list(islice(remaining, _WIDTH_SAMPLE_ROWS))
    for column, heading in enumerate(header):
        longest = max(len(heading), *(len(_format_cell(row[column])) for row in sample), 0)
        sheet.set_column(column, column, min(longest + 2, _MAX_COLUMN_WIDTH))
    head_format = book.add_format({"bold": True, "bottom": 1})
    for column, heading in enumerate(header):
        sheet.write_string(0, column, heading, head_format)
    count = 0
    for count, values in enumerate(chain(sample, remaining), 1):
        for column, value in enumerate(values):
            _write_cell(sheet, count, column, as_plain_value(value))
    sheet.autofilter(0, 0, max(count, 1), len(header) - 1)


def _write_cell(sheet: Any, row: int, column: int, value: Any) -> None:
    """Write numbers and booleans as such, and everything else as text, even if it begins with =."""
    if isinstance(value, bool):
        sheet.write_boolean(row, column, value)
    elif isinstance(value, int | float) and abs(value) < 1e15:
        sheet.write_number(row, column, value)
    elif value is not None:
        sheet.write_string(row, column, _format_cell(value)[:MAX_CELL_CHARS])


def _format_cell(value: Any) -> str:
    value = as_plain_value(value)
    return "" if value is None else as_text(value)


def _derive_points(geometries: Geometries) -> tuple[list[float | None], list[float | None]]:
    """A point on each geometry as x and y; None where there is no geometry."""
    xy_columns: list[list[float | None]] = [[None] * len(geometries), [None] * len(geometries)]
    points = np.asarray(shapely.point_on_surface(geometries), dtype=object)
    coordinates, index = shapely.get_coordinates(points, return_index=True)
    for i, (x, y) in zip(index.tolist(), coordinates.tolist(), strict=True):
        xy_columns[0][i], xy_columns[1][i] = x, y
    return xy_columns[0], xy_columns[1]
