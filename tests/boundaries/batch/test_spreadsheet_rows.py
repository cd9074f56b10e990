"""Spreadsheets as people see them, and what strangers may put into one."""

import io
import zipfile
from datetime import date, datetime

import pytest
from openpyxl import Workbook

from boundaries.batch.spreadsheet_rows import iter_sheet_rows
from gazetteer.problems import InvalidValue

MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def write_archive(sheet: str, **parts: str) -> io.BytesIO:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr(
            "xl/workbook.xml",
            f'<workbook {MAIN} xmlns:r="{RELATIONS}"><sheets><sheet r:id="r1"/></sheets>'
            "</workbook>",
        )
        archive.writestr(
            "xl/_rels/workbook.xml.rels",
            '<Relationships><Relationship Id="r1" Target="worksheets/s.xml"/></Relationships>',
        )
        archive.writestr("xl/worksheets/s.xml", sheet)
        for name, content in parts.items():
            archive.writestr(f"xl/{name}.xml", content)
    return file


def write_rows(cells: str) -> str:
    return f"<worksheet {MAIN}><sheetData><row>{cells}</row></sheetData></worksheet>"


def test_cells_are_what_people_see() -> None:
    book, file = Workbook(), io.BytesIO()
    sheet = book.active
    assert sheet is not None
    sheet.append(["代码", "日期", "数", "真"])
    sheet.append([440106, date(2020, 1, 2), 0.1, True])
    sheet.append(["0755", datetime(2020, 1, 2, 3, 4, 5), 1e20, None])
    sheet.append([])  # is not written
    sheet.append([None, "=1+1", None, "天\n河"])
    book.create_sheet("hidden").append(["x"])
    book.save(file)
    assert list(iter_sheet_rows(file, "data")) == [
        ["代码", "日期", "数", "真"],
        ["440106", "2020-01-02", "0.1", "TRUE"],
        ["0755", "2020-01-02 03:04:05", "1e+20"],
        ["", "", "", "天\n河"],
    ]


def test_escaped_characters_are_read_as_they_were_written() -> None:
    cells = '<c t="inlineStr"><is><t>a_x000D_b_x005F_x0041__x0041_</t></is></c>'
    assert list(iter_sheet_rows(write_archive(write_rows(cells)), "data")) == [
        ["a\rb_x0041__x0041_"]
    ]


def test_texts_may_be_shared_in_runs_or_in_the_cell() -> None:
    shared = f"<sst {MAIN}><si><r><t>天</t></r><r><t>河</t></r><rPh><t>x</t></rPh></si></sst>"
    cells = '<c t="s"><v>0</v></c><c r="C1" t="inlineStr"><is><t>番禺</t></is></c>'
    file = write_archive(write_rows(cells), sharedStrings=shared)
    assert list(iter_sheet_rows(file, "data")) == [["天河", "", "番禺"]]


@pytest.mark.parametrize(
    "sheet",
    [
        "<worksheet",
        write_rows('<c r="ZZZZZ1"><v>1</v></c>'),
        write_rows('<c r="B1"><v>1</v></c><c r="A1"><v>1</v></c>'),
        write_rows('<c t="s"><v>7</v></c>'),
        write_rows("<c><v>x</v></c>"),
        '<!DOCTYPE l [<!ENTITY a "aa"><!ENTITY b "&a;&a;">]>' + write_rows("<c><v>&b;</v></c>"),
    ],
)
def test_what_is_damaged_is_refused(sheet: str) -> None:
    if "DOCTYPE" in sheet:
        assert list(iter_sheet_rows(write_archive(sheet), "data")) == [[]]  # nothing is expanded
        return
    with pytest.raises(InvalidValue) as refused:
        list(iter_sheet_rows(write_archive(sheet), "data"))
    assert (refused.value.field, refused.value.message.id) == ("data", "batch.damaged_spreadsheet")


def test_no_other_file_is_read() -> None:
    entity = '<!DOCTYPE l [<!ENTITY x SYSTEM "file:///etc/hostname">]>'
    file = write_archive(entity + write_rows('<c t="str"><v>&x;</v></c>'))
    assert list(iter_sheet_rows(file, "data")) == [[]]
