"""The polygon of a unit: ``/v1/divisions/{code}/area``."""

from typing import Literal

from flask import Response
from pydantic import BaseModel, Field

from boundaries.areas import area_queries
from boundaries.layers.coordinates import parse_crs
from web.api.response_models import AsOfModel, ValidityModel
from web.http.as_of_params import AsOfParams, Code
from web.http.connections import lookup_connection
from web.http.endpoints import Api, json_response

api = Api()

GEOJSON = "application/geo+json"


class AreaQuery(AsOfParams):
    """The moment, and the coordinate reference system of the response."""

    crs: str = Field(
        "4490",
        description="EPSG code of the coordinate reference system of the response: 4490 (default),"
        " 4326, 3857, or Gauss-Krüger 4546, 4547, 4548. Coordinates are always x (east)"
        " before y (north), even where EPSG lists north first.",
    )


Position = list[float]


class MultiPolygonModel(BaseModel):
    """A GeoJSON geometry (RFC 7946) in the requested system, x (east) before y (north)."""

    type: Literal["MultiPolygon"]
    coordinates: list[list[list[Position]]]


class AreaPropertiesModel(AsOfModel):
    """The unit, with the size, source and accuracy of its polygon."""

    unit_id: str
    code: str
    name: str | None
    level: str
    area_km2: float
    source: str
    accuracy_m: float | None
    valid: ValidityModel
    crs: str


class AreaFeatureModel(BaseModel):
    """The polygon of a unit as a GeoJSON feature."""

    type: Literal["Feature"]
    id: str
    geometry: MultiPolygonModel
    properties: AreaPropertiesModel


@api.get("/v1/divisions/<code>/area", AreaFeatureModel, media=GEOJSON)
def get_area(code: Code, query: AreaQuery) -> Response:
    """Get the polygon of a unit as a GeoJSON feature.

    Returns the polygon of the unit that had the code on the date `at`. The properties include
    `source`, `accuracy_m`, `valid` and `area_km2`, the area on the CGCS2000 ellipsoid. Error 404
    `no_area_known` means that the unit was in force but its polygon on that date is not known;
    `known_since` is the first date on which it is known.
    """
    crs = parse_crs(query.crs)
    with lookup_connection() as conn:
        return json_response(
            area_queries.load_area_feature(conn, code, query.to_as_of(), crs), media=GEOJSON
        )
