"""The lines between a unit and its neighbours: ``/v1/divisions/{code}/borders``."""

from typing import Literal

from flask import Response
from pydantic import BaseModel, Field

from boundaries.network import border_queries
from web.api.response_models import AsOfModel, UnitSummaryModel
from web.http.as_of_params import AsOfParams, Code
from web.http.connections import lookup_connection
from web.http.endpoints import Api, json_response

api = Api()


class MultiLineStringModel(BaseModel):
    """A GeoJSON geometry (RFC 7946) in longitude, latitude (CGCS2000)."""

    type: Literal["MultiLineString"]
    coordinates: list[list[list[float]]]


class BoundaryLinePropertiesModel(BaseModel):
    """The neighbour and the length; `accuracy_m` is the possible deviation from the true line."""

    neighbour: UnitSummaryModel | None
    beyond: str | None = Field(
        description="If there is no neighbour: `outside` (a coast or an outer limit) or `unknown`"
        " (the territory beyond is not known on the date)"
    )
    length_m: float
    edges: int
    accuracy_m: float | None


class BoundaryLineFeatureModel(BaseModel):
    """The complete line with one neighbour."""

    type: Literal["Feature"]
    geometry: MultiLineStringModel
    properties: BoundaryLinePropertiesModel


class BordersModel(AsOfModel):
    """The boundary lines of a unit; `length_m` is their total length in metres."""

    type: Literal["FeatureCollection"]
    unit_id: str
    code: str
    name: str | None
    level: str
    length_m: float
    features: list[BoundaryLineFeatureModel]


@api.get("/v1/divisions/<code>/borders", BordersModel, media="application/geo+json")
def get_borders(code: Code, query: AsOfParams) -> Response:
    """Get the boundary lines of a unit.

    Returns the lines between the unit that had the code on the date `at` and each of its
    neighbours. A neighbour has the level of the unit or, where that level does not exist, the next
    level above, such as a prefecture without counties. Each line consists of edges, which separate
    the units on both sides at every level. Lengths are in metres on the CGCS2000 ellipsoid.
    """
    with lookup_connection() as conn:
        return json_response(
            border_queries.load_unit_borders(conn, code, query.to_as_of()),
            media="application/geo+json",
        )
