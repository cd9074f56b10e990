"""OGC API - Features - Part 4 (20-002, draft of June 2026), requirement by requirement.

The classes are those that the API over a draft declares besides those for reading.
"""

import json
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from shapely.geometry import mapping

from tests.web.api.draft_people import Colleague
from tests.web.api.test_drafts import TIANHE
from tests.web.ogc.conformance.test_declared_classes import find_quoted_requirements
from tests.web.ogc.drafts.desktop import (
    CGCS2000,
    GEOJSON,
    MERGE_PATCH,
    Desktop,
    list_vertices,
    open_desktop,
    rewrite,
)
from tests.web.ogc.drafts.test_territory_writing import iter_cuts, read_area_in_degrees
from tests.web.sign_in import refused
from web.ogc.conformance_classes import WRITING_CLASSES

PREFIX = "http://www.opengis.net/spec/ogcapi-features-4/1.0/conf/"
CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
ITEMS, ITEM = "/collections/divisions/items", f"/collections/divisions/items/{TIANHE}"
NEW = {"code": "440119", "name": "新天区", "level": "county"}
REQUIREMENTS = {
    "create-replace-delete": (
        "core/methods",
        *(f"create-replace-delete/post-{name}" for name in (
            "op", "body", "content-type", "response", "response-rid",
        )),
        *(f"create-replace-delete/put-{name}" for name in (
            "op", "body", "content-type", "response", "rid", "rid-exception",
        )),
        "create-replace-delete/delete-op", "create-replace-delete/delete-response",
        "create-replace-delete/options-op", "create-replace-delete/options-response",
    ),
    "update": tuple(f"update/{name}" for name in (
        "methods", "update-patch-op", "update-patch-body", "update-patch-response", "rid",
    )),
    "features": tuple(f"features/{name}" for name in (
        "resources-endpoint", "resource-endpoint", "collection-endpoint",
        "geojson-create-replace", "representation-geojson-replace", "schema",
        "update-json-merge-patch", "content-crs-header", "default-crs", "crs-other-crs",
    )),
    "optimistic-locking-etags": tuple(f"optimistic-locking-etags/{name}" for name in (
        "get-etag-response", "put-etag-response", "patch-etag-response", "ifmatch-put-eval",
        "ifmatch-put-op", "ifmatch-patch-eval", "ifmatch-patch-op",
    )),
}  # fmt: skip
"""Left out are those for GML, and for servers with one coordinate reference system."""


@pytest.fixture
def desktop(people: dict[str, Colleague]) -> Desktop:
    return open_desktop(people["ed1"])


def read_body(desktop: Desktop, crs: str = CGCS2000) -> Any:
    return json.loads(desktop.read(TIANHE, crs=crs).text)


def shift(feature: Any, by: float) -> Any:
    """The feature with its first vertex elsewhere."""
    first = list_vertices(feature["geometry"])[0]
    geometry = rewrite(
        feature["geometry"],
        lambda at: [part + by for part in at] if at == first else list(at),
    )
    return {**feature, "geometry": geometry}


def test_every_declared_class_and_each_of_its_requirements_is_tested(desktop: Desktop) -> None:
    assert {f"{PREFIX}{name}" for name in REQUIREMENTS} == set(WRITING_CLASSES)
    declared = json.loads(desktop.send("GET", "/conformance").text)["conformsTo"]
    assert set(WRITING_CLASSES) <= set(declared)
    required = {f"/req/{name}" for names in REQUIREMENTS.values() for name in names}
    assert required - set(find_quoted_requirements()) == set()


def test_methods_and_options(desktop: Desktop) -> None:
    """``/req/core/methods``, ``/req/update/methods``, ``/req/create-replace-delete/options-op``,
    ``/req/create-replace-delete/options-response``: what is allowed is said for the account."""
    for path, methods in ((ITEMS, {"POST"}), (ITEM, {"PUT", "PATCH", "DELETE"})):
        answer = desktop.send("OPTIONS", path)
        assert answer.status_code == 200
        allowed = set(answer.headers["Allow"].split(", "))
        assert allowed == {"GET", "HEAD", "OPTIONS"} | methods
    edge = desktop.send("OPTIONS", "/collections/edges/items").headers["Allow"]
    assert edge == "GET, HEAD, OPTIONS"
    refused(desktop.send("POST", "/collections/edges/items", {}), 405, "method_not_allowed")


def test_post(desktop: Desktop) -> None:
    """``/req/create-replace-delete/post-op``, ``/req/create-replace-delete/post-body``,
    ``/req/create-replace-delete/post-content-type``, ``/req/create-replace-delete/post-response``,
    ``/req/create-replace-delete/post-response-rid``: 201, a new id, and where it is."""
    _, (_, part) = max(iter_cuts(read_area_in_degrees(desktop, TIANHE)), key=lambda cut: cut[0])
    body = {"type": "Feature", "geometry": mapping(part), "properties": NEW}
    known = {
        feature["id"]
        for feature in json.loads(desktop.send("GET", f"{ITEMS}?limit=1000").text)["features"]
    }
    refused(
        desktop.send("POST", ITEMS, json.dumps(body), "text/xml"), 415, "unsupported_media_type"
    )
    answer = desktop.send("POST", ITEMS, {**body, "id": "mine"})
    assert answer.status_code == 201
    location = answer.headers["Location"]
    assert location.startswith(f"http://localhost{desktop.root}{ITEMS}/")
    unit = location.rsplit("/", 1)[-1]
    assert unit not in {*known, "mine"}
    created = json.loads(desktop.send("GET", f"{ITEMS}/{unit}").text)
    assert {name: created["properties"][name] for name in NEW} == NEW
    assert set(list_vertices(created["geometry"])) == set(part.exterior.coords)


def test_put(desktop: Desktop) -> None:
    """``/req/create-replace-delete/put-op``, ``/req/create-replace-delete/put-body``,
    ``/req/create-replace-delete/put-content-type``, ``/req/create-replace-delete/put-response``,
    ``/req/create-replace-delete/put-rid``: an id in the body is not looked at."""
    moved = shift(read_body(desktop), 1e-4)
    refused(
        desktop.send("PUT", ITEM, json.dumps(moved), MERGE_PATCH), 415, "unsupported_media_type"
    )
    answer = desktop.put(TIANHE, {**moved, "id": "another"}, Content_Crs=CGCS2000)
    assert answer.status_code == 204
    assert read_body(desktop)["geometry"]["coordinates"] == moved["geometry"]["coordinates"]


def test_put_of_what_does_not_exist(desktop: Desktop) -> None:
    """``/req/create-replace-delete/put-rid-exception``, ``/req/features/collection-endpoint``:
    features are not created by PUT, and no collection says that they were."""
    body = read_body(desktop)
    refused(desktop.put("440999", body), 404, "not_found")
    refused(desktop.put("440999", body, If_Match='"any"'), 412, "precondition_failed")
    for path in ("/collections", "/collections/divisions"):
        assert "supportsNonAutogeneratedResourceIds" not in desktop.send("GET", path).text


def test_delete(desktop: Desktop) -> None:
    """``/req/create-replace-delete/delete-op``, ``/req/create-replace-delete/delete-response``."""
    assert desktop.send("DELETE", ITEM).status_code == 204
    refused(desktop.send("GET", ITEM), 404, "not_found")
    refused(desktop.send("DELETE", ITEM), 404, "not_found")


def test_patch(desktop: Desktop) -> None:
    """``/req/update/update-patch-op``, ``/req/update/update-patch-body``,
    ``/req/update/update-patch-response``, ``/req/update/rid``,
    ``/req/features/update-json-merge-patch``: only what is sent changes, an unchanged id is not
    looked at, another one is refused, null of what has no value is nothing."""
    before = read_body(desktop)
    sent = {"id": before["id"], "properties": {"name": "天和区", "valid_to": None}}
    assert desktop.patch(TIANHE, sent).status_code == 204
    after = read_body(desktop)
    assert after["properties"]["name"] == "天和区"
    assert after["geometry"] == before["geometry"]
    assert after["properties"]["code"] == TIANHE
    assert refused(desktop.patch(TIANHE, {"id": "x"}), 400, "invalid_value")["field"] == "id"
    moved = shift(before, 1e-4)["geometry"]
    assert desktop.patch(TIANHE, {"geometry": moved}, Content_Crs=CGCS2000).status_code == 204
    drawn = read_body(desktop)
    assert drawn["geometry"]["coordinates"] == moved["coordinates"]
    assert drawn["properties"]["name"] == "天和区"


def test_endpoints(desktop: Desktop) -> None:
    """``/req/features/resources-endpoint``, ``/req/features/resource-endpoint``: features are
    written where they are read, by the ids with which they were read."""
    feature = json.loads(desktop.send("GET", f"{ITEMS}?limit=1&code={TIANHE}").text)["features"][0]
    answer = desktop.put(feature["id"], feature)
    assert answer.status_code == 204
    assert desktop.list_commands() == []


def test_schemas_of_what_is_sent(desktop: Desktop) -> None:
    """``/req/features/schema``, ``/req/features/representation-geojson-replace``,
    ``/req/features/geojson-create-replace``: what fits the schema is taken."""
    schemas = {}
    for kind in ("create", "replace", "update"):
        answer = desktop.send("GET", f"/collections/divisions/schema?type={kind}")
        assert (answer.status_code, answer.mimetype) == (200, "application/schema+json")
        schemas[kind] = json.loads(answer.text)
        Draft202012Validator.check_schema(schemas[kind])
    body = read_body(desktop)
    validators = {kind: Draft202012Validator(schema) for kind, schema in schemas.items()}
    assert list(validators["replace"].iter_errors(body)) == []
    assert desktop.put(TIANHE, body, Content_Crs=CGCS2000).status_code == 204
    wrong = {**body, "geometry": {"type": "Point", "coordinates": [1, 2]}}
    assert list(validators["replace"].iter_errors(wrong))
    refused(desktop.put(TIANHE, wrong, Content_Crs=CGCS2000), 400, "invalid_value")
    assert list(validators["create"].iter_errors({**body, "properties": {"name": "x"}}))
    received = {
        name
        for name, one in schemas["update"]["properties"]["properties"]["properties"].items()
        if not one.get("readOnly")
    }
    assert received == {"code", "name", "parent_code"}
    refused(desktop.send("GET", "/collections/nodes/schema?type=replace"), 400, "invalid_value")


def test_coordinate_systems(desktop: Desktop) -> None:
    """``/req/features/content-crs-header``, ``/req/features/default-crs``,
    ``/req/features/crs-other-crs``: the header says in which system coordinates are sent."""
    for crs in (CRS84, CGCS2000, "http://www.opengis.net/def/crs/EPSG/0/4547"):
        body = read_body(desktop, crs)
        for header in (crs, f"<{crs}>"):
            answer = desktop.put(TIANHE, body, Content_Crs=header)
            assert answer.status_code == 204, (crs, answer.text)
    assert desktop.put(TIANHE, read_body(desktop, CRS84)).status_code == 204
    assert desktop.list_commands() == []
    assert desktop.read_revision() == 0
    unknown = desktop.put(TIANHE, read_body(desktop), Content_Crs="http://example.org/crs")
    assert refused(unknown, 400, "invalid_value")["field"] == "Content-Crs"


@pytest.mark.parametrize("method", ["put", "patch"])
def test_tags(desktop: Desktop, method: str) -> None:
    """``/req/optimistic-locking-etags/get-etag-response``,
    ``/req/optimistic-locking-etags/put-etag-response``,
    ``/req/optimistic-locking-etags/patch-etag-response``,
    ``/req/optimistic-locking-etags/ifmatch-put-eval``,
    ``/req/optimistic-locking-etags/ifmatch-put-op``,
    ``/req/optimistic-locking-etags/ifmatch-patch-eval``,
    ``/req/optimistic-locking-etags/ifmatch-patch-op``: writes may say what they have seen."""
    read = desktop.read(TIANHE)
    tag = read.headers["ETag"]
    moved = shift(json.loads(read.text), 1e-4)
    body = moved if method == "put" else {"geometry": moved["geometry"]}
    write = getattr(desktop, method)
    crs = {"Content_Crs": CGCS2000}
    refused(write(TIANHE, body, If_Match='"stale"', **crs), 412, "precondition_failed")
    assert desktop.read(TIANHE).headers["ETag"] == tag
    written = write(TIANHE, body, If_Match=tag, **crs)
    assert written.status_code == 204
    assert written.headers["ETag"] == desktop.read(TIANHE).headers["ETag"] != tag
    refused(write(TIANHE, body, If_Match=tag, **crs), 412, "precondition_failed")
    assert write(TIANHE, body, If_Match="*", **crs).status_code == 204


def test_media_types_are_advertised(desktop: Desktop) -> None:
    """The description names the media types of bodies, on which the class "features" depends."""
    paths = json.loads(desktop.send("GET", "/api").text)["paths"]
    item = paths["/collections/divisions/items/{featureId}"]
    assert list(item["put"]["requestBody"]["content"]) == [GEOJSON]
    assert list(item["patch"]["requestBody"]["content"]) == [MERGE_PATCH]
    assert list(paths["/collections/divisions/items"]["post"]["requestBody"]["content"]) == [
        GEOJSON
    ]
    assert "post" not in paths["/collections/edges/items"]
