"""The responses of an OGC API over any view of the register, whichever path it is below."""

from flask import Response

from boundaries.features.collection_extent import load_extent
from web.http.connections import snapshot_connection
from web.ogc import collection_documents as documents
from web.ogc import ogc_pages as pages
from web.ogc.api_document import build_api_document
from web.ogc.document_responses import respond_with_document, wants_page
from web.ogc.feature_responses import respond_with_feature, respond_with_features
from web.ogc.feature_views import FeatureView
from web.ogc.items_query import DocumentQuery, FeatureParams, ItemsQuery, SchemaQuery
from web.ogc.links import OPENAPI, SCHEMA
from web.ogc.sent_schemas import build_sent_schema


def answer_landing_page(view: FeatureView, query: DocumentQuery) -> Response:
    """The landing page."""
    document = documents.build_landing_page(view)
    return respond_with_document(document, query.f, pages.render_landing_page)


def answer_api_document(view: FeatureView, query: DocumentQuery) -> Response:
    """The description of the API."""
    document = build_api_document(view)
    return respond_with_document(document, query.f, pages.render_api_page, OPENAPI)


def answer_conformance(view: FeatureView, query: DocumentQuery) -> Response:
    """The conformance classes."""
    document = documents.build_conformance(view)
    return respond_with_document(document, query.f, pages.render_conformance_page)


def answer_collections(view: FeatureView, query: DocumentQuery) -> Response:
    """All collections."""
    with snapshot_connection() as conn:
        extents = {one.name: load_extent(conn, one) for one in view.collections.values()}
    document = documents.build_collections(view, extents)
    return respond_with_document(document, query.f, pages.render_collections_page)


def answer_collection(view: FeatureView, name: str, query: DocumentQuery) -> Response:
    """One collection."""
    collection = view.get_collection(name)
    with snapshot_connection() as conn:
        extent = load_extent(conn, collection)
    document = documents.build_collection(view, collection, extent)
    return respond_with_document(document, query.f, pages.render_collection_page)


def answer_queryables(view: FeatureView, name: str, query: DocumentQuery) -> Response:
    """What filters may use."""
    document = documents.build_queryables(view, view.get_collection(name))
    return respond_with_document(document, query.f, pages.render_schema_page, SCHEMA)


def answer_schema(view: FeatureView, name: str, query: SchemaQuery) -> Response:
    """The properties of features."""
    collection = view.get_collection(name)
    document = (
        documents.build_schema(view, collection)
        if query.type is None
        else build_sent_schema(view, collection, query.type)
    )
    return respond_with_document(document, query.f, pages.render_schema_page, SCHEMA)


def answer_items(view: FeatureView, name: str, query: ItemsQuery) -> Response:
    """A page of features."""
    collection = view.get_collection(name)
    if wants_page(query.f):
        return pages.render_features_page(view, collection, query)
    response = respond_with_features(view, name, query)
    response.vary.add("Accept")
    return response


def answer_item(view: FeatureView, name: str, feature: str, query: FeatureParams) -> Response:
    """One feature."""
    if wants_page(query.f):
        return pages.render_feature_page(view, view.get_collection(name), feature, query)
    response = respond_with_feature(view, name, feature, query)
    response.vary.add("Accept")
    return response
