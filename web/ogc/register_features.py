"""The OGC API over the published register: ``/ogc/``."""

from typing import Annotated

from flask import Response
from pydantic import Field

from web.http.endpoints import Api
from web.ogc import view_documents as answers
from web.ogc.feature_views import build_register_view
from web.ogc.items_query import DocumentQuery, FeatureParams, ItemsQuery, SchemaQuery
from web.ogc.links import GEOJSON, HTML, JSON, OPENAPI, SCHEMA

api = Api()
PAGE = (HTML,)
CollectionId = Annotated[str, Field(max_length=100, description="Id of the collection")]
FeatureId = Annotated[
    str, Field(max_length=200, description="Id of the feature; of a unit also its code")
]


@api.get("/ogc/", JSON, alternative_media=PAGE)
def get_landing_page(query: DocumentQuery) -> Response:
    """Get the landing page of the OGC API - Features."""
    return answers.answer_landing_page(build_register_view(), query)


@api.get("/ogc/api", OPENAPI.partition(";")[0], alternative_media=PAGE)
def get_api_document(query: DocumentQuery) -> Response:
    """Get the OpenAPI 3.0 description of the OGC API, as QGIS and GDAL read it."""
    return answers.answer_api_document(build_register_view(), query)


@api.get("/ogc/conformance", JSON, alternative_media=PAGE)
def get_conformance(query: DocumentQuery) -> Response:
    """List the conformance classes of the OGC API."""
    return answers.answer_conformance(build_register_view(), query)


@api.get("/ogc/collections", JSON, alternative_media=PAGE)
def list_collections(query: DocumentQuery) -> Response:
    """List the collections: divisions, edges, nodes, lines and places."""
    return answers.answer_collections(build_register_view(), query)


@api.get("/ogc/collections/<collection>", JSON, alternative_media=PAGE)
def get_collection(collection: CollectionId, query: DocumentQuery) -> Response:
    """Get a collection: its extent, coordinate reference systems and links."""
    return answers.answer_collection(build_register_view(), collection, query)


@api.get("/ogc/collections/<collection>/queryables", SCHEMA, alternative_media=PAGE)
def get_queryables(collection: CollectionId, query: DocumentQuery) -> Response:
    """Get the properties that filters of a collection may use."""
    return answers.answer_queryables(build_register_view(), collection, query)


@api.get("/ogc/collections/<collection>/schema", SCHEMA, alternative_media=PAGE)
def get_feature_schema(collection: CollectionId, query: SchemaQuery) -> Response:
    """Get the properties of the features of a collection, as a JSON Schema."""
    return answers.answer_schema(build_register_view(), collection, query)


@api.get("/ogc/collections/<collection>/items", GEOJSON, alternative_media=PAGE)
def list_features(collection: CollectionId, query: ItemsQuery) -> Response:
    """List the features of a collection that are in force on a day, page by page.

    The link `next` leads to the following page of the same state, whatever is published meanwhile.
    """
    return answers.answer_items(build_register_view(), collection, query)


@api.get(
    "/ogc/collections/<collection>/items/<feature>",
    GEOJSON,
    alternative_media=PAGE,
    conditional=True,
)
def get_feature(collection: CollectionId, feature: FeatureId, query: FeatureParams) -> Response:
    """Get a feature by its id; a unit also by its code."""
    return answers.answer_item(build_register_view(), collection, feature, query)
