"""``gazetteer load`` and ``import`` on real databases: all of a file or nothing, and a report."""

import csv
import gzip
import json
import signal
import subprocess
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import psycopg
import pytest
import shapely
import shapely.affinity
import shapely.geometry

from boundaries.register_ledger import LEDGER
from gazetteer.ledger.as_of import AsOf
from gazetteer.ledger.period import Period, PeriodEnd
from gazetteer.ledger.publish import Changeset
from gazetteer.ledger.versions import Statement
from gazetteer.records.division_queries import load_division
from tests.web.run_command import command, environment, gazetteer, in_process

FIXTURES = Path(__file__).parents[3] / "fixtures"
RECORDS = "code,name,level,parent_code,valid_from_year,valid_to_year\n"
HISTORY = RECORDS + "440000,广东省,province,,1981,\n440100,广州市,prefecture,440000,1981,\n"
WHO = ("--reason", "测试", "--author", "registrar", "--publish")
Facts = dict[str, Any]
Import = Callable[..., Facts]


def checksum(database: str) -> tuple[Any, ...]:
    with psycopg.connect(database) as conn:
        row = conn.execute(
            "SELECT seq, (SELECT array_agg(s ORDER BY kind) FROM ledger_sum s) FROM ledger_head"
        ).fetchone()
    assert row is not None
    return row


def is_empty(database: str) -> bool:
    with psycopg.connect(database) as conn:
        tables = ("changeset", "record", "change", "unit_version", "unit_state", "audit")
        return all(
            conn.execute(f"SELECT 1 FROM {table} LIMIT 1".encode()).fetchone() is None
            for table in tables
        )


@pytest.fixture
def import_text(
    database: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> Import:
    """Import a text as a file of a kind into the test's own database; the facts it reports."""
    monkeypatch.setenv("GAZETTEER_DATABASE_URL", database)
    monkeypatch.setenv("GAZETTEER_HOME", str(tmp_path / "home"))

    def run(kind: str, content: str | bytes, *options: str, exit_code: int = 0) -> Facts:
        file = tmp_path / f"{kind}.csv"
        file.write_bytes(content.encode() if isinstance(content, str) else content)
        arguments = ("import", str(file), "--kind", kind, *WHO, "--json", *options)
        report = ("--report", str(tmp_path / "report.csv"))
        result = in_process(monkeypatch, capfd, *arguments, *report)
        assert result.exit_code == exit_code, result.stderr
        facts: Facts = json.loads(result.stdout) if result.stdout else {}
        return {**facts, "said": result.stderr}

    return run


def reported(tmp_path: Path) -> list[dict[str, str]]:
    with (tmp_path / "report.csv").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_a_load_that_is_killed_leaves_nothing(database: str, tmp_path: Path) -> None:
    process = subprocess.Popen(
        command("load"), env=environment(database, tmp_path), stderr=subprocess.PIPE, text=True
    )
    assert process.stderr is not None
    for line in process.stderr:
        if line.startswith("Publishing"):  # rows are being written
            break
    process.send_signal(signal.SIGKILL)
    process.wait(30)
    with psycopg.connect(database, autocommit=True) as conn:
        conn.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    assert process.returncode == -signal.SIGKILL
    assert is_empty(database)


def corrected(database: str, old: str, new: str) -> None:
    """A person gives a place another name, for the whole time of the old one."""
    with psycopg.connect(database, autocommit=True) as conn:
        row = conn.execute(
            "SELECT record_id, place_id, lower(valid) FROM name_version"
            " WHERE text = %s AND upper_inf(recorded)",
            (old,),
        ).fetchone()
        assert row is not None
        name = {"place_id": row[1], "text": new, "name_kind": "standard", "language": "zh-Hans"}
        said = [Statement("name", row[0], Period(PeriodEnd(row[2])), name)]
        LEDGER.publish_statements(
            conn, Changeset("li.si", "as the signs have it", "correction"), said
        )


def name_of(database: str, code: str) -> str:
    with psycopg.connect(database) as conn:
        return str(load_division(conn, code, AsOf(date(2024, 1, 1)), date(2024, 1, 1))["name"])


def test_a_second_load_changes_nothing_not_even_what_people_corrected(
    register_copy: str, tmp_path: Path
) -> None:
    corrected(register_copy, "五山街道", "五山街")
    before = checksum(register_copy)
    result = gazetteer(register_copy, tmp_path, "load")
    assert result.returncode == 0, result.stderr
    assert "Publishing" in result.stderr  # it says how far it is
    assert checksum(register_copy) == before
    assert name_of(register_copy, "440106001") == "五山街"


def test_what_a_load_leaves_as_people_corrected_it_is_counted(
    import_text: Import, database: str
) -> None:
    import_text("records", HISTORY)
    corrected(database, "广州市", "羊城")
    facts = import_text("records", HISTORY + "440103,荔湾区,county,440100,1981,\n")
    assert facts["kept_records"] == 1
    assert facts["changed_records"] > 1
    assert name_of(database, "440100") == "羊城"


def test_a_users_file_is_taken_in_and_a_second_time_changes_nothing(
    import_text: Import, database: str
) -> None:
    first = import_text("records", HISTORY)
    assert (first["rejected"], first["rows"]) == (0, {"records.csv": 2})
    assert first["changed_records"] > 2
    before = checksum(database)
    second = import_text("records", HISTORY)
    assert (second["changeset"], second["changed_records"]) == (None, 0)
    assert checksum(database) == before


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030"])
def test_a_users_file_in_an_offices_encoding_is_taken_in(
    import_text: Import, database: str, encoding: str
) -> None:
    import_text("records", HISTORY.encode(encoding))
    assert name_of(database, "440100") == "广州市"


def test_a_check_reads_and_reports_and_loads_nothing(import_text: Import, database: str) -> None:
    facts = import_text("records", HISTORY, "--check")
    assert (facts["rejected"], facts["changeset"]) == (0, None)
    import_text("records", HISTORY + "44,x,county,440100,1981,\n", "--check", exit_code=1)
    assert is_empty(database)


@pytest.mark.parametrize(
    ("kind", "content", "line", "field", "rule"),
    [
        ("records", HISTORY + "44010,x,county,440100,1981,\n", 4, "code", "malformed_code"),
        ("records", HISTORY + "440103,x,county,440100,19x1,\n", 4, "valid_from_year", "bad_year"),
        ("records", HISTORY + "440103,,county,440100,1981,\n", 4, "name", "missing_name"),
        ("records", HISTORY + "440103,荔湾区,district,440100,1981,\n", 4, "level", "unknown_level"),
        ("records", HISTORY + "440103,荔湾区,county\n", 4, "", "cell_count"),
        ("divisions", "code,name,level,parent_code,in_mca_2023\n440000,广东省,province,,1\n"
         "440100,广州市,prefecture,990000,1\n", 3, "parent_code", "unknown_parent"),
        ("toponyms", "id,name,name_zh,names_zh,pinyin,alternate_names,lat,lon,country,"
         "county_code_pip,population,kind,source,licence\n"
         "x:1,Luojing,罗镜,罗镜,luo jing,,111.4,22.5,CN,,0,populated place,s,l\n",
         2, "lon", "swapped_coordinates"),
    ],
)  # fmt: skip
def test_a_broken_row_is_reported_by_file_line_and_field_and_keeps_everything_out(
    import_text: Import,
    database: str,
    tmp_path: Path,
    kind: str,
    content: str,
    line: int,
    field: str,
    rule: str,
) -> None:
    said = import_text(kind, content, exit_code=1)["said"]
    (row,) = [row for row in reported(tmp_path) if row["severity"] == "reject"]
    assert (row["file"], row["line"], row["rule"]) == (f"{kind}.csv", str(line), rule)
    assert row["field"] == field
    assert row["reason_zh"] and row["reason_en"]
    assert f"1 row was rejected: {kind}.csv, line {line}" in said
    assert is_empty(database)


def test_the_good_rows_are_taken_in_where_that_was_asked_for(import_text: Import) -> None:
    broken = HISTORY + "44010,x,county,440100,1981,\n"
    facts = import_text("records", broken, "--skip-rejected")
    assert facts["rejected"] == 1
    assert facts["changed_records"] > 2


@pytest.mark.parametrize(
    ("content", "named"),
    [
        (HISTORY.encode("utf-16"), "UTF-16"),
        (b"\xff\xff\xff\n", "UTF-8"),
        (b"PK\x03\x04\0\0", "text file"),
        (b"\x1f\x8b broken", "gzip"),
        (b"", "column"),
        (b"code,name\n", "level"),
    ],
)
def test_a_file_that_is_none_of_its_kind_is_told_in_words(
    import_text: Import, database: str, content: bytes, named: str
) -> None:
    said = import_text("records", content, exit_code=1)["said"]
    assert "records.csv" in said and named in said
    assert is_empty(database)


def test_areas_of_a_user_need_units_and_polygons(register_copy: str, tmp_path: Path) -> None:
    layer = shipped_layer("440106")
    layer["features"][0]["geometry"] = {"type": "Polygon", "coordinates": [[[113, 23], [113, 24]]]}
    broken = tmp_path / "areas.geojson"
    broken.write_text(json.dumps(layer), encoding="utf-8")
    before = checksum(register_copy)
    arguments = ("import", str(broken), "--kind", "areas", *WHO, "--state", "2019-12-31")
    result = gazetteer(register_copy, tmp_path / "home", *arguments)
    assert result.returncode == 1
    assert "areas.geojson" in result.stderr
    assert "Traceback" not in result.stderr
    assert checksum(register_copy) == before


def shipped_layer(*codes: str) -> Facts:
    """The shipped areas of some units, as GeoJSON."""
    with gzip.open(FIXTURES / "guangdong_boundaries.geojson.gz") as file:
        layer: Facts = json.load(file)
    layer["features"] = [f for f in layer["features"] if f["properties"]["code"] in codes]
    return layer


def written(layer: Facts, tmp_path: Path, move: Callable[[Any], Any]) -> Path:
    """A file of a layer whose shapes were moved."""
    for feature in layer["features"]:
        moved = move(shapely.geometry.shape(feature["geometry"]))
        feature["geometry"] = shapely.geometry.mapping(moved)
    path = tmp_path / "areas.geojson"
    path.write_text(json.dumps(layer), encoding="utf-8")
    return path


def shifted(tmp_path: Path, metres_north: float) -> Path:
    """The shipped area of 440106, moved into its neighbour."""
    north = metres_north / 111_000
    layer = shipped_layer("440106")
    return written(layer, tmp_path, lambda shape: shapely.affinity.translate(shape, 0, north))


def redrawn(tmp_path: Path) -> Path:
    """The shipped areas of two neighbours, with a vertex of their border a metre to the north."""
    layer = shipped_layer("440106", "440112")
    shapes = [shapely.geometry.shape(feature["geometry"]) for feature in layer["features"]]
    border = shapely.line_merge(shapely.intersection(*(shape.boundary for shape in shapes)))
    longest = max(shapely.get_parts(border), key=shapely.get_num_coordinates)
    vertex = longest.coords[len(longest.coords) // 2]

    def move_vertex(shape: Any) -> Any:
        return shapely.transform(
            shape, lambda xy: xy + 1e-5 * (xy == vertex).all(1)[:, None] * (0, 1)
        )

    return written(layer, tmp_path, move_vertex)


def reason_of_last(database: str) -> str:
    with psycopg.connect(database) as conn:
        row = conn.execute("SELECT reason FROM changeset ORDER BY changeset_id DESC").fetchone()
    assert row is not None
    return str(row[0])


def test_areas_that_would_make_the_network_wrong_are_refused_and_listed(
    register_copy: str, tmp_path: Path
) -> None:
    report, before = tmp_path / "report.csv", checksum(register_copy)
    arguments = ("import", str(shifted(tmp_path, 900)), "--kind", "areas", *WHO)
    where = ("--state", "2019-12-31", "--report", str(report))
    for more in ("--skip-rejected", "--check"):
        result = gazetteer(register_copy, tmp_path / "home", *arguments, *where, more)
        assert result.returncode == 1 and "Traceback" not in result.stderr
        assert "gazetteer validate" in result.stderr and "TOP-COV-01" in result.stderr
        assert checksum(register_copy) == before
    with report.open(encoding="utf-8-sig", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["severity"] == "reject"]
    assert {row["rule"] for row in rows} >= {"TOP-COV-01"}
    assert all(row["line"] == "1" for row in rows)
    assert any("440106" in row["value"] and "440112" in row["value"] for row in rows)


def test_areas_are_imported_with_errors_only_for_a_reason_that_is_kept(
    register_copy: str, tmp_path: Path
) -> None:
    arguments = ("import", str(shifted(tmp_path, 900)), "--kind", "areas", *WHO, "--json")
    why = ("--state", "2019-12-31", "--accept-findings", "首次入库，随后更正")
    result = gazetteer(register_copy, tmp_path / "home", *arguments, *why)
    assert result.returncode == 0, result.stderr
    assert json.loads(result.stdout)["changed_records"] > 0
    reason = reason_of_last(register_copy)
    assert reason.startswith("测试: 首次入库，随后更正 (accepted findings: TOP-COV-01 ×")


def test_areas_that_fit_those_around_them_need_no_reason(
    register_copy: str, tmp_path: Path
) -> None:
    arguments = ("import", str(redrawn(tmp_path)), "--kind", "areas", *WHO)
    result = gazetteer(register_copy, tmp_path / "home", *arguments)
    assert result.returncode == 0, result.stderr
    assert "Validating areas.geojson" in result.stderr  # it says how far it is
    assert reason_of_last(register_copy) == "测试"


def test_areas_as_they_are_known_are_not_validated_again(
    register_copy: str, tmp_path: Path
) -> None:
    before = checksum(register_copy)
    arguments = ("import", str(shifted(tmp_path, 0)), "--kind", "areas", *WHO, "--json")
    result = gazetteer(register_copy, tmp_path / "home", *arguments)
    assert (result.returncode, json.loads(result.stdout)["changed_records"]) == (0, 0)
    assert "Validating" not in result.stderr
    assert checksum(register_copy) == before


@pytest.mark.parametrize(
    "arguments",
    [
        ("load", "china"),
        ("load", "mars"),
        ("import", "nowhere.csv", "--kind", "records", *WHO),
        ("import", __file__, "--kind", "dragons", *WHO),
        ("import", __file__, "--kind", "records"),
        ("import", __file__, "--kind", "records", *WHO, "--state", "2023-02-29"),
    ],
)
def test_wrong_usage_is_told_and_ends_with_2(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], arguments: tuple[str, ...]
) -> None:
    result = in_process(monkeypatch, capfd, *arguments)
    assert result.exit_code == 2
    assert "Usage:" in result.stderr
