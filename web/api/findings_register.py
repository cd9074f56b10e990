"""Findings on the register: found by runs, answered by people, verified by later runs."""

from typing import Annotated, Any, Literal
from uuid import UUID

from flask import Response, current_app
from pydantic import BaseModel, Field

from boundaries.findings import answers, background, store
from boundaries.findings.store import FindingFilter
from boundaries.rules.life import (
    ANSWER_ACTIONS,
    AnswerKind,
    FindingResponse,
    FindingState,
    may_answer,
)
from gazetteer.ledger.asof import today
from gazetteer.people.actors import Actor
from gazetteer.people.roles import find_current_unit
from gazetteer.problems import Forbidden
from web import access
from web.contract import Api, Parameters, as_json
from web.db import connection
from web.findings_told import listed, run_facts, told
from web.language import language
from web.moments import CODE_FORM, Day

api = Api()

RUNS = "/v1/findings/runs"
GEOJSON = "application/geo+json"
LONGEST = 4000

Words = Annotated[str, Field(min_length=1, max_length=LONGEST, pattern=r"^[^\x00]*$")]
StateName = Literal["open", "answered", "verified"]
AnswerName = Literal["corrected", "exception"]

FindingId = Annotated[UUID, Field(description="Id of the finding, the same for its whole life")]
RunId = Annotated[UUID, Field(description="Id of the run, as the answer that asked for it told")]


class FoundUnit(BaseModel):
    """A unit that a finding is about, as it is called today, or was last."""

    unit_id: str
    code: str | None
    name: str | None


class LivingFinding(BaseModel):
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
    units: list[FoundUnit]
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


class LivingFeature(BaseModel):
    """A finding at its exact place; null where it is of no one place."""

    type: Literal["Feature"]
    id: str
    geometry: dict[str, Any] | None
    properties: LivingFinding


class RunProblem(BaseModel):
    """Why a run failed."""

    code: str
    detail: str


class RunFacts(BaseModel):
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
    problem: RunProblem | None


class LivingFindings(BaseModel):
    """Findings as GeoJSON, those first seen first."""

    type: Literal["FeatureCollection"]
    features: list[LivingFeature]
    matched: int = Field(description="How many there are on all pages")
    blocking: int = Field(description="How many of all findings are `blocking`")
    next: int | None = Field(description="`after` of the next page; null on the last one")
    run: RunFacts | None = Field(description="The newest run; null before the first")


class FindingEvent(BaseModel):
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


class FindingHistory(LivingFeature):
    """A finding with everything that happened to it, the first first."""

    events: list[FindingEvent]


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
        None, pattern=CODE_FORM, description="Division code: on this unit or one in it"
    )
    limit: int = Field(100, ge=1, le=1000, description="How many at most")
    after: int = Field(0, ge=0, le=2**62, description="`next` of the page before")

    def wanted(self) -> FindingFilter:
        """The values.

        Raises:
            UnknownCode: no unit ever had the code.
        """
        units = None
        if self.unit:
            with connection() as conn:
                units = store.load_units_below(conn, find_current_unit(conn, self.unit), today())
        return FindingFilter(
            FindingState(self.state) if self.state else None, self.rule, self.severity, units
        )


class NoWish(Parameters):
    """An empty object."""


class GivenAnswer(Parameters):
    """An answer: corrected, or an exception with its reason, document, signer and last day."""

    answer: AnswerName
    reason: Words = Field(description="What was done, or why it may stay")
    document: Words | None = Field(None, description="Title and number")
    signer: Words | None = Field(None, description="Who signed for it")
    expires_on: Day | None = Field(None, description="The last day on which the exception holds")
    last_event: int = Field(
        ge=1, le=2**31 - 1, description="`last_event` as you saw it; a later one: 409"
    )


@api.write("POST", RUNS, RunFacts, 202)
def ask_for_run(body: NoWish) -> Response:
    """Have the register examined in the background: ask `Location` how far it is."""
    run = asked_run()
    response = as_json(run, 202)
    response.headers["Location"] = f"{RUNS}/{run['id']}"
    return response


@api.get(RUNS + "/<uuid:run_id>", RunFacts)
def finding_run(run_id: RunId) -> dict[str, Any]:
    """How far a run is, and what it did."""
    return run_facts(run_id)


@api.get("/v1/findings", LivingFindings, media=GEOJSON)
def findings(query: FindingsQuery) -> Response:
    """What the newest run left: where the register departs from the rules, and who answered it."""
    return as_json(answer_of(query), media=GEOJSON)


@api.get("/v1/findings/<uuid:finding_id>", FindingHistory, media=GEOJSON)
def finding(finding_id: FindingId) -> Response:
    """A finding with everything that happened to it."""
    return as_json(told(finding_id), media=GEOJSON)


@api.write("POST", "/v1/findings/<uuid:finding_id>/answers", FindingHistory, 201, media=GEOJSON)
def answer_finding(finding_id: FindingId, body: GivenAnswer) -> Response:
    """Answer a finding: it was corrected, or it may stay.

    Needs the role of mapping staff, reviewer or administrator over one of its units. The next run
    verifies a correction. An exception holds until its last day, or until the ground at the place
    is another one; then the finding is open again. `last_event` says what you have seen: if
    something happened since, nothing is changed (409 `finding_moved`).
    """
    return as_json(answered(finding_id, body), 201, GEOJSON)


def answer_of(query: FindingsQuery) -> dict[str, Any]:
    """The findings that are asked for."""
    return listed(query.wanted(), query.after, query.limit)


def asked_run() -> dict[str, Any]:
    """A run that is put into the queue, or waits there already."""
    by = _answerer().label
    with connection() as conn:
        run_id = background.enqueue_run(conn, current_app.config["GAZETTEER"].jobs, by, language())
    return run_facts(run_id)


def answered(finding_id: UUID, body: GivenAnswer) -> dict[str, Any]:
    """A finding with the answer that whoever asks gives it."""
    by = may_be_answered(finding_id)
    reply = FindingResponse(
        AnswerKind(body.answer), body.reason, body.document, body.signer, body.expires_on
    )
    with connection() as conn:
        answers.record_response(conn, finding_id, reply, last_event=body.last_event, actor=by)
    return told(finding_id)


def may_be_answered(finding_id: UUID) -> str:
    """Who asks, as the audit will say, if they may answer the finding.

    Raises:
        Unauthenticated: nobody is logged in.
        Forbidden: they have no role over any of its units.
        NotFound: there is no such finding.
    """
    who = _answerer()
    with connection() as conn:
        concerned = answers.load_unit_chains(conn, answers.load_finding(conn, finding_id))
    if not may_answer(who.may_perform, concerned):
        raise Forbidden(
            "您对该问题涉及的政区没有答复权限。", "you have no role over any of its units for this"
        )
    return who.label


def _answerer() -> Actor:
    """Who asks, if there is any unit over which they may answer."""
    who = access.actor()
    return access.require_somewhere(
        next(filter(who.may_perform_anywhere, ANSWER_ACTIONS), ANSWER_ACTIONS[0])
    )
