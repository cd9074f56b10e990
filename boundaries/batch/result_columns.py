"""The columns that a task adds to a file: which ones, under which headings, in whose words."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from boundaries.batch.csv_files import CsvFile
from boundaries.batch.result_labels import word_heading, word_value
from gazetteer.messages import Lang, message
from gazetteer.problems import InvalidValue

SHORT, FULL = "short", "full"
"""Names that stand for the columns of the short and of the full result."""

STATUS, DETAIL = "result_status", "result_detail"
"""The columns that report a row which cannot be read."""


class Headings(StrEnum):
    """Whether result columns are headed for programs, or for people in their language."""

    NAMES = "names"
    LABELS = "labels"


@dataclass(frozen=True, slots=True)
class ColumnSet:
    """The result columns of a kind of task: all there are, the short result, the full one."""

    available: tuple[str, ...]
    short: tuple[str, ...]
    full: tuple[str, ...]

    def select_columns(self, requested: Sequence[str]) -> tuple[str, ...]:
        """The requested columns in the order of the request; the short result if none are.

        Raises:
            InvalidValue: one of them does not exist, or is named more than once.
        """
        names: list[str] = []
        for name in requested or (SHORT,):
            names += {SHORT: self.short, FULL: self.full}.get(name, (name,))
        for name in names:
            if name not in self.available:
                choices = (SHORT, FULL, *self.available)
                words = message("batch.unknown_result_column", column=name, columns=choices)
                raise InvalidValue(words, field="result_columns")
            if names.count(name) > 1:
                words = message("batch.repeated_result_column", column=name)
                raise InvalidValue(words, field="result_columns")
        return tuple(names)


@dataclass(frozen=True, slots=True)
class ResultColumns:
    """The result columns that are added to a file.

    ``names`` are those that were requested. With a language of labels, headings and values are
    worded for people in it.
    """

    names: tuple[str, ...]
    delimiter: str
    label_lang: Lang | None = None

    @property
    def header_cells(self) -> tuple[str, ...]:
        """What the header of the result has for each column."""
        lang = self.label_lang
        return self.names if lang is None else tuple(word_heading(n, lang) for n in self.names)

    def format_appended_cells(self, cells: Sequence[str]) -> str:
        """Cells as they are appended to a row."""
        separator = self.delimiter
        text = separator.join(("", *cells))
        is_plain = text.count(separator) == len(cells) and '"' not in text
        if is_plain and "\n" not in text and "\r" not in text:
            return text  # no cell needs quotation marks: nearly always so
        return separator.join(("", *(_quote_cell(cell, separator) for cell in cells)))

    def format_values(self, values: Sequence[str]) -> str:
        """The values of the columns as they are appended to a row, in words where asked for."""
        if (lang := self.label_lang) is not None:
            pairs = zip(self.names, values, strict=True)
            return self.format_appended_cells([word_value(n, value, lang) for n, value in pairs])
        return self.format_appended_cells(values)

    def format_row(self, cells: Sequence[str]) -> str:
        """Cells as a whole row."""
        return self.format_appended_cells(cells)[1:] + "\r\n"

    def format_unreadable_cells(self, reason: str) -> str:
        """The cells that are appended to a row that cannot be read."""
        values = {STATUS: "invalid", DETAIL: reason}
        return self.format_values([values.get(name, "") for name in self.names])


@dataclass(frozen=True, slots=True)
class ResultLayout:
    """The requested result columns (see :meth:`ColumnSet.select_columns`) and their headings."""

    columns: tuple[str, ...] = ()
    headings: Headings = Headings.NAMES

    def build_columns(
        self, csv_file: CsvFile, column_set: ColumnSet, lang: Lang, *more: str
    ) -> ResultColumns:
        """The columns for a file; ``more`` are added unless they are requested.

        Raises:
            InvalidValue: a column does not exist, or the file already has one of its heading;
                names the field ``result_columns``.
        """
        names = column_set.select_columns(self.columns)
        names += tuple(name for name in more if name not in names)
        label_lang = lang if self.headings is Headings.LABELS else None
        columns = ResultColumns(names, csv_file.delimiter, label_lang)
        check_new_columns(csv_file, columns.header_cells)
        return columns


def check_new_columns(csv_file: CsvFile, headings: Iterable[str]) -> None:
    """Refuse a file that already has one of the columns which would be added.

    Raises:
        InvalidValue: names the field ``result_columns``.
    """
    for heading in headings:
        if heading in csv_file.header:
            raise InvalidValue(
                message("batch.column_exists", column=heading), field="result_columns"
            )


def _quote_cell(cell: str, delimiter: str) -> str:
    if delimiter in cell or '"' in cell or "\n" in cell or "\r" in cell:
        return '"' + cell.replace('"', '""') + '"'
    return cell
