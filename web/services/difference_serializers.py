"""Differences in the form of responses."""

from dataclasses import asdict
from typing import Any
from uuid import UUID

import shapely

from boundaries.differences.compared_states import ComparedStates
from boundaries.differences.register_difference import (
    ChangedRecord,
    ComparedUnit,
    EdgeChange,
    RegisterDifference,
    UnitNames,
)
from boundaries.differences.territory_passing import PassedTerritory
from boundaries.register_ledger import LEDGER
from gazetteer.ledger.record_kind import FieldType
from gazetteer.ledger.versions import Attributes

JsonObject = dict[str, Any]


def describe_states(states: ComparedStates) -> JsonObject:
    """The two states as responses give them; with these moments an answer is always the same."""
    return {
        side: one.as_of_fields(one.known_at)
        for side, one in (("from", states.before), ("to", states.after))
        if one.known_at is not None
    }


def serialize_difference(difference: RegisterDifference) -> JsonObject:
    """Territory as features of GeoJSON, and the members ``areas``, ``vertices``, ``records``."""
    names = difference.names
    return {
        "type": "FeatureCollection",
        "features": [_serialize_territory(one, names) for one in difference.territory],
        "areas": [
            {
                **_serialize_unit(change.unit, names.name_latter(change.unit)),
                "level": names.name_latter(change.unit).level,
                **{name: value for name, value in asdict(change).items() if name != "unit"},
            }
            for change in difference.areas
        ],
        "vertices": [_serialize_edge_change(one, names) for one in difference.vertices],
        "records": [
            serialize_changed_record(record, difference.subjects[record.key])
            for record in difference.records
        ],
    }


def serialize_changed_record(changed: ChangedRecord, subject: ComparedUnit) -> JsonObject:
    """A record before and after; points as longitude and latitude, lines and areas left out."""
    kind, record_id = changed.key
    before, after = (_serialize_side(kind, side) for side in (changed.before, changed.after))
    return {
        "kind": kind,
        "record_id": str(record_id),
        "code": subject.code,
        "name": subject.name,
        "before": before,
        "after": after,
    }


def _serialize_side(kind: str, attributes: Attributes | None) -> JsonObject | None:
    if attributes is None:
        return None
    record_kind = LEDGER.kinds[kind]
    values: JsonObject = dict(record_kind.serialize_attributes(attributes))
    for field in record_kind.fields:
        if field.type is FieldType.POINT and values.get(field.name) is not None:
            point = shapely.from_wkb(bytes.fromhex(values[field.name]))
            values[field.name] = shapely.get_coordinates(point)[0].tolist()
        elif field.type.is_geometry:
            values.pop(field.name, None)
    return values


def _serialize_territory(passed: PassedTerritory, names: UnitNames) -> JsonObject:
    giver = names.name_former(passed.giver) if passed.giver else ComparedUnit()
    taker = names.name_latter(passed.taker) if passed.taker else ComparedUnit()
    return {
        "type": "Feature",
        "geometry": shapely.geometry.mapping(passed.shape),
        "properties": {
            "from": _find_reference(passed.giver, giver),
            "from_name": giver.name,
            "to": _find_reference(passed.taker, taker),
            "to_name": taker.name,
            "area_m2": passed.area_m2,
        },
    }


def _serialize_edge_change(change: EdgeChange, names: UnitNames) -> JsonObject:
    old, new = change.moved_points
    return {
        "edge": str(change.edge),
        "left": _find_side(change.left, names),
        "right": _find_side(change.right, names),
        "change": change.kind.value,
        "from": old,
        "to": new,
        "distance_m": change.distance_m,
    }


def _find_side(unit: UUID | None, names: UnitNames) -> str | None:
    return None if unit is None else _find_reference(unit, names.name_latter(unit))


def _serialize_unit(unit: UUID, named: ComparedUnit) -> JsonObject:
    return {"code": _find_reference(unit, named), "name": named.name}


def _find_reference(unit: UUID | None, named: ComparedUnit) -> str | None:
    """The code of a unit, or its id if it has none; None if there is no unit."""
    return None if unit is None else named.code or str(unit)
