"""Reconciliation Service API 0.2: a column of names becomes places of the register.

The specification is the report of the W3C community group "Entity Reconciliation" of 2023-04-10;
OpenRefine is its best known client. Ids are those of ``/v1/places/{id}``.
"""

from collections.abc import Iterable
from typing import Any

from flask import request
from pydantic import ConfigDict, Field

from gazetteer.ledger.as_of import today
from gazetteer.messages import message
from gazetteer.problems import InvalidValue
from gazetteer.records.levels import LEVELS
from gazetteer.search.autocomplete.suggestions import find_suggestions
from gazetteer.search.reconcile.identified_candidates import load_referred_entities
from gazetteer.search.reconcile.name_matching import FormerNameMatch
from gazetteer.search.reconcile.place_facts import EntityAsOf
from gazetteer.search.reconcile.vocabulary import (
    LEVEL_TYPES,
    PROPERTIES,
    TYPES,
    UNIT,
    UNIT_PROPERTIES,
    VocabularyTerm,
    find_broader_type,
    find_type_levels,
)
from web.api.suggest import MAX_PREFIX
from web.http import connections
from web.http.as_of_params import AtDay
from web.http.endpoints import Api, Parameters
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


class ReconcileParams(Parameters):
    """A batch of queries or a data extension; without either, the manifest is returned."""

    model_config = ConfigDict(extra="ignore")

    queries: str | None = Field(None, description="Batch of queries, as a JSON object")
    extend: str | None = Field(
        None, description="Ids of the places and the properties to fetch, as a JSON object"
    )


class PrefixParams(Parameters):
    """The text typed so far; parameters of older clients are ignored."""

    model_config = ConfigDict(extra="ignore")

    prefix: str = Field(
        "", description="Text typed so far, up to 100 characters", max_length=MAX_PREFIX
    )
    cursor: int = Field(
        0, description="Number of results to skip, 0 to 1000; default: 0", ge=0, le=1000
    )


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


@api.get("/reconcile", ReconcileResponse)
def reconcile_by_query(query: ReconcileParams) -> dict[str, Any]:
    """Get the service manifest, reconcile queries or extend data.

    Returns the response to `queries` or `extend`, or the manifest if neither is given. A candidate
    is a `match` only if the geocoder finds exactly one result that needs no review and has the
    requested type. The property `at` reconciles as of a date or a year.
    """
    return _dispatch_request(query)


@api.write("POST", "/reconcile", ReconcileResponse, requires_account=False)
def reconcile_by_form(fields: ReconcileParams) -> dict[str, Any]:
    """Reconcile queries or extend data by form.

    Equivalent to the GET request, for batches that are too long for a URL.
    """
    return _dispatch_request(fields)


def _dispatch_request(params: ReconcileParams) -> dict[str, Any]:
    if params.queries is not None:
        return match_batch(params.queries)
    if params.extend is not None:
        return extend_rows(params.extend)
    return build_manifest(request.url_root, request_language())


@api.get("/reconcile/suggest/entity", SuggestedEntities)
def reconcile_suggest_entity(query: EntityPrefixParams) -> dict[str, Any]:
    """Suggest places for the text typed so far.

    The text can be a name, pinyin, initials, a code or an id.
    """
    text = query.prefix.strip()
    if not text:
        return {"result": []}
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
        formers = [FormerNameMatch(hit.matched_name, None, None)] if hit.is_former_name else []
        suggestions.append(
            _serialize_entity(place_id, leaf.name, LEVELS[leaf.level], above, leaf.code, formers)
        )
    if levels:
        suggestions = [e for e in suggestions if e["notable"][0]["id"] in levels]
    return {"result": suggestions[query.cursor : query.cursor + _PAGE_SIZE]}


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


@api.get("/reconcile/suggest/type", SuggestedTypes)
def reconcile_suggest_type(query: PrefixParams) -> dict[str, Any]:
    """Suggest types for the text typed so far."""
    types = _match_prefix(TYPES.values(), query)
    return {"result": [_serialize_type(t) for t in types]}


def _serialize_type(term: VocabularyTerm) -> dict[str, Any]:
    above = [find_broader_type(term.id)] if term.id in LEVEL_TYPES else []
    lang = request_language()
    return {**serialize_term(term, lang), "broader": [serialize_term(t, lang) for t in above]}


@api.get("/reconcile/suggest/property", SuggestedProperties)
def reconcile_suggest_property(query: PrefixParams) -> dict[str, Any]:
    """Suggest properties for the text typed so far."""
    return {
        "result": [
            serialize_term(p, request_language()) for p in _match_prefix(PROPERTIES.values(), query)
        ]
    }


def _match_prefix(terms: Iterable[VocabularyTerm], query: PrefixParams) -> list[VocabularyTerm]:
    """Terms whose id or names contain the text typed so far."""
    prefix = query.prefix.strip().casefold()
    matches = [
        term for term in terms if any(prefix in text.casefold() for text in term.list_texts())
    ]
    return matches[query.cursor : query.cursor + 5 * _PAGE_SIZE]


@api.get("/reconcile/properties", ProposedProperties)
def reconcile_propose_properties(query: PropertyProposalParams) -> dict[str, Any]:
    """List the properties that can be fetched for places of a type."""
    levels = _levels_of_type(query.type or None)
    units = not levels or any(find_broader_type(level) is UNIT for level in levels)
    offered = [
        p for p in PROPERTIES.values() if p.can_fetch and (units or p.id not in UNIT_PROPERTIES)
    ]
    properties = [serialize_term(p, request_language()) for p in offered[: query.limit]]
    return {"type": query.type, "limit": query.limit, "properties": properties}


def _levels_of_type(type_id: str | None) -> frozenset[str]:
    if type_id is None:
        return frozenset()
    if type_id not in TYPES:
        raise InvalidValue(message("reconcile.no_type", type=type_id[:80]), field="type")
    return find_type_levels(type_id)
