"""Conformance class "Core" of OGC API - Features - Part 1 (17-069r4): features."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import shapely
from flask.testing import FlaskClient

from tests.web.ogc.conformance.feature_requests import (
    COLLECTIONS,
    MOST,
    ROOT,
    Document,
    ExportedFeature,
    fetch_document,
    fetch_items,
    find_link,
    find_links,
    find_matches,
    list_ids,
    load_exported_divisions,
    select_ids,
    strip_host,
)

BOXES = {
    "113,23,114,24": shapely.box(113, 23, 114, 24),
    "113,23,-10,114,24,900": shapely.box(113, 23, 114, 24),
    "113.3,23.1,113.3,23.1": shapely.Point(113.3, 23.1),
    "0,0,1,1": shapely.box(0, 0, 1, 1),
    "114,23,113,24": shapely.MultiPolygon(
        [shapely.box(114, 23, 180, 24), shapely.box(-180, 23, 113, 24)]
    ),
}
"""Boxes as they are sent: with four numbers, with heights, a point, elsewhere, and one that spans
the antimeridian."""
GEOJSON = "application/geo+json"


def read_parameters(client: FlaskClient, collection: str) -> dict[str, Document]:
    """The parameters of the features of a collection, from the API definition."""
    document = fetch_document(client, "/api")
    operation = document["paths"][f"/collections/{collection}/items"]["get"]
    shared = document["components"]["parameters"]
    resolved = [
        shared[one["$ref"].rpartition("/")[2]] if "$ref" in one else one
        for one in operation["parameters"]
    ]
    return {one["name"]: one for one in resolved}


@pytest.mark.parametrize("collection", COLLECTIONS)
def test_fc_op(client: FlaskClient, collection: str) -> None:
    """``/req/core/fc-op``: the features of each collection can be read."""
    assert client.get(f"{ROOT}/collections/{collection}/items").status_code == 200


@pytest.mark.parametrize("collection", COLLECTIONS)
def test_fc_response(client: FlaskClient, collection: str) -> None:
    """``/req/core/fc-response``: 200, with selected features only, each once."""
    response = client.get(f"{ROOT}/collections/{collection}/items?limit=50")
    assert (response.status_code, response.mimetype) == (200, GEOJSON)
    ids = list_ids(response.get_json())
    assert len(ids) == len(set(ids)) == 50
    none = fetch_items(client, collection, {"datetime": "0900-01-01", "bbox": "0,0,1,1"})
    assert {one["geometry"] for one in none["features"]} <= {None}


@pytest.mark.parametrize("collection", COLLECTIONS)
def test_fc_limit_definition(client: FlaskClient, collection: str) -> None:
    """``/req/core/fc-limit-definition``: an integer from 1, with a maximum and a default."""
    limit = read_parameters(client, collection)["limit"]
    assert limit["in"] == "query" and not limit["required"]
    assert (limit["style"], limit["explode"]) == ("form", False)
    assert limit["schema"] == {"type": "integer", "minimum": 1, "maximum": MOST, "default": 100}


def test_fc_limit_response_1(client: FlaskClient) -> None:
    """``/req/core/fc-limit-response-1``: never more; above the maximum there is no error."""
    for limit in (1, 7, 100):
        assert len(list_ids(fetch_items(client, "places", {"limit": limit}))) == limit
    assert len(list_ids(fetch_items(client, "places", {}))) == 100
    page = fetch_items(client, "places", {"limit": MOST + 5000})
    assert len(list_ids(page)) == MOST
    assert find_links(page, "next")


@pytest.mark.parametrize("collection", COLLECTIONS)
def test_fc_bbox_definition(client: FlaskClient, collection: str) -> None:
    """``/req/core/fc-bbox-definition``: four or six numbers, parted by commas."""
    bbox = read_parameters(client, collection)["bbox"]
    assert bbox["in"] == "query" and not bbox["required"]
    assert (bbox["style"], bbox["explode"]) == ("form", False)
    schema = bbox["schema"]
    assert (schema["type"], schema["items"]) == ("array", {"type": "number"})
    assert (schema["minItems"], schema["maxItems"]) == (4, 6)


@pytest.mark.parametrize("text", BOXES)
def test_fc_bbox_response(
    client: FlaskClient,
    divisions: list[ExportedFeature],
    places: list[ExportedFeature],
    text: str,
) -> None:
    """``/req/core/fc-bbox-response``: what meets the box, and what has no geometry."""
    box = BOXES[text]
    expected = find_matches(divisions, lambda f: shapely.intersects(f.geometry, box))
    assert select_ids(client, "divisions", {"bbox": text}) == expected
    located = [one for one in places if one.geometry is not None]
    met = find_matches(located, lambda f: shapely.intersects(f.geometry, box))
    page = fetch_items(client, "places", {"bbox": text, "limit": 1})
    assert page["numberMatched"] == len(met) + len(places) - len(located)
    with_geometry = {"bbox": text, "filter": "geometry IS NOT NULL"}
    assert select_ids(client, "places", with_geometry) == met


@pytest.mark.parametrize("collection", COLLECTIONS)
def test_fc_time_definition(client: FlaskClient, collection: str) -> None:
    """``/req/core/fc-time-definition``: days, moments, and intervals with open ends."""
    described = read_parameters(client, collection)["datetime"]
    assert described["in"] == "query" and not described["required"]
    assert (described["style"], described["explode"]) == ("form", False)
    assert described["schema"]["type"] == "string"
    fetch_items(client, collection, {"datetime": "2020-06-01/..", "limit": 1})
    if collection == "divisions":
        for text in (
            "2020-06-01", "2020-06-01T12:00:00Z", "2020-06-01t12:00:00.25+08:00",
            "2020-06-01/2020-07-01", "2020-06-01T00:00:00Z/2020-07-01T00:00:00Z",
            "../2020-06-01", "/2020-06-01", "2020-06-01/..", "2020-06-01/",
        ):  # fmt: skip
            fetch_items(client, collection, {"datetime": text, "limit": 1})


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("1990-01-01", "1990-01-01"),
        ("2020-06-11T15:59:59Z", "2020-06-11"),  # before midnight in Shanghai
        ("2020-06-11T16:00:00Z", "2020-06-12"),
        ("2020-06-12T00:00:00+08:00", "2020-06-12"),
    ],
)
def test_fc_time_response(client: FlaskClient, text: str, day: str) -> None:
    """``/req/core/fc-time-response``: what is in force then, with its properties of the day."""
    expected = {one.id: one.properties["name"] for one in load_exported_divisions(client, at=day)}
    page = fetch_items(client, "divisions", {"datetime": text, "limit": MOST})
    assert {one["id"]: one["properties"]["name"] for one in page["features"]} == expected
    for one in page["features"]:
        properties = one["properties"]
        assert properties["valid_from"] <= day < (properties["valid_to"] or "9")


def test_fc_links(client: FlaskClient) -> None:
    """``/req/core/fc-links``: to itself and to the page, with the same parameters."""
    query: dict[str, Any] = {"limit": 5, "level": "county", "filter": "name LIKE '%区'"}
    page = fetch_items(client, "divisions", query)
    again = client.get(strip_host(find_link(page, "self", GEOJSON)["href"])).get_json()
    assert list_ids(again) == list_ids(page)
    alternate = find_link(page, "alternate", "text/html")["href"]
    assert "f=html" in alternate and "level=county" in alternate


def test_fc_rel_type(client: FlaskClient) -> None:
    """``/req/core/fc-rel-type``: links to this page and others have a media type."""
    page = fetch_items(client, "divisions", {"limit": 5})
    assert {link["rel"] for link in page["links"]} >= {"self", "alternate", "next"}
    assert all(link["type"] for link in page["links"])


def test_fc_time_stamp(client: FlaskClient) -> None:
    """``/req/core/fc-timeStamp``: when the response was made."""
    stamp = datetime.fromisoformat(fetch_items(client, "nodes", {"limit": 1})["timeStamp"])
    assert abs(datetime.now(UTC) - stamp) < timedelta(minutes=1)


@pytest.mark.parametrize("limit", [1, 50, MOST])
def test_fc_number_matched(
    client: FlaskClient, divisions: list[ExportedFeature], limit: int
) -> None:
    """``/req/core/fc-numberMatched``: all that are selected, whatever the limit."""
    box = BOXES["113,23,114,24"]
    expected = find_matches(
        divisions,
        lambda f: (
            f.properties["level"] == "county"
            and f.properties["area_km2"] > 500
            and f.geometry is not None
            and f.geometry.intersects(box)
        ),
    )
    query = {"bbox": "113,23,114,24", "level": "county", "filter": "area_km2 > 500"}
    page = fetch_items(client, "divisions", {**query, "limit": limit})
    assert page["numberMatched"] == len(expected) > 5


@pytest.mark.parametrize("limit", [1, 50, MOST])
def test_fc_number_returned(client: FlaskClient, limit: int) -> None:
    """``/req/core/fc-numberReturned``: the features of this page."""
    page = fetch_items(client, "divisions", {"limit": limit})
    assert page["numberReturned"] == len(page["features"])


@pytest.mark.parametrize("collection", COLLECTIONS)
def test_f_op(client: FlaskClient, collection: str) -> None:
    """``/req/core/f-op``: every feature can be read by its id."""
    page = fetch_items(client, collection, {"limit": 5})
    for one in page["features"]:
        own = fetch_document(client, f"/collections/{collection}/items/{one['id']}")
        assert {name: own[name] for name in one} == one


@pytest.mark.parametrize("collection", COLLECTIONS)
def test_f_success(client: FlaskClient, collection: str) -> None:
    """``/req/core/f-success``: 200; 404 for what is not there."""
    (id_,) = list_ids(fetch_items(client, collection, {"limit": 1}))
    items = f"{ROOT}/collections/{collection}/items"
    assert client.get(f"{items}/{id_}").status_code == 200
    for other in ("nobody", "999999", "00000000-0000-4000-8000-000000000000", "%F0%9F%8F%94"):
        assert client.get(f"{items}/{other}").status_code == 404


@pytest.mark.parametrize("collection", COLLECTIONS)
def test_f_links(client: FlaskClient, collection: str) -> None:
    """``/req/core/f-links``: to itself, to its page, to its collection, with media types."""
    (id_,) = list_ids(fetch_items(client, collection, {"limit": 1}))
    path = f"/collections/{collection}/items/{id_}"
    feature = fetch_document(client, path)
    assert strip_host(find_link(feature, "self", GEOJSON)["href"]).endswith(id_[-12:])
    assert find_link(feature, "alternate", "text/html")
    parent = find_link(feature, "collection", "application/json")["href"]
    assert strip_host(parent) == f"{ROOT}/collections/{collection}"


def test_crs84(client: FlaskClient, divisions: list[ExportedFeature]) -> None:
    """``/req/core/crs84``: longitude before latitude unless something else is asked for."""
    page = fetch_items(client, "divisions", {"limit": MOST})
    geometries = {one["id"]: shapely.geometry.shape(one["geometry"]) for one in page["features"]}
    assert set(geometries) == {one.id for one in divisions}
    for one in divisions:
        assert shapely.equals_exact(geometries[one.id], one.geometry, 1e-9, normalize=True)
