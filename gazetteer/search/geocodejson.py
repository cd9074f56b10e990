"""The answer for an address as GeocodeJSON: what a single call tells, and every row of a file."""

from collections.abc import Callable, Iterator
from typing import Any

from gazetteer.ledger.asof import AsOf
from gazetteer.records.levels import LEVELS
from gazetteer.search.faults import MEANINGS, Fault, FaultKind
from gazetteer.search.forms import Form
from gazetteer.search.geocode import Geocoded, Match
from gazetteer.search.view import Via, View, day_of

Answer = dict[str, Any]
Where = Callable[[int], tuple[float, float] | None]
"""Tells where a node lies: lon, lat, CGCS2000; None where no point is known."""


def as_geocodejson(view: View, address: str, answer: Geocoded, where: Where, lang: str) -> Answer:
    """The answer as GeocodeJSON, its words in ``lang`` (``zh`` or ``en``)."""
    known = view.index.recorded_at
    moment: dict[str, str | None] = {"at": view.at.isoformat(), "known_at": None}
    if known:
        moment |= AsOf(view.at).echo(known)
    told: Answer = {
        "version": "0.1.0",
        "query": address,
        "normalized": answer.text.value.strip(),
        "status": answer.status.value,
        "candidates": answer.total,
        "deciding_field": answer.deciding,
        "basis": "effective",
        **moment,
    }
    features = [_feature(view, answer, match, where, lang) for match in answer.matches]
    return {"type": "FeatureCollection", "geocoding": told, "features": features}


def _feature(view: View, answer: Geocoded, match: Match, where: Where, lang: str) -> Answer:
    node, index = match.leaf.node, view.index
    located = next((s for s in reversed(match.chain) if where(s.node)), None)
    point = where(located.node) if located else None
    formers = list(_formers(match, answer))
    place = {
        "place_id": index.places[node],
        "unit_id": index.ids[node] if index.is_unit(node) else None,
        "label": "".join(spot.name for spot in match.chain),
        "name": match.leaf.name,
        "code": match.leaf.code,
        "level": LEVELS[match.leaf.level],
        "match_level": match.match_level,
        "coordinate_level": LEVELS[located.level] if located else None,
        "score": match.score,
        "matched_by": _matched_by(match),
        "matched_name": match.matched_text,
        "via_former_name": any(f["relation"] != Via.GAVE for f in formers),
        "former_names": formers,
        "faults": [_fault(fault, lang) for fault in match.faults],
        "unmatched": match.unmatched,
        "elements": [
            {"kind": e.kind, "text": e.text, **_span(answer, e.start, e.end)}
            for e in match.elements
        ],
        "divisions": [
            {"level": LEVELS[spot.level], "code": spot.code, "name": spot.name}
            for spot in match.chain
        ],
    }
    geometry = {"type": "Point", "coordinates": list(point)} if point else None
    return {"type": "Feature", "geometry": geometry, "properties": {"geocoding": place}}


def _span(answer: Geocoded, start: int, end: int) -> dict[str, int]:
    first, last = answer.text.span(start, end)
    return {"start": first, "end": last}


def _fault(fault: Fault, lang: str) -> Answer:
    zh, en = MEANINGS[fault.kind]
    return {
        "fault": fault.kind.value,
        "level": fault.level,
        "text": fault.text,
        "known_as": fault.register,
        "penalty": fault.penalty,
        "detail": zh if lang == "zh" else en,
    }


def _formers(match: Match, answer: Geocoded) -> Iterator[Answer]:
    for support in match.supports:
        claim = support.claim
        if claim.via is Via.NAME:
            continue
        since, until = day_of(claim.since), day_of(claim.until)
        yield {
            "text": answer.text.value[support.mark.start : support.mark.end],
            "relation": claim.via.value,
            "level": LEVELS[claim.level],
            "from": since.isoformat() if since else None,
            "to": until.isoformat() if until else None,
        }


def _matched_by(match: Match) -> str:
    if any(fault.kind is FaultKind.SPELLED_WRONG for fault in match.faults):
        return "fuzzy"
    if match.via.via is not Via.NAME or match.via.form is Form.FORMER:
        return "former"
    return {Form.STANDARD: "standard", Form.ALIAS: "alias"}.get(match.via.form, "short")
