"""Whatever bytes are called CSV: read and given back as they are, or refused by their field."""

import csv
import io
import tracemalloc
from typing import BinaryIO, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from boundaries.batch.csv_files import MAX_RECORD, iter_records, sniff_csv
from boundaries.batch.row_processing import (
    ResultColumns,
    build_sequential_executor,
    format_header,
    process_rows,
)
from gazetteer.problems import InvalidValue

CELL = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
ENCODINGS = st.sampled_from(["utf-8", "utf-8-sig", "gb18030"])


def through(content: bytes, encoding: str | None = None) -> bytes:
    """The file with one more column, in which each row has the number of its cells."""
    stream = io.BytesIO(content)
    sheet = sniff_csv(stream, encoding)
    columns = ResultColumns(("result_status",), sheet.delimiter)
    rows = iter_records(stream, sheet)
    first = next(row for row in rows if row.cells)
    everything = range(len(sheet.header))
    ask = build_sequential_executor(
        lambda questions: [columns.format_appended_cells([str(len(q))]) for q in questions]
    )
    pieces = process_rows(rows, sheet, everything, columns, ask, lambda *_: "")
    text = format_header(first, columns) + "".join(piece.text for piece in pieces)
    return text.encode(sheet.encoding)


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused_by_their_field(content: bytes) -> None:
    try:
        through(content)
    except InvalidValue as refused:
        assert refused.field == "data"


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
    after = through(before.encode(encoding), encoding).decode(encoding)
    width = len(table[0])
    ends = [f",result_status{end}", *[f",{width}{end}"] * (len(table) - 1)]
    written = list(csv.reader(io.StringIO(after, newline="")))
    assert [row[:width] for row in written] == table
    assert len(after) == len(before) - len(end) * len(table) + sum(map(len, ends))


class Stream(io.RawIOBase):
    """A file that is made as it is read, and again after a seek to its beginning."""

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


def stream(piece: bytes, size: int) -> BinaryIO:
    return cast(BinaryIO, io.BufferedReader(Stream(piece, size)))


def test_a_large_file_is_read_in_little_memory() -> None:
    line = "广州市天河区五山街道五山路381号\n".encode()
    tracemalloc.start()
    try:
        sheet = sniff_csv(stream(line, 100_000 * len(line)))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert sheet.rows == 99_999
    assert peak < 12_000_000


@pytest.mark.parametrize(
    "piece", [b"x", b'"', b'"a\n', b'"a\n",', b",", b'""'], ids=lambda piece: repr(piece)
)
def test_a_row_without_an_end_is_refused_before_it_fills_the_memory(piece: bytes) -> None:
    size = 60_000_000 // len(piece) * len(piece)
    tracemalloc.start()
    try:
        with pytest.raises(InvalidValue) as refused:
            sniff_csv(stream(piece, size), "utf-8")
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert (refused.value.field, refused.value.extras["line"]) == ("data", 1)
    assert peak < 200 * MAX_RECORD


def test_an_encoding_is_found_out_and_damage_is_not_taken_for_another_one() -> None:
    text = "地址\n广州市天河区\n" * 10
    for encoding in ("utf-8", "utf-8-sig", "gb18030"):
        assert sniff_csv(io.BytesIO(text.encode(encoding))).encoding == encoding
    damaged = text.encode() + b"\xd6\xd0" + text.encode()
    with pytest.raises(InvalidValue) as refused:
        sniff_csv(io.BytesIO(damaged))
    assert refused.value.extras["byte"] == len(text.encode())
