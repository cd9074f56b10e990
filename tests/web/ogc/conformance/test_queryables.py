"""Conformance classes "Queryables" and "Queryables as Query Parameters" of Part 3 (19-079r2)."""

from typing import Any

import pytest
from flask.testing import FlaskClient
from jsonschema import Draft202012Validator

from tests.web.ogc.conformance.feature_requests import (
    ROOT,
    Document,
    ExportedFeature,
    fetch_document,
    fetch_items,
    find_link,
    find_matches,
    refuse_items,
    select_ids,
    strip_host,
)

SCHEMA = "application/schema+json"
QUERYABLES = "http://www.opengis.net/def/rel/ogc/1.0/queryables"


@pytest.fixture
def queryables(client: FlaskClient, collection: str) -> Document:
    """What its filters may use."""
    return fetch_document(client, f"/collections/{collection}/queryables")


def write_literal(value: Any, schema: Document) -> str:
    """A value of a property in CQL2 text."""
    if schema.get("format") == "date":
        return f"DATE('{value}')"
    return repr(value) if not isinstance(value, str) else "'" + value.replace("'", "''") + "'"


def test_get_queryables_op(client: FlaskClient, collection: str) -> None:
    """``/req/queryables/get-queryables-op``: they are read as a JSON Schema."""
    path = f"{ROOT}/collections/{collection}/queryables"
    for headers in ({}, {"Accept": SCHEMA}):
        response = client.get(path, headers=headers)
        assert (response.status_code, response.mimetype) == (200, SCHEMA)


def test_get_queryables_response(collection: str, queryables: Document) -> None:
    """``/req/queryables/get-queryables-response``: types, formats, and nothing else is allowed."""
    Draft202012Validator.check_schema(queryables)
    assert queryables["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert queryables["$id"] == f"http://localhost{ROOT}/collections/{collection}/queryables"
    assert queryables["type"] == "object"
    assert queryables["additionalProperties"] is False
    properties = dict(queryables["properties"])
    geometry = properties.pop("geometry")
    assert not {"type", "$ref"} & set(geometry)
    assert geometry["format"].startswith("geometry-")
    assert all(one["type"] in ("string", "integer", "number") for one in properties.values())
    assert {properties[name]["format"] for name in ("valid_from", "valid_to")} == {"date"}


def test_queryables_link(client: FlaskClient, collection: str, queryables: Document) -> None:
    """``/req/queryables/queryables-link``: the collection links them."""
    link = find_link(fetch_document(client, f"/collections/{collection}"), QUERYABLES)
    assert (link["href"], link["type"]) == (queryables["$id"], SCHEMA)
    assert client.get(strip_host(link["href"])).get_json() == queryables


def test_expression_construction(
    client: FlaskClient, collection: str, queryables: Document
) -> None:
    """``/req/queryables/expression-construction``: they can be used in filters, others cannot."""
    names = list(queryables["properties"])
    text = " AND ".join(f"({name} IS NULL OR {name} IS NOT NULL)" for name in names)
    page = fetch_items(client, collection, {"limit": 1})
    found = fetch_items(client, collection, {"limit": 1, "filter": text})
    assert found["numberMatched"] == page["numberMatched"]
    for name in ("id", "geom", "record_id", "version_id", "at", "f.name"):
        if name not in names:
            problem = refuse_items(client, collection, {"filter": f"1 = 1 AND {name} IS NULL"})
            assert (problem["field"], problem["position"]) == ("filter", 11)


def test_parameters(client: FlaskClient, collection: str, queryables: Document) -> None:
    """``/req/queryables-query-parameters/parameters``: each simple one is a parameter too."""
    properties = dict(queryables["properties"])
    properties.pop("geometry")
    page = fetch_items(client, collection, {"limit": 200, "filter": "geometry IS NOT NULL"})
    for name, schema in properties.items():
        values = (one["properties"][name] for one in page["features"])
        value = next((one for one in values if one is not None), None)
        if value is None:
            continue
        found = fetch_items(client, collection, {name: value, "limit": 50})
        assert found["features"]
        assert {one["properties"][name] for one in found["features"]} == {value}
        if collection != "lines":  # which take their time
            same = {"filter": f"{name} = {write_literal(value, schema)}", "limit": 1}
            assert fetch_items(client, collection, same)["numberMatched"] == found["numberMatched"]


def test_parameters_are_all_to_be_met(
    client: FlaskClient, divisions: list[ExportedFeature]
) -> None:
    expected = find_matches(
        divisions,
        lambda f: f.properties["unit_type"] == "县级市" and f.properties["parent_code"] == "440700",
    )
    found = select_ids(client, "divisions", {"unit_type": "县级市", "parent_code": "440700"})
    assert found == expected
    assert len(expected) == 4


@pytest.mark.parametrize(
    "value", ["' OR 1=1 --", "%", "%s", "%(at)s", "\\", "\U0001f3d4", "x" * 999]
)
def test_a_value_is_never_more_than_a_value(client: FlaskClient, value: str) -> None:
    assert fetch_items(client, "divisions", {"name": value})["features"] == []
    quoted = value.replace("\\", "\\\\").replace("'", "''")
    assert fetch_items(client, "divisions", {"filter": f"name = '{quoted}'"})["features"] == []
