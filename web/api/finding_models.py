"""Models of the findings on a layer: GeoJSON with a summary."""

from typing import Any, Literal

from pydantic import BaseModel, Field


class VertexMoveModel(BaseModel):
    """A vertex that a proposal moves, inserts (`from` is null) or removes (`to` is null)."""

    feature: str
    from_: list[float] | None = Field(alias="from")
    to: list[float] | None
    distance_m: float


class AreaGainModel(BaseModel):
    """The area that a unit gains, in square metres; negative if it loses area."""

    feature: str
    gain_m2: float


class ProposalModel(BaseModel):
    """A possible correction of a finding."""

    way: Literal["snap", "clean", "fill", "trim"]
    feature: str | None = Field(
        description="Unit whose line stays in place (`snap`), that receives the gap (`fill`) or"
        " that yields the overlap (`trim`)"
    )
    message: str
    furthest_m: float
    gains: list[AreaGainModel]
    moved: int = Field(description="Number of vertices that change")
    moves: list[VertexMoveModel] = Field(description="Vertices that move farthest, at most 200")


class LayerFindingPropertiesModel(BaseModel):
    """A violation of a rule: the features, the measured value and the limit."""

    id: str = Field(description="Id that remains the same when the same layer is validated again")
    rule: str
    severity: Literal["error", "warning", "info"]
    kind: str
    title: str
    message: str
    features: list[str] = Field(
        description="Features, identified by code, otherwise by id, otherwise by index from 0"
    )
    measured: float | None
    limit: float | None
    unit: str | None
    area_m2: float | None
    proposals: list[ProposalModel] | None = Field(
        None, description="Proposals for the finding, if requested and sought; often few or none"
    )


class LayerFindingFeatureModel(BaseModel):
    """A finding at its exact location; `geometry` is null if it has no single location."""

    type: Literal["Feature"]
    id: str
    geometry: dict[str, Any] | None
    properties: LayerFindingPropertiesModel


class OpenHoleModel(BaseModel):
    """A hole wider than the maximum gap width: an enclave, a lake or a missing unit."""

    features: list[str]
    width_m: float
    area_m2: float
    geometry: dict[str, Any]


class FindingCountsModel(BaseModel):
    """The number of findings: in total, by severity and by rule."""

    total: int
    by_severity: dict[str, int]
    by_rule: dict[str, int]


class ProposalCountsModel(BaseModel):
    """The number of findings for which proposals were sought (`findings`) or omitted (`left`)."""

    findings: int
    left: int


class LayerRemarkModel(BaseModel):
    """A note on how the file was read; no action is required."""

    rule: str
    message: str


class ValidationSummaryModel(BaseModel):
    """What was validated, with which limits, and the results in figures."""

    source: str
    crs: str = Field(
        description="Coordinate reference system of all geometries in the response: `EPSG:4490` or"
        " `planar`"
    )
    declared_crs: str | None
    levels: list[str | None] = Field(
        description="Levels that were checked, highest first; null for units of unknown level"
    )
    features: int
    vertices: int
    columns: dict[str, str]
    blocking: bool = Field(description="Whether the findings include an error")
    findings: FindingCountsModel
    tolerances: dict[str, float]
    remarks: list[LayerRemarkModel]
    open_holes: list[OpenHoleModel]
    proposals: ProposalCountsModel | None = None


class LayerFindingsModel(BaseModel):
    """The findings on a layer as GeoJSON, most severe first."""

    type: Literal["FeatureCollection"]
    summary: ValidationSummaryModel
    features: list[LayerFindingFeatureModel]
    outlines: dict[str, dict[str, Any]] | None = None
