"""A batch of queries to its candidates."""

from typing import Any

from psycopg import Connection

from gazetteer.ledger.asof import today
from gazetteer.search.reconcile.candidates import (
    EnclosingUnit,
    MatchCandidate,
    NameQuery,
    find_candidates,
)
from gazetteer.search.reconcile.facts import EntityAsOf, PlaceEntity
from gazetteer.search.reconcile.known import (
    build_candidates,
    load_referred_entities,
    merge_candidates,
)
from gazetteer.search.view import DayIndex
from web import db
from web.language import language
from web.reconcile.answers import told
from web.reconcile.queries import Question, Unanswerable, question, read_batch
from web.search_index import search_view


def matched(queries: str) -> dict[str, Any]:
    """The candidates of each query of a batch; problems as :func:`read_batch`."""
    day, lang = today(), language()
    asked: dict[str, Question] = {}
    answers: dict[str, Any] = {}
    for name, query in read_batch(queries).items():
        answers[name] = {"result": []}
        try:
            asked[name] = question(name, query, day)
        except Unanswerable as mistake:
            answers[name]["error"] = mistake.zh if lang == "zh" else mistake.en
    views = {at: search_view(at) for at in {q.at or day for q in asked.values()}}
    with db.connection() as conn:
        known = {name: _Referred(conn, q, views[q.at or day]) for name, q in asked.items()}
    for name, q in asked.items():
        found = _candidates(views[q.at or day], q, known[name])
        answers[name]["result"] = [told(candidate, lang) for candidate in found]
    return answers


class _Referred:
    """What a question refers to by ids and codes; one look-up for each, before any name is read."""

    def __init__(self, conn: Connection[Any], asked: Question, view: DayIndex) -> None:
        when = EntityAsOf(view.at, view.at, view.index.recorded_at)
        self.itself = load_referred_entities(conn, asked.text, when)
        self.by_code = load_referred_entities(conn, asked.code, when) if asked.code else []
        self.inside = tuple(
            _inside(
                unit, load_referred_entities(conn, unit if isinstance(unit, str) else unit[0], when)
            )
            for unit in asked.inside
        )


def _inside(unit: str | tuple[str, str], found: list[tuple[PlaceEntity, bool]]) -> EnclosingUnit:
    if found:
        entity = found[0][0]
        label = "".join([*(above.name for above in entity.ancestors), entity.name])
        return EnclosingUnit(label, entity.place_id)
    if isinstance(unit, str):
        return EnclosingUnit(unit)
    place_id, name = unit
    return EnclosingUnit(name, place_id)


def _candidates(view: DayIndex, asked: Question, known: _Referred) -> list[MatchCandidate]:
    by_code = build_candidates(known.by_code, asked.levels)
    if known.itself:
        found = build_candidates(known.itself, asked.levels)
    elif asked.text:
        wanted = NameQuery(asked.text, known.inside, asked.levels, asked.limit)
        found = find_candidates(view, wanted)
    else:
        found = []
    return merge_candidates(by_code, found)[: asked.limit]
