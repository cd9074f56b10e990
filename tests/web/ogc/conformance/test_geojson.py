"""Conformance class "GeoJSON" of OGC API - Features - Part 1 (17-069r4)."""

import pytest
import shapely
from flask.testing import FlaskClient

from tests.web.ogc.conformance.feature_requests import (
    COLLECTIONS,
    ROOT,
    fetch_document,
    fetch_items,
    find_links,
    list_ids,
)

GEOJSON, JSON = "application/geo+json", "application/json"
GEOMETRIES = {
    "divisions": {"MultiPolygon"},
    "edges": {"LineString"},
    "nodes": {"Point"},
    "lines": {"MultiLineString"},
    "places": {"Point"},
}


@pytest.mark.parametrize("accept", [None, GEOJSON, JSON, "*/*", "text/html;q=0.1, */*"])
def test_definition(client: FlaskClient, accept: str | None) -> None:
    """``/req/geojson/definition``: GeoJSON for features, JSON for all other resources."""
    headers = {} if accept is None else {"Accept": accept}
    (id_,) = list_ids(fetch_items(client, "nodes", {"limit": 1}))
    for path in ("items", f"items/{id_}"):
        response = client.get(f"{ROOT}/collections/nodes/{path}", headers=headers)
        assert (response.status_code, response.mimetype) == (200, GEOJSON)
    for path in ("/", "/conformance", "/collections", "/collections/nodes"):
        response = client.get(f"{ROOT}{path}", headers=headers)
        assert (response.status_code, response.mimetype) == (200, JSON)


@pytest.mark.parametrize("collection", COLLECTIONS)
def test_content(client: FlaskClient, collection: str) -> None:
    """``/req/geojson/content``: RFC 7946, links as a foreign member, the id of the path."""
    page = fetch_items(client, collection, {"limit": 20, "filter": "geometry IS NOT NULL"})
    assert page["type"] == "FeatureCollection"
    assert "crs" not in page  # the member of GeoJSON 2008
    assert {link["rel"] for link in page["links"]} >= {"self", "alternate"}
    for feature in page["features"]:
        assert set(feature) == {"type", "id", "geometry", "properties"}
        assert feature["type"] == "Feature"
        assert feature["geometry"]["type"] in GEOMETRIES[collection]
        assert shapely.is_valid(shapely.geometry.shape(feature["geometry"]))
        assert isinstance(feature["properties"], dict)
    own = fetch_document(client, f"/collections/{collection}/items/{page['features'][0]['id']}")
    assert own["type"] == "Feature"
    assert own["id"] == page["features"][0]["id"]
    assert all(find_links(own, rel) for rel in ("self", "alternate", "collection"))
