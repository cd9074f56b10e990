"""``gazetteer naming``: check a name or a file, search for defects, load built-up areas."""

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from gazetteer.naming.defect_kinds import DefectKind
from tests.web.run_command import Outcome, environment, in_process

Run = Callable[..., Outcome]
SQUARE = [[113.33, 23.12], [113.37, 23.12], [113.37, 23.15], [113.33, 23.15], [113.33, 23.12]]
BOW_TIE = [[113.0, 23.0], [113.1, 23.1], [113.1, 23.0], [113.0, 23.1], [113.0, 23.0]]


@pytest.fixture
def naming(
    register_copy: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> Run:
    """The command over a register of the shipped data."""
    for name, value in environment(register_copy, tmp_path).items():
        monkeypatch.setenv(name, value)
    return lambda *arguments, **options: in_process(
        monkeypatch, capfd, "naming", *arguments, **options
    )


def write_areas(path: Path, ring: list[list[float]], name: str = "天河中心区") -> str:
    feature = {
        "type": "Feature",
        "properties": {"name": name},
        "geometry": {"type": "Polygon", "coordinates": [ring]},
    }
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}), "utf-8")
    return str(path)


def test_a_name_is_checked_and_the_exit_code_says_whether_it_may_be_used(naming: Run) -> None:
    options = ("--class", "road", "--within", "440106")
    bad = naming("check", "毛泽东路", *options)
    assert bad.exit_code == 1
    assert bad.stdout.startswith("毛泽东路  ")
    assert "NR-006  “毛泽东” is the name of a leader of the state" in bad.stdout
    assert naming("check", "云霞路", *options).exit_code == 0
    assert naming("check", "腾讯大道", *options).exit_code == 0  # a question is no refusal
    (answer,) = naming("check", "毛泽东路", *options, "--json").stdout.splitlines()
    assert json.loads(answer)["verdict"] == "inadmissible"
    chinese = naming("check", "毛泽东路", *options, locale="zh_CN.UTF-8")
    assert "“毛泽东”是" in chinese.stdout and "不得使用" in chinese.stdout


def test_like_names_are_told_with_code_and_distance(naming: Run) -> None:
    told = naming(
        "check", "太平镇", "--class", "division", "--level", "township", "--within", "440300"
    )
    assert told.exit_code == 1
    assert "太平镇 440117111" in told.stdout and " km" in told.stdout


def test_what_cannot_be_checked_is_refused_in_words(naming: Run) -> None:
    assert naming("check", "云霞路").exit_code == 2
    unknown = naming("check", "云霞路", "--class", "road", "--within", "999999")
    assert (unknown.exit_code, unknown.stdout) == (1, "")
    assert "999999" in unknown.stderr and "Traceback" not in unknown.stderr
    level = naming("check", "云霞镇", "--class", "division", "--level", "street")
    assert level.exit_code == 1
    assert "level" in level.stderr and "Traceback" not in level.stderr


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_a_file_comes_back_with_a_result_for_each_row(
    naming: Run, tmp_path: Path, encoding: str
) -> None:
    file, output = tmp_path / "names.csv", tmp_path / "checked.csv"
    file.write_bytes("名称,类别,代码\n云霞路,road,440106\n=1+1,road,999999\n".encode(encoding))
    done = naming("check", str(file), "-o", str(output))
    assert done.exit_code == 0, done.stderr
    good, bad = csv.DictReader(io.StringIO(output.read_bytes().decode(encoding)))
    assert (good["名称"], good["result_verdict"]) == ("云霞路", "admissible")
    assert (bad["名称"], bad["result_verdict"]) == ("=1+1", "")
    assert "999999" in bad["result_detail"]


def test_a_bad_file_is_refused_and_nothing_is_written(naming: Run, tmp_path: Path) -> None:
    file, output = tmp_path / "names.csv", tmp_path / "checked.csv"
    for content in (b"a,b\n1,2\n", b"", b"name\nx\n"):
        file.write_bytes(content)
        refused = naming("check", str(file), "-o", str(output))
        assert refused.exit_code == 1
        assert refused.stderr.startswith("gazetteer: ")
        assert not output.exists()


def test_defects_are_searched_counted_listed_and_excepted(naming: Run) -> None:
    counts = json.loads(naming("defects", "--json").stdout)
    assert list(counts) == [kind.value for kind in DefectKind]
    assert counts["duplicate"] > 100 and counts["homophone"] > 100
    assert json.loads(naming("defects", "--stored", "--json").stdout) == counts
    listed = naming("defects", "--stored", "--list", "--kind", "duplicate", "--unit", "440106")
    first, *rest = csv.DictReader(io.StringIO(listed.stdout))
    assert {row["unit_code"] for row in (first, *rest)} == {"440106"}
    lacking = naming("defects", "--except", first["id"])
    assert (lacking.exit_code, lacking.stdout) == (1, "")
    done = naming("defects", "--except", first["id"], "--reason", "历史悠久")
    assert done.exit_code == 0, done.stderr
    again = naming("defects", "--stored", "--list", "--kind", "duplicate", "--unit", "440106")
    assert list(csv.DictReader(io.StringIO(again.stdout))) == rest
    assert naming("defects", "--except", "999999999", "--reason", "x").exit_code == 1


def test_built_up_areas_are_loaded_replaced_and_asked(
    naming: Run, register_copy: str, tmp_path: Path
) -> None:
    file = write_areas(tmp_path / "areas.geojson", SQUARE)
    for _ in range(2):  # those of one source are replaced
        done = naming("built-up-areas", file, "--source", "规划局 2025", "--from", "2020-01-01")
        assert done.exit_code == 0, done.stderr
    with psycopg.connect(register_copy) as conn:
        rows = conn.execute("SELECT name, source, lower(valid)::text FROM built_up_area").fetchall()
    assert rows == [("天河中心区", "规划局 2025", "2020-01-01")]
    names = tmp_path / "names.csv"
    names.write_text("name,legal_class,lon,lat\n云霞路,road,113.36,23.14\n", "utf-8")
    (row,) = csv.DictReader(io.StringIO(naming("check", str(names)).stdout))
    assert "NR-014" not in row["result_not_examined"]


def test_an_area_that_no_point_can_be_compared_with_is_refused(
    naming: Run, register_copy: str, tmp_path: Path
) -> None:
    file = write_areas(tmp_path / "areas.geojson", BOW_TIE, "蝴蝶结")
    refused = naming("built-up-areas", file, "--source", "x")
    assert refused.exit_code == 2
    assert "蝴蝶结" in refused.stderr
    with psycopg.connect(register_copy) as conn:
        assert conn.execute("SELECT count(*) FROM built_up_area").fetchone() == (0,)
