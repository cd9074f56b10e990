"""Conformance class "Core" of OGC API - Features - Part 1 (17-069r4): its documents.

The features themselves are tested in ``test_core_items.py``.
"""

from typing import Any

import pytest
import shapely
from flask.testing import FlaskClient
from jsonschema import Draft202012Validator

from tests.web.ogc.conformance.feature_requests import (
    COLLECTIONS,
    CRS84,
    MOST,
    ROOT,
    Document,
    ExportedFeature,
    fetch_document,
    fetch_items,
    find_link,
    find_links,
    refuse_items,
    strip_host,
)

MEDIA = ("application/json", "text/html")
LINK = {
    "type": "object",
    "required": ["href", "rel"],
    "properties": {name: {"type": "string"} for name in ("href", "rel", "type", "title")},
}
LINKS = {"type": "array", "minItems": 1, "items": LINK}
LANDING_PAGE = {
    "type": "object",
    "required": ["links"],
    "properties": {"title": {"type": "string"}, "links": LINKS},
}
CONFORMANCE = {
    "type": "object",
    "required": ["conformsTo"],
    "properties": {"conformsTo": {"type": "array", "items": {"type": "string"}}},
}
INTERVAL = {
    "type": "array",
    "prefixItems": [{"type": ["string", "null"], "format": "date-time"}] * 2,
    "minItems": 2,
    "maxItems": 2,
}
BOXES = {
    "type": "array",
    "minItems": 1,
    "items": {"type": "array", "items": {"type": "number"}, "minItems": 4, "maxItems": 4},
}
COLLECTION = {
    "type": "object",
    "required": ["id", "links"],
    "properties": {
        **{name: {"type": "string"} for name in ("id", "title", "description")},
        "itemType": {"const": "feature"},
        "links": LINKS,
        "crs": {"type": "array", "items": {"type": "string"}},
        "extent": {
            "type": "object",
            "properties": {
                "spatial": {
                    "type": "object",
                    "required": ["bbox"],
                    "properties": {"bbox": BOXES, "crs": {"const": CRS84}},
                },
                "temporal": {
                    "type": "object",
                    "required": ["interval"],
                    "properties": {"interval": {"type": "array", "items": INTERVAL}},
                },
            },
        },
    },
}
COLLECTION_LIST = {
    "type": "object",
    "required": ["links", "collections"],
    "properties": {"links": LINKS, "collections": {"type": "array", "items": COLLECTION}},
}


def check_schema(document: Document, schema: Any) -> None:
    """Fail where a document is not of a schema."""
    Draft202012Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER).validate(
        document
    )


def test_http(client: FlaskClient) -> None:
    """``/req/core/http``: methods, status codes and headers are those of HTTP."""
    path = f"{ROOT}/collections/divisions/items/440106"
    head, got = client.head(path), client.get(path)
    assert (head.status_code, head.data) == (200, b"")
    assert head.headers["ETag"] == got.headers["ETag"]
    refused = client.post(f"{ROOT}/conformance", data=b"")
    assert refused.status_code == 405
    assert "GET" in refused.headers["Allow"]
    assert client.get(f"{ROOT}/collections/rivers").status_code == 404
    assert "Accept" in got.headers["Vary"]


def test_root_op(client: FlaskClient) -> None:
    """``/req/core/root-op``: the landing page can be read."""
    assert client.get(f"{ROOT}/").status_code == 200


def test_root_success(client: FlaskClient) -> None:
    """``/req/core/root-success``: the landing page leads to everything else."""
    landing = fetch_document(client, "/")
    check_schema(landing, LANDING_PAGE)
    assert find_link(landing, "service-desc")
    assert strip_host(find_link(landing, "conformance")["href"]) == f"{ROOT}/conformance"
    assert strip_host(find_link(landing, "data")["href"]) == f"{ROOT}/collections"


def test_api_definition_op(client: FlaskClient) -> None:
    """``/req/core/api-definition-op``: every description that is linked can be read."""
    landing = fetch_document(client, "/")
    links = find_links(landing, "service-desc") + find_links(landing, "service-doc")
    assert len(links) == 2
    assert {client.get(strip_host(link["href"])).status_code for link in links} == {200}


def test_api_definition_success(client: FlaskClient) -> None:
    """``/req/core/api-definition-success``: it is of the media type that its link states."""
    landing = fetch_document(client, "/")
    for rel in ("service-desc", "service-doc"):
        link = find_link(landing, rel)
        path = strip_host(link["href"]).partition("?")[0]
        for response in (
            client.get(strip_host(link["href"]), headers={"Accept": link["type"]}),
            client.get(path, headers={"Accept": link["type"]}),
        ):
            assert response.status_code == 200
            assert response.mimetype == link["type"].partition(";")[0]


def test_conformance_op(client: FlaskClient) -> None:
    """``/req/core/conformance-op``: the list of classes can be read."""
    assert client.get(f"{ROOT}/conformance").status_code == 200


def test_conformance_success(client: FlaskClient) -> None:
    """``/req/core/conformance-success``: it names the classes, each once."""
    document = fetch_document(client, "/conformance")
    check_schema(document, CONFORMANCE)
    assert len(set(document["conformsTo"])) == len(document["conformsTo"])
    assert "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/core" in document["conformsTo"]


@pytest.mark.parametrize(
    "path",
    ["/", "/api", "/conformance", "/collections", "/collections/divisions",
     "/collections/divisions/queryables", "/collections/divisions/schema",
     "/collections/divisions/items", "/collections/divisions/items/440106"],
)  # fmt: skip
def test_query_param_unknown(client: FlaskClient, path: str) -> None:
    """``/req/core/query-param-unknown``: 400, and the problem names the parameter."""
    response = client.get(f"{ROOT}{path}?depth=3")
    assert response.status_code == 400
    assert response.get_json()["field"] == "depth"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("limit", "-1"), ("limit", "0"), ("limit", "many"), ("limit", "1.5"), ("limit", ""),
        ("bbox", "113,23,114"), ("bbox", "113,23,114,24,25"), ("bbox", "113,23,114,north"),
        ("bbox", "113,24,114,23"), ("bbox", "113,23,114,91"), ("bbox", "-181,23,114,24"),
        ("bbox", "113,23,114,nan"), ("bbox", ""),
        ("datetime", "yesterday"), ("datetime", "2020-02-30"), ("datetime", "2020-1-1"),
        ("datetime", "2020-01-01T00:00:00"), ("datetime", "2020-01-01 00:00:00Z"),
        ("datetime", "2020-W01-1"), ("datetime", "20200101"), ("datetime", ""),
        ("datetime", "2021-01-01/2020-01-01"), ("datetime", ".."),
        ("datetime", "2020-01-01/2020-02-01/2020-03-01"),
        ("f", "gml"), ("cursor", "elsewhere"), ("known_at", "yesterday"), ("basis", "guessed"),
        ("level", "street"), ("area_km2", "large"), ("valid_from", "1994"),
    ],
)  # fmt: skip
def test_query_param_invalid(client: FlaskClient, name: str, value: str) -> None:
    """``/req/core/query-param-invalid``: 400, and the problem names the parameter."""
    assert refuse_items(client, "divisions", {name: value})["field"] == name


def test_fc_md_op(client: FlaskClient) -> None:
    """``/req/core/fc-md-op``: the collections can be read."""
    assert client.get(f"{ROOT}/collections").status_code == 200


def test_fc_md_success(client: FlaskClient) -> None:
    """``/req/core/fc-md-success``: they are described as the standard has it."""
    check_schema(fetch_document(client, "/collections"), COLLECTION_LIST)


def test_fc_md_links(client: FlaskClient) -> None:
    """``/req/core/fc-md-links``: to itself and to the page, with their media types."""
    document = fetch_document(client, "/collections")
    assert strip_host(find_link(document, "self", MEDIA[0])["href"]) == f"{ROOT}/collections"
    assert find_link(document, "alternate", MEDIA[1])["href"]


def test_fc_md_items(client: FlaskClient) -> None:
    """``/req/core/fc-md-items``: every collection is listed."""
    listed = fetch_document(client, "/collections")["collections"]
    assert [one["id"] for one in listed] == list(COLLECTIONS)


def test_fc_md_items_links(client: FlaskClient) -> None:
    """``/req/core/fc-md-items-links``: each links its features in every encoding."""
    for one in fetch_document(client, "/collections")["collections"]:
        for media in ("application/geo+json", "text/html"):
            link = find_link(one, "items", media)
            path = strip_host(link["href"]).partition("?")[0]
            assert path == f"{ROOT}/collections/{one['id']}/items"


@pytest.mark.parametrize("collection", COLLECTIONS)
def test_fc_md_extent(client: FlaskClient, collection: str) -> None:
    """``/req/core/fc-md-extent``: it includes all geometries and times, of whatever day."""
    extent = fetch_document(client, f"/collections/{collection}")["extent"]
    (bounds,) = extent["spatial"]["bbox"]
    ((first, last),) = extent["temporal"]["interval"]
    assert last is None
    located = {"limit": MOST, "datetime": "../..", "filter": "geometry IS NOT NULL"}
    page = fetch_items(client, collection, located)
    assert page["numberMatched"] == page["numberReturned"]
    geometries = [shapely.geometry.shape(one["geometry"]) for one in page["features"]]
    west, south, east, north = shapely.total_bounds(geometries)
    assert bounds[0] <= west and bounds[1] <= south and bounds[2] >= east and bounds[3] >= north
    starts = {one["properties"]["valid_from"] for one in page["features"]}
    assert first is None or (None not in starts and f"{min(starts)}T00:00:00Z" >= first)


@pytest.mark.parametrize("day", ["1985-01-01", "2013-06-01", None])
def test_fc_md_extent_multi(
    client: FlaskClient, day: str | None, divisions: list[ExportedFeature]
) -> None:
    """``/req/core/fc-md-extent-multi``: each feature lies in the first box and interval."""
    extent = fetch_document(client, "/collections/divisions")["extent"]
    frame = shapely.box(*extent["spatial"]["bbox"][0])
    assert all(frame.covers(one.geometry) for one in divisions)
    page = fetch_items(client, "divisions", {"limit": MOST, **({"datetime": day} if day else {})})
    first = extent["temporal"]["interval"][0][0][:10]
    for one in page["features"]:
        assert frame.covers(shapely.geometry.shape(one["geometry"]))
        assert one["properties"]["valid_from"] >= first


@pytest.mark.parametrize("collection", COLLECTIONS)
def test_sfc_md_op(client: FlaskClient, collection: str) -> None:
    """``/req/core/sfc-md-op``: each collection can be read."""
    assert client.get(f"{ROOT}/collections/{collection}").status_code == 200


@pytest.mark.parametrize("collection", COLLECTIONS)
def test_sfc_md_success(client: FlaskClient, collection: str) -> None:
    """``/req/core/sfc-md-success``: it is described as in the list of all."""
    own = fetch_document(client, f"/collections/{collection}")
    check_schema(own, COLLECTION)
    listed = fetch_document(client, "/collections")["collections"]
    (entry,) = (one for one in listed if one["id"] == collection)
    for name in ("id", "title", "description", "extent", "itemType"):
        assert own[name] == entry[name]
    assert all(link in own["links"] for link in entry["links"])
