"""Reconciliation Service API 0.2: a column of names becomes places of the register.

The specification is the report of the W3C community group "Entity Reconciliation" of 2023-04-10;
OpenRefine is its best known client. Ids are those of ``/v1/places/{id}``.
"""

from collections.abc import Iterable
from typing import Any

from flask import request
from pydantic import ConfigDict, Field

from gazetteer.ledger.asof import today
from gazetteer.problems import InvalidValue
from gazetteer.records.levels import LEVELS
from gazetteer.search.reconcile.candidates import FormerNameMatch
from gazetteer.search.reconcile.facts import EntityAsOf
from gazetteer.search.reconcile.known import load_referred_entities
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
from gazetteer.search.suggest import find_suggestions
from web import db
from web.api.suggest import MAX_TYPED
from web.contract import Api, Parameters
from web.language import language
from web.moments import Day
from web.reconcile.answers import (
    ProposedProperties,
    ReconcileAnswer,
    SuggestedEntities,
    SuggestedProperties,
    SuggestedTypes,
    described,
    term,
    types_of,
)
from web.reconcile.extension import extended
from web.reconcile.manifest import manifest
from web.reconcile.matching import matched
from web.search_index import search_view

api = Api()

_PAGE = 10


class ReconcileQuestion(Parameters):
    """What is asked; without either the manifest answers."""

    model_config = ConfigDict(extra="ignore")

    queries: str | None = Field(None, description="A batch of queries, as JSON")
    extend: str | None = Field(None, description="Ids and properties to be fetched, as JSON")


class Typed(Parameters):
    """What has been typed; parameters of older clients are passed over."""

    model_config = ConfigDict(extra="ignore")

    prefix: str = Field("", description="What has been typed", max_length=MAX_TYPED)
    cursor: int = Field(0, description="How many to skip", ge=0, le=1000)


class TypedEntity(Typed):
    """What has been typed of a place."""

    type: str | None = Field(None, description="Only places of this type")
    at: Day | None = Field(None, description="In force on this day (Asia/Shanghai); default today")


class ProposalQuery(Parameters):
    """For which type properties are wanted."""

    model_config = ConfigDict(extra="ignore")

    type: str = Field("", description="A type of the service; none: of all")
    limit: int = Field(100, ge=1, le=1000, description="How many at most")


@api.get("/reconcile", ReconcileAnswer)
def reconcile(query: ReconcileQuestion) -> dict[str, Any]:
    """The manifest of the service, or the answer to `queries` or `extend`.

    A candidate is a `match` only where the geocoder has one answer that needs no second look, and
    it is of the type asked for. The property `at` reconciles as of a date or a year.
    """
    return _answer(query)


@api.write("POST", "/reconcile", ReconcileAnswer, account=False)
def reconcile_form(fields: ReconcileQuestion) -> dict[str, Any]:
    """The same by a form, for batches too long for an address."""
    return _answer(fields)


def _answer(asked: ReconcileQuestion) -> dict[str, Any]:
    if asked.queries is not None:
        return matched(asked.queries)
    if asked.extend is not None:
        return extended(asked.extend)
    return manifest(request.url_root, language())


@api.get("/reconcile/suggest/entity", SuggestedEntities)
def reconcile_suggest_entity(query: TypedEntity) -> dict[str, Any]:
    """Places for what has been typed: a name, pinyin, initials, a code or an id."""
    text = query.prefix.strip()
    if not text:
        return {"result": []}
    levels = _levels(query.type)
    view = search_view(query.at or today())
    when = EntityAsOf(view.at, view.at, view.index.recorded_at)
    with db.connection() as conn:
        known = [entity for entity, _ in load_referred_entities(conn, text, when)]
    found = [
        _entity(e.place_id, e.name, e.level, (unit.name for unit in e.ancestors), e.code)
        for e in known
    ]
    for hit in [] if found else find_suggestions(view, text, query.cursor + 5 * _PAGE):
        leaf = hit.leaf
        place_id = view.index.places[leaf.node] or view.index.ids[leaf.node]
        above = (spot.name for spot in hit.chain[:-1])
        formers = [FormerNameMatch(hit.matched_name, None, None)] if hit.is_former_name else []
        found.append(_entity(place_id, leaf.name, LEVELS[leaf.level], above, leaf.code, formers))
    if levels:
        found = [e for e in found if e["notable"][0]["id"] in levels]
    return {"result": found[query.cursor : query.cursor + _PAGE]}


def _entity(
    place_id: str,
    name: str,
    level: str,
    above: Iterable[str],
    code: str | None,
    formers: Iterable[FormerNameMatch] = (),
) -> dict[str, Any]:
    lang = language()
    return {
        "id": place_id,
        "name": name,
        "description": described(above, code, formers, lang),
        "notable": types_of(level, lang),
    }


@api.get("/reconcile/suggest/type", SuggestedTypes)
def reconcile_suggest_type(query: Typed) -> dict[str, Any]:
    """Types for what has been typed."""
    found = _beginning(TYPES.values(), query)
    return {"result": [_type(t) for t in found]}


def _type(of: VocabularyTerm) -> dict[str, Any]:
    above = [find_broader_type(of.id)] if of.id in LEVEL_TYPES else []
    lang = language()
    return {**term(of, lang), "broader": [term(t, lang) for t in above]}


@api.get("/reconcile/suggest/property", SuggestedProperties)
def reconcile_suggest_property(query: Typed) -> dict[str, Any]:
    """Properties for what has been typed."""
    return {"result": [term(p, language()) for p in _beginning(PROPERTIES.values(), query)]}


def _beginning(terms: Iterable[VocabularyTerm], query: Typed) -> list[VocabularyTerm]:
    """Terms in which a word begins with what was typed."""
    typed = query.prefix.strip().casefold()
    found = [of for of in terms if any(typed in told.casefold() for told in (of.id, of.zh, of.en))]
    return found[query.cursor : query.cursor + 5 * _PAGE]


@api.get("/reconcile/properties", ProposedProperties)
def reconcile_propose_properties(query: ProposalQuery) -> dict[str, Any]:
    """Properties that can be fetched of places of a type."""
    levels = _levels(query.type or None)
    units = not levels or any(find_broader_type(level) is UNIT for level in levels)
    told = [
        p for p in PROPERTIES.values() if p.can_fetch and (units or p.id not in UNIT_PROPERTIES)
    ]
    properties = [term(p, language()) for p in told[: query.limit]]
    return {"type": query.type, "limit": query.limit, "properties": properties}


def _levels(type_id: str | None) -> frozenset[str]:
    if type_id is None:
        return frozenset()
    if type_id not in TYPES:
        raise InvalidValue(
            f"没有类型“{type_id[:80]}”。", f"there is no type {type_id[:80]!r}", field="type"
        )
    return find_type_levels(type_id)
