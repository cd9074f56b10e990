"""Reverse geocoding a point: ``/v1/reverse``."""

from typing import Any

from pydantic import BaseModel, Field, FiniteFloat

from boundaries.areas.point_index.indexed_lookup import look_up_points_in_index as remembered
from boundaries.areas.reverse_lookup import look_up_point as units_at
from boundaries.layers.coordinates import convert_position, parse_crs
from web.api.response_models import AsOfModel, UnitCodeModel
from web.http.app_settings import current_settings
from web.http.as_of_params import AsOfParams
from web.http.connections import lookup_connection
from web.http.endpoints import Api
from web.services.point_index_cache import find_area_index

api = Api()


class ReverseQuery(AsOfParams):
    """A position, its coordinate reference system, and the moment."""

    lon: FiniteFloat = Field(
        description="Longitude in degrees, or easting in metres if `crs` is projected"
    )
    lat: FiniteFloat = Field(
        description="Latitude in degrees, or northing in metres if `crs` is projected"
    )
    crs: str = Field(
        "4490",
        description="Coordinate reference system of the position: 4490 (CGCS2000, default), 4326,"
        " 3857, Gauss-Krüger 4546, 4547, 4548 (easting without zone number), or `gcj02`,"
        " `bd09` (converted approximately). Beijing 1954 and Xian 1980 are refused.",
    )


class PositionModel(BaseModel):
    """A position in degrees (CGCS2000)."""

    lon: float
    lat: float


class ConversionModel(BaseModel):
    """Accuracy in metres, if the coordinates were converted approximately."""

    accuracy_m: float


class UnitReferenceModel(UnitCodeModel):
    """A unit by id, code and name."""

    unit_id: str


class CoveringUnitModel(UnitReferenceModel):
    """A unit whose area contains the point."""

    level: str


class NearbyUnitModel(CoveringUnitModel):
    """A unit beyond the nearby boundary, with its distance in metres."""

    distance_m: float


class OverrideActModel(BaseModel):
    """The legal document for a jurisdiction override."""

    title: str
    number: str | None
    authority: str | None
    approved_on: str | None
    effective_on: str | None
    source: str | None


class PeriodModel(BaseModel):
    """A period from `from` (inclusive) to `to` (exclusive); null if open."""

    model_config = {"populate_by_name": True}

    start: str | None = Field(alias="from")
    to: str | None


class JurisdictionOverrideModel(BaseModel):
    """An area under the jurisdiction of `holder` although the boundary has not moved."""

    grantor: UnitReferenceModel
    holder: UnitReferenceModel
    act: OverrideActModel | None
    remark: str | None
    valid: PeriodModel


class NearbyPlaceModel(BaseModel):
    """A place near the point."""

    place_id: str
    name: str | None
    level: str
    lon: float
    lat: float
    distance_m: float


class ReverseResponse(AsOfModel):
    """The chain of units at a point, highest level first, and what is near the point.

    A point on a boundary lies in both units. `boundary_distance_m` is the geodesic distance in
    metres to the boundary of the lowest unit of the chain (null beyond about 11 km).
    `near_boundary` is true if that distance is within `near_boundary_limit_m`, which is the largest
    of a setting, the accuracy of the boundary and the accuracy of the point. `known_since` lists
    the levels whose area at the point is known only from a later date. `nearest_names` are the five
    nearest places within 20 km. At sea or abroad the chain is empty.
    """

    lon: float
    lat: float
    crs: str
    point: PositionModel
    conversion: ConversionModel | None
    chain: list[CoveringUnitModel]
    on_boundary: bool
    near_boundary: bool
    near_boundary_limit_m: float
    boundary_distance_m: float | None
    beyond_boundary: list[NearbyUnitModel]
    jurisdiction_overrides: list[JurisdictionOverrideModel]
    nearest_names: list[NearbyPlaceModel]
    known_since: dict[str, str]


@api.get("/v1/reverse", ReverseResponse)
def reverse_geocode_point(query: ReverseQuery) -> dict[str, Any]:
    """Reverse geocode a point.

    Returns the units whose area contains the point on the date `at`, and what is near it. The chain
    is exact: it is computed from the full polygons, and a point on a boundary belongs to both
    sides. Distances are geodesic, in metres, to the millimetre. Requests for the newest state are
    served from memory, which lags a publication by at most a tenth of a second; `known_at` in the
    response identifies that state.
    """
    crs = parse_crs(query.crs)
    point = convert_position(query.lon, query.lat, crs)
    near_m = current_settings().near_boundary_m
    as_of = query.to_as_of()
    answer, area_index = None, find_area_index(as_of)
    if area_index is not None:
        (answer,) = remembered(area_index, [point], as_of.at, near_m)
    if answer is None:
        with lookup_connection() as conn:
            answer = units_at(conn, point, as_of, near_m)
    conversion = {"accuracy_m": point.accuracy_m} if point.accuracy_m is not None else None
    return {
        "lon": query.lon,
        "lat": query.lat,
        "crs": crs.value,
        "point": {"lon": point.lon, "lat": point.lat},
        "conversion": conversion,
        **answer,
    }
