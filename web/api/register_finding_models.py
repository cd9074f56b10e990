"""Models of the findings on the register: GeoJSON, with their events and runs."""

from typing import Any, Literal

from pydantic import BaseModel, Field

StateName = Literal["open", "answered", "verified"]
AnswerName = Literal["corrected", "exception"]


class FindingUnitModel(BaseModel):
    """A unit concerned by a finding, with its current or last code and name."""

    unit_id: str
    code: str | None
    name: str | None


class RegisterFindingPropertiesModel(BaseModel):
    """A violation of a rule, and its state.

    `blocking` is true for an error that has not been answered or whose exception has expired.
    `last_event` is the number of the newest event; an answer must repeat it.
    """

    id: str = Field(description="Permanent identifier of the finding")
    number: int = Field(description="Number, in the order in which findings were first detected")
    rule: str
    severity: Literal["error", "warning", "info"]
    kind: str
    title: str
    message: str
    begins_on: str | None = Field(
        description="Day to come from which on it is present; null if it is present today"
    )
    features: list[str] = Field(description="Division codes of the units concerned")
    units: list[FindingUnitModel]
    measured: float | None
    limit: float | None
    unit: str | None = Field(description="Unit of measurement of `measured` and `limit`")
    area_m2: float | None
    state: StateName
    answer: AnswerName | None = Field(description="Answer in effect, if the finding is answered")
    expires_on: str | None = Field(description="Last day of the exception")
    expired: bool
    blocking: bool
    first_seen: str
    last_seen: str
    changed_at: str
    last_event: int


class RegisterFindingFeatureModel(BaseModel):
    """A finding at its exact location; `geometry` is null if it has no single location."""

    type: Literal["Feature"]
    id: str
    geometry: dict[str, Any] | None
    properties: RegisterFindingPropertiesModel


class RunProblemModel(BaseModel):
    """The reason why a run failed."""

    code: str
    detail: str


class RunModel(BaseModel):
    """A check of the register; `done` of `total` is its progress.

    `steps` counts the findings that were `found` for the first time, that `changed`, that
    `returned` and that are `gone`.
    """

    id: str
    number: int | None
    state: Literal["queued", "running", "finished", "failed", "cancelled"]
    done: int
    total: int
    at: str
    seq: int | None = Field(description="Sequence number of the state that was checked")
    started_at: str | None
    finished_at: str | None
    found: int | None
    steps: dict[str, int] | None
    problem: RunProblemModel | None


class RegisterFindingsModel(BaseModel):
    """Findings as GeoJSON, in the order in which they were first detected."""

    type: Literal["FeatureCollection"]
    features: list[RegisterFindingFeatureModel]
    matched: int = Field(description="Number of matching findings on all pages")
    blocking: int = Field(description="Number of `blocking` findings, regardless of the filters")
    next: int | None = Field(
        description="Value of `after` for the next page; null on the last page"
    )
    run: RunModel | None = Field(description="Newest run; null if there has been none")


class FindingEventModel(BaseModel):
    """An event in the history of a finding: runs detect findings, people answer them.

    `by` and `signer` are shown only to users with an account.
    """

    number: int
    happened_at: str
    step: Literal["found", "changed", "returned", "gone", "corrected", "excepted"]
    state: StateName
    cause: Literal["not_corrected", "changed", "expired", "again"] | None = Field(
        description="Why the finding was reopened"
    )
    run: int | None = Field(description="Number of the run")
    message: str | None
    measured: float | None
    unit: str | None
    by: str | None
    reason: str | None
    document: str | None
    signer: str | None
    expires_on: str | None


class FindingHistoryModel(RegisterFindingFeatureModel):
    """A finding with its history, earliest event first."""

    events: list[FindingEventModel]
