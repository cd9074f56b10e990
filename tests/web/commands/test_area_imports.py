"""``gazetteer import`` of areas over the shipped register: what comes out goes in again."""

import json
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import psycopg
import pytest
import shapely
from shapely.geometry import mapping, shape

from gazetteer.database.pool import open_pool
from gazetteer.settings import get_settings
from tests.web.run_command import Outcome, gazetteer, in_process
from web.app import create_app
from web.http.connections import BACKGROUND_CONNECTIONS

Areas = dict[str, shapely.Geometry]
Place = tuple[float, float]
WHO = ("--reason", "勘界", "--author", "registrar", "--publish")
ACT = ("--act", "国务院关于同意调整广州市部分行政区划的批复", "--act-number", "国函〔2025〕1号")
EARLIER_ACT = ("--act", "广东省人民政府关于调整部分界线的批复", "--act-number", "粤府函〔2020〕7号")
TIANHE, HUANGPU = "440106", "440112"
BAOAN, GUANGMING = "440306", "440311"
"""Guangming was set up out of Baoan on 2018-09-19."""
CHANGE_DAY = "2025-03-01"
AREA_PERIODS = """
SELECT lower(a.valid), upper(a.valid) FROM area_version a JOIN unit_state s USING (unit_id)
WHERE s.code = %s AND s.valid @> '2020-01-01'::date AND upper_inf(a.recorded) ORDER BY 1
"""


@pytest.fixture(scope="module")
def counties(register: str, tmp_path_factory: pytest.TempPathFactory) -> Areas:
    """The counties of Guangdong as ``gazetteer export`` writes them."""
    directory = tmp_path_factory.mktemp("export")
    path = directory / "counties.geojson"
    where = ("--what", "divisions", "--level", "county", "--within", "440000")
    result = gazetteer(register, directory, "export", *where, "-o", str(path))
    assert result.returncode == 0, result.stderr
    areas = read_areas(path)
    assert len(areas) == 122
    return areas


@pytest.fixture(scope="module")
def results_before(register: str, tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """What ``gazetteer check`` says of the shipped register."""
    result = gazetteer(register, tmp_path_factory.mktemp("check"), "check", "--json")
    assert result.returncode == 0, result.stderr
    return sorted(result.stdout.splitlines())


def read_areas(path: Path) -> Areas:
    layer = json.loads(path.read_text("utf-8"))
    return {f["properties"]["code"]: shape(f["geometry"]) for f in layer["features"]}


class Register:
    """A register of the shipped data, changed by commands and read over HTTP."""

    def __init__(self, database: str, directory: Path, run: Callable[..., Outcome]) -> None:
        self.database, self.directory, self.run = database, directory, run

    def import_areas(self, areas: Mapping[str, Any], *options: str, exit_code: int = 0) -> Any:
        """Import areas by their codes; the facts that the command reports, and what it says."""
        features = [
            {"type": "Feature", "properties": {"code": code}, "geometry": mapping(area)}
            for code, area in areas.items()
        ]
        path = self.directory / "areas.geojson"
        path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
        result = self.run("import", str(path), "--kind", "areas", *WHO, "--json", *options)
        assert result.exit_code == exit_code, result.stderr
        assert "Traceback" not in result.stderr
        facts = json.loads(result.stdout) if result.stdout else {}
        return {**facts, "said": result.stderr}

    def export_counties(self) -> Areas:
        path = self.directory / "again.geojson"
        result = self.run("export", "--level", "county", "--within", "440000", "-o", str(path))
        assert result.exit_code == 0, result.stderr
        return read_areas(path)

    def check(self) -> list[str]:
        result = self.run("check", "--json")
        return sorted(result.stdout.splitlines())

    def get(self, path: str) -> Any:
        with open_pool(self.database, 1 + BACKGROUND_CONNECTIONS) as pool:
            settings = get_settings().model_copy(update={"rate_limit": "off"})
            response = create_app(settings, pool).test_client().get(path)
        assert response.status_code == 200, response.text
        return response.json

    def area(self, code: str, day: str) -> Any:
        """The area of a unit on a day, with its properties."""
        return self.get(f"/v1/divisions/{code}/area?at={day}")

    def select(self, query: str, *parameters: Any) -> list[Any]:
        with psycopg.connect(self.database) as conn:
            return conn.execute(query.encode(), parameters).fetchall()

    @property
    def seq(self) -> int:
        ((seq,),) = self.select("SELECT seq FROM ledger_head")
        return int(seq)

    def edges(self) -> dict[Any, tuple[Any, ...]]:
        """The units on the sides of every edge of today."""
        rows = self.select(
            "SELECT record_id, left_unit, right_unit FROM edge_version"
            " WHERE upper_inf(recorded) AND valid @> CURRENT_DATE"
        )
        return {record: tuple(sides) for record, *sides in rows}

    def changed_since(self, seq: int) -> tuple[Counter[str], set[str]]:
        """How many records of each kind changed, and the codes of the units of the areas."""
        kinds = self.select("SELECT kind, count(*) FROM change WHERE seq > %s GROUP BY 1", seq)
        codes = self.select(
            "SELECT DISTINCT s.code FROM change c JOIN area_version a USING (record_id)"
            " JOIN unit_state s USING (unit_id)"
            " WHERE c.seq > %s AND c.kind = 'area' AND s.valid @> CURRENT_DATE",
            seq,
        )
        return Counter(dict(kinds)), {code for (code,) in codes}


@pytest.fixture
def changing(
    register_copy: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> Register:
    monkeypatch.setenv("GAZETTEER_DATABASE_URL", register_copy)
    monkeypatch.setenv("GAZETTEER_HOME", str(tmp_path / "home"))
    return Register(
        register_copy, tmp_path, lambda *arguments: in_process(monkeypatch, capfd, *arguments)
    )


def list_vertices(area: shapely.Geometry) -> set[Place]:
    return {(x, y) for x, y in shapely.get_coordinates(area).tolist()}


def find_common_vertex(areas: Areas, one: str, other: str) -> Place:
    """A vertex in the middle of the border of two counties, of no other one."""
    ring = shapely.get_coordinates(shapely.get_parts(areas[one])[0].exterior).tolist()
    common = list_vertices(areas[other])
    for code, area in areas.items():
        if code not in (one, other):
            common -= list_vertices(area)
    runs = [tuple(ring[n]) for n in range(1, len(ring) - 1)
            if all(tuple(ring[k]) in common for k in (n - 1, n, n + 1))]  # fmt: skip
    return runs[len(runs) // 2]


def move_vertex(areas: Areas, vertex: Place, degrees: float) -> Areas:
    """The areas with this vertex, moved to the east."""

    def move(xy: Any) -> Any:
        moved = xy.copy()
        moved[(xy == vertex).all(axis=1)] += (degrees, 0.0)
        return moved

    found = {code: area for code, area in areas.items() if vertex in list_vertices(area)}
    return {code: shapely.transform(area, move) for code, area in found.items()}


def is_same(one: Any, other: Any) -> bool:
    """Whether two areas have the same rings, vertex for vertex."""
    parts = [shapely.MultiPolygon(shapely.get_parts(a).tolist()) for a in (one, other)]
    return bool(shapely.equals_exact(*map(shapely.normalize, parts), tolerance=0.0))


def test_what_comes_out_goes_in_again_and_changes_nothing(
    changing: Register, counties: Areas
) -> None:
    seq = changing.seq
    facts = changing.import_areas(counties)
    assert (facts["changed_records"], facts["changeset"]) == (0, None)
    assert changing.seq == seq


def test_one_moved_vertex_changes_one_border(
    changing: Register, counties: Areas, results_before: list[str]
) -> None:
    seq, before = changing.seq, changing.edges()
    vertex = find_common_vertex(counties, TIANHE, HUANGPU)
    moved = {**counties, **move_vertex(counties, vertex, 1e-5)}
    changing.import_areas(moved)
    kinds, codes = changing.changed_since(seq)
    assert kinds == {"edge": 1, "area": 2}
    assert codes == {TIANHE, HUANGPU}
    assert changing.edges() == before
    exported = changing.export_counties()
    assert all(is_same(exported[code], moved[code]) for code in moved)
    assert changing.check() == results_before


def test_a_change_holds_from_its_day_on_and_cites_its_act(
    changing: Register, counties: Areas
) -> None:
    seq = changing.seq
    moved = move_vertex(counties, find_common_vertex(counties, TIANHE, HUANGPU), 1e-3)
    changing.import_areas(moved, "--effective", CHANGE_DAY, *ACT)
    for code in (TIANHE, HUANGPU):
        for day in ("2015-01-01", "2025-02-28"):
            assert is_same(shape(changing.area(code, day)["geometry"]), counties[code])
        assert is_same(shape(changing.area(code, CHANGE_DAY)["geometry"]), moved[code])
    page = changing.get(f"/v1/changes?after={seq}")
    changes = [c for c in page["changes"] if c["kind"] in ("edge", "area")]
    assert len(changes) == 3
    assert {c["changeset"]["purpose"] for c in changes} == {"act"}
    assert {act["number"] for c in changes for act in c["changeset"]["acts"]} == {ACT[3]}


def test_an_old_polygon_leaves_what_is_known_of_later_days(
    changing: Register, counties: Areas
) -> None:
    west, south, east, north = counties[HUANGPU].bounds
    half = shapely.intersection(
        counties[HUANGPU], shapely.box(west, south, east, (south + north) / 2)
    )
    old = max(shapely.get_parts(half), key=lambda part: part.area)
    changing.import_areas({HUANGPU: old}, "--state", "2010-01-01", "--accept-findings", "旧图")
    for day in ("2014-01-25", "2019-12-31", "2025-01-01"):
        assert is_same(shape(changing.area(HUANGPU, day)["geometry"]), counties[HUANGPU])
    for day in ("2005-04-28", "2010-01-01", "2014-01-24"):
        found = changing.area(HUANGPU, day)
        assert shapely.equals_exact(
            shapely.normalize(shape(found["geometry"])),
            shapely.normalize(shapely.MultiPolygon([old])),
        )
    rows = changing.select(AREA_PERIODS, HUANGPU)
    assert rows[-2:] == [(date(2005, 4, 28), date(2014, 1, 25)), (date(2014, 1, 25), None)]


def test_a_layer_drawn_differently_goes_in_and_comes_out_vertex_for_vertex(
    changing: Register, counties: Areas
) -> None:
    before = changing.edges()
    shapes = np.array(list(counties.values()), dtype=object)
    simple = shapely.coverage_simplify(shapes, 0.001, simplify_boundary=False)
    drawn = dict(zip(counties, simple, strict=True))
    changing.import_areas(drawn, "--accept-findings", "另一来源")
    exported = changing.export_counties()
    assert [code for code in drawn if not is_same(exported[code], drawn[code])] == []
    assert changing.edges() == before
    assert [line for line in changing.check() if json.loads(line)["severity"] == "error"] == []


def test_what_a_later_change_contradicts_is_refused_with_unit_day_and_act(
    changing: Register, counties: Areas
) -> None:
    vertex = find_common_vertex(counties, TIANHE, HUANGPU)
    changing.import_areas(move_vertex(counties, vertex, 1e-3), "--effective", CHANGE_DAY, *ACT)
    other = move_vertex(counties, vertex, -1e-3)
    seq = changing.seq
    for options in (
        ("--effective", "2020-01-01", *EARLIER_ACT),
        ("--between", "2024-01-01", "2026-01-01"),
    ):
        said = changing.import_areas(other, *options, exit_code=1)["said"]
        assert TIANHE in said or HUANGPU in said
        assert CHANGE_DAY in said and ACT[3] in said
        assert changing.seq == seq


def test_what_is_known_of_the_days_between_two_changes_can_be_stated_for_these_only(
    changing: Register, counties: Areas
) -> None:
    vertex = find_common_vertex(counties, TIANHE, HUANGPU)
    first, last = (move_vertex(counties, vertex, degrees) for degrees in (1e-3, 2e-3))
    changing.import_areas(first, "--effective", "2024-01-01", *EARLIER_ACT)
    changing.import_areas(last, "--effective", CHANGE_DAY, *ACT)
    between = move_vertex(counties, vertex, -1e-3)
    seq = changing.seq
    changing.import_areas(between, "--effective", "2024-07-01", *EARLIER_ACT, exit_code=1)
    assert changing.seq == seq
    changing.import_areas(between, "--between", "2024-07-01", CHANGE_DAY)
    for day, areas in (
        ("2023-12-31", counties),
        ("2024-01-01", first),
        ("2024-07-01", between),
        ("2025-02-28", between),
        (CHANGE_DAY, last),
    ):
        assert is_same(shape(changing.area(TIANHE, day)["geometry"]), areas[TIANHE])


def test_a_day_before_the_unit_is_refused_with_unit_and_day(
    changing: Register, counties: Areas
) -> None:
    vertex = find_common_vertex(counties, GUANGMING, BAOAN)
    moved = move_vertex(counties, vertex, 1e-3)
    seq = changing.seq
    said = changing.import_areas(moved, "--effective", "2010-01-01", *ACT, exit_code=1)["said"]
    assert GUANGMING in said and "2010-01-01" in said
    assert changing.seq == seq


def test_a_change_needs_its_act(changing: Register, counties: Areas) -> None:
    seq = changing.seq
    moved = move_vertex(counties, find_common_vertex(counties, TIANHE, HUANGPU), 1e-3)
    said = changing.import_areas(moved, "--effective", CHANGE_DAY, exit_code=2)["said"]
    assert "--act" in said
    assert changing.seq == seq


def test_a_polygon_of_a_prefecture_that_differs_from_its_counties_is_refused(
    changing: Register, counties: Areas
) -> None:
    prefecture = shape(changing.area("440100", "2025-01-01")["geometry"])
    moved = move_vertex({"440100": prefecture}, min(list_vertices(prefecture)), -1e-3)
    seq = changing.seq
    said = changing.import_areas(moved, "--accept-findings", "另一来源", exit_code=1)["said"]
    assert "440100" in said
    assert changing.seq == seq
