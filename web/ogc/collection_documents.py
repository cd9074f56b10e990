"""The documents of an OGC API: landing page, collections, what can be asked of them."""

from typing import Any

from boundaries.features.collection_extent import CollectionExtent
from boundaries.features.feature_collection import FeatureCollection, FeatureProperty, PropertyType
from boundaries.features.feature_crs import CGCS2000, SUPPORTED
from boundaries.features.filter_sql import GEOMETRY
from gazetteer.messages import message
from web.http.language import request_language
from web.ogc.conformance_classes import READING_CLASSES, WRITING_CLASSES
from web.ogc.feature_views import FeatureView
from web.ogc.links import (
    GEOJSON,
    HTML,
    JSON,
    OGC_REL,
    OPENAPI,
    SCHEMA,
    TILED_COLLECTIONS,
    Link,
    build_link,
    build_own_links,
)
from web.ogc.writable_features import READ_ONLY_PROPERTIES

Document = dict[str, Any]
_TRS = "http://www.opengis.net/def/uom/ISO-8601/0/Gregorian"
_UNITS = {"area_km2": "km2", "accuracy_m": "m", "length_m": "m"}
"""Of measured properties, as UCUM writes them (``/req/schemas/unit``)."""


def build_landing_page(view: FeatureView) -> Document:
    """What the API is, with links to everything else."""
    lang, url = request_language(), view.root_url
    return {
        "title": view.title.text(lang),
        "description": message(
            "feature.landing.draft" if view.is_draft else "feature.landing.register"
        ).text(lang),
        "attribution": message("feature.attribution").text(lang),
        "links": [
            *build_own_links(JSON),
            build_link("service-desc", f"{url}/api", OPENAPI, "feature.link.api"),
            build_link("service-doc", f"{url}/api?f=html", HTML, "feature.link.api_html"),
            build_link("conformance", f"{url}/conformance", JSON, "feature.link.conformance"),
            build_link("data", f"{url}/collections", JSON, "feature.link.collections"),
        ],
    }


def build_conformance(view: FeatureView) -> Document:
    """The conformance classes of the API."""
    classes = (*READING_CLASSES, *(WRITING_CLASSES if view.is_draft else ()))
    return {"conformsTo": list(classes), "links": build_own_links(JSON)}


def build_collections(view: FeatureView, extents: dict[str, CollectionExtent]) -> Document:
    """All collections."""
    return {
        "links": build_own_links(JSON),
        "crs": [crs.uri for crs in SUPPORTED],
        "collections": [
            _describe_collection(view, collection, extents[collection.name])
            for collection in view.collections.values()
        ],
    }


def build_collection(
    view: FeatureView, collection: FeatureCollection, extent: CollectionExtent
) -> Document:
    """One collection."""
    described = _describe_collection(view, collection, extent)
    own = build_own_links(JSON)
    return {**described, "links": [*own, *described["links"][1:]]}


def _describe_collection(
    view: FeatureView, collection: FeatureCollection, extent: CollectionExtent
) -> Document:
    lang, url = request_language(), f"{view.root_url}/collections/{collection.name}"
    first = extent.first_day.isoformat() + "T00:00:00Z" if extent.first_day else None
    described: Document = {
        "id": collection.name,
        "title": collection.title_message.text(lang),
        "description": collection.description_message.text(lang),
        "itemType": "feature",
        "crs": [crs.uri for crs in SUPPORTED],
        "storageCrs": CGCS2000.uri,
        "links": [
            build_link("self", url, JSON),
            build_link("items", f"{url}/items", GEOJSON, "feature.link.items"),
            build_link("items", f"{url}/items?f=html", HTML, "feature.link.items"),
            build_link(
                f"{OGC_REL}queryables", f"{url}/queryables", SCHEMA, "feature.link.queryables"
            ),
            build_link(f"{OGC_REL}schema", f"{url}/schema", SCHEMA, "feature.link.schema"),
            *_list_tile_links(view, collection),
        ],
    }
    if extent.box is not None:
        described["extent"] = {
            "spatial": {"bbox": [list(extent.box)], "crs": SUPPORTED[0].uri},
            "temporal": {"interval": [[first, None]], "trs": _TRS},
        }
    return described


def _list_tile_links(view: FeatureView, collection: FeatureCollection) -> list[Link]:
    """The tiles of a collection, if there are any: of what is published only."""
    if view.is_draft or collection.name not in TILED_COLLECTIONS:
        return []
    url = f"{view.root_url}/collections/{collection.name}/tiles"
    return [build_link(f"{OGC_REL}tilesets-vector", url, JSON, "feature.link.tiles")]


def build_queryables(view: FeatureView, collection: FeatureCollection) -> Document:
    """The properties that filters may use, as a JSON Schema."""
    url = f"{view.root_url}/collections/{collection.name}/queryables"
    properties = {one.name: describe_property(one) for one in collection.properties}
    return _build_schema(collection, url, {**properties, GEOMETRY: describe_geometry(collection)})


def build_schema(view: FeatureView, collection: FeatureCollection) -> Document:
    """The properties of features, as a JSON Schema."""
    url = f"{view.root_url}/collections/{collection.name}/schema"
    lang = request_language()
    identifier = {
        "type": "string",
        "title": message("feature.property.id").text(lang),
        "x-ogc-role": "id",
        "readOnly": True,
    }
    properties = {one.name: describe_property(one) for one in collection.properties}
    for name in READ_ONLY_PROPERTIES.get(collection.name, ()) if view.is_draft else ():
        properties[name]["readOnly"] = True
    return _build_schema(
        collection,
        url,
        {"id": identifier, **properties, GEOMETRY: describe_geometry(collection)},
    )


def describe_property(one: FeatureProperty) -> Document:
    """A property as a JSON Schema."""
    type_ = "string" if one.type is PropertyType.DATE else one.type.value
    schema: Document = {"title": one.description_message.text(request_language()), "type": type_}
    if one.type is PropertyType.DATE:
        schema["format"] = "date"
    if one.values:
        schema["enum"] = list(one.values)
    if one.name in _UNITS:
        schema["x-ogc-unit"] = _UNITS[one.name]
    return schema


def describe_geometry(collection: FeatureCollection) -> Document:
    """The geometry of a collection as a JSON Schema."""
    title = message("feature.property.geometry").text(request_language())
    return {"title": title, "x-ogc-role": "primary-geometry", "format": collection.geometry}


def _build_schema(collection: FeatureCollection, url: str, properties: Document) -> Document:
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": url,
        "type": "object",
        "title": collection.title_message.text(request_language()),
        "properties": properties,
        "additionalProperties": False,
    }
