"""Result rows: cells are appended to rows as they are, and unreadable rows say why."""

import io

import pytest

from boundaries.batch.csv_files import iter_records, sniff_csv
from boundaries.batch.result_columns import ColumnSet, ResultColumns, check_new_columns
from boundaries.batch.row_processing import (
    InputColumns,
    build_sequential_executor,
    process_rows,
)
from gazetteer.problems import InvalidValue

COLUMNS = ResultColumns(("result_status", "result_detail"), ",")
SET = ColumnSet(available=("a", "b", "c"), short=("a",), full=("a", "b"))


def process_text(text: str, lang: str) -> list[str]:
    """The result rows of a file, each row that can be read with the status ``matched``."""
    stream = io.BytesIO(text.encode())
    csv_file = sniff_csv(stream)
    rows = iter_records(stream, csv_file)
    next(rows)
    executor = build_sequential_executor(
        lambda inputs: [COLUMNS.format_appended_cells(["matched", ""]) for _ in inputs]
    )
    chunks = process_rows(rows, csv_file, InputColumns((0,)), COLUMNS, executor, lang)
    return "".join(chunk.text for chunk in chunks).splitlines()


@pytest.mark.parametrize(
    ("lang", "short", "long"),
    [
        (
            "zh",
            "该行有 1 列，表头有 2 列。",
            "该行有 3 列，表头有 2 列；多余内容：c",
        ),
        (
            "en",
            '"The row has 1 column, but the header has 2."',
            '"The row has 3 columns, but the header has 2. Surplus: c"',
        ),
    ],
)
def test_a_row_of_another_width_is_invalid_and_says_why(lang: str, short: str, long: str) -> None:
    assert process_text("x,y\na,b\n\na\na,b,c\n", lang) == [
        "a,b,matched,",
        "",
        f"a,,invalid,{short}",
        f"a,b,invalid,{long}",
    ]


def test_appended_cells_are_quoted_only_where_they_must_be() -> None:
    assert COLUMNS.format_appended_cells(["a", "b"]) == ",a,b"
    assert COLUMNS.format_appended_cells(['a"b', "c,d\n"]) == ',"a""b","c,d\n"'


def test_result_columns_are_those_requested_in_their_order() -> None:
    assert SET.select_columns(["b", "a"]) == ("b", "a")
    assert SET.select_columns([]) == SET.select_columns(["short"]) == ("a",)
    assert SET.select_columns(["full", "c"]) == ("a", "b", "c")


@pytest.mark.parametrize(
    ("requested", "message_id"),
    [
        (["d"], "batch.unknown_result_column"),
        (["a", "a"], "batch.repeated_result_column"),
        (["full", "a"], "batch.repeated_result_column"),
    ],
)
def test_unknown_and_repeated_result_columns_are_refused(
    requested: list[str], message_id: str
) -> None:
    with pytest.raises(InvalidValue) as refused:
        SET.select_columns(requested)
    assert (refused.value.message.id, refused.value.field) == (message_id, "result_columns")


def test_a_file_that_has_a_result_column_already_is_refused() -> None:
    csv_file = sniff_csv(io.BytesIO(b"address,result_code\n"))
    check_new_columns(csv_file, ["result_name"])
    with pytest.raises(InvalidValue) as refused:
        check_new_columns(csv_file, ["result_code"])
    assert refused.value.message.id == "batch.column_exists"
