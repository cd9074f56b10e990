"""``GET /v1/export``: files as other programs read them, over HTTP."""

import csv
import html
import io
import re
import sqlite3
import zipfile
from pathlib import Path
from threading import BoundedSemaphore
from typing import Any

import openpyxl
import pyogrio
import pytest
import shapely
from flask import Flask
from flask.testing import FlaskClient
from shapely.geometry import shape

from web.http import heavy_requests
from web.services.export_files import discard_export_files

ENGLISH = {"Accept-Language": "en"}
COUNTIES = "/v1/export?what=divisions&level=county&within=440100"


@pytest.fixture(scope="module")
def areas(service: Flask) -> dict[str, Any]:
    """The areas of the counties of Guangzhou as the service returns them one by one."""
    client = service.test_client()
    children = client.get("/v1/divisions/440100/children").get_json()["children"]
    paths = {child["code"]: f"/v1/divisions/{child['code']}/area" for child in children}
    return {code: shape(client.get(path).get_json()["geometry"]) for code, path in paths.items()}


@pytest.mark.parametrize("format_", ["gpkg", "shp", "geojson"])
@pytest.mark.parametrize("crs", ["4490", "4326"])
def test_gdal_reads_every_format_equal_to_the_last_bit(
    client: FlaskClient, tmp_path: Path, areas: dict[str, Any], format_: str, crs: str
) -> None:
    answer = client.get(f"{COUNTIES}&format={format_}&crs={crs}")
    path = tmp_path / ("layer.zip" if format_ == "shp" else f"layer.{format_}")
    path.write_bytes(answer.data)
    meta, _, shapes, columns = pyogrio.raw.read(path, layer=0)
    read = dict(zip(meta["fields"].tolist(), columns, strict=True))
    assert meta["crs"] == f"EPSG:{crs}"
    assert sorted(read["code"]) == sorted(areas)
    for code, read_back in zip(read["code"], shapely.from_wkb(shapes), strict=True):
        parts = shapely.get_parts(read_back).tolist()  # a Shapefile has no multipolygons
        assert shapely.equals_identical(
            shapely.normalize(shapely.MultiPolygon(parts)), shapely.normalize(areas[code])
        )


def test_a_geopackage_is_one_that_sqlite_opens(client: FlaskClient, tmp_path: Path) -> None:
    answer = client.get("/v1/export?what=lines&level=prefecture&within=440100")
    assert answer.mimetype == "application/geopackage+sqlite3"
    path = tmp_path / "lines.gpkg"
    path.write_bytes(answer.data)
    with sqlite3.connect(path) as file:
        (srs,) = file.execute("SELECT srs_id FROM gpkg_geometry_columns").fetchone()
        names = file.execute("SELECT left_name, right_name FROM lines").fetchall()
    assert srs == 4490
    assert ("广州市", "佛山市") in names


def test_a_shapefile_has_short_names_and_gbk_where_asked_for(client: FlaskClient) -> None:
    answer = client.get("/v1/export?what=edges&within=440106&format=shp&encoding=gbk")
    with zipfile.ZipFile(io.BytesIO(answer.data)) as archive:
        assert sorted(archive.namelist()) == sorted(
            ["README.txt", *(f"edges.{part}" for part in ("shp", "shx", "dbf", "prj", "cpg"))]
        )
        assert "天河区".encode("gbk") in archive.read("edges.dbf")
        assert "columns renamed: romanized" not in archive.read("README.txt").decode("utf-8-sig")
        assert "accuracy_m" in archive.read("edges.dbf").decode("gbk", "replace")


def test_tables_come_as_csv_and_xlsx(client: FlaskClient) -> None:
    where = "/v1/export?what=nodes&level=county&within=440106"
    rows = list(csv.DictReader(io.StringIO(client.get(f"{where}&format=csv").text[1:])))
    book = openpyxl.load_workbook(io.BytesIO(client.get(f"{where}&format=xlsx").data))
    header, *cells = book.worksheets[0].iter_rows(values_only=True)
    assert [row[header.index("node_id")] for row in cells] == [row["node_id"] for row in rows]
    for row, cell in zip(rows, cells, strict=True):
        point = shapely.from_wkt(row["wkt"])
        assert (cell[header.index("x")], cell[header.index("y")]) == (point.x, point.y)


def test_the_list_of_divisions_needs_no_areas(client: FlaskClient) -> None:
    listed = client.get("/v1/export?what=units&within=440106&format=json").get_json()
    tree = client.get("/v1/divisions/440106/children").get_json()["children"]
    assert [row["code"] for row in listed if row["parent_code"] == "440106"] == [
        child["code"] for child in tree
    ]
    assert {row["level"] for row in listed} == {"county", "township", "village"}
    home = client.get("/", headers=ENGLISH).text
    assert "/v1/export?what=units&amp;within=440000" in home


def test_the_file_is_named_after_what_is_in_it(client: FlaskClient) -> None:
    answer = client.get(f"{COUNTIES}&at=2020-01-01&format=shp")
    assert answer.headers["Content-Disposition"] == (
        "attachment; filename=divisions-county-440100-2020-01-01.zip"
    )


@pytest.mark.parametrize(
    ("query", "status", "field"),
    [
        ("what=rivers", 400, "what"),
        ("format=dwg", 400, "format"),
        ("level=street", 400, "level"),
        ("what=lines&level=door", 400, "level"),
        ("crs=4610", 400, "crs"),
        ("crs=2326", 400, "crs"),
        ("crs=x%00", 400, "crs"),
        ("within=44", 400, "within"),
        ("within=999999", 404, "within"),
        ("encoding=latin-1", 400, "encoding"),
        ("level=village&within=440106", 404, "at"),
        ("at=1949-10-01", 404, "at"),
        ("at=today", 400, "at"),
        ("known_at=2999-01-01T00:00:00Z", 400, "known_at"),
        ("file=x", 400, "file"),
    ],
)
def test_what_cannot_be_written_is_a_problem_that_names_the_field(
    client: FlaskClient, query: str, status: int, field: str
) -> None:
    answer = client.get(f"/v1/export?{query}")
    assert (answer.status_code, answer.get_json()["field"]) == (status, field)


def test_too_much_is_refused_with_the_command_that_writes_it(
    service: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    discard_export_files(service.config["GAZETTEER"])  # what is there is sent
    small = service.config["GAZETTEER"].model_copy(update={"export_limit_mb": 0.01})
    monkeypatch.setitem(service.config, "GAZETTEER", small)
    answer = client.get("/v1/export", headers=ENGLISH)
    assert answer.status_code == 413
    assert "gazetteer export" in answer.get_json()["detail"]


def test_when_all_places_are_taken_the_next_one_is_asked_to_wait(
    service: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    discard_export_files(service.config["GAZETTEER"])
    taken = BoundedSemaphore(1)
    taken.acquire()
    monkeypatch.setattr(heavy_requests, "slot_semaphore", lambda _: taken)
    assert client.get(COUNTIES).status_code == 503


def test_the_page_of_a_unit_offers_only_files_that_there_are(client: FlaskClient) -> None:
    page = client.get("/units/440106?at=2024-06-01", headers=ENGLISH).text
    links = [html.unescape(link) for link in re.findall(r'href="(/v1/export[^"]+)"', page)]
    assert len(links) == 4 + 3 * 5  # townships have no areas yet
    assert all("at=2024-06-01" in link for link in links)
    for link in links:
        if link.endswith("format=csv"):
            assert client.get(link).status_code == 200
    village = client.get("/units/440106001?at=2024-06-01", headers=ENGLISH).text
    assert "what=places" in village and "what=divisions" not in village
