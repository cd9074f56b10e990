"""Reconciliation Service API 0.2: a column of names becomes places of the register.

The specification is the report of the W3C community group "Entity Reconciliation" of 2023-04-10;
OpenRefine is its best known client. Ids are those of ``/v1/places/{id}``.
"""

from collections.abc import Iterable
from typing import Annotated, Any

import orjson
from flask import request
from pydantic import BeforeValidator, ConfigDict, Field, WithJsonSchema

from gazetteer.ledger.as_of import today
from gazetteer.messages import message
from gazetteer.problems import InvalidValue
from gazetteer.records.levels import LEVELS
from gazetteer.search.autocomplete.suggestions import find_suggestions
from gazetteer.search.reconcile.identified_candidates import load_referred_entities
from gazetteer.search.reconcile.name_matching import FormerNameMatch, list_former_names
from gazetteer.search.reconcile.place_facts import EntityAsOf
from gazetteer.search.reconcile.vocabulary import (
    LEVEL_TYPES,
    PROPERTIES,
    TYPES,
    UNIT,
    UNIT_PROPERTIES,
    VocabularyTerm,
    find_broader_type,
    find_type,
    find_type_levels,
)
from web.api.suggest import MAX_PREFIX
from web.http import connections
from web.http.as_of_params import AtDay
from web.http.endpoints import URLENCODED, Api, HandlerResult, Parameters
from web.http.jsonp import JSONP_MEDIA, Callback, wrap_in_callback
from web.http.language import request_language
from web.services.reconcile.data_extension import extend_rows
from web.services.reconcile.query_matching import match_batch
from web.services.reconcile.reconcile_models import (
    ProposedProperties,
    ReconcileResponse,
    SuggestedEntities,
    SuggestedProperties,
    SuggestedTypes,
    format_description,
    serialize_term,
    serialize_types,
)
from web.services.reconcile.service_manifest import build_manifest
from web.services.search_index import get_day_index

api = Api()

_PAGE_SIZE = 10


def _format_object(value: Any) -> Any:
    """An object within a JSON body as the text that a form has."""
    return orjson.dumps(value).decode() if isinstance(value, dict | list) else value


_JsonText = Annotated[
    str | None,
    BeforeValidator(_format_object),
    WithJsonSchema({"type": ["string", "object", "null"]}),
]


class ReconcileParams(Parameters):
    """A batch of queries or a data extension; without either, the manifest is returned."""

    model_config = ConfigDict(extra="ignore")

    queries: _JsonText = Field(None, description="Batch of queries, as a JSON object")
    extend: _JsonText = Field(
        None, description="Ids of the places and the properties to fetch, as a JSON object"
    )


class ReconcileQueryParams(ReconcileParams):
    """The same in a URL."""

    callback: Callback = None


class PrefixParams(Parameters):
    """The text typed so far; parameters of older clients are ignored."""

    model_config = ConfigDict(extra="ignore")

    prefix: str = Field(
        "", description="Text typed so far, up to 100 characters", max_length=MAX_PREFIX
    )
    cursor: int = Field(
        0, description="Number of results to skip, 0 to 1000; default: 0", ge=0, le=1000
    )
    callback: Callback = None


class EntityPrefixParams(PrefixParams):
    """The beginning of the name of a place."""

    type: str | None = Field(None, description="Return only places of this type")
    at: AtDay = None


class PropertyProposalParams(Parameters):
    """The type whose properties to propose."""

    model_config = ConfigDict(extra="ignore")

    type: str = Field("", description="Type whose properties are listed; default: all types")
    limit: int = Field(
        100, ge=1, le=1000, description="Maximum number of properties, 1 to 1000; default: 100"
    )
    callback: Callback = None


@api.get("/reconcile", ReconcileResponse, alternative_media=(JSONP_MEDIA,))
def reconcile_by_query(query: ReconcileQueryParams) -> HandlerResult:
    """Get the service manifest, reconcile queries or extend data.

    Returns the response to `queries` or `extend`, or the manifest if neither is given. A candidate
    is a `match` only if the geocoder finds exactly one result that needs no review and has the
    requested type. The property `at` reconciles as of a date or a year. A query that cannot be
    right has an `error`; the others of its batch are answered.
    """
    return wrap_in_callback(_dispatch_request(query), query.callback)


@api.write(
    "POST",
    "/reconcile",
    ReconcileResponse,
    requires_account=False,
    accepts=(URLENCODED, "multipart/form-data", "application/json"),
)
def reconcile_by_form(fields: ReconcileParams) -> dict[str, Any]:
    """Reconcile queries or extend data by form or by JSON.

    Equivalent to the GET request, for batches that are too long for a URL.
    """
    return _dispatch_request(fields)


def _dispatch_request(params: ReconcileParams) -> dict[str, Any]:
    if params.queries is not None:
        return match_batch(params.queries)
    if params.extend is not None:
        return extend_rows(params.extend)
    return build_manifest(request.url_root, request_language())


@api.get("/reconcile/suggest/entity", SuggestedEntities, alternative_media=(JSONP_MEDIA,))
def reconcile_suggest_entity(query: EntityPrefixParams) -> HandlerResult:
    """Suggest places for the text typed so far.

    The text can be a name, pinyin, initials, a code or an id.
    """
    text = query.prefix.strip()
    found = _suggest_entities(query, text) if text else []
    page = found[query.cursor : query.cursor + _PAGE_SIZE]
    return wrap_in_callback({"result": page}, query.callback)


def _suggest_entities(query: EntityPrefixParams, text: str) -> list[dict[str, Any]]:
    levels = _levels_of_type(query.type)
    day_index = get_day_index(query.at or today())
    as_of = EntityAsOf(day_index.at, day_index.at, day_index.index.recorded_at)
    with connections.connection() as conn:
        known = [entity for entity, _ in load_referred_entities(conn, text, as_of)]
    suggestions = [
        _serialize_entity(e.place_id, e.name, e.level, (unit.name for unit in e.ancestors), e.code)
        for e in known
    ]
    for hit in (
        [] if suggestions else find_suggestions(day_index, text, query.cursor + 5 * _PAGE_SIZE)
    ):
        leaf = hit.leaf
        place_id = day_index.index.places[leaf.node] or day_index.index.ids[leaf.node]
        above = (ancestor.name for ancestor in hit.chain[:-1])
        formers = list_former_names(hit)
        suggestions.append(
            _serialize_entity(place_id, leaf.name, LEVELS[leaf.level], above, leaf.code, formers)
        )
    if levels:
        suggestions = [e for e in suggestions if e["notable"][0]["id"] in levels]
    return suggestions


def _serialize_entity(
    place_id: str,
    name: str,
    level: str,
    above: Iterable[str],
    code: str | None,
    formers: Iterable[FormerNameMatch] = (),
) -> dict[str, Any]:
    lang = request_language()
    return {
        "id": place_id,
        "name": name,
        "description": format_description(above, code, formers, lang),
        "notable": serialize_types(level, lang),
    }


@api.get("/reconcile/suggest/type", SuggestedTypes, alternative_media=(JSONP_MEDIA,))
def reconcile_suggest_type(query: PrefixParams) -> HandlerResult:
    """Suggest types for the text typed so far."""
    types = _match_prefix(TYPES.values(), query)
    return wrap_in_callback({"result": [_serialize_type(t) for t in types]}, query.callback)


def _serialize_type(term: VocabularyTerm) -> dict[str, Any]:
    above = [find_broader_type(term.id)] if term.id in LEVEL_TYPES else []
    lang = request_language()
    return {**serialize_term(term, lang), "broader": [serialize_term(t, lang) for t in above]}


@api.get("/reconcile/suggest/property", SuggestedProperties, alternative_media=(JSONP_MEDIA,))
def reconcile_suggest_property(query: PrefixParams) -> HandlerResult:
    """Suggest properties for the text typed so far."""
    lang, matches = request_language(), _match_prefix(PROPERTIES.values(), query)
    return wrap_in_callback({"result": [serialize_term(p, lang) for p in matches]}, query.callback)


def _match_prefix(terms: Iterable[VocabularyTerm], query: PrefixParams) -> list[VocabularyTerm]:
    """Terms whose id or names contain the text typed so far."""
    prefix = query.prefix.strip().casefold()
    matches = [
        term for term in terms if any(prefix in text.casefold() for text in term.list_texts())
    ]
    return matches[query.cursor : query.cursor + 5 * _PAGE_SIZE]


@api.get("/reconcile/properties", ProposedProperties, alternative_media=(JSONP_MEDIA,))
def reconcile_propose_properties(query: PropertyProposalParams) -> HandlerResult:
    """List the properties that can be fetched for places of a type."""
    levels = _levels_of_type(query.type or None)
    units = not levels or any(find_broader_type(level) is UNIT for level in levels)
    offered = [
        p for p in PROPERTIES.values() if p.can_fetch and (units or p.id not in UNIT_PROPERTIES)
    ]
    properties = [serialize_term(p, request_language()) for p in offered[: query.limit]]
    content = {"type": query.type, "limit": query.limit, "properties": properties}
    return wrap_in_callback(content, query.callback)


def _levels_of_type(type_id: str | None) -> frozenset[str]:
    if type_id is None:
        return frozenset()
    term = find_type(type_id)
    if term is None:
        raise InvalidValue(message("reconcile.no_type", type=type_id[:80]), field="type")
    return find_type_levels(term.id)
