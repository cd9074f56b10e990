"""Exported files as GDAL and SQLite open them: types, headings, licence, style, the same bytes."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import date
from pathlib import Path
from xml.etree import ElementTree as ET
from zipfile import ZipFile

import numpy as np
import openpyxl
import psycopg
import pyogrio
import pytest
import shapely

from boundaries.exports.export_presentation import present_export
from boundaries.exports.export_query import ExportRequest
from boundaries.exports.export_tables import ExportKind, export_table
from boundaries.layers.layer_writer import LayerFormat, write_table
from boundaries.layers.output_table import OutputTable
from gazetteer.ledger.as_of import AsOf
from gazetteer.messages import message

DAY = AsOf(date(2024, 6, 1))
GEOMETRY_TYPES = {
    ExportKind.DIVISIONS: "MultiPolygon",
    ExportKind.EDGES: "LineString",
    ExportKind.LINES: "MultiLineString",
    ExportKind.NODES: "Point",
    ExportKind.PLACES: "Point",
    ExportKind.UNITS: None,
}
LICENCE = message("foot.sources_text").text("en")


@pytest.fixture(scope="module")
def tables(register: str) -> Iterator[dict[ExportKind, OutputTable]]:
    """The tables of Guangzhou, described in English."""
    with psycopg.connect(register, autocommit=True) as conn:
        request = ExportRequest(DAY, within="440100")
        yield {
            kind: present_export(export_table(conn, kind, request), kind, "en")
            for kind in ExportKind
        }


@pytest.fixture(scope="module")
def files(
    tables: dict[ExportKind, OutputTable], tmp_path_factory: pytest.TempPathFactory
) -> dict[ExportKind, Path]:
    folder = tmp_path_factory.mktemp("exports")
    for kind, table in tables.items():
        write_table(folder / f"{kind}.gpkg", table)
    return {kind: folder / f"{kind}.gpkg" for kind in tables}


@pytest.mark.parametrize("kind", list(ExportKind))
def test_gdal_finds_types_dates_and_licence(
    files: dict[ExportKind, Path], tables: dict[ExportKind, OutputTable], kind: ExportKind
) -> None:
    table = tables[kind]
    info = pyogrio.read_info(files[kind], layer=table.name)
    assert info["geometry_type"] == GEOMETRY_TYPES[kind]
    assert info["features"] == len(table.geometries)
    types = dict(zip(info["fields"], info["ogr_types"], strict=True))
    assert {types[name] for name in ("valid_from", "valid_to", "at")} == {"OFTDate"}
    assert {"valid_from_precision", "valid_from_known"} <= types.keys()
    assert info["dataset_metadata"]["LICENCE"] == info["layer_metadata"]["LICENCE"] == LICENCE
    if "source" in table.columns:
        stated = info["layer_metadata"]["SOURCE"].split("; ")
        assert set(stated) >= set(filter(None, table.columns["source"][:1]))


@pytest.mark.parametrize("kind", list(ExportKind))
def test_headings_and_style_stand_where_gdal_and_qgis_look(
    files: dict[ExportKind, Path], tables: dict[ExportKind, OutputTable], kind: ExportKind
) -> None:
    table = tables[kind]
    with closing(sqlite3.connect(files[kind])) as db:
        headings = dict(db.execute("SELECT column_name, title FROM gpkg_data_columns").fetchall())
        extensions = {row[0] for row in db.execute("SELECT extension_name FROM gpkg_extensions")}
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        styled = table.geometry_type is not None
        columns = "f_table_name, f_geometry_column, useAsDefault, styleQML"
        styles = styled and db.execute(f"SELECT {columns} FROM layer_styles").fetchall()
    assert set(headings) == set(table.columns)
    assert len(set(headings.values())) == len(headings)
    assert headings["valid_from"] == "From"
    assert {"gpkg_schema", "gpkg_metadata"} <= extensions
    if styles:
        ((*described, qml),) = styles
        assert described == [table.name, "geom", 1]
        root = ET.fromstring(qml)
        assert root.tag == "qgis" and root.find("renderer-v2/symbols/symbol") is not None


@pytest.mark.parametrize("format_", list(LayerFormat))
@pytest.mark.parametrize("kind", [ExportKind.DIVISIONS, ExportKind.UNITS, ExportKind.PLACES])
def test_the_same_content_is_the_same_file(
    tables: dict[ExportKind, OutputTable], tmp_path: Path, kind: ExportKind, format_: LayerFormat
) -> None:
    contents = []
    for number in (1, 2):
        path = tmp_path / f"{number}"
        write_table(path, tables[kind], format=format_)
        contents.append(path.read_bytes())
    assert contents[0] == contents[1]


@pytest.mark.parametrize("ending", ["gpkg", "geojson", "csv"])
def test_no_place_is_lost_when_it_is_converted(register: str, tmp_path: Path, ending: str) -> None:
    """As ``ogr2ogr`` does it: the type of the first geometry, or what the file declares."""
    with psycopg.connect(register, autocommit=True) as conn:
        table = export_table(conn, ExportKind.PLACES, ExportRequest(DAY, within="440000"))
    located = ~shapely.is_missing(table.geometries)
    assert 0 < located.sum() < len(located)
    path, copy = tmp_path / f"places.{ending}", tmp_path / "copy.shp"
    write_table(path, table)
    meta, _, shapes, columns = pyogrio.raw.read(path, layer="places" if ending != "geojson" else 0)
    pyogrio.raw.write(
        copy,
        shapes,
        columns[:1],
        meta["fields"][:1],
        geometry_type=meta["geometry_type"] or "Unknown",
        crs="EPSG:4490",
        driver="ESRI Shapefile",
        encoding="UTF-8",
    )
    _, _, converted, _ = pyogrio.raw.read(copy)
    points = shapely.from_wkb(converted)
    assert len(points) == len(located)
    assert np.array_equal(~shapely.is_missing(points), located)


def test_a_list_is_a_table_without_geometry_in_every_format(
    tables: dict[ExportKind, OutputTable], tmp_path: Path
) -> None:
    table = tables[ExportKind.UNITS]
    codes = list(table.columns["code"])
    for format_ in (LayerFormat.CSV, LayerFormat.XLSX, LayerFormat.SHAPEFILE):
        write_table(tmp_path / f"list.{format_}".replace("shp", "zip"), table, format=format_)
    _, _, shapes, columns = pyogrio.raw.read(tmp_path / "list.csv")
    assert shapes is None and columns[0].tolist() == codes
    book = openpyxl.load_workbook(tmp_path / "list.xlsx")
    header, *rows = book.worksheets[0].iter_rows(values_only=True)
    assert list(header) == list(table.columns) and [row[0] for row in rows] == codes
    assert LICENCE in book.properties.description
    with ZipFile(tmp_path / "list.zip") as archive:
        names = set(archive.namelist())
        assert names == {"units.dbf", "units.cpg", "README.txt"}
        assert LICENCE in archive.read("README.txt").decode("utf-8-sig")
