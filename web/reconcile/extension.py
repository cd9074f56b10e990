"""Values of properties for places that were reconciled."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from psycopg import Connection

from boundaries.areas.labels import load_label_points
from gazetteer.ledger.asof import AsOf, today
from gazetteer.problems import InvalidValue
from gazetteer.records.levels import UNIT_LEVELS
from gazetteer.search.reconcile.facts import (
    EntityAsOf,
    PlaceEntity,
    PlaceRef,
    RelatedPlace,
    load_entities,
    load_former_names,
    load_related_places,
)
from gazetteer.search.reconcile.known import parse_place_id
from gazetteer.search.reconcile.vocabulary import LEVEL_TYPES, PROPERTIES, UNIT
from web import db
from web.language import language
from web.reconcile.answers import term
from web.reconcile.queries import AskedColumn, Unanswerable, read_extension, written_day

Value = dict[str, Any]


@dataclass(frozen=True, slots=True)
class _Known:
    """Everything that was looked up of the places on one day."""

    entities: Mapping[str, PlaceEntity]
    formers: Mapping[str, list[str]] = field(default_factory=dict)
    kin: Mapping[tuple[UUID, bool], list[RelatedPlace]] = field(default_factory=dict)
    points: Mapping[UUID, tuple[float, float]] = field(default_factory=dict)


def extended(text: str) -> dict[str, Any]:
    """The values of the properties asked for; problems as :func:`read_extension`."""
    asked = read_extension(text)
    lang = language()
    days = {column.settings.at or "": _day(column) for column in asked.properties}
    ids = {given: place for given in asked.ids if (place := parse_place_id(given)) is not None}
    rows: dict[str, dict[str, list[Value]]] = {given: {} for given in asked.ids}
    with db.snapshot() as conn:
        for written, at in days.items():
            columns = [c for c in asked.properties if (c.settings.at or "") == written]
            known = _known(conn, list(ids.values()), at, {column.id for column in columns})
            for given, row in rows.items():
                entity = known.entities.get(str(ids[given])) if given in ids else None
                for column in columns:
                    row[column.id] = _values(column.id, entity, known) if entity else []
    meta = [_meta(column.id, lang) for column in asked.properties]
    return {"meta": meta, "rows": rows}


def _day(column: AskedColumn) -> date | None:
    written = (column.settings.at or "").strip()
    try:
        return written_day(written, today()) if written else None
    except Unanswerable as mistake:
        raise InvalidValue(mistake.zh, mistake.en, field="extend.properties.settings.at") from None


def _meta(name: str, lang: str) -> dict[str, Any]:
    told: dict[str, Any] = {**term(PROPERTIES[name], lang)}
    if name in LEVEL_TYPES:
        told["type"] = term(LEVEL_TYPES[name], lang)
    elif name in ("within", "predecessor", "successor"):
        told["type"] = term(UNIT, lang)
    return told


def _known(
    conn: Connection[Any], places: list[UUID], at: date | None, names: Iterable[str]
) -> _Known:
    """What the properties need, and nothing besides."""
    wanted, when = set(names), EntityAsOf(at, today(), None)
    found = {entity.place_id: entity for entity in load_entities(conn, places, when)}
    units = [entity.unit_id for entity in found.values() if entity.unit_id]
    return _Known(
        entities=found,
        formers=load_former_names(conn, places, when) if "former_name" in wanted else {},
        kin=load_related_places(conn, units, when) if wanted & {"predecessor", "successor"} else {},
        points=_points(conn, found.values()) if wanted & {"lon", "lat"} else {},
    )


def _points(conn: Connection[Any], found: Iterable[PlaceEntity]) -> dict[UUID, tuple[float, float]]:
    """Where the labels of units stand, each on its own day."""
    by_day: defaultdict[date, list[UUID]] = defaultdict(list)
    for entity in found:
        if entity.unit_id:
            by_day[entity.day].append(entity.unit_id)
    known: dict[UUID, tuple[float, float]] = {}
    for day, units in by_day.items():
        for unit, (lon, lat) in load_label_points(conn, units, AsOf(day)).items():
            known[unit] = lon, lat
    return known


def _values(name: str, entity: PlaceEntity, known: _Known) -> list[Value]:
    if name in UNIT_LEVELS:
        return [_place(unit) for unit in (*entity.ancestors, entity) if unit.level == name]
    return [value for value in _READ[name](entity, known) if value is not None]


def _place(place: PlaceRef) -> Value:
    return {"id": place.place_id, "name": place.name}


def _text(value: object) -> Value | None:
    return {"str": str(value)} if value is not None else None


def _date(day: date | None) -> Value | None:
    return {"date": f"{day.isoformat()}T00:00:00Z"} if day else None


def _relatives(entity: PlaceEntity, known: _Known, *, later: bool) -> list[Value]:
    """Each once; a unit that took over by several changes is told with the last of them."""
    if entity.unit_id is None:
        return []
    told = {
        relative.place_id: {
            "id": relative.place_id,
            "name": relative.name,
            "description": f"{relative.kind} {relative.on or ''}".strip(),
        }
        for relative in known.kin.get((entity.unit_id, later), [])
    }
    return list(told.values())


def _coordinate(entity: PlaceEntity, known: _Known, position: int) -> list[Value | None]:
    point = entity.point or (known.points.get(entity.unit_id) if entity.unit_id else None)
    return [{"float": point[position]}] if point else []


_READ: dict[str, Callable[[PlaceEntity, _Known], Iterable[Value | None]]] = {
    "within": lambda e, _: [_place(unit) for unit in e.ancestors[-1:]],
    "level": lambda e, _: [_text(e.level)],
    "code": lambda e, _: [_text(e.code)],
    "unit_type": lambda e, _: [_text(e.unit_type)],
    "romanized_name": lambda e, _: [_text(e.romanized_name)],
    "former_name": lambda e, k: [
        _text(name) for name in k.formers.get(e.place_id, []) if name != e.name
    ],
    "lon": lambda e, k: _coordinate(e, k, 0),
    "lat": lambda e, k: _coordinate(e, k, 1),
    "valid_from": lambda e, _: [_date(e.since)],
    "valid_from_precision": lambda e, _: [_text(e.since_precision)],
    "valid_to": lambda e, _: [_date(e.until)],
    "valid_to_precision": lambda e, _: [_text(e.until_precision)],
    "predecessor": lambda e, k: _relatives(e, k, later=False),
    "successor": lambda e, k: _relatives(e, k, later=True),
    "unit_id": lambda e, _: [_text(e.unit_id)],
}
