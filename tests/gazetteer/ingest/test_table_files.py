"""Files that cannot be read are refused by file, line and field, never with a traceback."""

import gzip
from pathlib import Path

import pytest

from gazetteer.ingest import UnreadableFile
from gazetteer.ingest.file_positions import describe_position
from gazetteer.messages import message
from tests.gazetteer.ingest.csv_samples import DIVISIONS, RECORDS, TOPONYMS, Write, read


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_three_encodings_are_read_alike_and_reported(write: Write, encoding: str) -> None:
    batch = read("divisions", write(DIVISIONS, encoding=encoding))
    assert batch.encodings == {"file.csv": encoding}
    names = {t.versions[0].attributes["text"] for t in batch if t.kind == "name"}
    assert {"天河区", "五山街道", "岳洲社区居委会"} <= names


def test_a_packed_file_is_unpacked(tmp_path: Path) -> None:
    path = tmp_path / "d.csv.gz"
    path.write_bytes(gzip.compress(DIVISIONS.encode()))
    assert read("divisions", path).row_counts == {"d.csv.gz": 5}


def _unreadable(path: Path, kind: str = "divisions") -> UnreadableFile:
    with pytest.raises(UnreadableFile) as caught:
        read(kind, path)
    assert caught.value.extras["file"] == path.name
    assert path.name in caught.value.text("zh")
    assert path.name in caught.value.text("en")
    return caught.value


def test_utf_16_is_refused_with_advice(write: Write) -> None:
    problem = _unreadable(write(DIVISIONS, encoding="utf-16"))
    assert problem.field == "encoding"
    assert "UTF-8" in problem.text("en")


def test_bytes_of_no_encoding_are_refused_with_their_line(tmp_path: Path) -> None:
    path = tmp_path / "bytes.csv"
    path.write_bytes(b"code,name,level,parent_code\n440000,\xff\xff,province,\n")
    problem = _unreadable(path)
    assert (problem.field, problem.extras["line"]) == ("encoding", 2)


def test_a_spreadsheet_is_not_a_text_file(tmp_path: Path) -> None:
    path = tmp_path / "book.xlsx"
    path.write_bytes(b"PK\x03\x04\x14\x00\x06\x00\x08\x00\x00\x00!\x00")
    assert _unreadable(path).field == "encoding"


def test_a_broken_archive_and_a_missing_file_are_reported(tmp_path: Path, write: Write) -> None:
    path = tmp_path / "cut.csv.gz"
    path.write_bytes(gzip.compress(DIVISIONS.encode())[:40])
    assert _unreadable(path).field == "file"
    assert _unreadable(tmp_path / "nowhere.csv").field == "file"
    assert _unreadable(tmp_path).field == "file"


@pytest.mark.parametrize(
    ("kind", "text", "column"),
    [
        ("divisions", DIVISIONS, "parent_code"),
        ("records", RECORDS, "valid_from_year"),
        ("toponyms", TOPONYMS, "lat"),
    ],
)
def test_a_missing_column_is_named(write: Write, kind: str, text: str, column: str) -> None:
    problem = _unreadable(write(text.replace(column, "other", 1)), kind)
    assert (problem.field, problem.extras["line"]) == (column, 1)


def test_an_empty_file_misses_its_first_column(write: Write) -> None:
    assert _unreadable(write("")).field == "code"


def test_an_endless_quotation_is_refused_with_its_line(write: Write) -> None:
    problem = _unreadable(write(DIVISIONS + '"' + "x" * 200_000 + "\n"))
    assert (problem.field, problem.extras["line"]) == ("file", 7)
    assert _unreadable(write('"' + "x" * 200_000)).field == "file"


@pytest.mark.parametrize(
    ("line", "column", "zh", "en"),
    [
        (0, "", "a.csv", "a.csv"),
        (7, "", "a.csv 第 7 行", "a.csv, line 7"),
        (7, "code", "a.csv 第 7 行“code”列", "a.csv, line 7, column code"),
    ],
)
def test_a_position_in_a_file_is_worded(line: int, column: str, zh: str, en: str) -> None:
    position = describe_position("a.csv", line, column)
    words = message("ingest.unreadable", position=position, reason="!")
    assert words.text("zh") == f"{zh}：!"
    assert words.text("en") == f"{en}: !"
