"""The documents of an OGC API as pages for people."""

from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from typing import Any

import orjson
import shapely
from flask import Response, request

from boundaries.features.feature_collection import FeatureCollection
from boundaries.features.feature_crs import FeatureCrs, find_crs
from gazetteer.problems import InvalidValue, Problem
from web.http.connections import snapshot_connection
from web.http.description_texts import translate_descriptions
from web.http.language import request_language
from web.ogc.feature_display import (
    FeatureDisplay,
    describe_geometry_facts,
    draw_features,
    word_code,
)
from web.ogc.feature_responses import FeaturePage, find_feature, load_feature_page
from web.ogc.feature_views import FeatureView
from web.ogc.items_query import FeatureParams, ItemsQuery, read_period
from web.ogc.links import GEOJSON, HTML, JSON, OPENAPI, SCHEMA, Link, build_link, rebuild_url
from web.pages.problem_pages import render_problem_page
from web.pages.reference_pages import describe_type
from web.pages.rendering import render_page

Document = dict[str, Any]
_CHOSEN = ("level", "severity", "state")
"""Coded properties by which the form of a collection filters, if it has them."""


def render_landing_page(document: Document) -> Response:
    """The landing page."""
    return _render_document("ogc_landing.html", document)


def render_api_page(document: Document) -> Response:
    """The operations of the API."""
    groups: dict[str, list[Document]] = {}
    for operation in _iter_operations(document):
        groups.setdefault(operation["collection"], []).append(operation)
    return _render_document(
        "ogc_api.html", document, OPENAPI, groups=groups, describe_type=describe_type
    )


def render_conformance_page(document: Document) -> Response:
    """The conformance classes."""
    return _render_document("ogc_conformance.html", document)


def render_collections_page(document: Document) -> Response:
    """The collections."""
    return _render_document("ogc_collections.html", document)


def render_collection_page(document: Document) -> Response:
    """One collection."""
    return _render_document("ogc_collection.html", document)


def render_schema_page(document: Document) -> Response:
    """The properties of a collection."""
    base, _, part = document["$id"].rpartition("/")
    return _render_document(
        "ogc_schema.html",
        document,
        SCHEMA,
        name=base.rpartition("/")[2],
        is_queryables=part == "queryables",
    )


def render_features_page(
    view: FeatureView, collection: FeatureCollection, query: ItemsQuery
) -> Response:
    """A page of features as a table, with a form that filters it."""
    empty = [name for name, value in request.args.items(multi=True) if not value]
    if empty:  # a form sends its empty fields too; the links of the page are better without them
        return _close_page(Response(status=303, headers={"Location": rebuild_url({}, empty)}))
    page = FeaturePage((), None, None)
    problem: Problem | None = None
    values: Document = {"rows": [], "picture": None, "crs": None}
    try:
        page = load_feature_page(view, collection.name, query)
        values = _build_rows(view, collection, query, page)
    except InvalidValue as refused:
        problem = refused
    links = [page.next_link] if page.next_link is not None else []
    return _render_document(
        "ogc_features.html",
        {"links": links},
        GEOJSON,
        problem=problem,
        page=page,
        view=view,
        collection=collection,
        stated=request.args,
        choices=[one for one in collection.properties if one.name in _CHOSEN and one.values],
        others=_list_other_parameters(),
        **values,
    )


def render_feature_page(
    view: FeatureView, collection: FeatureCollection, feature: str, query: FeatureParams
) -> Response:
    """One feature with all its properties."""
    try:
        with snapshot_connection() as conn:
            text, crs = find_feature(conn, view, collection.name, feature, query)
    except Problem as problem:
        page = render_problem_page(problem)
        assert isinstance(page, Response)
        return _close_page(page)
    found = orjson.loads(text)
    period = read_period(view, query)[0]
    display = FeatureDisplay(view, collection, period, request_language())
    link = build_link("collection", f"{view.root_url}/collections/{collection.name}", JSON)
    shape = _read_shape(found, crs)
    name = display.name_feature(found)
    return _render_document(
        "ogc_feature.html",
        {"links": [link]},
        GEOJSON,
        collection=collection,
        feature=found,
        name=name,
        cells=display.word_properties(found),
        pages=list(display.iter_page_links(found)),
        geometry=describe_geometry_facts(shape),
        picture=draw_features([(shape, name)]),
        crs=crs.uri,
    )


def _render_document(
    template: str, document: Document, media: str = JSON, **values: Any
) -> Response:
    """A page, with what all pages of an API have: where it is, and the links of the document."""
    above, root, _ = request.path.partition("/ogc")
    links = [*_build_page_links(media), *_iter_further_links(document.get("links", ()))]
    page = render_page(
        template,
        document=document,
        links=links,
        root=above + root,
        draft_url=above,
        word=partial(word_code, lang=request_language()),
        **values,
    )
    return _close_page(page)


def _close_page(page: Response) -> Response:
    """The response, which another one takes the place of if JSON is asked for."""
    page.vary.add("Accept")
    return page


def _build_page_links(media: str) -> list[Link]:
    """The addresses of the document itself: as it is asked for, as a page, as JSON."""
    return [
        build_link("self", rebuild_url({"f": None}), media, "ogc.page.link.self"),
        build_link("alternate", rebuild_url({"f": "html"}), HTML, "feature.link.html"),
        build_link("alternate", rebuild_url({"f": "json"}), media, "ogc.page.link.json"),
    ]


def _iter_further_links(links: Iterable[Link]) -> Iterator[Link]:
    """The links of a document to others."""
    return (link for link in links if link["rel"] not in ("self", "alternate"))


def _list_other_parameters() -> list[tuple[str, str]]:
    """The parameters of the request that the form of features sends again as they are."""
    own = ("datetime", "filter", "cursor", "timeStamp", *_CHOSEN)
    return [pair for pair in request.args.items(multi=True) if pair[0] not in own]


def _build_rows(
    view: FeatureView, collection: FeatureCollection, query: ItemsQuery, page: FeaturePage
) -> Document:
    """The rows of the table and the picture of all that is in it."""
    crs = find_crs(query.crs, "crs")
    display = FeatureDisplay(view, collection, read_period(view, query)[0], request_language())
    rows = []
    drawn = []
    for feature in page.features:
        shape, name = _read_shape(feature, crs), display.name_feature(feature)
        drawn.append((shape, name))
        rows.append(
            {
                "id": feature["id"],
                "name": name,
                "href": display.build_item_url(collection.name, feature["id"]),
                "cells": display.word_properties(feature),
                "geometry": describe_geometry_facts(shape),
            }
        )
    return {"rows": rows, "picture": draw_features(drawn), "crs": crs.uri}


def _read_shape(feature: Mapping[str, Any], crs: FeatureCrs) -> Any:
    """The geometry of a feature in degrees, east first; None: it has none."""
    stated = feature["geometry"]
    return None if stated is None else crs.to_degrees(shapely.geometry.shape(stated))


def _iter_operations(document: Document) -> Iterator[Document]:
    """The operations of an OpenAPI document with their parameters and responses in place."""
    for path, methods in document["paths"].items():
        parts = path.split("/")
        for method, operation in methods.items():
            yield {
                **operation,
                "method": method.upper(),
                "path": path,
                "url": document["servers"][0]["url"] + path,
                "collection": parts[2] if len(parts) > 2 else "",
                "parameters": [
                    _describe_parameter(_resolve_reference(document, one))
                    for one in operation.get("parameters", ())
                ],
                "media": list(operation.get("requestBody", {}).get("content", ())),
                "responses": {
                    status: _resolve_reference(document, response)
                    for status, response in operation["responses"].items()
                },
            }


def _resolve_reference(document: Document, value: Document) -> Document:
    """What a reference points to, or the value itself."""
    if "$ref" not in value:
        return value
    _, _, part, name = value["$ref"].split("/")
    found: Document = document["components"][part][name]
    return found


def _describe_parameter(parameter: Document) -> Document:
    """A parameter with what it means: as the description of the whole service has it."""
    fields = {field.alias or name: field for name, field in ItemsQuery.model_fields.items()}
    field = fields.get(parameter["name"])
    if "title" in parameter["schema"] or field is None:
        return {**parameter, "description": parameter["schema"].get("title")}
    text = {"description": field.description}
    return {**parameter, **translate_descriptions(text, request_language())}
