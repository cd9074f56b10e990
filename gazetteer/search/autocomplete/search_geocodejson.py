"""Suggestions as GeocodeJSON."""

from collections.abc import Mapping, Sequence
from typing import Any

from gazetteer.records.levels import LEVELS
from gazetteer.search.autocomplete.suggestions import Suggestion
from gazetteer.search.geocodejson_fields import GEOCODEJSON_TYPES, build_admin
from gazetteer.search.index.day_index import DayIndex
from gazetteer.search.index.day_ordinals import from_ordinal
from gazetteer.search.text.normalize import normalize_text

JsonObject = dict[str, Any]


def serialize_suggestions(
    day_index: DayIndex,
    query: str,
    suggestions: Sequence[Suggestion],
    as_of_fields: Mapping[str, str | None],
) -> JsonObject:
    """The answer; ``as_of_fields`` are the fields that repeat for which moment it holds."""
    text = normalize_text(query).value.strip()
    geocoding = {"version": "0.1.0", "query": query, "normalized": text, **as_of_fields}
    features = [_serialize_suggestion(day_index, suggestion) for suggestion in suggestions]
    return {"type": "FeatureCollection", "geocoding": geocoding, "features": features}


def _serialize_suggestion(day_index: DayIndex, suggestion: Suggestion) -> JsonObject:
    index, leaf = day_index.index, suggestion.leaf
    attributes = index.attributes
    point = index.points.find_point(leaf.node, day_index.day)
    since, until = from_ordinal(suggestion.since), from_ordinal(suggestion.until)
    divisions = [
        {"level": LEVELS[unit.level], "code": unit.code, "name": unit.name}
        for unit in suggestion.chain
    ]
    return {
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": list(point)} if point else None,
        "properties": {
            "geocoding": {
                "place_id": index.places[leaf.node],
                "unit_id": index.ids[leaf.node] if index.is_unit(leaf.node) else None,
                "label": "".join([unit.name for unit in suggestion.chain]),
                "name": leaf.name,
                "code": leaf.code,
                "level": LEVELS[leaf.level],
                "type": GEOCODEJSON_TYPES[LEVELS[leaf.level]],
                "admin": build_admin(divisions),
                "legal_class": attributes.words[attributes.legal_classes[suggestion.state]],
                "matched_by": suggestion.matched_by,
                "matched_name": suggestion.matched_name,
                "via_former_name": suggestion.is_former_name,
                "valid": {
                    "from": since.isoformat() if since else None,
                    "to": until.isoformat() if until else None,
                },
                "divisions": divisions[:-1],
            }
        },
    }
