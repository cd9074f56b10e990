"""From the rows of a file to its answered rows, some hundred at a time and always in order."""

import csv
import io
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import NamedTuple, TypeVar

from gazetteer.problems import InvalidValue
from gazetteer.search.bulk.sheets import Record, Sheet

CHUNK = 500
"""Rows that are answered together: the step of progress, and what is kept between checkpoints."""

Question = tuple[str, ...]
"""The cells of a row that are asked about."""

A = TypeVar("A")
Answering = Callable[[Sequence[Question]], list[A]]
"""Answers questions, in their order."""
Ask = Callable[[Iterable[Sequence[Question]]], Iterator[list[A]]]
"""Answers chunks of questions, in their order, reading few of them ahead."""


@dataclass(frozen=True, slots=True)
class Columns:
    """The result columns that are added to a file.

    ``names`` are those that somebody chose; ``status`` and ``detail`` are the two in which a row
    that cannot be read is told.
    """

    names: tuple[str, ...]
    delimiter: str
    status: str = "result_status"
    detail: str = "result_detail"

    def tail(self, cells: Sequence[str]) -> str:
        """Cells as they are written behind a row."""
        between = self.delimiter
        text = between.join(("", *cells))
        plain = text.count(between) == len(cells) and '"' not in text
        if plain and "\n" not in text and "\r" not in text:
            return text  # no cell needs quotation marks: nearly always so
        return between.join(("", *(_quoted(cell, between) for cell in cells)))

    def row(self, cells: Sequence[str]) -> str:
        """Cells as a whole row."""
        return self.tail(cells)[1:] + "\r\n"

    def unreadable(self, why: str) -> str:
        """The tail of a row that cannot be read."""
        told = {self.status: "invalid", self.detail: why}
        return self.tail([told.get(name, "") for name in self.names])


def chosen(named: Sequence[str], known: Sequence[str], default: Sequence[str]) -> tuple[str, ...]:
    """The result columns that somebody asked for, in the order of asking.

    Raises:
        InvalidValue: one of them does not exist, or is named twice.
    """
    for name in named:
        if name not in known or named.count(name) > 1:
            choices = ", ".join(known)
            raise InvalidValue(
                f"没有结果列“{name}”或重复；可用：{choices}。",
                f"{name!r} is no result column or named twice; there are: {choices}",
                field="result_columns",
            )
    return tuple(named) or tuple(default)


def refuse_taken(sheet: Sheet, names: Iterable[str]) -> None:
    """Refuse a file that already has one of the columns which would be added.

    Raises:
        InvalidValue: names the field ``result_columns``.
    """
    for name in names:
        if name in sheet.header:
            raise InvalidValue(
                f"文件已有名为“{name}”的列；请改名，或用 result_columns 选择别的列。",
                f"the file already has a column {name!r}; rename it, or choose others",
                field="result_columns",
            )


class Answered(NamedTuple):
    """A piece of the result: its text, the rows that it answers, and the blank lines with them."""

    text: str
    rows: int
    records: int


def answered(
    rows: Iterator[Record],
    sheet: Sheet,
    positions: Sequence[int],
    columns: Columns,
    ask: Ask[str],
    told: Callable[[int, int], str],
) -> Iterator[Answered]:
    """The rows with what is added to them; the header must have been taken from ``rows``.

    Args:
        rows: the rows of the file, from where the answers shall begin.
        sheet: what the file is like.
        positions: of the cells that make a question.
        columns: what is added.
        ask: answers questions by tails, as :meth:`Columns.tail` makes them.
        told: says in words that a row has so many cells, and the header so many.
    """
    waiting: deque[list[Record]] = deque()
    width = len(sheet.header)

    def questions() -> Iterator[list[Question]]:
        while chunk := list(islice(rows, CHUNK)):
            waiting.append(chunk)
            yield [
                tuple([record.cells[position] for position in positions])
                for record in chunk
                if len(record.cells) == width
            ]

    for tails in ask(questions()):
        yield _written(waiting.popleft(), iter(tails), sheet, columns, told)


def _written(
    chunk: Iterable[Record],
    tails: Iterator[str],
    sheet: Sheet,
    columns: Columns,
    told: Callable[[int, int], str],
) -> Answered:
    width, out, rows = len(sheet.header), [], 0
    for record in chunk:
        rows += bool(record.cells)
        if len(record.cells) == width:
            out.append(record.text + next(tails) + record.end)
        elif record.cells:
            text, rest = _fitted(record, width, sheet.delimiter)
            why = told(len(record.cells), width) + rest
            out.append(text + columns.unreadable(why) + record.end)
        else:
            out.append(record.text + record.end)
    return Answered("".join(out), rows, len(out))


def _fitted(record: Record, width: int, delimiter: str) -> tuple[str, str]:
    """A row of the wrong length brought to the width of the header, and what did not fit."""
    missing = width - len(record.cells)
    if missing > 0:
        return record.text + delimiter * missing, ""
    return _line(record.cells[:width], delimiter), " " + _line(record.cells[width:], delimiter)


def head(record: Record, columns: Columns) -> str:
    """The header with the names of the added columns."""
    return record.text + columns.tail(columns.names) + record.end


def _line(cells: Sequence[str], delimiter: str) -> str:
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=delimiter, lineterminator="").writerow(cells)
    return out.getvalue()


def _quoted(cell: str, delimiter: str) -> str:
    if delimiter in cell or '"' in cell or "\n" in cell or "\r" in cell:
        return '"' + cell.replace('"', '""') + '"'
    return cell


def at_once(answering: Answering[A]) -> Ask[A]:
    """Ask in this process, one chunk after another."""

    def ask(chunks: Iterable[Sequence[Question]]) -> Iterator[list[A]]:
        for chunk in chunks:
            yield answering(chunk)

    return ask
