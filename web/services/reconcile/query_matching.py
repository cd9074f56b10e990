"""Matching a batch of reconciliation queries."""

from typing import Any

from psycopg import Connection

from gazetteer.ledger.as_of import today
from gazetteer.problems import InvalidValue
from gazetteer.search.index.day_index import DayIndex
from gazetteer.search.reconcile.identified_candidates import (
    build_candidates,
    load_referred_entities,
    merge_candidates,
)
from gazetteer.search.reconcile.name_matching import (
    EnclosingUnit,
    MatchCandidate,
    NameQuery,
    find_candidates,
)
from gazetteer.search.reconcile.place_facts import EntityAsOf, PlaceEntity
from web.http import connections
from web.http.language import request_language
from web.services.reconcile.reconcile_models import serialize_candidate
from web.services.reconcile.reconcile_queries import (
    ContainerValue,
    ReconcileQuery,
    build_query,
    parse_batch,
)
from web.services.search_index import get_day_index


def match_batch(queries: str) -> dict[str, Any]:
    """The candidates of each query of a batch; problems as :func:`parse_batch`.

    A query that cannot be right is answered by what is wrong with it, the others by candidates.
    """
    day, lang = today(), request_language()
    parsed_queries: dict[str, ReconcileQuery] = {}
    answers: dict[str, Any] = {}
    for name, query in parse_batch(queries).items():
        answers[name] = {"result": []}
        try:
            parsed_queries[name] = build_query(name, query, day)
        except InvalidValue as mistake:
            answers[name]["error"] = mistake.message.text(lang)
    day_indexes = {at: get_day_index(at) for at in {q.at or day for q in parsed_queries.values()}}
    with connections.connection() as conn:
        references = {
            name: _ReferencedPlaces(conn, q, day_indexes[q.at or day])
            for name, q in parsed_queries.items()
        }
    for name, q in parsed_queries.items():
        ranked = _rank_candidates(day_indexes[q.at or day], q, references[name])
        answers[name]["result"] = [serialize_candidate(candidate, lang) for candidate in ranked]
    return answers


class _ReferencedPlaces:
    """The places that a query refers to by ids and codes, loaded before any name is matched."""

    def __init__(self, conn: Connection[Any], query: ReconcileQuery, day_index: DayIndex) -> None:
        as_of = EntityAsOf(day_index.at, day_index.at, day_index.index.recorded_at)
        self.places = load_referred_entities(conn, query.text, as_of)
        self.by_code = load_referred_entities(conn, query.code, as_of) if query.code else []
        self.containers = tuple(
            _resolve_container(unit, load_referred_entities(conn, unit.reference, as_of))
            for unit in query.containers
        )


def _resolve_container(
    unit: ContainerValue, entities: list[tuple[PlaceEntity, bool]]
) -> EnclosingUnit:
    if entities:
        entity = entities[0][0]
        label = "".join([*(above.name for above in entity.ancestors), entity.name])
        return EnclosingUnit(label, entity.place_id)
    place_id = unit.reference if unit.reference != unit.name else None
    return EnclosingUnit(unit.name, place_id, unit.level)


def _rank_candidates(
    day_index: DayIndex, query: ReconcileQuery, references: _ReferencedPlaces
) -> list[MatchCandidate]:
    by_code = build_candidates(references.by_code, query.levels)
    if references.places:
        ranked = build_candidates(references.places, query.levels)
    elif query.text:
        name_query = NameQuery(query.text, references.containers, query.levels, query.limit)
        ranked = find_candidates(day_index, name_query)
    else:
        ranked = []
    return merge_candidates(by_code, ranked)[: query.limit]
