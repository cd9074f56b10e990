"""Models of responses about differences."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from web.api.response_models import AsOfModel


class PassedTerritoryProperties(BaseModel):
    """From which unit to which one territory passed, by code.

    Null: no unit is known that had it, or has it, at the lowest level at which areas are known.
    """

    model_config = ConfigDict(populate_by_name=True)

    giver: str | None = Field(alias="from")
    from_name: str | None
    to: str | None
    to_name: str | None
    area_m2: float = Field(description="Area on the CGCS2000 ellipsoid in square metres")


class PassedTerritoryFeature(BaseModel):
    """Territory that passes from one unit to another, as a GeoJSON feature."""

    type: Literal["Feature"]
    geometry: dict[str, Any]
    properties: PassedTerritoryProperties


class AreaChangeModel(BaseModel):
    """The area of a unit before and after; null: not in force, or not known.

    `won_m2` and `lost_m2` are null if the area of the unit is not known in a state in which it is
    in force.
    """

    code: str
    name: str | None
    level: str | None
    before_m2: float | None
    after_m2: float | None
    won_m2: float | None
    lost_m2: float | None


class VertexChangeModel(BaseModel):
    """A vertex of an edge of the boundary network that changed, or an edge as a whole.

    `change` is `moved`, `inserted`, `deleted`, `edge_begins` or `edge_ends`; `left` and `right` are
    the codes of the units beside the edge. Positions are longitude and latitude (CGCS2000).
    """

    model_config = ConfigDict(populate_by_name=True)

    edge: str
    left: str | None
    right: str | None
    change: Literal["moved", "inserted", "deleted", "edge_begins", "edge_ends"]
    old: list[float] | None = Field(alias="from")
    to: list[float] | None
    distance_m: float | None = Field(description="Distance between the two positions in metres")


class ChangedRecordModel(BaseModel):
    """A record before and after; null: not in force.

    `code` and `name` are those of its unit or place. Positions are longitude and latitude; lines
    and areas are left out.
    """

    kind: str
    record_id: str
    code: str | None
    name: str | None
    before: dict[str, Any] | None
    after: dict[str, Any] | None


class DifferenceModel(BaseModel):
    """What differs: territory as GeoJSON, areas, vertices and records."""

    type: Literal["FeatureCollection"]
    features: list[PassedTerritoryFeature]
    areas: list[AreaChangeModel]
    vertices: list[VertexChangeModel]
    records: list[ChangedRecordModel]


class StatesDifferenceModel(DifferenceModel):
    """What differs between two published states, and these as they were resolved."""

    model_config = ConfigDict(populate_by_name=True)

    unit: str
    first: AsOfModel = Field(alias="from")
    to: AsOfModel
