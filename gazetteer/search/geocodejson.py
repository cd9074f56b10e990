"""The answer for an address as GeocodeJSON: what a single call tells, and every row of a file."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from gazetteer.ledger.asof import echo_of_newest
from gazetteer.records.levels import LEVELS
from gazetteer.search.claims import Via
from gazetteer.search.faults import MEANINGS, Fault, FaultKind
from gazetteer.search.geocode import Geocoded, Match
from gazetteer.search.index import Index
from gazetteer.search.view import Spot, View, day_of

Answer = dict[str, Any]
Where = Callable[[int], tuple[float, float] | None]
"""Tells where a node lies: lon, lat, CGCS2000; None where no point is known."""


def as_geocodejson(view: View, address: str, answer: Geocoded, where: Where, lang: str) -> Answer:
    """The answer as GeocodeJSON, its words in ``lang`` (``zh`` or ``en``)."""
    told: Answer = {
        "version": "0.1.0",
        "query": address,
        "normalized": answer.text.value.strip(),
        "status": answer.status.value,
        "candidates": answer.total,
        "deciding_field": answer.deciding,
        **_moment(view.at, view.index.recorded_at),
    }
    features = [_feature(view, answer, match, where, lang) for match in answer.matches]
    return {"type": "FeatureCollection", "geocoding": told, "features": features}


def _moment(at: date, known: datetime | None) -> Mapping[str, str | None]:
    if known is None:
        return {"basis": "effective", "at": at.isoformat(), "known_at": None}
    return echo_of_newest(at, known)


class _Standing(NamedTuple):
    """All that is told of a unit or place whatever names it; the values are not to be changed."""

    place: Answer
    divisions: list[Answer]
    geometry: Answer | None


def _standing(view: View, chain: Sequence[Spot], where: Where) -> _Standing:
    """Made once for each place of a view: in a file few places are named by many rows."""
    key = ("told", *[spot.node for spot in chain])
    known: _Standing | None = view.settled.get(key)
    if known is None:
        known = _made(view.index, chain, where)
        view.settle(key, known)
    return known


def _made(index: Index, chain: Sequence[Spot], where: Where) -> _Standing:
    leaf = chain[-1]
    located = next((spot for spot in reversed(chain) if where(spot.node)), None)
    point = where(located.node) if located else None
    place = {
        "place_id": index.places[leaf.node],
        "unit_id": index.ids[leaf.node] if index.is_unit(leaf.node) else None,
        "label": "".join([spot.name for spot in chain]),
        "name": leaf.name,
        "code": leaf.code,
        "level": LEVELS[leaf.level],
        "coordinate_level": LEVELS[located.level] if located else None,
    }
    divisions = [
        {"level": LEVELS[spot.level], "code": spot.code, "name": spot.name} for spot in chain
    ]
    geometry = {"type": "Point", "coordinates": list(point)} if point else None
    return _Standing(place, divisions, geometry)


def _feature(view: View, answer: Geocoded, match: Match, where: Where, lang: str) -> Answer:
    standing = _standing(view, match.chain, where)
    formers = list(_formers(match, answer))
    place = {
        **standing.place,
        "match_level": match.match_level,
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
        "divisions": standing.divisions,
    }
    return {
        "type": "Feature",
        "geometry": standing.geometry,
        "properties": {"geocoding": place},
    }


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
            "text": answer.text.value[support.start : support.end],
            "relation": claim.via.value,
            "level": LEVELS[claim.level],
            "from": since.isoformat() if since else None,
            "to": until.isoformat() if until else None,
        }


def _matched_by(match: Match) -> str:
    if any(fault.kind is FaultKind.SPELLED_WRONG for fault in match.faults):
        return "fuzzy"
    return match.via.form.told if match.via.via is Via.NAME else "former"
