"""Conformance class "Schemas" of OGC API - Features - Part 5 (23-058r1)."""

import re
from typing import Any

import pytest
from flask.testing import FlaskClient
from jsonschema import Draft202012Validator

from tests.web.ogc.conformance.feature_requests import (
    ROOT,
    Document,
    fetch_document,
    fetch_items,
    find_link,
    strip_host,
)

DIALECT = "https://json-schema.org/draft/2020-12/schema"
STANDARD_KEYWORDS = {"title", "description", "type", "format", "enum", "readOnly", "writeOnly"}
GEOMETRY_FORMATS = {
    "divisions": "geometry-multipolygon",
    "edges": "geometry-linestring",
    "nodes": "geometry-point",
    "lines": "geometry-multilinestring",
    "places": "geometry-point",
}


@pytest.fixture
def schema(client: FlaskClient, collection: str) -> Document:
    """The schema of its features."""
    return fetch_document(client, f"/collections/{collection}/schema")


def find_role(schema: Document, role: str) -> list[str]:
    """The names of the properties that have a role."""
    properties: dict[str, Any] = schema["properties"]
    return [name for name, one in properties.items() if one.get("x-ogc-role") == role]


def test_json_schema(client: FlaskClient, collection: str, schema: Document) -> None:
    """``/req/schemas/json-schema``: a JSON Schema of 2020-12 that is found at its own address."""
    Draft202012Validator.check_schema(schema)
    assert (schema["$schema"], schema["type"]) == (DIALECT, "object")
    assert "?" not in schema["$id"]
    again = client.get(strip_host(schema["$id"]), headers={"Accept": "application/schema+json"})
    assert (again.status_code, again.mimetype) == (200, "application/schema+json")
    assert again.get_json() == schema
    described = fetch_document(client, f"/collections/{collection}")
    link = find_link(described, "http://www.opengis.net/def/rel/ogc/1.0/schema")
    assert link["href"] == schema["$id"]


def test_properties(client: FlaskClient, collection: str, schema: Document) -> None:
    """``/req/schemas/properties``: types and formats, which the features have."""
    properties = dict(schema["properties"])
    geometry = properties.pop("geometry")
    assert not {"type", "$ref"} & set(geometry)
    assert geometry["format"] == GEOMETRY_FORMATS[collection]
    assert all("type" in one for one in properties.values())
    for name in ("valid_from", "valid_to"):
        assert (properties[name]["type"], properties[name]["format"]) == ("string", "date")
    identifier = properties.pop("id")
    assert identifier["readOnly"] is True
    page = fetch_items(client, collection, {"limit": 500})
    for feature in page["features"]:
        assert list(feature["properties"]) == list(properties)
        known = {name: one for name, one in feature["properties"].items() if one is not None}
        Draft202012Validator(
            {**schema, "properties": properties},
            format_checker=Draft202012Validator.FORMAT_CHECKER,
        ).validate(known)


def test_additional_keywords(schema: Document) -> None:
    """``/req/schemas/additional-keywords``: those of OGC begin with ``x-ogc-``."""
    for one in schema["properties"].values():
        assert all(key in STANDARD_KEYWORDS or key.startswith("x-ogc-") for key in one)


def test_role(schema: Document) -> None:
    """``/req/schemas/role``: roles are strings, and the geometry has one."""
    roles = [one["x-ogc-role"] for one in schema["properties"].values() if "x-ogc-role" in one]
    assert all(isinstance(role, str) for role in roles)
    assert find_role(schema, "primary-geometry") == ["geometry"]


def test_role_id(client: FlaskClient, collection: str, schema: Document) -> None:
    """``/req/schemas/role-id``: one property, by which features are found in the collection."""
    (name,) = find_role(schema, "id")
    assert schema["properties"][name]["type"] in ("string", "integer")
    (feature,) = fetch_items(client, collection, {"limit": 1})["features"]
    assert fetch_document(client, f"/collections/{collection}/items/{feature[name]}")


def test_property_seq(schema: Document) -> None:
    """``/req/schemas/property-seq``: where an order is stated, it is a row of whole numbers."""
    places = [one.get("x-ogc-propertySeq") for one in schema["properties"].values()]
    stated = [place for place in places if place is not None]
    assert all(type(place) is int for place in stated)
    assert stated == sorted(set(stated))


def test_unit(schema: Document) -> None:
    """``/req/schemas/unit``: measured properties have their unit, as UCUM writes it."""
    for name, one in schema["properties"].items():
        unit = re.search(r"_(km2|m)$", name)
        assert one.get("x-ogc-unit") == (unit and unit[1]), name
        assert one.get("x-ogc-unitLang", "UCUM") == "UCUM"


def test_definition(schema: Document) -> None:
    """``/req/schemas/definition``: where a meaning is referred to, it is by a URI."""
    for one in schema["properties"].values():
        assert re.match(r"https?://", one.get("x-ogc-definition", "http://"))


def test_nullvalues(client: FlaskClient, collection: str, schema: Document) -> None:
    """``/req/schemas/nullvalues``: no value stands for "unknown"; that is null."""
    assert not any("x-ogc-nullValues" in one for one in schema["properties"].values())
    for feature in fetch_items(client, collection, {"limit": 500})["features"]:
        assert not {-1, 9999, -9999} & set(feature["properties"].values())


def test_an_unknown_collection_has_no_schema(client: FlaskClient) -> None:
    for name in ("schema", "queryables"):
        assert client.get(f"{ROOT}/collections/rivers/{name}").status_code == 404
