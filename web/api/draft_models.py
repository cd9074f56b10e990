"""The models of ``/v1/drafts``."""

from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field

from gazetteer.ledger.drafts.draft import EVENT_KINDS, DraftState, Purpose
from gazetteer.records.record_kinds import DOCUMENT_ROLES
from web.api.response_models import UnitCodeModel
from web.http.as_of_params import Day
from web.http.endpoints import Parameters
from web.http.text_patterns import CODE_OR_ID_PATTERN, SHA256_PATTERN

Text = Annotated[str, Field(min_length=1, max_length=500, pattern=r"\S")]
Words = Annotated[str, Field(min_length=1, max_length=4000, pattern=r"\S")]
Revision = Annotated[
    int,
    Field(
        ge=0,
        le=2**31 - 1,
        description="Revision of the draft as last read; if it has another one, nothing is changed"
        " (409 `draft_moved`)",
    ),
]
EventKind = Literal[EVENT_KINDS]  # type: ignore[valid-type]
DocumentRole = Literal[DOCUMENT_ROLES]  # type: ignore[valid-type]


class DraftActBody(Parameters):
    """The legal act of a draft; its day of effect is that of the draft."""

    title: Text = Field(description="Title of the act")
    number: Text | None = Field(None, description="Number of the document")
    authority: Text | None = Field(None, description="Authority that issued it")
    approved_on: Day | None = Field(None, description="Day of approval, `YYYY-MM-DD`")
    announced_on: Day | None = Field(None, description="Day of announcement, `YYYY-MM-DD`")
    implemented_on: Day | None = Field(None, description="Day by which it is done, `YYYY-MM-DD`")
    source: Text | None = Field(None, description="Where the act is published")
    remark: Text | None = Field(None, description="Remark")


class DraftDocumentBody(Parameters):
    """A document of the act: a file that was sent to `/v1/files`."""

    title: Text = Field(description="Title of the document")
    role: DocumentRole = Field(description="What the document is to the act")
    file: str = Field(pattern=SHA256_PATTERN, description="Id of the file")


class DocumentForm(Parameters):
    """What is stated of a document that is uploaded for a draft."""

    revision: Revision
    title: Text = Field(description="Title of the document")
    role: DocumentRole = Field(description="What the document is to the act")


class DraftHeaderBody(Parameters):
    """What a draft is about."""

    title: Text = Field(description="Title; the reason of the changeset on publication")
    purpose: Purpose = Field(
        description="`act`: a legal change from a day on; `correction`: the register was wrong"
    )
    unit: str = Field(
        pattern=CODE_OR_ID_PATTERN,
        description="Unit over whose subtree the draft may change anything: code or id",
    )
    event_kind: EventKind | None = Field(None, description="Kind of change by the law")
    effective_on: Day | None = Field(
        None,
        description="Day from which the changes hold, past or to come. Required for an act; a"
        " correction without it holds for as long as things were as on the day of the draft",
    )
    act: DraftActBody | None = Field(None, description="Legal act; required for `act`")
    documents: list[DraftDocumentBody] = Field([], max_length=50, description="Documents")
    publish_after: datetime | None = Field(
        None, description="Moment of the announcement, before which the draft is not published"
    )


class DraftDescriptionBody(DraftHeaderBody):
    """What a draft is about, in place of what it said before."""

    revision: Revision


class RevisionBody(Parameters):
    """The revision of a draft as its reader has seen it."""

    revision: Revision


class DecisionBody(RevisionBody):
    """A decision on a draft, with words if there is something to say."""

    words: Words | None = Field(None, description="What the reviewer says")


class RejectionBody(RevisionBody):
    """A draft goes back to its owner."""

    words: Words = Field(description="Why it goes back")


class UndoBody(RevisionBody):
    """Which step to undo."""

    step: int | None = Field(
        None, ge=1, le=2**31 - 1, description="Number of the step; without it the last one"
    )


class RevertBody(Parameters):
    """How the draft is called that takes a changeset back."""

    title: Text | None = Field(None, description="Title; without it that of the reverted draft")


class HandOverBody(Parameters):
    """Who takes the draft over."""

    login: Text = Field(description="Login name of the account")


class RemarkBody(Parameters):
    """A remark, which may be tied to a step and a place."""

    words: Words = Field(description="The remark")
    step: int | None = Field(None, ge=1, le=2**31 - 1, description="Number of the step")
    lon: float | None = Field(None, ge=-180, le=180, description="Longitude (CGCS2000)")
    lat: float | None = Field(None, ge=-90, le=90, description="Latitude (CGCS2000)")


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
    unit: DraftUnitModel
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


class DraftFindingModel(BaseModel):
    """A violation of a rule that the draft adds or removes, with its units and its place."""

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


class PassedTerritoryFeature(BaseModel):
    """Territory that passes from one unit to another, as a GeoJSON feature."""

    type: Literal["Feature"]
    geometry: dict[str, Any]
    properties: dict[str, Any]


class ChangedRecordModel(BaseModel):
    """A record before and after the draft, on its day; null: not in force."""

    kind: str
    record_id: str
    before: dict[str, Any] | None
    after: dict[str, Any] | None


class DraftDifferenceModel(BaseModel):
    """What a draft changes on its day: territory as GeoJSON, and records."""

    type: Literal["FeatureCollection"]
    features: list[PassedTerritoryFeature]
    on: date
    touched: TouchedModel
    area_m2: dict[str, float]
    records: list[ChangedRecordModel]


class PublicationModel(BaseModel):
    """The changeset as which a draft was published."""

    changeset: int
    first_seq: int
    last_seq: int
    recorded_at: datetime
