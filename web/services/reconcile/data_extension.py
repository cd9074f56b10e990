"""Data extension: the values of properties of reconciled places."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from psycopg import Connection

from boundaries.areas.label_points import load_label_points
from gazetteer.ledger.as_of import AsOf, today
from gazetteer.messages import Lang, message
from gazetteer.problems import InvalidValue
from gazetteer.records.levels import UNIT_LEVELS
from gazetteer.records.written_days import parse_written_day
from gazetteer.search.reconcile.identified_candidates import parse_place_id
from gazetteer.search.reconcile.place_facts import (
    EntityAsOf,
    PlaceEntity,
    PlaceRef,
    RelatedPlace,
    load_entities,
    load_former_names,
    load_related_places,
)
from gazetteer.search.reconcile.vocabulary import LEVEL_TYPES, PROPERTIES, UNIT
from web.http import connections
from web.http.language import request_language
from web.services.reconcile.reconcile_models import serialize_term
from web.services.reconcile.reconcile_queries import (
    ExtensionColumn,
    parse_extension,
)

ValueJson = dict[str, Any]


@dataclass(frozen=True, slots=True)
class _PlaceData:
    """Everything that was loaded of the places on one day, and the language of the values."""

    lang: Lang
    entities: Mapping[str, PlaceEntity]
    formers: Mapping[str, list[str]] = field(default_factory=dict)
    relatives: Mapping[tuple[UUID, bool], list[RelatedPlace]] = field(default_factory=dict)
    points: Mapping[UUID, tuple[float, float]] = field(default_factory=dict)


def extend_rows(text: str) -> dict[str, Any]:
    """The response to ``extend``: the values of the requested properties.

    Raises:
        InvalidValue: as :func:`parse_extension`, or for a day that is none.
    """
    request = parse_extension(text)
    lang = request_language()
    days = {column.settings.at or "": _parse_column_day(column) for column in request.properties}
    ids = {raw_id: place for raw_id in request.ids if (place := parse_place_id(raw_id)) is not None}
    rows: dict[str, dict[str, list[ValueJson]]] = {raw_id: {} for raw_id in request.ids}
    with connections.snapshot_connection() as conn:
        for written, at in days.items():
            columns = [c for c in request.properties if (c.settings.at or "") == written]
            place_data = _load_place_data(
                conn, list(ids.values()), at, {column.id for column in columns}, lang
            )
            for raw_id, row in rows.items():
                entity = place_data.entities.get(str(ids[raw_id])) if raw_id in ids else None
                for column in columns:
                    row[column.id] = (
                        _serialize_values(column.id, entity, place_data) if entity else []
                    )
    meta = [_serialize_column(column.id, lang) for column in request.properties]
    return {"meta": meta, "rows": rows}


def _parse_column_day(column: ExtensionColumn) -> date | None:
    written = (column.settings.at or "").strip()
    try:
        return parse_written_day(written, today()) if written else None
    except InvalidValue as mistake:
        raise InvalidValue(mistake.message, field="extend.properties.settings.at") from None


def _serialize_column(name: str, lang: Lang) -> dict[str, Any]:
    column: dict[str, Any] = {**serialize_term(PROPERTIES[name], lang)}
    if name in LEVEL_TYPES:
        column["type"] = serialize_term(LEVEL_TYPES[name], lang)
    elif name in ("within", "predecessor", "successor"):
        column["type"] = serialize_term(UNIT, lang)
    return column


def _load_place_data(
    conn: Connection[Any], places: list[UUID], at: date | None, names: Iterable[str], lang: Lang
) -> _PlaceData:
    """What the properties need, and nothing more."""
    property_ids, as_of = set(names), EntityAsOf(at, today(), None)
    entity_of_place = {entity.place_id: entity for entity in load_entities(conn, places, as_of)}
    units = [entity.unit_id for entity in entity_of_place.values() if entity.unit_id]
    return _PlaceData(
        lang=lang,
        entities=entity_of_place,
        formers=load_former_names(conn, places, as_of) if "former_name" in property_ids else {},
        relatives=load_related_places(conn, units, as_of)
        if property_ids & {"predecessor", "successor"}
        else {},
        points=_collect_label_points(conn, entity_of_place.values())
        if property_ids & {"lon", "lat"}
        else {},
    )


def _collect_label_points(
    conn: Connection[Any], place_entities: Iterable[PlaceEntity]
) -> dict[UUID, tuple[float, float]]:
    """The label points of units, each on its own day."""
    by_day: defaultdict[date, list[UUID]] = defaultdict(list)
    for entity in place_entities:
        if entity.unit_id:
            by_day[entity.day].append(entity.unit_id)
    return {
        unit: (lon, lat)
        for day, units in by_day.items()
        for unit, (lon, lat) in load_label_points(conn, units, AsOf(day)).items()
    }


def _serialize_values(name: str, entity: PlaceEntity, place_data: _PlaceData) -> list[ValueJson]:
    if name in UNIT_LEVELS:
        return [
            _serialize_place(unit) for unit in (*entity.ancestors, entity) if unit.level == name
        ]
    return [value for value in _SERIALIZERS[name](entity, place_data) if value is not None]


def _serialize_place(place: PlaceRef) -> ValueJson:
    return {"id": place.place_id, "name": place.name}


def _serialize_text(value: object) -> ValueJson | None:
    return {"str": str(value)} if value is not None else None


def _serialize_date(day: date | None) -> ValueJson | None:
    return {"date": f"{day.isoformat()}T00:00:00Z"} if day else None


def _serialize_relatives(
    entity: PlaceEntity, place_data: _PlaceData, *, later: bool
) -> list[ValueJson]:
    """Each once; a unit that took over by several changes has the last of them as description."""
    if entity.unit_id is None:
        return []
    by_place = {
        relative.place_id: {
            "id": relative.place_id,
            "name": relative.name,
            "description": _describe_relative(relative, place_data.lang),
        }
        for relative in place_data.relatives.get((entity.unit_id, later), [])
    }
    return list(by_place.values())


def _describe_relative(relative: RelatedPlace, lang: Lang) -> str:
    kind = message(f"kind.{relative.kind}")
    if relative.on is None:
        return kind.text(lang)
    return message("reconcile.relative", kind=kind, day=relative.on).text(lang)


def _serialize_level(entity: PlaceEntity, place_data: _PlaceData) -> ValueJson | None:
    return _serialize_text(LEVEL_TYPES[entity.level].name.text(place_data.lang))


def _serialize_coordinate(
    entity: PlaceEntity, place_data: _PlaceData, position: int
) -> list[ValueJson | None]:
    point = entity.point or (place_data.points.get(entity.unit_id) if entity.unit_id else None)
    return [{"float": point[position]}] if point else []


_SERIALIZERS: dict[str, Callable[[PlaceEntity, _PlaceData], Iterable[ValueJson | None]]] = {
    "within": lambda e, _: [_serialize_place(unit) for unit in e.ancestors[-1:]],
    "level": lambda e, k: [_serialize_level(e, k)],
    "code": lambda e, _: [_serialize_text(e.code)],
    "unit_type": lambda e, _: [_serialize_text(e.unit_type)],
    "romanized_name": lambda e, _: [_serialize_text(e.romanized_name)],
    "former_name": lambda e, k: [
        _serialize_text(name) for name in k.formers.get(e.place_id, []) if name != e.name
    ],
    "lon": lambda e, k: _serialize_coordinate(e, k, 0),
    "lat": lambda e, k: _serialize_coordinate(e, k, 1),
    "valid_from": lambda e, _: [_serialize_date(e.since)],
    "valid_from_precision": lambda e, _: [_serialize_text(e.since_precision)],
    "valid_to": lambda e, _: [_serialize_date(e.until)],
    "valid_to_precision": lambda e, _: [_serialize_text(e.until_precision)],
    "predecessor": lambda e, k: _serialize_relatives(e, k, later=False),
    "successor": lambda e, k: _serialize_relatives(e, k, later=True),
    "unit_id": lambda e, _: [_serialize_text(e.unit_id)],
}
