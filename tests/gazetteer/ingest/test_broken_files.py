"""Broken rows are reported by file, line and field; the other rows are read."""

from pathlib import Path

import pytest

from gazetteer.ingest import (
    CSV_FILE_KINDS,
    CodeIndex,
    RowsRejected,
    read_files,
    write_load_report,
)
from gazetteer.problems import InvalidValue
from tests.gazetteer.ingest.csv_samples import (
    CHANGES,
    DIVISIONS,
    RECORDS,
    TOPONYMS,
    TOWNSHIPS,
    Write,
    read,
    rejections,
    with_row,
)


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
    batch = read("divisions", write(with_row(DIVISIONS, row)))
    assert rejections(batch) == [(rule, 7, field)]
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
    batch = read("records", write(with_row(RECORDS, row)))
    assert rejections(batch) == [(rule, 6, field)]
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
    assert rejections(batch) == [(rule, 2, field)]
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
    batch = read("toponyms", write(with_row(TOPONYMS, row)))
    assert rejections(batch) == [(rule, 3, field)]
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
    townships = write(with_row(TOWNSHIPS, row), "townships.csv")
    batch = read("divisions", write(DIVISIONS), townships=townships)
    assert rejections(batch) == [(rule, 3, field)]


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


def test_a_name_that_differs_from_the_known_one_is_a_finding(write: Write) -> None:
    known = CodeIndex.from_timelines(read("divisions", write(DIVISIONS)))
    other = write(DIVISIONS.replace("天河区", "天湖区"), "other.csv")
    batch = read_files("divisions", {"divisions": other}, known)
    (finding,) = [f for f in batch.findings if f.rule == "source_disagrees"]
    assert (finding.line, finding.field, finding.value) == (4, "name", "天湖区")
    assert finding.severity == "warning"
    assert finding.message.text("zh") == "与已有记录不一致，已有记录为“天河区”。"


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
    assert str(CSV_FILE_KINDS[kind].companion_of) in caught.value.text("en")


def test_an_unknown_kind_names_the_known_ones(write: Write) -> None:
    with pytest.raises(InvalidValue, match="toponyms"):
        read("names", write("x"))


def test_a_strict_load_is_refused_by_its_first_rejected_row(write: Write) -> None:
    batch = read("divisions", write(with_row(DIVISIONS, "44,某,county,440100,1")))
    with pytest.raises(RowsRejected) as caught:
        batch.check_no_rejections()
    extras = caught.value.extras
    assert (caught.value.field, extras["line"], extras["rejected"]) == ("code", 7, 1)


def test_the_report_opens_in_a_spreadsheet_and_runs_nothing(write: Write, tmp_path: Path) -> None:
    batch = read("divisions", write(with_row(DIVISIONS, "=1+1,某区,county,440100,1")))
    path = write_load_report(tmp_path / "reports" / "load.csv", batch.findings)
    raw = path.read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf")
    assert "reject,file.csv,7,code,'=1+1,malformed_code" in raw.decode("utf-8-sig")
    assert [p.name for p in path.parent.iterdir()] == ["load.csv"]


def test_progress_ends_at_its_total(write: Write) -> None:
    steps: list[tuple[int, int, str]] = []
    files = {"divisions": write(DIVISIONS)}
    batch = read_files("divisions", files, CodeIndex(), lambda *step: steps.append(step))
    list(batch)
    assert steps[-1] == (1, 1, "file.csv")
