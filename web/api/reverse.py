"""What lies at a point: ``/v1/reverse``."""

from typing import Any

from flask import current_app
from pydantic import BaseModel, Field, FiniteFloat

from boundaries.areas.point_index.indexed_lookup import look_up_points_in_index as remembered
from boundaries.areas.reverse_lookup import look_up_point as units_at
from boundaries.layers.coordinates import convert_position, parse_crs
from web.api.response_models import AsOfModel, UnitCodeModel
from web.http.as_of_params import AsOfParams
from web.http.connections import connection
from web.http.endpoints import Api
from web.services.point_index_cache import find_area_index

api = Api()


class ReverseQuery(AsOfParams):
    """A position, the system of its coordinates, and the moment."""

    lon: FiniteFloat = Field(description="Longitude in degrees; easting in metres if projected")
    lat: FiniteFloat = Field(description="Latitude in degrees; northing in metres if projected")
    crs: str = Field(
        "4490",
        description="4490 (CGCS2000), 4326, 3857, Gauss-Krüger 4546, 4547, 4548 (easting without"
        " zone number), gcj02 or bd09 (approximate). Beijing 1954 and Xian 1980 are refused",
    )


class PositionModel(BaseModel):
    """Degrees, CGCS2000."""

    lon: float
    lat: float


class ConversionModel(BaseModel):
    """The coordinates were converted approximately: to within about this many metres."""

    accuracy_m: float


class UnitReferenceModel(UnitCodeModel):
    """A unit by id, code and name."""

    unit_id: str


class CoveringUnitModel(UnitReferenceModel):
    """A unit whose area covers the point."""

    level: str


class NearbyUnitModel(CoveringUnitModel):
    """A unit on the other side of the near border, with its distance in metres."""

    distance_m: float


class OverrideActModel(BaseModel):
    """The legal document of an override."""

    title: str
    number: str | None
    authority: str | None
    approved_on: str | None
    effective_on: str | None
    source: str | None


class PeriodModel(BaseModel):
    """Half-open; null where open."""

    model_config = {"populate_by_name": True}

    start: str | None = Field(alias="from")
    to: str | None


class JurisdictionOverrideModel(BaseModel):
    """Here the law of the holder applies, although the boundary has not moved."""

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
    """The chain of units over a point, top first, and what is around it.

    A point on a border lies in both units. `boundary_distance_m` is the geodesic distance to the
    border of the lowest unit of the chain (null beyond some 11 km); `near_boundary` says that it
    is within `near_boundary_limit_m`: a setting, the accuracy of the border or that of the point,
    whichever is the largest. `known_since` names the levels whose area over the point is known
    from a later day only. `nearest_names` are the five nearest places within 20 km. In the sea or
    abroad the chain is empty.
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
    """The units whose area covers a point on the date, and what is around it.

    The chain is exact: judged on the whole polygons, boundary points belong to both sides.
    Distances are geodesic, to the millimetre. The newest state is told from memory, at most a
    tenth of a second behind a publication; `known_at` tells which state that was.
    """
    crs = parse_crs(query.crs)
    point = convert_position(query.lon, query.lat, crs)
    near_m = current_app.config["GAZETTEER"].near_boundary_m
    as_of = query.to_as_of()
    answer, area_index = None, find_area_index(as_of)
    if area_index is not None:
        (answer,) = remembered(area_index, [point], as_of.at, near_m)
    if answer is None:
        with connection() as conn:
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
