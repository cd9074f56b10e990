"""The polygon of a unit: ``/v1/divisions/{code}/area``."""

from typing import Literal

from flask import Response
from pydantic import BaseModel, Field

from boundaries.areas import area_queries
from boundaries.layers.coordinates import parse_crs
from web.api.response_models import AsOfModel, ValidityModel
from web.http.as_of_params import AsOfParams, Code
from web.http.connections import connection
from web.http.endpoints import Api, json_response

api = Api()

GEOJSON = "application/geo+json"


class AreaQuery(AsOfParams):
    """The moment, and the system of the coordinates in the answer."""

    crs: str = Field(
        "4490",
        description="EPSG code of the answer: 4490, 4326, 3857, or Gauss-Krüger 4546, 4547, 4548."
        " Always x = east before y = north, also where EPSG lists north first",
    )


Position = list[float]


class MultiPolygonModel(BaseModel):
    """GeoJSON (RFC 7946), east before north, in the system asked for."""

    type: Literal["MultiPolygon"]
    coordinates: list[list[list[Position]]]


class AreaPropertiesModel(AsOfModel):
    """Whose polygon it is, how large, from where, and how well it is known."""

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
    """The polygon of the unit that carried the code on the date, as a GeoJSON feature.

    Properties: `area_km2` on the CGCS2000 ellipsoid, `source`, `accuracy_m`, `valid`. A unit in
    force whose polygon is not known on the date: 404 `no_area_known` with `known_since`.
    """
    crs = parse_crs(query.crs)
    with connection() as conn:
        return json_response(
            area_queries.load_area_feature(conn, code, query.to_as_of(), crs), media=GEOJSON
        )
