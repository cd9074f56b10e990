"""What was found by name, as GeocodeJSON."""

from collections.abc import Mapping, Sequence
from typing import Any

from gazetteer.records.levels import LEVELS
from gazetteer.search.normalize import normalized
from gazetteer.search.suggest import Suggestion
from gazetteer.search.view import View, day_of

Answer = dict[str, Any]


def as_geocodejson(
    view: View, query: str, found: Sequence[Suggestion], moment: Mapping[str, str | None]
) -> Answer:
    """The answer; ``moment`` is the moment for which it holds, as answers repeat it."""
    text = normalized(query).value.strip()
    told = {"version": "0.1.0", "query": query, "normalized": text, **moment}
    features = [_feature(view, suggestion) for suggestion in found]
    return {"type": "FeatureCollection", "geocoding": told, "features": features}


def _feature(view: View, found: Suggestion) -> Answer:
    index, leaf = view.index, found.leaf
    particulars = index.particulars
    point = index.points.of(leaf.node, view.day)
    since, until = day_of(found.since), day_of(found.until)
    return {
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": list(point)} if point else None,
        "properties": {
            "geocoding": {
                "place_id": index.places[leaf.node],
                "unit_id": index.ids[leaf.node] if index.is_unit(leaf.node) else None,
                "label": "".join([spot.name for spot in found.chain]),
                "name": leaf.name,
                "code": leaf.code,
                "level": LEVELS[leaf.level],
                "legal_class": particulars.words[particulars.legal_classes[found.state]],
                "matched_by": found.by,
                "matched_name": found.matched,
                "via_former_name": found.former,
                "valid": {
                    "from": since.isoformat() if since else None,
                    "to": until.isoformat() if until else None,
                },
                "divisions": [
                    {"level": LEVELS[spot.level], "code": spot.code, "name": spot.name}
                    for spot in found.chain[:-1]
                ],
            }
        },
    }
