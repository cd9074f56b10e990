"""The result for an address as GeocodeJSON: of a single call, and of every row of a file."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime
from functools import cache
from typing import Any, NamedTuple

from gazetteer.ledger.as_of import newest_as_of_fields
from gazetteer.messages import Lang
from gazetteer.records.levels import LEVELS
from gazetteer.search.geocodejson_fields import GEOCODEJSON_TYPES, build_admin
from gazetteer.search.geocoder.faults import Fault, FaultKind
from gazetteer.search.geocoder.geocoding import GeocodeResult
from gazetteer.search.geocoder.matches import GeocodeMatch
from gazetteer.search.index.candidates import NameRelation
from gazetteer.search.index.day_index import DayIndex, UnitRef
from gazetteer.search.index.day_ordinals import from_ordinal
from gazetteer.search.index.name_index import NameIndex

JsonObject = dict[str, Any]
PointLookup = Callable[[int], tuple[float, float] | None]
"""Finds where a node lies: lon, lat in degrees, CGCS2000; None where no point is known."""


def serialize_geocode_result(
    day_index: DayIndex, address: str, result: GeocodeResult, find_point: PointLookup, lang: Lang
) -> JsonObject:
    """The result as GeocodeJSON, the details of its faults in the language ``lang``."""
    geocoding: JsonObject = {
        "version": "0.1.0",
        "query": address,
        "normalized": result.text.value.strip(),
        "status": result.status.value,
        "candidates": result.total,
        "deciding_field": result.deciding_level,
        **_serialize_as_of(day_index.at, day_index.index.recorded_at),
    }
    features = [
        _serialize_match(day_index, result, match, find_point, lang) for match in result.matches
    ]
    return {"type": "FeatureCollection", "geocoding": geocoding, "features": features}


def _serialize_as_of(at: date, known_at: datetime | None) -> Mapping[str, str | None]:
    if known_at is None:
        return {"basis": "effective", "at": at.isoformat(), "known_at": None}
    return newest_as_of_fields(at, known_at)


class _PlaceFields(NamedTuple):
    """The fields of a unit or place that do not depend on the text; not to be changed."""

    place: JsonObject
    divisions: list[JsonObject]
    geometry: JsonObject | None


def _get_place_fields(
    day_index: DayIndex, chain: Sequence[UnitRef], find_point: PointLookup
) -> _PlaceFields:
    """Built once for each place of a day: in a file few places are named by many rows."""
    memo_key = ("place fields", *[unit.node for unit in chain])
    place_fields: _PlaceFields | None = day_index.memo.get(memo_key)
    if place_fields is None:
        place_fields = _build_place_fields(day_index.index, chain, find_point)
        day_index.remember(memo_key, place_fields)
    return place_fields


def _build_place_fields(
    index: NameIndex, chain: Sequence[UnitRef], find_point: PointLookup
) -> _PlaceFields:
    leaf = chain[-1]
    located = next((unit for unit in reversed(chain) if find_point(unit.node)), None)
    point = find_point(located.node) if located else None
    divisions = [
        {"level": LEVELS[unit.level], "code": unit.code, "name": unit.name} for unit in chain
    ]
    place = {
        "place_id": index.places[leaf.node],
        "unit_id": index.ids[leaf.node] if index.is_unit(leaf.node) else None,
        "label": "".join([unit.name for unit in chain]),
        "name": leaf.name,
        "code": leaf.code,
        "level": LEVELS[leaf.level],
        "type": GEOCODEJSON_TYPES[LEVELS[leaf.level]],
        "admin": build_admin(divisions),
        "coordinate_level": LEVELS[located.level] if located else None,
    }
    geometry = {"type": "Point", "coordinates": list(point)} if point else None
    return _PlaceFields(place, divisions, geometry)


def _serialize_match(
    day_index: DayIndex,
    result: GeocodeResult,
    match: GeocodeMatch,
    find_point: PointLookup,
    lang: Lang,
) -> JsonObject:
    place_fields = _get_place_fields(day_index, match.chain, find_point)
    former_names = list(_serialize_former_names(match, result))
    place = {
        **place_fields.place,
        "match_level": match.match_level,
        "score": match.score,
        "matched_by": _classify_match(match),
        "matched_name": match.matched_text,
        "via_former_name": any(e.candidate.relation.is_of_past for e in match.evidence),
        "former_names": former_names,
        "faults": [_serialize_fault(fault, lang) for fault in match.faults],
        "unmatched": match.unmatched,
        "elements": [
            {"kind": e.kind, "text": e.text, **_serialize_span(result, e.start, e.end)}
            for e in match.components
        ],
        "divisions": place_fields.divisions,
    }
    return {
        "type": "Feature",
        "geometry": place_fields.geometry,
        "properties": {"geocoding": place},
    }


def _serialize_span(result: GeocodeResult, start: int, end: int) -> dict[str, int]:
    first, last = result.text.find_source_span(start, end)
    return {"start": first, "end": last}


def _serialize_fault(fault: Fault, lang: Lang) -> JsonObject:
    return {
        "fault": fault.kind.value,
        "level": fault.level,
        "text": fault.text,
        "known_as": fault.registered_name,
        "penalty": fault.penalty,
        "detail": _word_fault(fault.kind, lang),
    }


@cache
def _word_fault(kind: FaultKind, lang: Lang) -> str:
    """The words of a kind of fault; the rows of a file have the same few faults."""
    return kind.message.text(lang)


def _serialize_former_names(match: GeocodeMatch, result: GeocodeResult) -> Iterator[JsonObject]:
    for item in match.evidence:
        candidate = item.candidate
        if candidate.relation is NameRelation.CURRENT_NAME:
            continue
        since, until = from_ordinal(candidate.since), from_ordinal(candidate.until)
        yield {
            "text": result.text.value[item.start : item.end],
            "relation": candidate.relation.value,
            "level": LEVELS[candidate.level],
            "from": since.isoformat() if since else None,
            "to": until.isoformat() if until else None,
        }


def _classify_match(match: GeocodeMatch) -> str:
    if any(fault.kind is FaultKind.SPELLED_WRONG for fault in match.faults):
        return "fuzzy"
    return (
        match.leaf_candidate.form.label
        if match.leaf_candidate.relation is NameRelation.CURRENT_NAME
        else "former"
    )
