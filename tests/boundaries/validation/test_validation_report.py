"""Reports on a file: their findings, limits, languages and formats."""

import csv
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from string import Formatter
from typing import Any

import numpy as np
import openpyxl
import orjson
import pyogrio
import pytest
import shapely

from boundaries.layers.polygon_layer import Layer
from boundaries.rules.common.spatial_finding import (
    SpatialFinding,
    assign_finding_ids,
    build_finding,
)
from boundaries.rules.common.tolerances import Tolerances
from boundaries.rules.layer_validation import validate_layer
from boundaries.validation.outlines import build_outlines
from boundaries.validation.report_formats import (
    REPORT_MIME_TYPES,
    detect_report_format,
    encode_geojson,
    write_report,
)
from boundaries.validation.report_rows import FIELDS
from boundaries.validation.validation_report import (
    ReadOptions,
    ValidationOptions,
    ValidationReport,
    build_validation_options,
    parse_column_names,
    validate_file,
)
from gazetteer.messages import LANGS
from gazetteer.messages.catalogue import load_catalogue
from gazetteer.problems import InvalidValue
from gazetteer.rules.rule_catalogue import read_catalogue
from gazetteer.settings import get_settings
from tests.boundaries.rules.flaws import KINDS
from tests.boundaries.rules.generated_layers import make_grid, make_layer
from tests.boundaries.validation import samples


def validate(path: Path, **read_options: Any) -> ValidationReport:
    return validate_file(path, ReadOptions(**read_options), ValidationOptions(), lambda *_: None)


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> ValidationReport:
    return validate(samples.planar(tmp_path_factory.mktemp("layer") / "p.geojson"), planar=True)


def test_each_flaw_is_reported_once_and_the_lake_is_no_gap(report: ValidationReport) -> None:
    found = {finding.rule: finding for finding in report.findings}
    names = {rule: [report.layer.names[f] for f in found[rule].features] for rule in found}
    assert names == {"TOP-COV-01": ["B", "E"], "TOP-COV-02": ["A", "B", "D", "H"]}
    assert found["TOP-COV-01"].area_m2 == pytest.approx(120_000)
    assert found["TOP-COV-02"].measured == pytest.approx(0.4, abs=1e-3)
    (lake,) = report.holes
    assert lake.area_m2 == pytest.approx(90_000)
    assert report.is_blocking


def test_a_flawless_layer_has_only_remarks(tmp_path: Path) -> None:
    report = validate(samples.sound(tmp_path / "s.geojson"))
    assert not report.findings
    assert not report.is_blocking
    assert [remark.rule for remark in report.remarks] == ["TOP-FIL-02"]


def test_holes_are_gaps_up_to_the_requested_width(tmp_path: Path) -> None:
    path = samples.planar(tmp_path / "p.geojson")
    options = build_validation_options(get_settings(), None, 400.0, None)
    report = validate_file(path, ReadOptions(planar=True), options, lambda *_: None)
    gaps = [finding for finding in report.findings if finding.rule == "TOP-COV-02"]
    assert sorted(round(gap.area_m2 or 0) for gap in gaps) == [400, 90_000]
    assert not report.holes


def test_the_geojson_has_names_places_and_figures(report: ValidationReport) -> None:
    content = orjson.loads(encode_geojson(report, "en"))
    summary = content["summary"]
    assert summary["crs"] == "planar"
    assert summary["features"] == 6
    assert summary["findings"]["by_severity"] == {"error": 2, "warning": 0, "info": 0}
    assert summary["tolerances"]["gap_width_m"] == 1.0
    assert [hole["features"] for hole in summary["open_holes"]] == [["C"]]
    for feature, finding in zip(content["features"], report.findings, strict=True):
        assert list(feature["properties"]) == list(FIELDS)
        assert feature["id"] == feature["properties"]["id"] == finding.id
        assert shapely.from_geojson(orjson.dumps(feature["geometry"])).equals_exact(
            finding.geometry, 0
        )


def test_messages_and_titles_are_in_the_requested_language(report: ValidationReport) -> None:
    chinese, english = (orjson.loads(encode_geojson(report, lang)) for lang in ("zh", "en"))
    first = [content["features"][0]["properties"] for content in (chinese, english)]
    assert "重叠" in first[0]["message"]
    assert "overlap" in first[1]["message"]
    assert first[0]["title"] != first[1]["title"]


def test_findings_have_the_same_ids_when_the_layer_is_validated_again(
    report: ValidationReport, tmp_path: Path
) -> None:
    again = validate(samples.planar(tmp_path / "again.geojson"), planar=True)
    assert [f.id for f in again.findings] == [f.id for f in report.findings]


def table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_a_csv_file_has_a_row_for_each_finding_and_each_open_hole(
    report: ValidationReport, tmp_path: Path
) -> None:
    write_report(report, tmp_path / "f.csv", "csv", "en")
    rows = table(tmp_path / "f.csv")
    assert [row["kind"] for row in rows][-1] == "open_hole"
    assert [row["id"] for row in rows[:-1]] == [finding.id for finding in report.findings]
    assert float(rows[-1]["area_m2"]) == pytest.approx(90_000)
    assert rows[-1]["message"] == (
        "The hole in C is 300.000 m wide, more than 1 m, and is not treated as a gap."
    )


def test_a_geopackage_is_read_by_sqlite_and_by_gdal(
    report: ValidationReport, tmp_path: Path
) -> None:
    path = tmp_path / "f.gpkg"
    write_report(report, path, "gpkg", "zh")
    with closing(sqlite3.connect(path)) as db:
        ids = [row[0] for row in db.execute("SELECT id FROM findings ORDER BY fid")]
    _, _, shapes, fields = pyogrio.raw.read(path)
    assert ids == fields[0].tolist()
    assert ids[:-1] == [finding.id for finding in report.findings]
    places = shapely.from_wkb(shapes)
    assert all(places[i].equals_exact(f.geometry, 0) for i, f in enumerate(report.findings))


def test_a_spreadsheet_is_read_by_another_program(report: ValidationReport, tmp_path: Path) -> None:
    write_report(report, tmp_path / "f.xlsx", "xlsx", "zh")
    rows = list(openpyxl.load_workbook(tmp_path / "f.xlsx").worksheets[0].values)
    assert rows[0][: len(FIELDS)] == FIELDS
    assert [row[0] for row in rows[1:-1]] == [finding.id for finding in report.findings]


def test_a_layer_without_findings_can_be_written_in_every_format(tmp_path: Path) -> None:
    report = validate(samples.sound(tmp_path / "s.geojson"))
    for name in REPORT_MIME_TYPES:
        write_report(report, tmp_path / f"out.{name}", name, "en")
        assert (tmp_path / f"out.{name}").stat().st_size


def _make_flawed_layers() -> Iterator[Layer]:
    """Layers that between them have findings of most rules on layers."""
    grid = make_grid(3, 3, 2, 5)
    for flaw in KINDS:
        yield make_layer(flaw(grid, 0.5).shapes)
    squares = [shapely.box(i * 2000, 0, i * 2000 + 1999.6, 2000) for i in range(12)]
    yield make_layer([*squares, *squares[:1] * 5])
    attributes: list[dict[str, object]] = [
        {"lv": "prefecture", "area_km2": 5, "up": "440000"},
        {"lv": "市", "area_km2": 99.0, "seat_lon": 5e3, "seat_lat": 5e3, "up": "450100"},
        {"lv": "county", "area_m2": "7", "unit_type": "开发区"},
        {"lv": "?", "up": "440100"},
    ]
    yield make_layer(
        [
            shapely.box(0, 0, 1000, 990),
            shapely.box(0, 0, 500, 1000),
            None,
            shapely.box(9, 900, 99, 1000),
        ],
        attributes=attributes,
        codes=["440100", "440181", "440181", "440102"],
        columns={"level": "lv", "parent_code": "up"},
    )


def test_a_finding_of_every_rule_can_be_written_in_every_format(tmp_path: Path) -> None:
    rules: set[str] = set()
    for layer in _make_flawed_layers():
        result = validate_layer(layer, Tolerances())
        report = ValidationReport(
            layer, result.levels, Tolerances(), result.findings, result.holes, ()
        )
        rules |= {finding.rule for finding in report.findings}
        for name in REPORT_MIME_TYPES:
            for lang in LANGS:
                write_report(report, tmp_path / f"out.{name}", name, lang)
        numbers = [n for f in report.findings for n in (f.measured, f.limit, f.area_m2)]
        assert {type(number) for number in numbers} <= {int, float, type(None)}
    assert rules >= {
        *("TOP-FIL-02", "TOP-FIL-03", "TOP-GEO-01", "TOP-GEO-04", "TOP-GEO-06"),
        *("TOP-COV-01", "TOP-COV-02", "TOP-COV-03", "TOP-COV-04", "TOP-COV-08"),
        *("TOP-HIE-02", "TOP-HIE-05", "TOP-HIE-07", "TOP-HIE-10"),
    }


def _make_every_finding() -> Iterator[SpatialFinding]:
    """One finding for each way in which a topology rule words one, with numbers of NumPy."""
    for id_, forms in load_catalogue("en").templates.items():
        if not id_.startswith("finding.TOP-"):
            continue
        _, rule, kind = id_.split(".", 2)
        fields = [field for form in forms for field in Formatter().parse(form) if field[1]]
        params = {
            str(name).split("[")[0]: np.float64(1.5) if spec else "甲"
            for _, name, spec, _ in fields
        }
        params |= {name: np.int64(2) for name in params.keys() & {"n", "number"}}
        yield build_finding(
            rule,
            kind,
            params,
            features=(0, 1),
            geometry=shapely.Point(500, 500),
            measured=np.float64(0.25),
            limit=np.float64(0.02),
            unit="m",
            area_m2=np.float64(3),
        )


def test_every_wording_of_every_rule_can_be_written_in_every_format(tmp_path: Path) -> None:
    layer = make_layer([shapely.box(0, 0, 1000, 1000), shapely.box(1000, 0, 2000, 1000)])
    made = list(_make_every_finding())
    worded = {finding.rule for finding in made}
    read = [
        SpatialFinding(rule.id, "read", rule.severity, rule.title, features=(0,))
        for rule in read_catalogue().values()
        if rule.scope == "layer" and rule.id not in worded  # the reader of files words these
    ]
    findings = tuple(assign_finding_ids([*made, *read], layer.names, layer.planar))
    rules = {finding.rule for finding in findings}
    assert len(rules) > len(read) > 0
    result = validate_layer(layer, Tolerances())
    report = ValidationReport(layer, result.levels, Tolerances(), findings, (), ())
    for name in REPORT_MIME_TYPES:
        for lang in LANGS:
            path = tmp_path / f"out-{lang}.{name}"
            write_report(report, path, name, lang)
            assert path.stat().st_size > 10_000
    written = orjson.loads((tmp_path / "out-en.geojson").read_bytes())
    assert {feature["properties"]["rule"] for feature in written["features"]} == rules


@pytest.mark.parametrize(("name", "known"), [("a.geojson", "geojson"), ("b.JSON", "geojson"),
                                             ("c.gpkg", "gpkg")])  # fmt: skip
def test_the_suffix_of_a_file_determines_its_format(name: str, known: str) -> None:
    assert detect_report_format(Path(name)) == known


def test_another_suffix_is_refused_with_the_known_ones() -> None:
    with pytest.raises(InvalidValue, match=r"\.gpkg"):
        detect_report_format(Path("findings.shp"))


def test_columns_are_named_by_pairs_and_anything_else_is_refused() -> None:
    assert parse_column_names("code=XZQDM, name=XZQMC") == {"code": "XZQDM", "name": "XZQMC"}
    assert parse_column_names(None) is None
    with pytest.raises(InvalidValue, match="code=XZQDM"):
        parse_column_names("XZQDM")


def test_outlines_are_exact_around_findings_and_coarse_elsewhere(report: ValidationReport) -> None:
    outlines = build_outlines(report)
    names = [feature["properties"]["name"] for feature in outlines["exact"]["features"]]
    assert set(names) == {"A", "B", "D", "E", "H"}
    coarse = [feature["properties"]["name"] for feature in outlines["coarse"]["features"]]
    assert coarse == ["A", "B", "C", "D", "E", "H"]
    exact = orjson.loads(orjson.dumps(outlines["exact"]["features"]))
    positions = {tuple(p) for p in shapely.get_coordinates(
        [shapely.from_geojson(orjson.dumps(f["geometry"])) for f in exact]
    )}  # fmt: skip
    assert (1000.0, 1000.4) in positions
