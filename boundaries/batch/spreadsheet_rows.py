"""The cells of the first sheet of an XLSX file as people see them: codes and dates as text.

Only what a table needs: no formulas are computed (their stored values are taken), no styles but
those that tell a date from a number.
"""

import re
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain
from posixpath import join, normpath
from typing import Any, BinaryIO

from lxml import etree

from gazetteer.messages import message
from gazetteer.problems import InvalidValue

_Element = Any
"""An element of lxml, which ships no types."""

MAX_SHEET_BYTES = 2_000_000_000
"""Of the XML of one part of the file."""
_MAX_COLUMNS = 16_384
_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_XML_OPTIONS: dict[str, Any] = {"resolve_entities": False, "no_network": True, "huge_tree": False}
"""The file is a stranger's: no entities, no other files, no nesting without end."""
_RELATION_ID = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_DATE_FORMATS = frozenset(chain(range(14, 23), range(27, 37), range(45, 48), range(50, 59)))
_NO_DATE_PART = re.compile(r'"[^"]*"|\[[^\]]*\]|\\.')
_EPOCH, _EPOCH_1904 = datetime(1899, 12, 30), datetime(1904, 1, 1)
_ESCAPED = re.compile("_x(00[01][0-9A-Fa-f]|005[Ff])_")
"""How a text has control characters, and the underscore before what only looks like one."""
_COLUMN_LETTERS = re.compile("[A-Z]+")


@dataclass(frozen=True, slots=True)
class _Workbook:
    """What the cells of a sheet refer to."""

    texts: Sequence[str]
    date_styles: frozenset[int]
    epoch: datetime


def iter_sheet_rows(stream: BinaryIO, field: str) -> Iterator[list[str]]:
    """The rows of the first visible sheet, each as long as its last cell; empty rows are empty.

    Raises:
        InvalidValue: no XLSX file, or a damaged or excessively large one; names the ``field``.
    """
    try:
        with zipfile.ZipFile(stream) as archive:
            workbook, sheet = _open_workbook(archive)
            with _open_part(archive, sheet, field) as part:
                for row in _iter_elements(part, "row"):
                    yield _read_row(row, workbook)
    except (zipfile.BadZipFile, etree.XMLSyntaxError, LookupError, ValueError, OSError):
        raise InvalidValue(message("batch.damaged_spreadsheet"), field=field) from None


def _iter_elements(part: BinaryIO, name: str) -> Iterator[_Element]:
    """The elements of a name, one at a time: those before it are forgotten."""
    tag = f"{_MAIN}{name}"
    for _, element in etree.iterparse(part, events=("end",), tag=tag, **_XML_OPTIONS):
        yield element
        element.clear()
        while element.getprevious() is not None:
            del element.getparent()[0]


def _open_part(archive: zipfile.ZipFile, name: str, field: str = "data") -> BinaryIO:
    if archive.getinfo(name).file_size > MAX_SHEET_BYTES:
        raise InvalidValue(message("batch.spreadsheet_too_large"), field=field)
    return archive.open(name)  # type: ignore[return-value]


def _open_workbook(archive: zipfile.ZipFile) -> tuple[_Workbook, str]:
    """What is common to all sheets, and the name of the part with the first visible one."""
    root = _parse_part(archive, "xl/workbook.xml")
    properties = root.find(f"{_MAIN}workbookPr")
    is_1904 = properties is not None and properties.get("date1904") in ("1", "true")
    sheets = [
        sheet for sheet in root.iter(f"{_MAIN}sheet") if sheet.get("state", "visible") == "visible"
    ]
    targets = {
        relation.get("Id"): relation.get("Target", "")
        for relation in _parse_part(archive, "xl/_rels/workbook.xml.rels")
    }
    target = targets[sheets[0].get(_RELATION_ID)]
    part = target.lstrip("/") if target.startswith("/") else normpath(join("xl", target))
    names = set(archive.namelist())
    workbook = _Workbook(
        _read_texts(archive) if "xl/sharedStrings.xml" in names else (),
        _find_date_styles(archive) if "xl/styles.xml" in names else frozenset(),
        _EPOCH_1904 if is_1904 else _EPOCH,
    )
    return workbook, part


def _parse_part(archive: zipfile.ZipFile, name: str) -> _Element:
    with _open_part(archive, name) as part:
        return etree.parse(part, etree.XMLParser(**_XML_OPTIONS)).getroot()


def _read_texts(archive: zipfile.ZipFile) -> list[str]:
    with _open_part(archive, "xl/sharedStrings.xml") as part:
        return [_join_text(item) for item in _iter_elements(part, "si")]


def _join_text(item: _Element) -> str:
    """The text of a cell in its runs, without readings that are written above it."""
    direct = item.findall(f"{_MAIN}t")
    runs = direct or item.findall(f"{_MAIN}r/{_MAIN}t")
    text = "".join(run.text or "" for run in runs)
    return _ESCAPED.sub(lambda escaped: chr(int(escaped[1], 16)), text) if "_x00" in text else text


def _find_date_styles(archive: zipfile.ZipFile) -> frozenset[int]:
    """The styles that show a number as a date."""
    root = _parse_part(archive, "xl/styles.xml")
    custom = {
        int(each.get("numFmtId", "0")): _NO_DATE_PART.sub("", each.get("formatCode", ""))
        for each in root.iter(f"{_MAIN}numFmt")
    }
    date_formats = _DATE_FORMATS | {n for n, code in custom.items() if re.search("[yd年日]", code)}
    cell_styles = root.find(f"{_MAIN}cellXfs")
    return frozenset(
        number
        for number, style in enumerate(() if cell_styles is None else cell_styles)
        if int(style.get("numFmtId", "0")) in date_formats
    )


def _read_row(row: _Element, workbook: _Workbook) -> list[str]:
    cells: list[str] = []
    for cell in row.iter(f"{_MAIN}c"):
        position = _find_column(cell.get("r", ""), len(cells))
        cells += [""] * (position - len(cells))
        cells.append(_read_cell(cell, workbook))
    while cells and not cells[-1]:
        cells.pop()
    return cells


def _find_column(reference: str, following: int) -> int:
    """The position of a cell by its reference, such as AB12; by order where it has none."""
    letters = _COLUMN_LETTERS.match(reference)
    if not letters:
        return following
    position = 0
    for letter in letters[0]:
        position = position * 26 + ord(letter) - ord("A") + 1
    if not following < position <= _MAX_COLUMNS:
        raise ValueError(reference)
    return position - 1


def _read_cell(cell: _Element, workbook: _Workbook) -> str:
    kind, value = cell.get("t", "n"), cell.findtext(f"{_MAIN}v") or ""
    if kind == "s":
        return workbook.texts[int(value)]
    if kind == "inlineStr":
        inline = cell.find(f"{_MAIN}is")
        return "" if inline is None else _join_text(inline)
    if kind == "b":
        return "TRUE" if value == "1" else "FALSE"
    if kind != "n" or not value:
        return value
    number = float(value)
    if int(cell.get("s", "0")) in workbook.date_styles:
        with suppress(OverflowError):
            return _format_date(workbook.epoch + timedelta(days=number))
    return str(int(number)) if number.is_integer() and abs(number) < 1e15 else str(number)


def _format_date(moment: datetime) -> str:
    rounded = (moment + timedelta(microseconds=500_000)).replace(microsecond=0)
    is_whole_day = (rounded.hour, rounded.minute, rounded.second) == (0, 0, 0)
    return rounded.strftime("%Y-%m-%d" if is_whole_day else "%Y-%m-%d %H:%M:%S")
