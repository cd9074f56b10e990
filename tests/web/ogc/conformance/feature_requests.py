"""Requests to the OGC API over the shipped register, and the same features from ``/v1/export``."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import orjson
from flask.testing import FlaskClient
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

ROOT = "/ogc"
COLLECTIONS = ("divisions", "edges", "nodes", "lines", "places")
MOST = 10_000
EPSG = "http://www.opengis.net/def/crs/EPSG/0/"
CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
LEVELS = ("province", "prefecture", "county")
"""Those of which the shipped register has areas."""

Document = dict[str, Any]


@dataclass(frozen=True, slots=True)
class ExportedFeature:
    """A feature as ``/v1/export`` writes it: x is east, y is north, in degrees."""

    id: str
    properties: Mapping[str, Any]
    geometry: BaseGeometry | None


Predicate = Callable[[ExportedFeature], object]


def fetch_document(client: FlaskClient, path: str, **query: Any) -> Document:
    """A document below the landing page; it has to be there."""
    response = client.get(f"{ROOT}{path}", query_string=query)
    assert response.status_code == 200, response.text
    document: Document = orjson.loads(response.data)
    return document


def fetch_items(client: FlaskClient, collection: str, query: Mapping[str, Any]) -> Document:
    """A page of features."""
    return fetch_document(client, f"/collections/{collection}/items", **query)


def refuse_items(client: FlaskClient, collection: str, query: Mapping[str, Any]) -> Document:
    """The problem with which a request for features is refused as invalid."""
    response = client.get(f"{ROOT}/collections/{collection}/items", query_string=query)
    assert response.status_code == 400, response.text[:500]
    assert response.mimetype == "application/problem+json"
    problem: Document = orjson.loads(response.data)
    assert problem["status"] == 400
    assert problem["detail"]
    return problem


def list_ids(page: Document) -> list[str]:
    """The ids of the features of a page."""
    return [feature["id"] for feature in page["features"]]


def select_ids(client: FlaskClient, collection: str, query: Mapping[str, Any]) -> set[str]:
    """The ids of all features that meet a request, which are not more than a page may have."""
    page = fetch_items(client, collection, {"limit": MOST, **query})
    ids = list_ids(page)
    assert len(ids) == len(set(ids)) == page["numberMatched"]
    return set(ids)


def filter_text(client: FlaskClient, collection: str, text: str, **query: Any) -> set[str]:
    """The ids of the features that meet a filter in CQL2 text."""
    return select_ids(client, collection, {"filter": text, **query})


def filter_json(client: FlaskClient, collection: str, tree: Any, **query: Any) -> set[str]:
    """The ids of the features that meet a filter in CQL2 JSON."""
    asked = {"filter": orjson.dumps(tree).decode(), "filter-lang": "cql2-json"}
    return select_ids(client, collection, {**asked, **query})


def find_matches(features: Iterable[ExportedFeature], predicate: Predicate) -> set[str]:
    """The ids of the features for which a predicate is true; neither false nor unknown."""
    return {feature.id for feature in features if predicate(feature)}


def load_export(client: FlaskClient, what: str, **query: Any) -> list[ExportedFeature]:
    """The features that ``/v1/export`` writes."""
    response = client.get("/v1/export", query_string={"what": what, "format": "geojson", **query})
    assert response.status_code == 200, response.text
    name = {"divisions": "unit_id", "lines": ""}.get(what, f"{what.removesuffix('s')}_id")
    return [
        ExportedFeature(
            feature["properties"].get(name, ""),
            feature["properties"],
            None if feature["geometry"] is None else shape(feature["geometry"]),
        )
        for feature in orjson.loads(response.data)["features"]
    ]


def load_exported_divisions(client: FlaskClient, **query: Any) -> list[ExportedFeature]:
    """The divisions of all levels with areas."""
    return [
        feature
        for level in LEVELS
        for feature in load_export(client, "divisions", level=level, **query)
    ]


def find_links(document: Document, rel: str) -> list[dict[str, str]]:
    """The links of a document with a relation."""
    return [link for link in document["links"] if link["rel"] == rel]


def find_link(document: Document, rel: str, media: str | None = None) -> dict[str, str]:
    """The one link with a relation, and with a media type if one is given."""
    (link,) = (one for one in find_links(document, rel) if media in (None, one["type"]))
    return link


def strip_host(url: str) -> str:
    """The path and the query of an address of the service under test."""
    host = "http://localhost"
    assert url.startswith(host), url
    return url.removeprefix(host)
