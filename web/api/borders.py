"""The lines between a unit and its neighbours: ``/v1/divisions/{code}/borders``."""

from typing import Literal

from flask import Response
from pydantic import BaseModel, Field

from boundaries.network import border_queries
from web.api.response_models import AsOfModel, UnitSummaryModel
from web.http.as_of_params import AsOfParams, Code
from web.http.connections import connection
from web.http.endpoints import Api, json_response

api = Api()


class MultiLineStringModel(BaseModel):
    """GeoJSON (RFC 7946): lon, lat of CGCS2000."""

    type: Literal["MultiLineString"]
    coordinates: list[list[list[float]]]


class BoundaryLinePropertiesModel(BaseModel):
    """With whom, and how long; ``accuracy_m`` is how far the line may lie from the truth."""

    neighbour: UnitSummaryModel | None
    beyond: str | None = Field(
        description="Without a neighbour: `outside` (a coast or an outer limit) or `unknown` (the"
        " territory beyond is not known for the day)"
    )
    length_m: float
    edges: int
    accuracy_m: float | None


class BoundaryLineFeatureModel(BaseModel):
    """The whole line with one neighbour."""

    type: Literal["Feature"]
    geometry: MultiLineStringModel
    properties: BoundaryLinePropertiesModel


class BordersModel(AsOfModel):
    """The borders of a unit; ``length_m`` is that of all together."""

    type: Literal["FeatureCollection"]
    unit_id: str
    code: str
    name: str | None
    level: str
    length_m: float
    features: list[BoundaryLineFeatureModel]


@api.get("/v1/divisions/<code>/borders", BordersModel, media="application/geo+json")
def get_borders(code: Code, query: AsOfParams) -> Response:
    """The lines between the unit that carried the code on the date and its neighbours.

    A neighbour has the level of the unit, or stands in its place (a prefecture without
    counties). Every line is made of the same edges that bound the units on both sides, at every
    level. Lengths are in metres on the CGCS2000 ellipsoid.
    """
    with connection() as conn:
        return json_response(
            border_queries.load_unit_borders(conn, code, query.to_as_of()),
            media="application/geo+json",
        )
