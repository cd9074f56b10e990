"""Other programs read written files back: vertex for vertex, value for value."""

import csv
import io
import json
import sqlite3
import zipfile
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pytest
import shapefile as pyshp
import shapely
from pyproj import CRS, Transformer
from shapely import LineString, MultiPolygon, Point, Polygon, box

from boundaries.layers.layer_reader import read_layer
from boundaries.layers.layer_writer import (
    LayerFormat,
    detect_layer_format,
    write_layer,
    write_table,
)
from boundaries.layers.output_table import OutputTable, assign_unique_names
from boundaries.layers.polygon_layer import Layer
from gazetteer.problems import InvalidValue

FIXTURE = Path(__file__).parents[3] / "fixtures" / "guangdong_boundaries.geojson.gz"
THIRD = 1 / 3
AREA = Polygon(
    [(113 + THIRD, 23), (113 + THIRD, 23.7), (113.9, 23.7), (113.9, 23), (113 + THIRD, 23)],
    [[(113.5, 23.1), (113.6, 23.2), (113.6, 23.1), (113.5, 23.1)]],
)
COLUMNS: dict[str, list[Any]] = {
    "rule": ["TOP-COV-01", "TOP-COV-02"],
    "说明": ["=1+1", "间隙，“3 m”\n第二行"],
    "area_m2": [12.345678901234567, None],
    "count": [3, None],
    "open": [True, False],
    "since": [date(2026, 1, 1), None],
    "features": [["440105", "440106"], []],
}


@pytest.fixture
def table() -> OutputTable:
    shapes = np.array([AREA, MultiPolygon([box(114, 23, 115, 24), AREA])], dtype=object)
    return OutputTable("findings", shapes, COLUMNS)


@pytest.fixture(scope="module")
def guangdong() -> Layer:
    return read_layer(FIXTURE)


def same(ours: Any, theirs: Any) -> bool:
    """Equal vertex for vertex; a Shapefile turns rings and knows no parts of one."""

    def plain(geometries: Any) -> Any:
        shapes = np.asarray(geometries, dtype=object).copy()
        single = shapely.get_type_id(shapes) == 3
        shapes[single] = [MultiPolygon([shape]) for shape in shapes[single]]
        return shapely.normalize(shapes)

    return bool(shapely.equals_exact(plain(ours), plain(theirs)).all())


def sqlite_rows(path: Path, name: str) -> tuple[list[Any], list[sqlite3.Row], tuple[Any, ...]]:
    """Geometries, rows and reference system of a GeoPackage by its specification."""
    with closing(sqlite3.connect(path)) as db:
        db.row_factory = sqlite3.Row
        rows = db.execute(f'SELECT * FROM "{name}"').fetchall()
        (srs,) = db.execute("SELECT srs_id FROM gpkg_geometry_columns").fetchone()
        system = db.execute(
            "SELECT organization, organization_coordsys_id FROM gpkg_spatial_ref_sys"
            " WHERE srs_id = ?", [srs]).fetchone()  # fmt: skip
    sizes = (0, 32, 48, 48, 64)
    shapes = [shapely.from_wkb(r["geom"][8 + sizes[r["geom"][3] >> 1 & 7] :]) for r in rows]
    return shapes, rows, tuple(system)


def test_a_geopackage_is_read_back_by_sqlite(tmp_path: Path, table: OutputTable) -> None:
    assert write_table(tmp_path / "f.gpkg", table) == []
    shapes, rows, system = sqlite_rows(tmp_path / "f.gpkg", "findings")
    assert shapely.equals_exact(shapes, table.geometries).all()
    assert system == ("EPSG", 4490)
    assert [r["说明"] for r in rows] == COLUMNS["说明"]
    assert [r["area_m2"] for r in rows] == COLUMNS["area_m2"]
    assert [r["count"] for r in rows] == [3, None]
    assert [r["since"] for r in rows] == ["2026-01-01", None]
    assert json.loads(rows[0]["features"]) == ["440105", "440106"]


@pytest.mark.parametrize("encoding", ["utf-8", "gbk"])
def test_a_shapefile_is_read_back_by_pyshp(
    tmp_path: Path, table: OutputTable, encoding: str
) -> None:
    assert write_table(tmp_path / "f.zip", table, encoding=encoding) == []
    with pyshp.Reader(str(tmp_path / "f.zip"), encoding=encoding) as back:
        shapes = [shapely.geometry.shape(shape.__geo_interface__) for shape in back.shapes()]
        rows = [record.as_dict() for record in back.records()]
    assert same(table.geometries, shapes)
    assert [r["说明"] for r in rows] == COLUMNS["说明"]
    assert [r["count"] for r in rows] == [3, None]
    assert rows[0]["area_m2"] == pytest.approx(12.345678901234567, rel=1e-14)
    with zipfile.ZipFile(tmp_path / "f.zip") as archive:
        assert archive.read("findings.cpg").decode() == encoding.upper()
        assert CRS.from_wkt(archive.read("findings.prj").decode()).to_epsg() == 4490


def test_a_shapefile_has_a_part_for_each_dimension(tmp_path: Path) -> None:
    mixed = shapely.GeometryCollection([Point(113, 23), LineString([(113, 23), (114, 24)])])
    shapes = np.array([AREA, mixed, Point(1, 2), None], dtype=object)
    write_table(tmp_path / "f.zip", OutputTable("f", shapes, {"n": [0, 1, 2, 3]}))
    parts = {}
    for part in ("f_polygons", "f_lines", "f_points"):
        with pyshp.Reader(str(tmp_path / f"f.zip/{part}.shp")) as back:
            parts[part] = [(r["n"], s.shapeTypeName) for r, s in zip(back.records(), back.shapes())]  # noqa: B905
    assert parts == {
        "f_polygons": [(0, "POLYGON"), (3, "NULL")],
        "f_lines": [(1, "POLYLINE")],
        "f_points": [(2, "POINT")],
    }


def test_what_a_shapefile_cannot_hold_is_truncated_and_reported(tmp_path: Path) -> None:
    long = "行政区域界线" * 30
    columns = {"行政区划代码": ["440106"], "行政区划代码旧": ["440100"], "remark": [long]}
    losses = write_table(tmp_path / "f.zip", OutputTable("f", np.array([AREA]), columns))
    with pyshp.Reader(str(tmp_path / "f.zip")) as back:
        (record,) = (record.as_dict() for record in back.records())
    assert list(record) == ["行政区", "行政_1", "remark"]
    assert long.startswith(record["remark"]) and len(record["remark"].encode()) in (252, 253, 254)
    renamed, truncated = losses
    assert renamed.text("en") == (
        "Columns renamed: 行政区划代码 → 行政区, 行政区划代码旧 → 行政_1."
    )
    assert truncated.text("zh") == (
        "Shapefile：字段“remark”有 1 个值超过 254 字节，或含 UTF-8 编码没有的字符，已截断或替换。"
    )
    with zipfile.ZipFile(tmp_path / "f.zip") as archive:
        notes = archive.read("README.txt").decode("utf-8-sig").splitlines()
    assert notes == [loss.text(lang) for loss in losses for lang in ("zh", "en")]


def test_geojson_is_read_back_by_any_json_reader(tmp_path: Path, table: OutputTable) -> None:
    write_table(tmp_path / "f.geojson", table, crs="4326")
    document = json.loads((tmp_path / "f.geojson").read_text(encoding="utf-8"))
    assert list(document) == ["type", "features"]  # RFC 7946 and nothing else
    shapes = [shapely.geometry.shape(f["geometry"]) for f in document["features"]]
    assert shapely.equals_exact(shapes, table.geometries).all()
    first = document["features"][0]["properties"]
    assert first == {name: values[0] for name, values in COLUMNS.items()} | {"since": "2026-01-01"}


def test_csv_is_read_back_by_any_csv_reader(tmp_path: Path, table: OutputTable) -> None:
    write_table(tmp_path / "f.csv", table)
    text = (tmp_path / "f.csv").read_bytes()
    assert text.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(text.decode("utf-8-sig"), newline="")))
    assert shapely.equals_exact([shapely.from_wkt(r["wkt"]) for r in rows], table.geometries).all()
    assert [r["说明"] for r in rows] == COLUMNS["说明"]
    assert [float(r["area_m2"]) if r["area_m2"] else None for r in rows] == COLUMNS["area_m2"]
    assert [r["open"] for r in rows] == ["true", "false"]


def test_a_spreadsheet_is_read_back_by_openpyxl(tmp_path: Path, table: OutputTable) -> None:
    write_table(tmp_path / "f.xlsx", table)
    sheet = openpyxl.load_workbook(tmp_path / "f.xlsx").active
    header, first, second = ([cell.value for cell in row] for row in sheet.rows)
    assert header == [*COLUMNS, "x", "y"]
    assert first[1] == "=1+1" and sheet["B2"].data_type == "s"  # text, not a formula
    assert first[2:5] == [pytest.approx(12.345678901234567), 3, True]
    assert second[2:4] == [None, None]
    assert table.geometries[0].contains(Point(first[-2], first[-1]))
    assert sheet.freeze_panes == "A2" and sheet.auto_filter.ref == "A1:I3"


@pytest.mark.parametrize("format", ["gpkg", "shp", "geojson"])
def test_the_whole_of_guangdong_comes_back_the_same(
    tmp_path: Path, guangdong: Layer, format: str
) -> None:
    path = tmp_path / f"out.{'zip' if format == 'shp' else format}"
    write_layer(path, guangdong, format=format)
    back = read_layer(path)
    assert same(guangdong.geometries, back.geometries)
    assert back.codes == guangdong.codes
    assert [r["name"] for r in back.attributes] == [r["name"] for r in guangdong.attributes]
    assert back.crs == guangdong.crs


@pytest.mark.parametrize("crs", ["4490", "4326", "4546", "4547", "4548", "4526", "3857"])
@pytest.mark.parametrize("format", ["gpkg", "shp", "geojson", "csv"])
def test_the_system_asked_for_is_written_east_first(
    tmp_path: Path, table: OutputTable, crs: str, format: str
) -> None:
    path = tmp_path / f"out.{'zip' if format == 'shp' else format}"
    write_table(path, table, crs=crs, format=format)
    if format == "csv":
        rows = csv.DictReader(io.StringIO(path.read_text("utf-8-sig"), newline=""))
        shapes = [shapely.from_wkt(row["wkt"]) for row in rows]
    elif format == "shp":
        with pyshp.Reader(str(path)) as reader:
            shapes = [shapely.geometry.shape(s.__geo_interface__) for s in reader.shapes()]
    elif format == "gpkg":
        shapes, _, system = sqlite_rows(path, "findings")
        assert system == ("EPSG", int(crs))
    else:
        document = json.loads(path.read_text())
        shapes = [shapely.geometry.shape(f["geometry"]) for f in document["features"]]
        named = document.get("crs", {}).get("properties", {}).get("name")
        assert named == (None if crs == "4326" else f"urn:ogc:def:crs:EPSG::{crs}")
    to = Transformer.from_crs(4490 if crs != "3857" else 4326, int(crs), always_xy=True)
    east, north = to.transform(*shapely.get_coordinates(table.geometries).T)
    (west, south), (right, top) = (shapely.get_coordinates(shapes).min(0), shapely.get_coordinates(shapes).max(0))  # fmt: skip  # noqa: E501
    assert (west, south) == pytest.approx((min(east), min(north)), rel=1e-12)
    assert (right, top) == pytest.approx((max(east), max(north)), rel=1e-12)
    if format != "csv":
        assert shapely.equals_exact(
            shapely.normalize(read_layer(path).geometries[0]), shapely.normalize(AREA), 1e-9
        )


@pytest.mark.filterwarnings("ignore:.crs. was not provided")
def test_planar_layers_are_written_without_a_system(tmp_path: Path) -> None:
    plain = OutputTable("p", np.array([box(0, 0, 10, 10)]), {"id": ["a"]}, "planar")
    for name in ("p.gpkg", "p.zip", "p.geojson", "p.csv", "p.xlsx"):
        write_table(tmp_path / name, plain)
        if name not in ("p.csv", "p.xlsx"):
            assert read_layer(tmp_path / name, planar=True).geometries[0].area == 100
    with pytest.raises(InvalidValue, match="Planar coordinates"):
        write_table(tmp_path / "p.gpkg", plain, crs="4547")


@pytest.mark.parametrize("crs", ["4610", "4214", "2326", "gcj02", "nonsense"])
def test_systems_on_other_datums_are_not_written(
    tmp_path: Path, table: OutputTable, crs: str
) -> None:
    with pytest.raises(InvalidValue) as caught:
        write_table(tmp_path / "f.gpkg", table, crs=crs)
    assert caught.value.field == "crs" and list(tmp_path.iterdir()) == []


def test_formats_are_told_by_name_or_ending(tmp_path: Path, table: OutputTable) -> None:
    assert detect_layer_format(Path("a.GPKG")) is LayerFormat.GEOPACKAGE
    assert detect_layer_format(Path("a.xyz"), "CSV") is LayerFormat.CSV
    for path, asked in (
        (Path("a.shp"), None),
        (Path("a.shp"), "gpkg"),
        (Path("a"), None),
        (Path("a.csv"), "kml"),
    ):
        with pytest.raises(InvalidValue) as caught:
            detect_layer_format(path, asked)
        assert caught.value.field == "format"
    with pytest.raises(InvalidValue, match="utf-8 or gbk"):
        write_table(tmp_path / "a.zip", table, encoding="latin-1")


def test_an_earlier_file_is_replaced_as_a_whole(tmp_path: Path, table: OutputTable) -> None:
    path = tmp_path / "f.gpkg"
    write_table(path, table)
    write_table(path, OutputTable("other", np.array([AREA]), {"n": [1]}))
    with closing(sqlite3.connect(path)) as db:
        names = db.execute("SELECT table_name FROM gpkg_contents").fetchall()
    assert names == [("other",)]
    assert [p.name for p in tmp_path.iterdir()] == ["f.gpkg"]


@pytest.mark.parametrize("format", list(LayerFormat))
def test_no_rows_and_no_columns_are_written_as_well(tmp_path: Path, format: LayerFormat) -> None:
    for number, count in enumerate((0, 2)):
        shapes = np.full(count, AREA, dtype=object)
        write_table(tmp_path / f"{number}", OutputTable("t", shapes, {}), format=format)
        assert (tmp_path / f"{number}").stat().st_size > 0


def test_columns_that_a_format_needs_itself_get_another_name(tmp_path: Path) -> None:
    columns = {"fid": ["a"], "GEOM": ["b"], "name": ["c"], "NAME": ["d"], "": ["e"]}
    (loss,) = write_table(tmp_path / "f.gpkg", OutputTable("f", np.array([AREA]), columns))
    assert "fid → fid_1" in loss.text("zh")
    _, rows, _ = sqlite_rows(tmp_path / "f.gpkg", "f")
    assert [rows[0][name] for name in ("fid_1", "GEOM_1", "name", "NAME_1", "_")] == list("abcde")


def test_short_names_stay_apart() -> None:
    assigned = assign_unique_names(["abcdef", "abcdeg", "ABCDEF"], (), lambda name: len(name) <= 4)
    assert assigned == {"abcdef": "abcd", "abcdeg": "ab_1", "ABCDEF": "AB_2"}


def test_numbers_too_large_for_a_column_become_text(tmp_path: Path) -> None:
    columns = {"n": [1 << 70, 5], "x": [1.5, 2], "mixed": [1, "a"]}
    write_table(tmp_path / "f.gpkg", OutputTable("f", np.array([AREA, AREA]), columns))
    _, rows, _ = sqlite_rows(tmp_path / "f.gpkg", "f")
    assert [tuple(r)[2:] for r in rows] == [(str(1 << 70), 1.5, "1"), ("5", 2.0, "a")]
