"""Geocoding an address: ``/v1/geocode``."""

from functools import partial
from typing import Any, Literal

from pydantic import BaseModel, Field

from boundaries.batch.address_rows import MAX_ADDRESS, MAX_PART
from gazetteer.ledger.as_of import today
from gazetteer.messages import message
from gazetteer.problems import InvalidValue
from gazetteer.records.levels import UNIT_LEVELS
from gazetteer.search.geocoder.address_fields import WrittenAddress, join_address_fields
from gazetteer.search.geocoder.explanation import explain_address
from gazetteer.search.geocoder.faults import FaultKind
from gazetteer.search.geocoder.geocodejson import serialize_geocode_result
from gazetteer.search.geocoder.geocoding import geocode
from gazetteer.search.index.candidates import NameRelation
from web.http.as_of_params import AtDay
from web.http.endpoints import Api, Parameters
from web.http.language import request_language
from web.services.search_index import get_day_index

api = Api()


class GeocodeQuery(Parameters):
    """One address, as free text or in its parts, in the newest state of the register."""

    address: str = Field(
        "",
        description="Address as free text, or the remainder after the parts given separately; up to"
        " 10,000 characters",
        max_length=MAX_ADDRESS,
    )
    province: str | None = Field(
        None,
        description="Part of the address at this level, up to 100 characters",
        max_length=MAX_PART,
    )
    prefecture: str | None = Field(
        None,
        description="Part of the address at this level, up to 100 characters",
        max_length=MAX_PART,
    )
    county: str | None = Field(
        None,
        description="Part of the address at this level, up to 100 characters",
        max_length=MAX_PART,
    )
    township: str | None = Field(
        None,
        description="Part of the address at this level, up to 100 characters",
        max_length=MAX_PART,
    )
    village: str | None = Field(
        None,
        description="Part of the address at this level, up to 100 characters",
        max_length=MAX_PART,
    )
    at: AtDay = None
    explain: bool = Field(
        False,
        description="Include an explanation of every step and every interpretation; default:"
        " `false`",
    )

    def join_fields(self) -> WrittenAddress:
        """All parts as one text, with what each field names."""
        parts = [((level,), getattr(self, level)) for level in UNIT_LEVELS]
        return join_address_fields([*parts, ((), self.address)])


class GeocodedDivisionModel(BaseModel):
    """A unit in which the place lies, or the unit itself."""

    level: str
    code: str | None
    name: str


class FaultModel(BaseModel):
    """A discrepancy between the address and the register, and its deduction from the score."""

    fault: FaultKind
    level: str | None
    text: str | None = Field(description="Text in the address")
    known_as: str | None = Field(description="Name in the register")
    penalty: float
    detail: str = Field(description="Explanation")


class AddressComponentModel(BaseModel):
    """An element of the address below the units, at characters `start` to `end` (exclusive)."""

    kind: str
    text: str
    start: int
    end: int


class FormerNameModel(BaseModel):
    """A former name that matched, with its period; null where the period is open."""

    model_config = {"populate_by_name": True}

    text: str
    relation: NameRelation
    level: str
    start: str | None = Field(alias="from")
    to: str | None


class GeocodedPlaceModel(BaseModel):
    """The place named by the address; `score` is 1 less the penalties of its faults."""

    place_id: str | None
    unit_id: str | None
    label: str
    name: str
    code: str | None
    level: str
    type: str = Field(description="Type of place in GeocodeJSON; `level` is exact")
    admin: dict[str, str] = Field(
        description="Names of the units by their `admin_level` in OpenStreetMap, as GeocodeJSON has"
        " them: `level4` is the province"
    )
    match_level: str = Field(
        description="Match level: the lowest level to which the text was resolved"
    )
    coordinate_level: str | None = Field(
        description="Coordinate precision: the level of what the point represents"
    )
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
    """The properties of a GeocodeJSON feature."""

    geocoding: GeocodedPlaceModel


class PointModel(BaseModel):
    """A GeoJSON point in longitude, latitude (CGCS2000)."""

    type: Literal["Point"]
    coordinates: list[float]


class GeocodedFeatureModel(BaseModel):
    """A place named by the address."""

    type: Literal["Feature"]
    geometry: PointModel | None
    properties: GeocodedPropertiesModel


class GeocodingModel(BaseModel):
    """The query and its outcome."""

    version: str
    query: str
    normalized: str
    status: Literal["matched", "ambiguous", "not_found"]
    candidates: int = Field(
        description="Number of candidates, counted up to 64; at most 10 are listed"
    )
    deciding_field: str | None = Field(description="Level whose name would resolve the ambiguity")
    at: str
    known_at: str | None
    basis: str
    explain: list[str] | None = None


class GeocodeResponse(BaseModel):
    """A GeocodeJSON collection: one feature if matched, the candidates if ambiguous."""

    type: Literal["FeatureCollection"]
    geocoding: GeocodingModel
    features: list[GeocodedFeatureModel]


@api.get("/v1/geocode", GeocodeResponse)
def geocode_single_address(query: GeocodeQuery) -> dict[str, Any]:
    """Geocode an address.

    Returns the unit or place that the address names, with every discrepancy; no candidate is chosen
    silently. If the text is ambiguous, `status` is `ambiguous` and `deciding_field` is the level
    that would resolve it. If the text also names another unit, this is reported as the fault
    `contradiction`; it never leads to a different parent. Former names lead to the units in force
    on the date and are reported as faults.
    """
    address = query.join_fields()
    if not address.text:
        raise InvalidValue(message("geocode.no_address"), field="address")
    day_index = get_day_index(query.at or today())
    answer = geocode(day_index, address)
    find_point = partial(day_index.index.points.find_point, day=day_index.day)
    response = serialize_geocode_result(
        day_index, address.text, answer, find_point, request_language()
    )
    if query.explain:
        lines = [line.text(request_language()) for line in explain_address(day_index, address)]
        response["geocoding"]["explain"] = lines
    return response
