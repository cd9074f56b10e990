"""The map as OGC API - Tiles, as TileJSON, and with a style."""

from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.web.ogc.conformance.feature_requests import ROOT, fetch_document, strip_host
from tests.web.sign_in import refused

TILES = "/collections/divisions/tiles/WebMercatorQuad"
ZOOM, ROW, COLUMN = 7, 55, 104
"""A tile of Guangdong."""


def find_template(tile_set: dict[str, Any]) -> str:
    (item,) = [link for link in tile_set["links"] if link["rel"] == "item"]
    assert item["templated"] is True
    assert item["type"] == "application/vnd.mapbox-vector-tile"
    return strip_host(item["href"])


@pytest.mark.parametrize("collection", ["divisions", "places"])
def test_the_template_leads_to_the_tiles_of_the_map(client: FlaskClient, collection: str) -> None:
    described = fetch_document(client, f"/collections/{collection}")
    (link,) = [one for one in described["links"] if one["rel"].endswith("/tilesets-vector")]
    (listed,) = client.get(strip_host(link["href"])).get_json()["tilesets"]
    own = next(one["href"] for one in listed["links"] if one["rel"] == "self")
    tile_set = client.get(strip_host(own)).get_json()
    path = find_template(tile_set).format(tileMatrix=ZOOM, tileRow=ROW, tileCol=COLUMN)
    tile = client.get(path)
    same = client.get(f"/tiles/{collection}/{ZOOM}/{COLUMN}/{ROW}.mvt")
    assert tile.status_code == 200
    assert tile.data == same.data
    assert tile.headers["ETag"] == same.headers["ETag"]
    unchanged = client.get(path, headers={"If-None-Match": tile.headers["ETag"]})
    assert unchanged.status_code == 304
    for layer in tile_set["layers"]:
        assert layer["id"].encode() in tile.data or layer["id"] == "label"


def test_the_tiling_scheme_is_web_mercator_in_powers_of_two(client: FlaskClient) -> None:
    (one,) = fetch_document(client, "/tileMatrixSets")["tileMatrixSets"]
    scheme = client.get(strip_host(one["links"][0]["href"])).get_json()
    assert scheme["id"] == "WebMercatorQuad"
    first, second = scheme["tileMatrices"][:2]
    assert first["scaleDenominator"] == pytest.approx(559082264.0287178)
    assert first["scaleDenominator"] == pytest.approx(2 * second["scaleDenominator"])
    assert first["cellSize"] * first["tileWidth"] == pytest.approx(2 * 20037508.3427892)
    assert [len(scheme["tileMatrices"]), second["matrixWidth"]] == [23, 2]


def test_tile_json_has_the_layers_and_the_address_of_the_tiles(client: FlaskClient) -> None:
    document = client.get(f"{ROOT}{TILES}?f=tilejson").get_json()
    assert document["tilejson"] == "3.0.0"
    assert {layer["id"] for layer in document["vector_layers"]} == {
        "province", "prefecture", "county", "label",
    }  # fmt: skip
    (template,) = document["tiles"]
    answer = client.get(strip_host(template).format(z=ZOOM, y=ROW, x=COLUMN))
    assert answer.status_code == 200
    west, south, east, north = document["bounds"]
    assert west < 113.3 < east
    assert south < 23.1 < north


def test_tiles_of_a_former_day(client: FlaskClient) -> None:
    day = "?datetime=1985-01-01"
    template = find_template(client.get(f"{ROOT}{TILES}{day}").get_json())
    path = template.format(tileMatrix=ZOOM, tileRow=ROW, tileCol=COLUMN)
    assert path.endswith(day)
    former = client.get(path)
    same = client.get(f"/tiles/divisions/{ZOOM}/{COLUMN}/{ROW}.mvt?at=1985-01-01")
    assert (former.status_code, former.data) == (same.status_code, same.data)
    assert former.data != client.get(path.removesuffix(day)).data


def test_the_style_draws_layers_that_the_tiles_have(client: FlaskClient) -> None:
    (listed,) = fetch_document(client, "/styles")["styles"]
    style = client.get(strip_host(listed["links"][0]["href"])).get_json()
    assert style["version"] == 8
    (source,) = style["sources"].values()
    tile_json = client.get(strip_host(source["url"])).get_json()
    layers = {layer["id"] for layer in tile_json["vector_layers"]}
    assert {layer["source-layer"] for layer in style["layers"]} <= layers


@pytest.mark.parametrize(
    ("path", "status", "field"),
    [
        ("/collections/edges/tiles", 404, "collection"),
        ("/collections/divisions/tiles/WorldCRS84Quad", 404, "scheme"),
        ("/tileMatrixSets/WorldCRS84Quad", 404, "scheme"),
        ("/styles/night", 404, "style"),
        (f"{TILES}/40/0/0", 400, None),
        (f"{TILES}/a/0/0", 400, "matrix"),
        (f"{TILES}/7/55/104?datetime=2020", 400, "datetime"),
        (f"{TILES}/7/55/104?datetime=2020-01-01/..", 400, "datetime"),
        (f"{TILES}?f=xml", 400, "f"),
    ],
)
def test_what_does_not_exist_is_a_problem(
    client: FlaskClient, path: str, status: int, field: str | None
) -> None:
    answer = client.get(f"{ROOT}{path}")
    code = "not_found" if status == 404 else "invalid_value"
    problem = refused(answer, status, code)
    assert field is None or problem["field"] == field


def test_a_moment_with_an_offset_stays_one_in_the_template(client: FlaskClient) -> None:
    moment = "1985-01-01T00:00:00%2B08:00"
    template = find_template(client.get(f"{ROOT}{TILES}?datetime={moment}").get_json())
    path = template.format(tileMatrix=ZOOM, tileRow=ROW, tileCol=COLUMN)
    same = client.get(f"/tiles/divisions/{ZOOM}/{COLUMN}/{ROW}.mvt?at=1985-01-01")
    assert client.get(path).data == same.data
