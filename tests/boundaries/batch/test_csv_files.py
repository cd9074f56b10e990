"""Any bytes as a CSV file: returned as they are with a column more, or refused by their field."""

import csv
import io
import tracemalloc
from typing import BinaryIO, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from boundaries.batch.csv_files import MAX_RECORD, iter_records, sniff_csv
from boundaries.batch.result_columns import ResultColumns
from boundaries.batch.row_processing import (
    InputColumns,
    build_sequential_executor,
    format_header,
    process_rows,
)
from gazetteer.problems import InvalidValue

CELL = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
ENCODINGS = st.sampled_from(["utf-8", "utf-8-sig", "gb18030"])


def append_cell_counts(content: bytes, encoding: str | None = None) -> bytes:
    """The file with one more column, in which each row has the number of its cells."""
    stream = io.BytesIO(content)
    csv_file = sniff_csv(stream, encoding)
    columns = ResultColumns(("result_status",), csv_file.delimiter)
    rows = iter_records(stream, csv_file)
    first = next(row for row in rows if row.cells)
    inputs = InputColumns(tuple(range(len(csv_file.header))))
    executor = build_sequential_executor(
        lambda inputs: [columns.format_appended_cells([str(len(cells))]) for cells in inputs]
    )
    pieces = process_rows(rows, csv_file, inputs, columns, executor, "en")
    text = format_header(first, columns) + "".join(piece.text for piece in pieces)
    return text.encode(csv_file.encoding)


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused_by_their_field(content: bytes) -> None:
    fields: set[str | None] = set()
    try:
        append_cell_counts(content)
    except InvalidValue as problem:
        fields.add(problem.field)
    assert fields <= {"data"}


@settings(max_examples=100, deadline=None)
@given(
    st.integers(1, 4).flatmap(
        lambda width: st.lists(
            st.lists(CELL, min_size=width, max_size=width), min_size=1, max_size=6
        )
    ),
    ENCODINGS,
    st.sampled_from(["\n", "\r\n"]),
)
def test_rows_come_back_as_they_were_written(
    table: list[list[str]], encoding: str, end: str
) -> None:
    out = io.StringIO(newline="")
    csv.writer(out, lineterminator=end, quoting=csv.QUOTE_ALL).writerows(table)
    before = out.getvalue()
    after = append_cell_counts(before.encode(encoding), encoding).decode(encoding)
    width = len(table[0])
    ends = [f",result_status{end}", *[f",{width}{end}"] * (len(table) - 1)]
    written = list(csv.reader(io.StringIO(after, newline="")))
    assert [row[:width] for row in written] == table
    assert len(after) == len(before) - len(end) * len(table) + sum(map(len, ends))


class RepeatedPiece(io.RawIOBase):
    """A file of a repeated piece, generated as it is read; it can be read again after a seek."""

    def __init__(self, piece: bytes, size: int) -> None:
        self.piece, self.size, self.at = piece, size, 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = 0) -> int:
        self.at = offset if whence == 0 else self.size + offset
        return self.at

    def readinto(self, buffer: object) -> int:
        view = memoryview(cast(bytearray, buffer))
        count = min(len(view), self.size - self.at)
        start = self.at % len(self.piece)
        view[:count] = (self.piece * (count // len(self.piece) + 2))[start : start + count]
        self.at += count
        return count


def open_repeated(piece: bytes, size: int) -> BinaryIO:
    return cast(BinaryIO, io.BufferedReader(RepeatedPiece(piece, size)))


def test_a_large_file_is_read_in_little_memory() -> None:
    line = "广州市天河区五山街道五山路381号\n".encode()
    tracemalloc.start()
    try:
        csv_file = sniff_csv(open_repeated(line, 100_000 * len(line)))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert csv_file.rows == 99_999
    assert peak < 12_000_000


@pytest.mark.parametrize("piece", [b"x", b'"', b'"a\n', b'"a\n",', b",", b'""'], ids=repr)
def test_a_row_without_an_end_is_refused_before_it_fills_the_memory(piece: bytes) -> None:
    size = 60_000_000 // len(piece) * len(piece)
    tracemalloc.start()
    try:
        with pytest.raises(InvalidValue) as refused:
            sniff_csv(open_repeated(piece, size), "utf-8")
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert (refused.value.field, refused.value.extras["line"]) == ("data", 1)
    assert peak < 200 * MAX_RECORD


def test_an_encoding_is_detected_and_damage_is_not_taken_for_another_one() -> None:
    text = "地址\n广州市天河区\n" * 10
    for encoding in ("utf-8", "utf-8-sig", "gb18030"):
        assert sniff_csv(io.BytesIO(text.encode(encoding))).encoding == encoding
    damaged = text.encode() + b"\xd6\xd0" + text.encode()
    with pytest.raises(InvalidValue) as refused:
        sniff_csv(io.BytesIO(damaged))
    assert refused.value.extras["byte"] == len(text.encode())


@pytest.mark.parametrize(
    ("content", "reason", "words"),
    [
        ('a,b\n"c,d\n', "unclosed_quote", "a quotation mark is not closed"),
        (
            'a,b\n"c"d,e\n',
            "text_after_quote",
            "a closing quotation mark must be followed by a delimiter or the end of the line",
        ),
        (
            "a,b\n" + "c" * csv.field_size_limit() + "d,e\n",
            "cell_too_long",
            f"a cell is longer than {csv.field_size_limit()} characters",
        ),
    ],
)
def test_a_wrong_row_is_refused_with_its_line_and_the_reason(
    content: str, reason: str, words: str
) -> None:
    with pytest.raises(InvalidValue) as refused:
        sniff_csv(io.BytesIO(content.encode()))
    problem = refused.value
    assert problem.message.params["reason"].id == f"batch.csv.{reason}"  # type: ignore[attr-defined]
    assert problem.extras["line"] == 2
    assert problem.text("en") == f"From line 2 on, this is not valid CSV: {words}."
    assert problem.text("zh").startswith("从第 2 行起不是有效的 CSV：")


def test_columns_are_found_by_name_or_refused() -> None:
    csv_file = sniff_csv(io.BytesIO("地址,省,省\n".encode()))
    assert csv_file.find_position("地址") == 0
    assert csv_file.resolve_column_names(["地址, 省"]) == ["地址", "省"]
    with pytest.raises(InvalidValue) as missing:
        csv_file.find_position("村")
    with pytest.raises(InvalidValue) as repeated:
        csv_file.find_position("省", "province")
    assert missing.value.text("zh") == "没有名为“村”的列；文件的列：地址、省、省。"
    assert repeated.value.text("en") == 'The file has 2 columns named "省".'
    assert (missing.value.field, repeated.value.field) == ("columns", "province")


@pytest.mark.parametrize(
    ("encoding", "delimiter", "field", "words"),
    [
        (
            "big5",
            None,
            "encoding",
            'Unsupported encoding "big5"; use utf-8-sig, utf-8, or gb18030.',
        ),
        (None, "|", "delimiter", 'Unsupported delimiter "|"; use a comma, a semicolon or a tab'),
    ],
)
def test_a_delimiter_and_an_encoding_must_be_among_those_that_are_read(
    encoding: str | None, delimiter: str | None, field: str, words: str
) -> None:
    with pytest.raises(InvalidValue) as refused:
        sniff_csv(io.BytesIO(b"a,b\n"), encoding, delimiter)
    assert refused.value.field == field
    assert refused.value.text("en").startswith(words)
