"""What a feature has to look like that is sent to a draft, as a JSON Schema of the GeoJSON."""

from typing import Any, Literal

from boundaries.features.feature_collection import FeatureCollection
from gazetteer.messages import message
from gazetteer.problems import InvalidValue
from web.http.language import request_language
from web.ogc.collection_documents import describe_property
from web.ogc.feature_views import FeatureView
from web.ogc.writable_features import (
    GEOMETRY_TYPES,
    PROPERTIES_OF_NEW,
    RECEIVED_PROPERTIES,
    is_writable,
)

Document = dict[str, Any]
SentKind = Literal["create", "replace", "update"]
_METHODS = {"create": "POST", "replace": "PUT", "update": "PATCH"}


def build_sent_schema(view: FeatureView, collection: FeatureCollection, kind: SentKind) -> Document:
    """The JSON Schema of a feature that is created or replaced, or of the changes to one.

    Raises:
        InvalidValue: features of the collection are not written in this way.
    """
    name = collection.name
    if not view.is_draft or not is_writable(name, _METHODS[kind]):
        raise InvalidValue(message("feature.not_written", kind=kind), field="type")
    properties = {
        "type": ["object", "null"],
        "properties": _describe_properties(collection, kind),
        "required": list(PROPERTIES_OF_NEW) if kind == "create" else [],
        "additionalProperties": False,
    }
    members: Document = {
        "type": {"const": "Feature"},
        "id": {"type": ["string", "number"]},
        "geometry": _describe_geometry(name),
        "properties": properties,
    }
    required = {"create": ["type", "geometry", "properties"], "replace": ["type", "geometry"]}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"{view.root_url}/collections/{name}/schema?type={kind}",
        "title": collection.title_message.text(request_language()),
        "type": "object",
        "properties": members,
        "required": required.get(kind, []),
    }


def _describe_properties(collection: FeatureCollection, kind: SentKind) -> Document:
    """The properties; those that have no effect are read only."""
    received = RECEIVED_PROPERTIES[kind] if collection.name == "divisions" else ()
    described: Document = {"id": {"type": ["string", "null"], "readOnly": True}}
    for one in collection.properties:
        schema = describe_property(one)
        schema["type"] = [schema["type"], "null"]
        if "enum" in schema:
            schema["enum"] = [*schema["enum"], None]
        described[one.name] = schema if one.name in received else {**schema, "readOnly": True}
    return described


def _describe_geometry(collection: str) -> Document:
    return {
        "type": "object",
        "properties": {
            "type": {"enum": list(GEOMETRY_TYPES[collection])},
            "coordinates": {"type": "array", "minItems": 1},
        },
        "required": ["type", "coordinates"],
    }
