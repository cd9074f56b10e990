"""Conformance class "OpenAPI 3.0" of OGC API - Features - Part 1 (17-069r4)."""

from collections.abc import Iterator
from typing import Any

import pytest
from flask.testing import FlaskClient
from jsonschema import Draft4Validator, Draft202012Validator
from schemathesis.specs.openapi.definitions import OPENAPI_30

from tests.web.ogc.conformance.feature_requests import (
    COLLECTIONS,
    ROOT,
    Document,
    fetch_document,
    fetch_items,
    find_link,
    list_ids,
    refuse_items,
)

OPENAPI = "application/vnd.oai.openapi+json;version=3.0"


@pytest.fixture(scope="module")
def document(client: FlaskClient) -> Document:
    """The description of the API."""
    return fetch_document(client, "/api")


def iter_operations(document: Document) -> Iterator[tuple[str, Document]]:
    """Each path with its operation for reading."""
    for path, operations in document["paths"].items():
        yield path, operations["get"]


def resolve_reference(document: Document, part: Document) -> Document:
    """What a reference to a component leads to; anything else as it is."""
    if "$ref" not in part:
        return part
    found: Any = document
    for name in part["$ref"].removeprefix("#/").split("/"):
        found = found[name]
    assert isinstance(found, dict)
    return found


def fill_path(client: FlaskClient, path: str) -> str:
    """A path with the id of a feature in the place of its parameter."""
    if "{featureId}" not in path:
        return path
    collection = path.split("/")[2]
    (id_,) = list_ids(fetch_items(client, collection, {"limit": 1}))
    return path.replace("{featureId}", id_)


def test_oas_definition_1(client: FlaskClient) -> None:
    """``/req/oas30/oas-definition-1``: as JSON for programs and as a page for people."""
    landing = fetch_document(client, "/")
    assert find_link(landing, "service-desc")["type"] == OPENAPI
    assert find_link(landing, "service-doc")["type"] == "text/html"
    response = client.get(f"{ROOT}/api", headers={"Accept": OPENAPI})
    assert response.content_type == OPENAPI


def test_oas_definition_2(document: Document) -> None:
    """``/req/oas30/oas-definition-2``: it is OpenAPI 3.0, with nothing missing or double."""
    Draft4Validator(OPENAPI_30).validate(document)
    assert document["openapi"].startswith("3.0.")
    ids = [operation["operationId"] for _, operation in iter_operations(document)]
    assert len(ids) == len(set(ids))
    for path, operation in iter_operations(document):
        parameters = [resolve_reference(document, one) for one in operation["parameters"]]
        keys = [(one["name"], one["in"]) for one in parameters]
        assert len(keys) == len(set(keys)), path
        in_path = {name for name, where in keys if where == "path"}
        assert in_path == ({"featureId"} if "{featureId}" in path else set())


def test_oas_impl(client: FlaskClient, document: Document) -> None:
    """``/req/oas30/oas-impl``: every operation is there, and knows its parameters."""
    assert document["servers"] == [{"url": f"http://localhost{ROOT}"}]
    for path, operation in iter_operations(document):
        own = fill_path(client, path)
        response = client.get(f"{ROOT}{own}", query_string={"f": "json", "lang": "en"})
        assert response.status_code == 200, path
        assert response.mimetype in {
            media.partition(";")[0] for media in operation["responses"]["200"]["content"]
        }
    samples = {
        "limit": "3", "bbox": "113,23,114,24", "bbox-crs": "EPSG:4326", "crs": "EPSG:4490",
        "datetime": "2020-01-01", "filter": "TRUE", "filter-lang": "cql2-text",
        "filter-crs": "EPSG:4326", "cursor": "22222222-2222-4222-8222-222222222222",
        "basis": "effective", "f": "json", "lang": "en",
    }  # fmt: skip
    described = document["paths"]["/collections/divisions/items"]["get"]["parameters"]
    names = {resolve_reference(document, one)["name"] for one in described}
    assert set(samples) < names
    for name, value in samples.items():
        fetch_items(client, "divisions", {name: value})


def test_completeness(client: FlaskClient, document: Document) -> None:
    """``/req/oas30/completeness``: every response is described, of success and of failure."""
    path = "/collections/divisions/items/440106"
    described = document["paths"]["/collections/divisions/items/{featureId}"]["get"]["responses"]
    etag = client.get(f"{ROOT}{path}").headers["ETag"]
    seen = {
        client.get(f"{ROOT}{path}").status_code,
        client.get(f"{ROOT}{path}", headers={"If-None-Match": etag}).status_code,
        client.get(f"{ROOT}{path}?crs=moon").status_code,
        client.get(f"{ROOT}{path}0").status_code,
        client.post(f"{ROOT}{path}", data=b"").status_code,
    }
    assert seen == {200, 304, 400, 404, 405}
    assert {str(status) for status in seen} <= set(described)
    for _, operation in iter_operations(document):
        content = operation["responses"]["200"]["content"]
        assert "text/html" in content and len(content) == 2


def test_exceptions_codes(client: FlaskClient, document: Document) -> None:
    """``/req/oas30/exceptions-codes``: each failure has its code and a problem as its body."""
    for path, operation in iter_operations(document):
        codes = {code for code in operation["responses"] if code >= "400"}
        assert codes >= {"400", "404", "429", "500", "503"}, path
        for code in codes:
            problem = resolve_reference(document, operation["responses"][code])
            assert list(problem["content"]) == ["application/problem+json"]
    refuse_items(client, "divisions", {"limit": "0"})


def test_security(client: FlaskClient, document: Document) -> None:
    """``/req/oas30/security``: reading needs no key; the schemes for writing are named."""
    assert "security" not in document
    assert all("security" not in operation for _, operation in iter_operations(document))
    schemes = document["components"]["securitySchemes"].values()
    assert {(one["type"], one["scheme"]) for one in schemes} == {
        ("http", "bearer"),
        ("http", "basic"),
    }
    assert client.get(f"{ROOT}/collections").status_code == 200


@pytest.mark.parametrize("collection", COLLECTIONS)
def test_parameters_of_properties_are_described(
    client: FlaskClient, document: Document, collection: str
) -> None:
    described = document["paths"][f"/collections/{collection}/items"]["get"]["parameters"]
    own = {one["name"]: one["schema"] for one in described if "name" in one}
    queryables = fetch_document(client, f"/collections/{collection}/queryables")["properties"]
    queryables.pop("geometry")
    assert own == queryables
    for schema in own.values():
        Draft202012Validator.check_schema(schema)
