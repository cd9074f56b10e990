"""The models of the answers of ``/v1/drafts``."""

from datetime import date, datetime
from typing import Any

from pydantic import BaseModel, Field

from gazetteer.ledger.drafts.draft import DraftState, Purpose
from web.api.difference_models import DifferenceModel
from web.api.response_models import UnitCodeModel


class DraftPersonModel(BaseModel):
    """An account of somebody who works on drafts."""

    login: str
    name: str


class DraftUnitModel(UnitCodeModel):
    """The unit of a draft."""

    unit_id: str


class DraftModel(BaseModel):
    """A draft. `revision` counts what was done to it; `base_changeset` is the published state."""

    id: str
    number: int
    title: str
    purpose: Purpose
    event_kind: str | None
    unit: DraftUnitModel | None = Field(description="`null`: the whole register")
    effective_on: date | None
    reference_on: date
    act: dict[str, Any] | None
    documents: list[dict[str, str]]
    publish_after: datetime | None
    state: DraftState
    revision: int
    owner: DraftPersonModel
    made_by: DraftPersonModel
    made_at: datetime
    base_changeset: int
    published_in: int | None
    steps: int = Field(description="How many steps it has, without those that were undone")


class DraftListModel(BaseModel):
    """Drafts that the account may see, the newest first."""

    drafts: list[DraftModel]


class DraftStepModel(BaseModel):
    """A step: a command with its arguments. Undone ones can be done again."""

    id: str
    number: int
    command: str
    title: str
    arguments: dict[str, Any]
    made_at: datetime
    by: DraftPersonModel
    undone: bool
    left_out: list[list[date]] = Field(
        description="Days on which a correction did not fit, so that what is known there stays"
    )


class DraftStepsModel(BaseModel):
    """The steps of a draft in their order."""

    revision: int
    steps: list[DraftStepModel]


class TouchedModel(BaseModel):
    """What a step changes: units at every level by code, edges and nodes by id, lines by codes."""

    units: list[str]
    edges: list[str]
    nodes: list[str]
    lines: list[list[str]]


class DraftExceptionModel(BaseModel):
    """Why a finding may remain."""

    reason: str
    document: str
    signer: str
    expires_on: date


class DraftFindingModel(BaseModel):
    """A violation of a rule that the draft adds or removes, with its units and its place.

    `id` stays as long as the finding is about the same.
    """

    id: str
    exception: DraftExceptionModel | None = Field(description="Answer to it in the draft")
    proposals: bool = Field(description="Whether repairs can be proposed for its rule")
    rule: str
    kind: str
    severity: str
    message: str
    units: list[str]
    measured: float | None
    limit: float | None
    unit: str | None
    area_m2: float | None
    on: date
    geometry: dict[str, Any] | None


class FindingChangesModel(BaseModel):
    """The findings that were not there before, and those that are no longer there."""

    added: list[DraftFindingModel]
    removed: list[DraftFindingModel]


class StepResultModel(BaseModel):
    """What a step has changed; `area_m2` is what each unit wins or loses, by code."""

    revision: int
    step: int
    touched: TouchedModel
    area_m2: dict[str, float]
    findings: FindingChangesModel
    undo: str = Field(description="Path at which this can be undone, or done again")


class DraftFindingsModel(FindingChangesModel):
    """All findings that a draft adds to the published state, and all that it removes."""

    revision: int
    blocking: int = Field(description="How many of those added stand in the way of publication")


class DraftProposalModel(BaseModel):
    """One way to repair a finding; units by code, `areas` are their new territories (GeoJSON)."""

    way: str
    title: str
    unit: str | None
    gain_m2: dict[str, float]
    moved_vertices: int
    furthest_m: float
    areas: dict[str, dict[str, Any]]


class DraftProposalsModel(BaseModel):
    """The repairs proposed for a finding; often none."""

    revision: int
    finding: str
    message: str
    proposals: list[DraftProposalModel]


class EndingExceptionModel(BaseModel):
    """An exception on the register that ends with the draft."""

    finding_id: str
    number: int
    rule: str
    message: str
    expires_on: date | None


class DraftOutlineModel(BaseModel):
    """An outline that waits; `area` is null where the unit gives up its territory."""

    unit_id: str
    code: str | None
    name: str | None
    is_new: bool = Field(description="Whether the unit is established when the outline closes")
    area: dict[str, Any] | None = Field(description="GeoJSON MultiPolygon, as it was drawn")


class DraftOutlinesModel(BaseModel):
    """The outlines of a draft that do not close with their neighbours yet."""

    revision: int
    outlines: list[DraftOutlineModel]


class DraftImpactModel(BaseModel):
    """What the draft does to what was decided about the register."""

    exceptions: list[EndingExceptionModel]


class DraftEventModel(BaseModel):
    """Something that happened to a draft."""

    number: int
    happened_at: datetime
    event: str
    title: str
    by: DraftPersonModel | None = Field(description="Who did it; null: the program itself")
    revision: int
    words: str | None
    detail: dict[str, Any]


class DraftEventsModel(BaseModel):
    """What happened to a draft, in order."""

    events: list[DraftEventModel]


class DraftDifferenceModel(DifferenceModel):
    """What a draft changes on its day."""

    on: date
    touched: TouchedModel
    area_m2: dict[str, float]


class PublicationModel(BaseModel):
    """The changeset as which a draft was published."""

    changeset: int
    first_seq: int
    last_seq: int
    recorded_at: datetime
