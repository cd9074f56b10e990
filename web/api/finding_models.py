"""Findings as they are answered: GeoJSON with a summary."""

from typing import Any, Literal

from pydantic import BaseModel, Field


class VertexMoveModel(BaseModel):
    """A vertex that a proposal moves; without `from` it is inserted, without `to` taken out."""

    feature: str
    from_: list[float] | None = Field(alias="from")
    to: list[float] | None
    distance_m: float


class AreaGainModel(BaseModel):
    """How many square metres a unit wins; negative: loses."""

    feature: str
    gain_m2: float


class ProposalModel(BaseModel):
    """What could be done about a finding."""

    way: Literal["snap", "clean", "fill", "trim"]
    feature: str | None = Field(
        description="snap: whose line stays; fill: who gets the ground; trim: who gives it up"
    )
    message: str
    furthest_m: float
    gains: list[AreaGainModel]
    moved: int = Field(description="How many vertices change")
    moves: list[VertexMoveModel] = Field(description="Those that move farthest, at most 200")


class LayerFindingPropertiesModel(BaseModel):
    """A departure from a rule: by which features, how much, and how much may be."""

    id: str = Field(description="The same when the same layer is judged again")
    rule: str
    severity: Literal["error", "warning", "info"]
    kind: str
    title: str
    message: str
    features: list[str] = Field(description="By code, else id, else number from 0")
    measured: float | None
    limit: float | None
    unit: str | None
    area_m2: float | None
    proposals: list[ProposalModel] | None = Field(
        None, description="Where they were asked for and looked for; mostly few, or none"
    )


class LayerFindingFeatureModel(BaseModel):
    """A finding at its exact place; null where it is of no one place."""

    type: Literal["Feature"]
    id: str
    geometry: dict[str, Any] | None
    properties: LayerFindingPropertiesModel


class OpenHoleModel(BaseModel):
    """Ground of nobody, wider than the asked width: an enclave, a lake, a unit that is missing."""

    features: list[str]
    width_m: float
    area_m2: float
    geometry: dict[str, Any]


class FindingCountsModel(BaseModel):
    """How many findings there are."""

    total: int
    by_severity: dict[str, int]
    by_rule: dict[str, int]


class ProposalCountsModel(BaseModel):
    """For how many findings proposals were looked for, and how many were left."""

    findings: int
    left: int


class LayerRemarkModel(BaseModel):
    """What was noticed while reading, and calls for nothing."""

    rule: str
    message: str


class ValidationSummaryModel(BaseModel):
    """What was judged, by which limits, and the outcome in figures."""

    source: str
    crs: str = Field(description="`EPSG:4490` or `planar`: that of all geometries here")
    declared_crs: str | None
    levels: list[str | None] = Field(
        description="Those that were judged, the highest first; null: units of no known level"
    )
    features: int
    vertices: int
    columns: dict[str, str]
    blocking: bool = Field(description="Whether there is an error among the findings")
    findings: FindingCountsModel
    tolerances: dict[str, float]
    remarks: list[LayerRemarkModel]
    open_holes: list[OpenHoleModel]
    proposals: ProposalCountsModel | None = None


class LayerFindingsModel(BaseModel):
    """The findings on a layer as GeoJSON, the gravest first."""

    type: Literal["FeatureCollection"]
    summary: ValidationSummaryModel
    features: list[LayerFindingFeatureModel]
    outlines: dict[str, dict[str, Any]] | None = None
