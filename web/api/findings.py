"""Findings on the register: found by runs, answered by people, verified by later runs."""

from typing import Annotated, Any, Literal
from uuid import UUID

from flask import Response, current_app
from pydantic import BaseModel, Field

from boundaries.findings import background_runs, finding_store, responses
from boundaries.findings.finding_store import FindingFilter
from boundaries.rules.finding_workflow import (
    ANSWER_ACTIONS,
    AnswerKind,
    FindingResponse,
    FindingState,
    may_answer,
)
from gazetteer.accounts.actors import Actor
from gazetteer.accounts.roles import find_current_unit
from gazetteer.ledger.as_of import today
from gazetteer.problems import Forbidden
from web.auth import authentication
from web.http.as_of_params import CODE_PATTERN, Day
from web.http.connections import connection
from web.http.endpoints import Api, Parameters, json_response
from web.http.language import request_language
from web.services.finding_serializers import (
    load_finding_detail,
    load_findings_page,
    load_run_status,
)

api = Api()

RUNS_PATH = "/v1/findings/runs"
GEOJSON = "application/geo+json"
MAX_TEXT = 4000

NonEmptyText = Annotated[str, Field(min_length=1, max_length=MAX_TEXT, pattern=r"^[^\x00]*$")]
StateName = Literal["open", "answered", "verified"]
AnswerName = Literal["corrected", "exception"]

FindingId = Annotated[UUID, Field(description="Id of the finding, the same for its whole life")]
RunId = Annotated[UUID, Field(description="Id of the run, as the answer that asked for it told")]


class FindingUnitModel(BaseModel):
    """A unit that a finding is about, as it is called today, or was last."""

    unit_id: str
    code: str | None
    name: str | None


class RegisterFindingPropertiesModel(BaseModel):
    """A departure from a rule, and where it stands.

    `blocking`: an error that nobody has answered, or whose exception has expired. `last_event` is
    the number of its newest event: an answer repeats it.
    """

    id: str = Field(description="The same for its whole life")
    number: int = Field(description="The order in which findings were first seen")
    rule: str
    severity: Literal["error", "warning", "info"]
    kind: str
    title: str
    message: str
    features: list[str] = Field(description="The codes of the units")
    units: list[FindingUnitModel]
    measured: float | None
    limit: float | None
    unit: str | None = Field(description="That of `measured` and `limit`")
    area_m2: float | None
    state: StateName
    answer: AnswerName | None = Field(description="The answer that holds, while it is answered")
    expires_on: str | None = Field(description="The last day of its exception")
    expired: bool
    blocking: bool
    first_seen: str
    last_seen: str
    changed_at: str
    last_event: int


class RegisterFindingFeatureModel(BaseModel):
    """A finding at its exact place; null where it is of no one place."""

    type: Literal["Feature"]
    id: str
    geometry: dict[str, Any] | None
    properties: RegisterFindingPropertiesModel


class RunProblemModel(BaseModel):
    """Why a run failed."""

    code: str
    detail: str


class RunModel(BaseModel):
    """An examination of the register; `done` of `total` says how far it is.

    `steps` says how many findings it `found` for the first time, saw `changed` or `returned`, or
    saw `gone`.
    """

    id: str
    number: int | None
    state: Literal["queued", "running", "finished", "failed"]
    done: int
    total: int
    at: str
    seq: int | None = Field(description="The state of the register that was judged")
    started_at: str | None
    finished_at: str | None
    found: int | None
    steps: dict[str, int] | None
    problem: RunProblemModel | None


class RegisterFindingsModel(BaseModel):
    """Findings as GeoJSON, those first seen first."""

    type: Literal["FeatureCollection"]
    features: list[RegisterFindingFeatureModel]
    matched: int = Field(description="How many there are on all pages")
    blocking: int = Field(description="How many of all findings are `blocking`")
    next: int | None = Field(description="`after` of the next page; null on the last one")
    run: RunModel | None = Field(description="The newest run; null before the first")


class FindingEventModel(BaseModel):
    """What happened to a finding. Runs find; people answer.

    Who it was and who signed is told to people of the register only.
    """

    number: int
    happened_at: str
    step: Literal["found", "changed", "returned", "gone", "corrected", "excepted"]
    state: StateName
    cause: Literal["not_corrected", "changed", "expired", "again"] | None = Field(
        description="Why it is open again"
    )
    run: int | None = Field(description="The number of the run")
    message: str | None
    measured: float | None
    unit: str | None
    by: str | None
    reason: str | None
    document: str | None
    signer: str | None
    expires_on: str | None


class FindingHistoryModel(RegisterFindingFeatureModel):
    """A finding with everything that happened to it, the first first."""

    events: list[FindingEventModel]


class FindingsQuery(Parameters):
    """Which findings."""

    state: StateName | None = Field(None, description="Only those in this state")
    rule: str | None = Field(
        None,
        pattern=r"^[A-Z0-9-]{1,40}$",
        examples=["TOP-COV-03"],
        description="Only those of this rule",
    )
    severity: Literal["error", "warning", "info"] | None = Field(
        None, description="Only those as grave as this"
    )
    unit: str | None = Field(
        None, pattern=CODE_PATTERN, description="Division code: on this unit or one in it"
    )
    limit: int = Field(100, ge=1, le=1000, description="How many at most")
    after: int = Field(0, ge=0, le=2**62, description="`next` of the page before")

    def build_filter(self) -> FindingFilter:
        """The values.

        Raises:
            UnknownCode: no unit ever had the code.
        """
        units = None
        if self.unit:
            with connection() as conn:
                units = finding_store.load_units_below(
                    conn, find_current_unit(conn, self.unit), today()
                )
        return FindingFilter(
            FindingState(self.state) if self.state else None, self.rule, self.severity, units
        )


class RunRequest(Parameters):
    """An empty object."""


class AnswerRequest(Parameters):
    """An answer: corrected, or an exception with its reason, document, signer and last day."""

    answer: AnswerName
    reason: NonEmptyText = Field(description="What was done, or why it may stay")
    document: NonEmptyText | None = Field(None, description="Title and number")
    signer: NonEmptyText | None = Field(None, description="Who signed for it")
    expires_on: Day | None = Field(None, description="The last day on which the exception holds")
    last_event: int = Field(
        ge=1, le=2**31 - 1, description="`last_event` as you saw it; a later one: 409"
    )


@api.write("POST", RUNS_PATH, RunModel, 202)
def request_run(body: RunRequest) -> Response:
    """Have the register examined in the background: ask `Location` how far it is."""
    run = enqueue_run()
    response = json_response(run, 202)
    response.headers["Location"] = f"{RUNS_PATH}/{run['id']}"
    return response


@api.get(RUNS_PATH + "/<uuid:run_id>", RunModel)
def get_run(run_id: RunId) -> dict[str, Any]:
    """How far a run is, and what it did."""
    return load_run_status(run_id)


@api.get("/v1/findings", RegisterFindingsModel, media=GEOJSON)
def list_findings(query: FindingsQuery) -> Response:
    """What the newest run left: where the register departs from the rules, and who answered it."""
    return json_response(search_findings(query), media=GEOJSON)


@api.get("/v1/findings/<uuid:finding_id>", FindingHistoryModel, media=GEOJSON)
def get_finding(finding_id: FindingId) -> Response:
    """A finding with everything that happened to it."""
    return json_response(load_finding_detail(finding_id), media=GEOJSON)


@api.write(
    "POST", "/v1/findings/<uuid:finding_id>/answers", FindingHistoryModel, 201, media=GEOJSON
)
def answer_finding(finding_id: FindingId, body: AnswerRequest) -> Response:
    """Answer a finding: it was corrected, or it may stay.

    Needs the role of mapping staff, reviewer or administrator over one of its units. The next run
    verifies a correction. An exception holds until its last day, or until the ground at the place
    is another one; then the finding is open again. `last_event` says what you have seen: if
    something happened since, nothing is changed (409 `finding_moved`).
    """
    return json_response(record_answer(finding_id, body), 201, GEOJSON)


def search_findings(query: FindingsQuery) -> dict[str, Any]:
    """The findings that are asked for."""
    return load_findings_page(query.build_filter(), query.after, query.limit)


def enqueue_run() -> dict[str, Any]:
    """A run that is put into the queue, or waits there already."""
    by = _require_answering_actor().label
    with connection() as conn:
        run_id = background_runs.enqueue_run(
            conn, current_app.config["GAZETTEER"].jobs, by, request_language()
        )
    return load_run_status(run_id)


def record_answer(finding_id: UUID, body: AnswerRequest) -> dict[str, Any]:
    """A finding with the answer that whoever asks gives it."""
    by = check_may_answer(finding_id)
    response = FindingResponse(
        AnswerKind(body.answer), body.reason, body.document, body.signer, body.expires_on
    )
    with connection() as conn:
        responses.record_response(conn, finding_id, response, last_event=body.last_event, actor=by)
    return load_finding_detail(finding_id)


def check_may_answer(finding_id: UUID) -> str:
    """Who asks, as the audit will say, if they may answer the finding.

    Raises:
        Unauthenticated: nobody is logged in.
        Forbidden: they have no role over any of its units.
        NotFound: there is no such finding.
    """
    who = _require_answering_actor()
    with connection() as conn:
        unit_chains = responses.load_unit_chains(conn, responses.load_finding(conn, finding_id))
    if not may_answer(who.may_perform, unit_chains):
        raise Forbidden(
            "您对该问题涉及的政区没有答复权限。", "you have no role over any of its units for this"
        )
    return who.label


def _require_answering_actor() -> Actor:
    """Who asks, if there is any unit over which they may answer."""
    who = authentication.current_actor()
    return authentication.require_permission_somewhere(
        next(filter(who.may_perform_anywhere, ANSWER_ACTIONS), ANSWER_ACTIONS[0])
    )
