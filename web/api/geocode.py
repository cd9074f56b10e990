"""Addresses to units: ``/v1/geocode``."""

from functools import partial
from typing import Any, Literal

from pydantic import BaseModel, Field

from boundaries.batch.address_rows import MAX_ADDRESS, MAX_PART
from gazetteer.ledger.as_of import today
from gazetteer.problems import InvalidValue
from gazetteer.search.geocoder.explanation import explain_address
from gazetteer.search.geocoder.faults import FaultKind
from gazetteer.search.geocoder.geocodejson import serialize_geocode_result
from gazetteer.search.geocoder.geocoding import geocode, join_address_parts
from gazetteer.search.index.candidates import NameRelation
from web.http.as_of_params import Day
from web.http.endpoints import Api, Parameters
from web.http.language import request_language
from web.services.search_index import get_day_index

api = Api()


class GeocodeQuery(Parameters):
    """One address, as free text or in its parts. The newest state of the register answers."""

    address: str = Field(
        "", description="The address, or what follows the parts", max_length=MAX_ADDRESS
    )
    province: str | None = Field(None, description="The part of this level", max_length=MAX_PART)
    prefecture: str | None = Field(None, description="The part of this level", max_length=MAX_PART)
    county: str | None = Field(None, description="The part of this level", max_length=MAX_PART)
    township: str | None = Field(None, description="The part of this level", max_length=MAX_PART)
    village: str | None = Field(None, description="The part of this level", max_length=MAX_PART)
    at: Day | None = Field(None, description="In force on this day (Asia/Shanghai); default today")
    explain: bool = Field(False, description="Tell every step and every reading, in words")

    def text(self) -> str:
        """All parts as one text."""
        parts = (self.province, self.prefecture, self.county, self.township, self.village)
        return join_address_parts([*parts, self.address])


class GeocodedDivisionModel(BaseModel):
    """A unit in which the place lies, or the unit itself."""

    level: str
    code: str | None
    name: str


class FaultModel(BaseModel):
    """One departure from a perfect address, and what it takes from the score."""

    fault: FaultKind
    level: str | None
    text: str | None = Field(description="What is written")
    known_as: str | None = Field(description="What the register has instead")
    penalty: float
    detail: str = Field(description="In words")


class AddressComponentModel(BaseModel):
    """A part of the address below its units, with its half-open stretch in the address."""

    kind: str
    text: str
    start: int
    end: int


class FormerNameModel(BaseModel):
    """A name of the past that led here, with its period; null where the period is open."""

    model_config = {"populate_by_name": True}

    text: str
    relation: NameRelation
    level: str
    start: str | None = Field(alias="from")
    to: str | None


class GeocodedPlaceModel(BaseModel):
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
    former_names: list[FormerNameModel]
    faults: list[FaultModel]
    unmatched: str
    elements: list[AddressComponentModel]
    divisions: list[GeocodedDivisionModel]


class GeocodedPropertiesModel(BaseModel):
    """The member in which GeocodeJSON keeps what it knows."""

    geocoding: GeocodedPlaceModel


class PointModel(BaseModel):
    """GeoJSON, lon lat, CGCS2000."""

    type: Literal["Point"]
    coordinates: list[float]


class GeocodedFeatureModel(BaseModel):
    """One place."""

    type: Literal["Feature"]
    geometry: PointModel | None
    properties: GeocodedPropertiesModel


class GeocodingModel(BaseModel):
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


class GeocodeResponse(BaseModel):
    """GeocodeJSON: one feature if matched, the candidates if ambiguous."""

    type: Literal["FeatureCollection"]
    geocoding: GeocodingModel
    features: list[GeocodedFeatureModel]


@api.get("/v1/geocode", GeocodeResponse)
def geocode_single_address(query: GeocodeQuery) -> dict[str, Any]:
    """The unit that an address names, with its faults; nothing is picked silently.

    Where the text does not decide, `status` is `ambiguous` and `deciding_field` tells which level
    would. A name of another unit in the text is a fault `contradiction`, never a way to a
    different parent. Former names lead to what is in force on the day, with the fault told.
    """
    address = query.text()
    if not address:
        raise InvalidValue("请输入地址。", "type an address", field="address")
    day_index = get_day_index(query.at or today())
    answer = geocode(day_index, address)
    find_point = partial(day_index.index.points.find_point, day=day_index.day)
    response = serialize_geocode_result(day_index, address, answer, find_point, request_language())
    if query.explain:
        lines = [line.text(request_language()) for line in explain_address(day_index, address)]
        response["geocoding"]["explain"] = lines
    return response
