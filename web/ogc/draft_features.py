"""The OGC API over a draft, which writes to it: ``/drafts/{id}/ogc/``."""

from collections.abc import Sequence
from uuid import UUID

from flask import Response

from boundaries.drafts.draft_access import may_edit
from gazetteer.ledger.drafts import draft_store
from gazetteer.ledger.drafts.draft import DraftState
from gazetteer.problems import Problem, Unauthenticated
from web.auth.authentication import require_known_actor
from web.http.connections import connection
from web.http.endpoints import Api, json_response
from web.http.problems import build_problem_response
from web.ogc import feature_writes
from web.ogc import view_documents as answers
from web.ogc.draft_views import open_draft_view
from web.ogc.feature_bodies import FEATURE_BODY
from web.ogc.items_query import DocumentQuery, FeatureParams, ItemsQuery, SchemaQuery
from web.ogc.links import GEOJSON, JSON, OPENAPI, SCHEMA
from web.ogc.register_features import PAGE, CollectionId, FeatureId
from web.ogc.writable_features import MERGE_PATCH, READ_METHODS, check_method, list_methods
from web.services.draft_service import DraftId

api = Api()
_ROOT = "/drafts/<uuid:draft_id>/ogc"
_COLLECTION = f"{_ROOT}/collections/<collection>"
_ITEMS = f"{_COLLECTION}/items"
_ITEM = f"{_ITEMS}/<feature>"
_SENT = (GEOJSON, JSON)


@api.get(f"{_ROOT}/", JSON, alternative_media=PAGE, requires_account=True)
def get_draft_landing_page(draft_id: DraftId, query: DocumentQuery) -> Response:
    """Get the landing page of the OGC API over a draft."""
    with open_draft_view(draft_id) as view:
        return answers.answer_landing_page(view, query)


@api.get(f"{_ROOT}/api", OPENAPI.partition(";")[0], alternative_media=PAGE, requires_account=True)
def get_draft_api_document(draft_id: DraftId, query: DocumentQuery) -> Response:
    """Get the OpenAPI 3.0 description of the OGC API over a draft."""
    with open_draft_view(draft_id) as view:
        return answers.answer_api_document(view, query)


@api.get(f"{_ROOT}/conformance", JSON, alternative_media=PAGE, requires_account=True)
def get_draft_conformance(draft_id: DraftId, query: DocumentQuery) -> Response:
    """List the conformance classes of the OGC API over a draft."""
    with open_draft_view(draft_id) as view:
        return answers.answer_conformance(view, query)


@api.get(f"{_ROOT}/collections", JSON, alternative_media=PAGE, requires_account=True)
def list_draft_collections(draft_id: DraftId, query: DocumentQuery) -> Response:
    """List the collections of a draft: those of the register, and its findings."""
    with open_draft_view(draft_id) as view:
        return answers.answer_collections(view, query)


@api.get(_COLLECTION, JSON, alternative_media=PAGE, requires_account=True)
def get_draft_collection(
    draft_id: DraftId, collection: CollectionId, query: DocumentQuery
) -> Response:
    """Get a collection of a draft."""
    with open_draft_view(draft_id) as view:
        return answers.answer_collection(view, collection, query)


@api.get(f"{_COLLECTION}/queryables", SCHEMA, alternative_media=PAGE, requires_account=True)
def get_draft_queryables(
    draft_id: DraftId, collection: CollectionId, query: DocumentQuery
) -> Response:
    """Get the properties that filters of a collection of a draft may use."""
    with open_draft_view(draft_id) as view:
        return answers.answer_queryables(view, collection, query)


@api.get(f"{_COLLECTION}/schema", SCHEMA, alternative_media=PAGE, requires_account=True)
def get_draft_schema(draft_id: DraftId, collection: CollectionId, query: SchemaQuery) -> Response:
    """Get the properties of the features of a collection of a draft, as a JSON Schema."""
    with open_draft_view(draft_id) as view:
        return answers.answer_schema(view, collection, query)


@api.get(_ITEMS, GEOJSON, alternative_media=PAGE, requires_account=True)
def list_draft_features(draft_id: DraftId, collection: CollectionId, query: ItemsQuery) -> Response:
    """List the features of a draft as they are on its day, page by page."""
    with open_draft_view(draft_id, collection) as view:
        return answers.answer_items(view, collection, query)


@api.get(_ITEM, GEOJSON, alternative_media=PAGE, requires_account=True, conditional=True)
def get_draft_feature(
    draft_id: DraftId, collection: CollectionId, feature: FeatureId, query: FeatureParams
) -> Response:
    """Get a feature of a draft by its id; a unit also by its code.

    Where a unit was drawn and does not close with its neighbours yet, this is how it was drawn.
    """
    with open_draft_view(draft_id, collection) as view:
        return answers.answer_item(view, collection, feature, query)


@api.write("POST", _ITEMS, GEOJSON, 201, accepts=_SENT, body_limit=FEATURE_BODY)
def create_draft_feature(draft_id: DraftId, collection: CollectionId) -> Response:
    """Draw the territory of a new unit, whose properties have its code, name and level.

    The unit is established as soon as its territory closes with that of the unit that it is split
    off from. Coordinates are in the system of the header `Content-Crs`, else in CRS84.
    """
    check_method(collection, "POST", on_items=True)
    return feature_writes.create_feature(draft_id, collection)


@api.write("PUT", _ITEM, GEOJSON, 204, accepts=_SENT, body_limit=FEATURE_BODY, conditional=True)
def replace_draft_feature(
    draft_id: DraftId, collection: CollectionId, feature: FeatureId
) -> Response:
    """Replace a feature: the territory of a unit, or an edge.

    Vertices that are rounded are given back to the bit. Borders follow as soon as the territory
    closes with that of the neighbours; until then they stay, and the findings say what is between.
    """
    check_method(collection, "PUT")
    return feature_writes.replace_feature(draft_id, collection, feature)


@api.write(
    "PATCH", _ITEM, GEOJSON, 204, accepts=(MERGE_PATCH,), body_limit=FEATURE_BODY, conditional=True
)
def update_draft_feature(
    draft_id: DraftId, collection: CollectionId, feature: FeatureId
) -> Response:
    """Change parts of a feature (RFC 7396): its geometry, or the code, name or parent of a unit."""
    check_method(collection, "PATCH")
    return feature_writes.update_feature(draft_id, collection, feature)


@api.write("DELETE", _ITEM, GEOJSON, 204, conditional=True)
def delete_draft_feature(
    draft_id: DraftId, collection: CollectionId, feature: FeatureId
) -> Response:
    """Let a unit give up its territory; it ends as soon as a neighbour has taken all of it."""
    check_method(collection, "DELETE")
    return feature_writes.delete_feature(draft_id, collection, feature)


@api.write("OPTIONS", _ITEMS, JSON)
def list_collection_methods(draft_id: DraftId, collection: CollectionId) -> Response:
    """List the methods that the account may use on a collection of a draft (header `Allow`)."""
    return _answer_methods(draft_id, collection, on_items=True)


@api.write("OPTIONS", _ITEM, JSON)
def list_feature_methods(
    draft_id: DraftId,
    collection: CollectionId,
    feature: FeatureId,  # noqa: ARG001
) -> Response:
    """List the methods that the account may use on a feature of a draft (header `Allow`)."""
    return _answer_methods(draft_id, collection)


def _answer_methods(draft_id: UUID, collection: str, *, on_items: bool = False) -> Response:
    """The methods; nobody is told those of reading, and asked for a key.

    QGIS sends a key only where it was asked for one: otherwise it would take the collection for one
    that is only read.
    """
    methods: Sequence[str]
    try:
        methods = list_methods(collection, _may_write(draft_id), on_items=on_items)
        response = json_response({"methods": list(methods)})
    except Unauthenticated as problem:
        methods, response = READ_METHODS, build_problem_response(problem)
    response.headers.update({"Allow": ", ".join(methods), "Cache-Control": "no-store"})
    return response


def _may_write(draft_id: DraftId) -> bool:
    """Whether the account of the request may write to a draft as it is now.

    Raises:
        Unauthenticated: nobody is logged in.
    """
    who = require_known_actor()
    try:
        with connection() as conn:
            draft = draft_store.load_draft(conn, draft_id)
            return draft.state is DraftState.IN_WORK and may_edit(conn, who, draft)
    except Problem:
        return False
