"""Results as spreadsheets: what was text stays text, measures are numbers, nothing is cut off."""

import io

import pytest
from openpyxl import load_workbook

from boundaries.batch.csv_files import CsvFile
from boundaries.batch.result_columns import ResultColumns
from boundaries.batch.result_spreadsheet import write_result_spreadsheet
from boundaries.layers.spreadsheet import MAX_CELL_CHARS, MAX_ROWS
from gazetteer.problems import InvalidValue

SHEET = CsvFile("utf-8", ",", ("code", "text"), 2)
COLUMNS = ResultColumns(("result_code", "result_score", "result_lon"), ",")
HEADER = "code,text,result_code,result_score,result_lon\r\n"


def test_codes_are_text_and_measures_numbers_under_a_fixed_header() -> None:
    target = io.BytesIO()
    pieces = [
        HEADER,
        '007,"=1+1\r\n二",440106,0.98,113.36\r\n\r\n',
        "440106,,,,\r\n",
    ]
    write_result_spreadsheet(target, SHEET, COLUMNS, pieces)
    sheet = load_workbook(target).active
    assert sheet is not None
    header, *rows = sheet.iter_rows(values_only=True)
    assert header == ("code", "text", "result_code", "result_score", "result_lon")
    assert rows == [
        ("007", "=1+1\n二", "440106", 0.98, 113.36),
        ("440106", None, None, None, None),
    ]
    assert sheet["B2"].data_type == "s"
    assert (sheet.freeze_panes, sheet.auto_filter.ref) == ("A2", "A1:E3")
    assert sheet["A1"].font.bold


def test_a_text_that_does_not_fit_a_cell_is_refused_by_row_and_column() -> None:
    pieces = [HEADER, "1,a,,,\r\n", f"2,{'x' * (MAX_CELL_CHARS + 1)},,,\r\n"]
    with pytest.raises(InvalidValue) as refused:
        write_result_spreadsheet(io.BytesIO(), SHEET, COLUMNS, pieces)
    assert (refused.value.field, refused.value.extras["row"]) == ("format", 2)
    assert '"text"' in refused.value.text("en")


@pytest.mark.parametrize(
    "sheet",
    [
        CsvFile("utf-8", ",", ("code", "text"), MAX_ROWS + 1),
        CsvFile("utf-8", ",", ("code",) * 16_384, 1),
    ],
)
def test_more_than_a_sheet_has_is_refused_before_anything_is_read(sheet: CsvFile) -> None:
    with pytest.raises(InvalidValue) as refused:
        write_result_spreadsheet(io.BytesIO(), sheet, COLUMNS, [])
    assert refused.value.field == "format"
