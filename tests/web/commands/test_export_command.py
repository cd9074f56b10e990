"""``gazetteer export``: areas of a date and a level, as other programs read them."""

import csv
import io
import json
from pathlib import Path
from typing import Any

import psycopg
import pytest
import shapely

from boundaries.exports.export_query import ExportRequest
from boundaries.exports.export_tables import ExportKind, export_table
from boundaries.layers.layer_reader import read_layer
from gazetteer.ledger.as_of import AsOf, today
from gazetteer.problems import NoAreaKnown, UnknownCode
from tests.web.run_command import Outcome, in_process

FIXTURE = Path(__file__).parents[3] / "fixtures" / "guangdong_boundaries.geojson.gz"


@pytest.fixture
def export(
    register: str, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> Any:
    monkeypatch.setenv("GAZETTEER_DATABASE_URL", register)

    def run(*arguments: str) -> Outcome:
        return in_process(monkeypatch, capfd, "export", *arguments)

    return run


def test_the_counties_of_guangdong_come_out_as_they_came_in(export: Any, tmp_path: Path) -> None:
    """Vertex for vertex; where a ring begins and which part is first is up to the register."""
    path = tmp_path / "counties.gpkg"
    outcome = export("--level", "county", "--within", "440000", "-o", str(path))
    assert (outcome.exit_code, outcome.stdout) == (0, f"122 areas: {path}\n")
    read, shipped = read_layer(path), read_layer(FIXTURE)
    ours = dict(zip(shipped.codes, shipped.geometries, strict=True))
    assert len(read) == 122 and read.declared_crs == "EPSG:4490"
    for code, geometry in zip(read.codes, read.geometries, strict=True):
        whole = ours[code]
        parts = whole if whole.geom_type == "MultiPolygon" else shapely.MultiPolygon([whole])
        assert shapely.equals_exact(shapely.normalize(geometry), shapely.normalize(parts))
    tianhe = read.attributes[read.codes.index("440106")]
    assert (tianhe["name"], tianhe["parent_code"], tianhe["level"]) == (
        "天河区",
        "440100",
        "county",
    )
    assert tianhe["area_km2"] == pytest.approx(137, rel=0.1)
    assert (tianhe["valid_from"], tianhe["valid_to"]) == ("2005-04-28", None)
    assert tianhe["at"] == today().isoformat() and tianhe["basis"] == "effective"


def test_an_earlier_day_has_the_units_of_that_day(export: Any, tmp_path: Path) -> None:
    path = tmp_path / "then.geojson"
    where = ("--within", "360700", "--crs", "4326", "-o", str(path))
    assert export("--at", "2020-01-01", *where).exit_code == 0
    then = {f["properties"]["code"] for f in json.loads(path.read_text())["features"]}
    assert export("--at", "2021-01-01", *where).exit_code == 0
    later = {f["properties"]["code"] for f in json.loads(path.read_text())["features"]}
    assert then - later == {"360727"} and later - then == {"360783"}


@pytest.mark.parametrize("ending", ["zip", "csv", "xlsx"])
def test_other_formats_and_systems_are_written(export: Any, tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"prefectures.{ending}"
    outcome = export(
        *("--what", "divisions", "--level", "prefecture", "--within", "440000"),
        *("--crs", "4547", "--encoding", "gbk", "-o", str(path)),
    )
    assert (outcome.exit_code, outcome.stdout) == (0, f"21 areas: {path}\n")
    if ending == "zip":
        assert "Columns renamed: romanized_name → romanized_, " in outcome.stderr
        layer = read_layer(path)
        assert layer.codes[0] == "440100" and layer.attributes[0]["name"] == "广州市"
    if ending == "csv":
        rows = list(csv.DictReader(io.StringIO(path.read_text("utf-8-sig"), newline="")))
        west, south, *_ = shapely.from_wkt(rows[0]["wkt"]).bounds
        assert 300_000 < west < 500_000 and 2_400_000 < south < 2_600_000


def test_the_list_of_divisions_is_written_in_every_format(export: Any, tmp_path: Path) -> None:
    where = ("--what", "units", "--within", "440106")
    outcome = export(*where, "-o", str(tmp_path / "list.csv"))
    assert (outcome.exit_code, outcome.stdout) == (0, f"252 divisions: {tmp_path}/list.csv\n")
    rows = list(csv.DictReader(io.StringIO((tmp_path / "list.csv").read_text("utf-8-sig"))))
    assert "wkt" not in rows[0] and rows[0]["full_name"] == "广东省广州市天河区"
    for name in ("list.gpkg", "list.xlsx", "list.zip", "list.geojson"):
        assert export(*where, "-o", str(tmp_path / name)).exit_code == 0
    assert export(*where, "--format", "json", "-o", str(tmp_path / "list.json")).exit_code == 0
    listed = json.loads((tmp_path / "list.json").read_text())
    assert [row["code"] for row in listed] == [row["code"] for row in rows]


def test_changes_count_from_the_date_that_is_asked_for(export: Any, tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    where = ("--what", "units", "--level", "province", "--basis", "announced", "-o", str(path))
    assert export(*where).exit_code == 0
    assert ",announced" in path.read_text("utf-8-sig")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--what", "units", "--at", "1949-10-01"), "No unit is on record for 1949-10-01"),
        (("--what", "units", "--level", "road"), 'Divisions have no level "road"'),
        (("--within", "999999"), "999999"),
        (
            ("--level", "village", "--within", "440106"),
            'None of the 230 units of the level "Village" has an area on record',
        ),
        (("--crs", "4610"), "is not public"),
        (("--crs", "2326"), "Output in 2326 is not possible"),
        (("--at", "1949-10-01"), 'No unit of the level "County" is on record for 1949-10-01'),
    ],
)
def test_what_cannot_be_written_is_told_and_leaves_no_file(
    export: Any, tmp_path: Path, arguments: tuple[str, ...], words: str
) -> None:
    outcome = export(*arguments, "-o", str(tmp_path / "none.gpkg"))
    assert outcome.exit_code == 1 and words in outcome.stderr
    assert list(tmp_path.iterdir()) == []


def test_an_ending_that_tells_no_format_is_refused(export: Any, tmp_path: Path) -> None:
    outcome = export("-o", str(tmp_path / "areas.shp"))
    assert outcome.exit_code == 1 and "write it as .zip" in outcome.stderr
    outcome = export("--level", "province", "-o", str(tmp_path / "no" / "areas.csv"))
    assert outcome.exit_code == 1 and "No such file or directory" in outcome.stderr


def test_progress_is_told_while_polygons_are_read(register: str) -> None:
    steps: list[tuple[int, int, str]] = []
    with psycopg.connect(register, autocommit=True) as conn:
        request = ExportRequest(AsOf(today()), "county", progress=lambda *step: steps.append(step))
        table = export_table(conn, ExportKind.DIVISIONS, request)
        assert steps[-1] == (len(table.geometries), len(table.geometries), "read")
        with pytest.raises(UnknownCode):
            export_table(conn, ExportKind.DIVISIONS, ExportRequest(AsOf(today()), within="999999"))
        with pytest.raises(NoAreaKnown) as caught:
            export_table(conn, ExportKind.DIVISIONS, ExportRequest(AsOf(today()), "township"))
    assert caught.value.extras["units"] > 1000
