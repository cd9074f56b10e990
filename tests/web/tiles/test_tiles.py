"""Tiles are decoded by GDAL, which shares no code with the PostGIS that made them."""

import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio
import pytest
import shapely
from flask.testing import FlaskClient
from pyproj import Transformer

from gazetteer.database.cluster import Cluster
from tests.boundaries.areas.area_samples import polygons, toponyms
from tests.web.area_client import open_area_client

MERCATOR = Transformer.from_crs("EPSG:4490", "EPSG:3857", always_xy=True)
HALF = 20037508.342789244
HOME = (6, 52, 27)  # most of Guangdong

Address = tuple[int, int, int]
Layer = dict[str, list[Any]]


@pytest.fixture(scope="module")
def client(cluster: Cluster) -> Iterator[FlaskClient]:
    with open_area_client(cluster) as client:
        yield client


def url(tile: Address, layer: str = "divisions", query: str = "at=2024-01-01") -> str:
    z, x, y = tile
    return f"/tiles/{layer}/{z}/{x}/{y}.mvt?{query}"


def box(tile: Address) -> Any:
    z, x, y = tile
    side = 2 * HALF / 2**z
    west, north = x * side - HALF, HALF - y * side
    return shapely.box(west, north - side, west + side, north)


def decoded(client: FlaskClient, tmp_path: Path, tile: Address, layer: str) -> dict[str, Layer]:
    """The layers of a tile in metres: name to columns, with ``geometry``."""
    answer = client.get(url(tile, layer))
    assert answer.status_code == 200, answer.text
    z, x, y = tile
    path = tmp_path / str(z) / str(x) / f"{y}.mvt"  # GDAL reads the place of a tile from its path
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(answer.data)
    layers = {}
    for name, _ in pyogrio.list_layers(path):
        meta, _, geometries, columns = pyogrio.raw.read(path, layer=name)
        fields = zip(meta["fields"], columns, strict=True)
        layers[name] = {field: list(values) for field, values in fields}
        layers[name]["geometry"] = list(shapely.from_wkb(geometries))
    return layers


def in_metres(code: str) -> Any:
    return shapely.transform(
        polygons()[code], lambda xy: np.column_stack(MERCATOR.transform(xy[:, 0], xy[:, 1]))
    )


def test_a_tile_holds_the_real_polygons(client: FlaskClient, tmp_path: Path) -> None:
    tile = (9, 417, 222)
    county = decoded(client, tmp_path, tile, "divisions")["county"]
    assert "440106" in county["code"]
    frame, unit_m = box(tile), 2 * HALF / 2**9 / 4096
    for code, drawn in zip(county["code"], county["geometry"], strict=True):
        truth = in_metres(code).intersection(frame)
        astray = drawn.symmetric_difference(truth).area
        assert astray <= unit_m * (truth.length + 4 * unit_m), code
    missing = {
        code
        for code, polygon in polygons().items()
        if not code.endswith("00") and in_metres(code).intersection(frame).area > 100 * unit_m**2
    } - set(county["code"])
    assert missing == set()


def test_features_carry_what_the_map_needs(client: FlaskClient, tmp_path: Path) -> None:
    layers = decoded(client, tmp_path, HOME, "divisions")
    assert {"province", "prefecture", "county", "label"} <= layers.keys()
    for name, layer in layers.items():
        assert {"unit_id", "code", "name", "level"} <= layer.keys()
        if name != "label":
            assert set(layer["level"]) == {name}


def test_levels_appear_with_the_zoom(client: FlaskClient, tmp_path: Path) -> None:
    assert set(decoded(client, tmp_path, (0, 0, 0), "divisions")) == {"province", "label"}
    four = decoded(client, tmp_path, (4, 13, 6), "divisions")
    assert set(four) == {"province", "prefecture", "label"}


def test_neighbouring_tiles_meet_without_a_seam(client: FlaskClient, tmp_path: Path) -> None:
    west, east = (9, 416, 222), (9, 417, 222)
    left = decoded(client, tmp_path, west, "divisions")["county"]
    right = decoded(client, tmp_path, east, "divisions")["county"]
    unit_m = 2 * HALF / 2**9 / 4096
    x, bottom, _, top = box(east).bounds
    for y in np.linspace(bottom + unit_m, top - unit_m, 400):
        here = shapely.Point(x, y)
        sides = [
            {
                code
                for code, drawn in zip(layer["code"], layer["geometry"], strict=True)
                if drawn.distance(here) <= 2 * unit_m
            }
            for layer in (left, right)
        ]
        certain = [
            {
                code
                for code, drawn in zip(layer["code"], layer["geometry"], strict=True)
                if drawn.buffer(-2 * unit_m).distance(here) <= 3 * unit_m
            }
            for layer in (left, right)
        ]
        assert certain[0] <= sides[1]
        assert certain[1] <= sides[0]


def test_a_name_stands_in_exactly_one_tile_and_in_its_area(
    client: FlaskClient, tmp_path: Path
) -> None:
    west, south, east, north = shapely.total_bounds(
        [in_metres(code) for code in polygons() if code.startswith("44")]
    )
    side = 2 * HALF / 2**7
    columns = range(math.floor((west + HALF) / side), math.floor((east + HALF) / side) + 1)
    rows = range(math.floor((HALF - north) / side), math.floor((HALF - south) / side) + 1)
    labels: list[tuple[str, Any]] = []
    for x in columns:
        for y in rows:
            answer = client.get(url((7, x, y)))
            if answer.status_code == 200:
                layers = decoded(client, tmp_path, (7, x, y), "divisions")
                label = layers.get("label", {"code": [], "geometry": []})
                labels += zip(label["code"], label["geometry"], strict=True)
    home = sorted(code for code, _ in labels if code.startswith("44"))
    assert home == sorted(code for code in polygons() if code.startswith("44"))
    unit_m = side / 4096
    for code, point in labels:
        assert in_metres(code).distance(point) <= unit_m, code


def test_places_are_points_in_their_tile(client: FlaskClient, tmp_path: Path) -> None:
    _, name, lon, lat = toponyms()[0]
    x, y = MERCATOR.transform(lon, lat)
    side = 2 * HALF / 2**15
    tile = (15, math.floor((x + HALF) / side), math.floor((HALF - y) / side))
    places = decoded(client, tmp_path, tile, "places")["places"]
    at = places["name"].index(name)
    assert places["geometry"][at].distance(shapely.Point(x, y)) < 1
    assert {"place_id", "level", "legal_class"} <= places.keys()


def test_before_any_area_is_known_the_tile_is_empty(client: FlaskClient) -> None:
    answer = client.get(url(HOME, query="at=1990-01-01"))
    assert (answer.status_code, answer.data) == (204, b"")


def test_an_unchanged_tile_is_not_sent_again(client: FlaskClient) -> None:
    first = client.get(url(HOME))
    assert not first.headers["ETag"].startswith("W/")
    assert "max-age" in first.headers["Cache-Control"]
    again = client.get(url(HOME), headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    assert again.headers["ETag"] == first.headers["ETag"]


def test_another_date_or_place_is_another_tile(client: FlaskClient) -> None:
    tag = client.get(url(HOME)).headers["ETag"]
    for other in (url(HOME, query="at=1990-01-01"), url((6, 53, 27)), url(HOME, "places")):
        answer = client.get(other, headers={"If-None-Match": tag})
        assert answer.status_code in (200, 204)
        assert answer.headers["ETag"] != tag


@pytest.mark.parametrize(
    ("path", "field"),
    [
        ("divisions/23/0/0", "z"),
        ("divisions/-1/0/0", "z"),
        ("divisions/6/64/0", "x"),
        ("divisions/6/0/64", "y"),
        ("divisions/a/0/0", "z"),
        ("places/6/0/1.5", "y"),
        ("divisions/6/99999999999999999999/0", "x"),
    ],
)
def test_a_tile_that_cannot_be_names_the_part(client: FlaskClient, path: str, field: str) -> None:
    answer = client.get(f"/tiles/{path}.mvt")
    assert (answer.status_code, answer.get_json(force=True)["field"]) == (400, field)
