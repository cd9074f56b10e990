"""Broken files and rows: told by file, line and field, never a traceback; the rest goes on."""

import gzip
from collections.abc import Callable
from pathlib import Path

import pytest

from gazetteer.ingest import (
    CSV_FILE_KINDS,
    CodeIndex,
    RowsRejected,
    Severity,
    StagedBatch,
    UnreadableFile,
    read_files,
    write_load_report,
)
from gazetteer.problems import InvalidValue

DIVISIONS = """code,name,level,parent_code,in_mca_2023
440000,广东省,province,,1
440100,广州市,prefecture,440000,1
440106,天河区,county,440100,1
440106001,五山街道,township,440106,
440106001001,岳洲社区居委会,village,440106001,
"""
RECORDS = """code,name,level,parent_code,valid_from_year,valid_to_year
440000,广东省,province,,1981,
440100,广州市,prefecture,440000,1981,
440111,郊区,county,440100,1983,1987
440111,白云区,county,440100,1987,
"""
CHANGES = """old_code,old_name,level,old_parent_code,old_valid_from_year,change_year,approval_date,\
kind,new_code,new_name,document_no,document_title,source_url
440111,郊区,county,440100,1983,1987,1987-01-23,rename,440111,白云区,国函〔1987〕18号,国务院关于…的批复,
"""
TOPONYMS = """id,name,name_zh,lat,lon,country,county_code_pip,kind,source
a:1,Luojing,罗镜,22.54,111.44,CN,,populated place,GeoNames
"""
TOWNSHIPS = """year,old_code,old_name,reason_filled_down,new_code,new_name,document_filled_down
2021,440106101,东圃镇,撤镇设街道,440106001,五山街道,粤民函〔2021〕1号
"""


Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def _write(text: str, name: str = "file.csv", encoding: str = "utf-8") -> Path:
        path = tmp_path / name
        path.write_bytes(text.encode(encoding))
        return path

    return _write


def read(kind: str, path: Path, **beside: Path) -> StagedBatch:
    return read_files(kind, {kind: path, **beside}, CodeIndex())


def rules(batch: StagedBatch) -> list[tuple[str, int, str]]:
    return [(f.rule, f.line, f.field) for f in batch.findings if f.severity is Severity.REJECT]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_three_encodings_are_read_alike_and_told(write: Write, encoding: str) -> None:
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
    assert path.name in caught.value.zh
    assert path.name in caught.value.en
    return caught.value


def test_utf_16_is_refused_with_advice(write: Write) -> None:
    problem = _unreadable(write(DIVISIONS, encoding="utf-16"))
    assert problem.field == "encoding"
    assert "UTF-8" in problem.en


def test_bytes_of_no_encoding_are_refused_with_their_line(tmp_path: Path) -> None:
    path = tmp_path / "bytes.csv"
    path.write_bytes(b"code,name,level,parent_code\n440000,\xff\xff,province,\n")
    problem = _unreadable(path)
    assert (problem.field, problem.extras["line"]) == ("encoding", 2)


def test_a_spreadsheet_is_not_a_text_file(tmp_path: Path) -> None:
    path = tmp_path / "book.xlsx"
    path.write_bytes(b"PK\x03\x04\x14\x00\x06\x00\x08\x00\x00\x00!\x00")
    assert _unreadable(path).field == "encoding"


def test_a_broken_archive_and_a_missing_file_are_told(tmp_path: Path, write: Write) -> None:
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


def _with_row(text: str, row: str) -> str:
    return f"{text}{row}\n"


@pytest.mark.parametrize(
    ("row", "rule", "field"),
    [
        ("44010,天河,county,440100,1", "malformed_code", "code"),
        ("４４０１０７,天河,county,440100,1", "malformed_code", "code"),
        ("440107001,某区,county,440100,1", "malformed_code", "code"),
        ("156440107,某区,county,440100,1", "tianditu_code", "code"),
        ("156440107,某镇,township,440106,", "tianditu_code", "code"),
        ("440106,天河区,county,440100,1", "duplicate_code", "code"),
        ("440107,某区,county,449900,1", "unknown_parent", "parent_code"),
        ("440107001,某街道,township,440107,", "unknown_parent", "parent_code"),
        ("440106002001,某村委会,village,440106002,", "unknown_parent", "parent_code"),
        ("440107,某区,borough,440100,1", "unknown_level", "level"),
        ("440107,,county,440100,1", "missing_name", "name"),
        ("440107,某区,county", "cell_count", ""),
    ],
)
def test_a_broken_row_of_a_list_of_divisions(write: Write, row: str, rule: str, field: str) -> None:
    batch = read("divisions", write(_with_row(DIVISIONS, row)))
    assert rules(batch) == [(rule, 7, field)]
    assert batch.count_by_kind()["unit"] == 5


@pytest.mark.parametrize(
    ("row", "rule", "field"),
    [
        ("440112,黄埔区,county,440100,83,", "bad_year", "valid_from_year"),
        ("440112,黄埔区,county,440100,1983,199x", "bad_year", "valid_to_year"),
        ("440112,黄埔区,county,440100,1990,1983", "date_order", "valid_to_year"),
        ("440112,黄埔区,county,440100,1990,1990", "date_order", "valid_to_year"),
        ("440111,别区,county,440100,1985,", "overlapping_period", "valid_from_year"),
        ("440112,黄埔区,county,449900,1983,", "unknown_parent", "parent_code"),
    ],
)
def test_a_broken_row_of_the_records(write: Write, row: str, rule: str, field: str) -> None:
    batch = read("records", write(_with_row(RECORDS, row)))
    assert rules(batch) == [(rule, 6, field)]
    assert batch.count_by_kind()["unit"] == 4  # without changes two periods of a code are two units


@pytest.mark.parametrize(
    ("old", "new", "rule", "field"),
    [
        ("1987-01-23", "1987-02-30", "bad_date", "approval_date"),
        ("440111,郊区", "440119,郊区", "unknown_record", "old_code"),
        ("440111,白云区", "440119,白云区", "unknown_record", "new_code"),
        ("440111,郊区", "4401,郊区", "malformed_code", "old_code"),
    ],
)
def test_a_broken_row_of_the_changes(
    write: Write, old: str, new: str, rule: str, field: str
) -> None:
    changes = write(CHANGES.replace(old, new), "changes.csv")
    batch = read("records", write(RECORDS), changes=changes)
    assert rules(batch) == [(rule, 2, field)]
    assert {f.file for f in batch.findings} == {"changes.csv"}


def test_changes_make_one_unit_of_a_renamed_one(write: Write) -> None:
    batch = read("records", write(RECORDS), changes=write(CHANGES, "changes.csv"))
    assert (batch.count_by_kind()["unit"], batch.findings) == (3, ())


@pytest.mark.parametrize(
    ("row", "rule", "field"),
    [
        ("a:2,X,某,111.44,22.54,CN,,populated place,s", "swapped_coordinates", "lon"),
        ("a:2,X,某,0,0,CN,,populated place,s", "coordinate_range", "lon"),
        ("a:2,X,某,22.54,nan,CN,,populated place,s", "coordinate_range", "lon"),
        ("a:2,X,某,north,111.4,CN,,populated place,s", "bad_coordinate", "lat"),
        ("a:1,X,某,22.54,111.44,CN,,populated place,s", "duplicate_code", "id"),
        ("a:2,,,22.54,111.44,CN,,populated place,s", "missing_name", "name"),
    ],
)
def test_a_broken_row_of_the_toponyms(write: Write, row: str, rule: str, field: str) -> None:
    batch = read("toponyms", write(_with_row(TOPONYMS, row)))
    assert rules(batch) == [(rule, 3, field)]
    assert batch.count_by_kind()["place"] == 1


@pytest.mark.parametrize(
    ("row", "rule", "field"),
    [
        ("20x1,440106101,甲镇,撤销,,,", "bad_year", "year"),
        ("2021,4401061,甲镇,撤销,,,", "malformed_code", "old_code"),
        ("2021,,,新设,,,", "malformed_code", "new_code"),
    ],
)
def test_a_broken_row_of_the_township_changes(
    write: Write, row: str, rule: str, field: str
) -> None:
    townships = write(_with_row(TOWNSHIPS, row), "townships.csv")
    batch = read("divisions", write(DIVISIONS), townships=townships)
    assert rules(batch) == [(rule, 3, field)]


def test_a_list_of_divisions_stands_alone(write: Write) -> None:
    batch = read("divisions", write(DIVISIONS))
    assert batch.count_by_kind()["unit"] == 5
    assert batch.count_rejections() == 0


def test_units_that_are_known_are_not_made_again(write: Write) -> None:
    first = read("divisions", write(DIVISIONS))
    again = read_files(
        "divisions", {"divisions": write(DIVISIONS)}, CodeIndex.from_timelines(first)
    )
    assert (list(again), again.count_rejections()) == ([], 0)


def test_a_name_that_differs_from_the_known_one_is_told(write: Write) -> None:
    known = CodeIndex.from_timelines(read("divisions", write(DIVISIONS)))
    other = write(DIVISIONS.replace("天河区", "天湖区"), "other.csv")
    batch = read_files("divisions", {"divisions": other}, known)
    (told,) = [f for f in batch.findings if f.rule == "source_disagrees"]
    assert (told.line, told.field, told.value, told.severity) == (4, "name", "天湖区", "warning")


def test_a_statistical_area_becomes_a_functional_area(write: Write) -> None:
    rows = "440171,某开发区,county,440100,0\n440171001,某街道,township,440171,\n"
    batch = read("divisions", write(DIVISIONS + rows))
    assert [t.versions[0].attributes["name"] for t in batch if t.kind == "functional_area"] == [
        "某开发区"
    ]
    unit_of = {
        t.versions[0].attributes["code"]: t.versions[0].attributes["unit_id"]
        for t in batch
        if t.kind == "code"
    }
    parents = {
        t.record_id: t.versions[0].attributes["subordination_parent"]
        for t in batch
        if t.kind == "unit"
    }
    assert parents[unit_of["440171001"]] == unit_of["440100"]
    assert {f.rule for f in batch.findings} >= {"not_a_unit", "outside_unit"}


def test_two_townships_of_one_name_in_a_county_are_two_units(write: Write) -> None:
    batch = read("divisions", write(DIVISIONS + "440106002,五山街道,township,440106,\n"))
    assert batch.count_by_kind()["unit"] == 6


@pytest.mark.parametrize("kind", [k for k, v in CSV_FILE_KINDS.items() if v.companion_of])
def test_a_file_that_needs_another_one_beside_it_says_so(write: Write, kind: str) -> None:
    with pytest.raises(InvalidValue) as caught:
        read(kind, write("x"))
    assert str(CSV_FILE_KINDS[kind].companion_of) in caught.value.en


def test_an_unknown_kind_names_the_known_ones(write: Write) -> None:
    with pytest.raises(InvalidValue, match="toponyms"):
        read("names", write("x"))


def test_a_strict_load_is_refused_by_its_first_rejected_row(write: Write) -> None:
    batch = read("divisions", write(_with_row(DIVISIONS, "44,某,county,440100,1")))
    with pytest.raises(RowsRejected) as caught:
        batch.check_no_rejections()
    extras = caught.value.extras
    assert (caught.value.field, extras["line"], extras["rejected"]) == ("code", 7, 1)


def test_the_report_opens_in_a_spreadsheet_and_runs_nothing(write: Write, tmp_path: Path) -> None:
    batch = read("divisions", write(_with_row(DIVISIONS, "=1+1,某区,county,440100,1")))
    path = write_load_report(tmp_path / "reports" / "load.csv", batch.findings)
    raw = path.read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf")
    assert "reject,file.csv,7,code,'=1+1,malformed_code" in raw.decode("utf-8-sig")
    assert [p.name for p in path.parent.iterdir()] == ["load.csv"]


def test_progress_ends_at_its_total(write: Write) -> None:
    told: list[tuple[int, int, str]] = []
    files = {"divisions": write(DIVISIONS)}
    batch = read_files("divisions", files, CodeIndex(), lambda *step: told.append(step))
    list(batch)
    assert told[-1] == (1, 1, "file.csv")
