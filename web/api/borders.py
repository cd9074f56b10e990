"""The lines between a unit and its neighbours: ``/v1/divisions/{code}/borders``."""

from typing import Literal

from flask import Response
from pydantic import BaseModel, Field

from boundaries.network import reads
from web.api.answers import AtMoment, UnitBrief
from web.contract import Api, as_json
from web.db import connection
from web.moments import Code, Moment

api = Api()


class MultiLine(BaseModel):
    """GeoJSON (RFC 7946): lon, lat of CGCS2000."""

    type: Literal["MultiLineString"]
    coordinates: list[list[list[float]]]


class LineFacts(BaseModel):
    """With whom, and how long; ``accuracy_m`` is how far the line may lie from the truth."""

    neighbour: UnitBrief | None
    beyond: str | None = Field(
        description="Without a neighbour: `outside` (a coast or an outer limit) or `unknown` (the"
        " territory beyond is not known for the day)"
    )
    length_m: float
    edges: int
    accuracy_m: float | None


class LineFeature(BaseModel):
    """The whole line with one neighbour."""

    type: Literal["Feature"]
    geometry: MultiLine
    properties: LineFacts


class Borders(AtMoment):
    """The borders of a unit; ``length_m`` is that of all together."""

    type: Literal["FeatureCollection"]
    unit_id: str
    code: str
    name: str | None
    level: str
    length_m: float
    features: list[LineFeature]


@api.get("/v1/divisions/<code>/borders", Borders, media="application/geo+json")
def borders(code: Code, query: Moment) -> Response:
    """The lines between the unit that carried the code on the date and its neighbours.

    A neighbour has the level of the unit, or stands in its place (a prefecture without
    counties). Every line is made of the same edges that bound the units on both sides, at every
    level. Lengths are in metres on the CGCS2000 ellipsoid.
    """
    with connection() as conn:
        return as_json(
            reads.load_unit_borders(conn, code, query.as_of()), media="application/geo+json"
        )
