"""Addresses to units: ``/v1/geocode``."""

from collections.abc import Iterator
from typing import Any, Literal

from pydantic import BaseModel, Field

from gazetteer.ledger.asof import AsOf, today
from gazetteer.problems import InvalidValue
from gazetteer.records.levels import LEVELS
from gazetteer.search.explain import explained
from gazetteer.search.faults import MEANINGS, Fault, FaultKind
from gazetteer.search.forms import Form
from gazetteer.search.geocode import Geocoded, Match, geocode, joined
from gazetteer.search.view import Via, View, day_of
from web.contract import Api, Parameters
from web.language import language
from web.moments import Day
from web.search_index import Points, search_view

api = Api()

MAX_ADDRESS = 10_000
"""Characters; what goes beyond an address is told as a fault, what goes beyond this is refused."""


class GeocodeQuery(Parameters):
    """One address, as free text or in its parts. The newest state of the register answers."""

    address: str = Field(
        "", description="The address, or what follows the parts", max_length=MAX_ADDRESS
    )
    province: str | None = Field(None, description="The part of this level", max_length=100)
    prefecture: str | None = Field(None, description="The part of this level", max_length=100)
    county: str | None = Field(None, description="The part of this level", max_length=100)
    township: str | None = Field(None, description="The part of this level", max_length=100)
    village: str | None = Field(None, description="The part of this level", max_length=100)
    at: Day | None = Field(None, description="In force on this day (Asia/Shanghai); default today")
    explain: bool = Field(False, description="Tell every step and every reading, in words")

    def text(self) -> str:
        """All parts as one text."""
        parts = (self.province, self.prefecture, self.county, self.township, self.village)
        return joined([*parts, self.address])


class GeocodedDivision(BaseModel):
    """A unit in which the place lies, or the unit itself."""

    level: str
    code: str | None
    name: str


class FaultTold(BaseModel):
    """One departure from a perfect address, and what it takes from the score."""

    fault: FaultKind
    level: str | None
    text: str | None = Field(description="What is written")
    known_as: str | None = Field(description="What the register has instead")
    penalty: float
    detail: str = Field(description="In words")


class ElementTold(BaseModel):
    """A part of the address below its units, with its half-open stretch in the address."""

    kind: str
    text: str
    start: int
    end: int


class FormerName(BaseModel):
    """A name of the past that led here, with its period; null where the period is open."""

    model_config = {"populate_by_name": True}

    text: str
    relation: Via
    level: str
    start: str | None = Field(alias="from")
    to: str | None


class GeocodedPlace(BaseModel):
    """What the address names. `score` is 1 less the penalties of the faults."""

    place_id: str | None
    unit_id: str | None
    label: str
    name: str
    code: str | None
    level: str
    match_level: str = Field(description="How fine the text was understood")
    coordinate_level: str | None = Field(description="What the coordinate stands for")
    score: float
    matched_by: Literal["standard", "short", "alias", "former", "fuzzy"]
    matched_name: str
    via_former_name: bool
    former_names: list[FormerName]
    faults: list[FaultTold]
    unmatched: str
    elements: list[ElementTold]
    divisions: list[GeocodedDivision]


class GeocodedProperties(BaseModel):
    """The member in which GeocodeJSON keeps what it knows."""

    geocoding: GeocodedPlace


class PointGeometry(BaseModel):
    """GeoJSON, lon lat, CGCS2000."""

    type: Literal["Point"]
    coordinates: list[float]


class GeocodedFeature(BaseModel):
    """One place."""

    type: Literal["Feature"]
    geometry: PointGeometry | None
    properties: GeocodedProperties


class GeocodingTold(BaseModel):
    """What was asked, and what became of it."""

    version: str
    query: str
    normalized: str
    status: Literal["matched", "ambiguous", "not_found"]
    candidates: int = Field(description="How many there are, counted to 64; at most ten are told")
    deciding_field: str | None = Field(description="The level whose name would decide")
    at: str
    known_at: str | None
    basis: str
    explain: list[str] | None = None


class GeocodeAnswer(BaseModel):
    """GeocodeJSON: one feature if matched, the candidates if ambiguous."""

    type: Literal["FeatureCollection"]
    geocoding: GeocodingTold
    features: list[GeocodedFeature]


@api.get("/v1/geocode", GeocodeAnswer)
def geocode_address(query: GeocodeQuery) -> dict[str, Any]:
    """The unit that an address names, with its faults; nothing is picked silently.

    Where the text does not decide, `status` is `ambiguous` and `deciding_field` tells which level
    would. A name of another unit in the text is a fault `contradiction`, never a way to a
    different parent. Former names lead to what is in force on the day, with the fault told.
    """
    address = query.text()
    if not address:
        raise InvalidValue("请输入地址。", "type an address", field="address")
    view = search_view(query.at or today())
    answer = geocode(view, address)
    lines = [line.text(language()) for line in explained(view, address)] if query.explain else None
    return as_geocodejson(view, address, answer, lines)


def as_geocodejson(
    view: View, address: str, answer: Geocoded, lines: list[str] | None = None
) -> dict[str, Any]:
    """The answer as GeocodeJSON."""
    known = view.index.recorded_at
    moment: dict[str, str | None] = {"at": view.at.isoformat(), "known_at": None}
    if known:
        moment |= AsOf(view.at).echo(known)
    told: dict[str, Any] = {
        "version": "0.1.0",
        "query": address,
        "normalized": answer.text.value.strip(),
        "status": answer.status.value,
        "candidates": answer.total,
        "deciding_field": answer.deciding,
        "basis": "effective",
        **moment,
    }
    if lines is not None:
        told["explain"] = lines
    points = Points(view, [spot.node for match in answer.matches for spot in match.chain])
    features = [_feature(view, answer, match, points) for match in answer.matches]
    return {"type": "FeatureCollection", "geocoding": told, "features": features}


def _feature(view: View, answer: Geocoded, match: Match, points: Points) -> dict[str, Any]:
    node, index = match.leaf.node, view.index
    located = next((s for s in reversed(match.chain) if points.of(s.node)), None)
    point = points.of(located.node) if located else None
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
        "faults": [_fault(fault) for fault in match.faults],
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


def _fault(fault: Fault) -> dict[str, Any]:
    zh, en = MEANINGS[fault.kind]
    return {
        "fault": fault.kind.value,
        "level": fault.level,
        "text": fault.text,
        "known_as": fault.register,
        "penalty": fault.penalty,
        "detail": zh if language() == "zh" else en,
    }


def _formers(match: Match, answer: Geocoded) -> Iterator[dict[str, Any]]:
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
