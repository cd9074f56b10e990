"""The OpenAPI 3.0 document of an OGC API: QGIS and GDAL read limits and parameters from it.

``/openapi.json`` describes the same operations in OpenAPI 3.1; clients of OGC APIs look for paths
below their landing page, and know 3.0 only.
"""

from importlib.metadata import version
from typing import Any

from boundaries.features.feature_collection import FeatureCollection
from boundaries.features.feature_crs import SUPPORTED
from gazetteer.messages import message
from web.http.language import request_language
from web.ogc.collection_documents import describe_property
from web.ogc.feature_views import FeatureView
from web.ogc.items_query import DEFAULT_LIMIT, MAX_LIMIT
from web.ogc.links import GEOJSON, HTML, JSON, SCHEMA
from web.ogc.writable_features import MERGE_PATCH, is_writable

Document = dict[str, Any]
_PROBLEM = "application/problem+json"
_COMMON = ("limit", "bbox", "bbox-crs", "crs", "datetime", "filter", "filter-lang", "filter-crs",
           "cursor", "f", "lang")  # fmt: skip
_OF_FEATURE = ("crs", "f", "lang")
_OF_MOMENT = ("known_at", "basis")


def build_api_document(view: FeatureView) -> Document:
    """The document of a view of the register."""
    paths: Document = {
        "/": _describe_read("landing_page", "feature.api.landing", JSON),
        "/conformance": _describe_read("conformance", "feature.api.conformance", JSON),
        "/collections": _describe_read("collections", "feature.api.collections", JSON),
    }
    for collection in view.collections.values():
        paths |= _describe_collection_paths(view, collection)
    return {
        "openapi": "3.0.3",
        "info": {
            "title": view.title.text(request_language()),
            "version": version("gazetteer"),
        },
        "servers": [{"url": view.root_url}],
        "paths": paths,
        "components": {
            "parameters": _build_parameters(),
            "responses": {
                "Problem": {"description": "RFC 9457", "content": {_PROBLEM: _describe_any()}}
            },
            "securitySchemes": {
                "key": {"type": "http", "scheme": "bearer"},
                "key_as_password": {"type": "http", "scheme": "basic"},
            },
        },
        **({"security": [{"key": []}, {"key_as_password": []}]} if view.is_draft else {}),
    }


def _describe_collection_paths(view: FeatureView, collection: FeatureCollection) -> Document:
    base, name = f"/collections/{collection.name}", collection.name
    items = _describe_read(f"items_{name}", "feature.api.items", GEOJSON)
    names: tuple[str, ...] = _COMMON if view.is_draft else (*_COMMON, *_OF_MOMENT)
    items["get"]["parameters"] = [
        *(_refer_to("parameters", one) for one in names),
        *(_describe_property_parameter(collection, one) for one in collection.property_by_name),
    ]
    item = _describe_read(f"item_{name}", "feature.api.item", GEOJSON)
    own = {"name": "featureId", "in": "path", "required": True, "schema": {"type": "string"}}
    names = _OF_FEATURE if view.is_draft else (*_OF_FEATURE, "datetime", *_OF_MOMENT)
    item["get"]["parameters"] = [own, *(_refer_to("parameters", one) for one in names)]
    item["get"]["responses"]["304"] = {"description": "Not Modified"}
    if view.is_draft and is_writable(name, "POST"):
        items["post"] = _describe_write(f"create_{name}", "feature.api.create", GEOJSON, "201")
    for method, id_, media in (
        ("put", "replace", GEOJSON),
        ("patch", "update", MERGE_PATCH),
        ("delete", "delete", None),
    ):
        if view.is_draft and is_writable(name, method.upper()):
            item[method] = _describe_write(f"{id_}_{name}", f"feature.api.{id_}", media, "204")
            item[method]["parameters"] = [own]
    return {
        base: _describe_read(f"collection_{name}", "feature.api.collection", JSON),
        f"{base}/queryables": _describe_read(
            f"queryables_{name}", "feature.api.queryables", SCHEMA
        ),
        f"{base}/schema": _describe_schema(name),
        f"{base}/items": items,
        f"{base}/items/{{featureId}}": item,
    }


def _describe_schema(name: str) -> Document:
    described = _describe_read(f"schema_{name}", "feature.api.schema", SCHEMA)
    described["get"]["parameters"].append(
        _build_parameter("type", {"type": "string", "enum": ["create", "replace", "update"]})
    )
    return described


def _describe_read(operation: str, title: str, media: str) -> Document:
    content = {media: _describe_any(), HTML: {"schema": {"type": "string"}}}
    return {
        "get": {
            "operationId": operation,
            "summary": message(title).text(request_language()),
            "parameters": [_refer_to("parameters", "f"), _refer_to("parameters", "lang")],
            "responses": {"200": {"description": "OK", "content": content}, **_build_problems()},
        }
    }


def _describe_write(operation: str, title: str, media: str | None, status: str) -> Document:
    described: Document = {
        "operationId": operation,
        "summary": message(title).text(request_language()),
        "responses": {status: {"description": "OK"}, **_build_problems(("401", "403", "409",
                      "412", "413", "415"))},
    }  # fmt: skip
    if media is not None:
        described["requestBody"] = {"required": True, "content": {media: _describe_any()}}
    return described


def _build_problems(more: tuple[str, ...] = ()) -> Document:
    codes = sorted({"400", "404", "405", "429", "500", "503", *more})
    return {status: _refer_to("responses", "Problem") for status in codes}


def _build_parameters() -> Document:
    systems = [crs.uri for crs in SUPPORTED]
    system: Document = {"type": "string", "format": "uri", "enum": systems, "default": systems[0]}
    box = {"type": "array", "items": {"type": "number"}, "minItems": 4, "maxItems": 6}
    limit = {"type": "integer", "minimum": 1, "maximum": MAX_LIMIT, "default": DEFAULT_LIMIT}
    languages = {"type": "string", "enum": ["cql2-text", "cql2-json"], "default": "cql2-text"}
    schemas: Document = {
        "limit": limit,
        "bbox": box,
        "bbox-crs": system,
        "crs": system,
        "datetime": {"type": "string"},
        "filter": {"type": "string"},
        "filter-lang": languages,
        "filter-crs": system,
        "cursor": {"type": "string"},
        "known_at": {"type": "string", "format": "date-time"},
        "basis": {"type": "string", "enum": ["effective", "announced", "implemented"]},
        "f": {"type": "string", "enum": ["json", "html"]},
        "lang": {"type": "string", "enum": ["zh", "en"]},
    }
    return {name: _build_parameter(name, schema) for name, schema in schemas.items()}


def _describe_property_parameter(collection: FeatureCollection, name: str) -> Document:
    return _build_parameter(name, describe_property(collection.property_by_name[name]))


def _build_parameter(name: str, schema: Document) -> Document:
    return {
        "name": name,
        "in": "query",
        "required": False,
        "style": "form",
        "explode": False,
        "schema": schema,
    }


def _refer_to(part: str, name: str) -> Document:
    return {"$ref": f"#/components/{part}/{name}"}


def _describe_any() -> Document:
    return {"schema": {"type": "object"}}
