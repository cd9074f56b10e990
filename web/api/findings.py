"""Findings on the register: found by runs, answered by people, verified by later runs."""

from typing import Annotated, Any, Literal
from uuid import UUID

from flask import Response
from pydantic import Field

from boundaries.findings import background_runs, finding_store, responses
from boundaries.findings.finding_store import FindingFilter
from gazetteer.accounts.actors import Actor
from gazetteer.accounts.roles import find_current_unit
from gazetteer.ledger.as_of import today
from gazetteer.messages import message
from gazetteer.problems import Forbidden
from gazetteer.rules.finding_workflow import (
    ANSWER_ACTIONS,
    AnswerKind,
    FindingResponse,
    FindingState,
    may_answer,
)
from web.api.register_finding_models import (
    AnswerName,
    FindingHistoryModel,
    RegisterFindingsModel,
    RunModel,
    StateName,
)
from web.auth import authentication
from web.http.as_of_params import Day
from web.http.connections import connection
from web.http.endpoints import Api, Parameters, json_response
from web.http.language import request_language
from web.http.text_patterns import CODE_PATTERN
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

FindingId = Annotated[UUID, Field(description="Permanent identifier of the finding")]
RunId = Annotated[UUID, Field(description="Id of the run, as returned when it was started")]


class FindingsQuery(Parameters):
    """Filters for findings."""

    state: StateName | None = Field(None, description="Return only findings in this state")
    rule: str | None = Field(
        None,
        pattern=r"^[A-Z0-9-]{1,40}$",
        examples=["TOP-COV-03"],
        description="Return only findings of the rule with this id",
    )
    severity: Literal["error", "warning", "info"] | None = Field(
        None, description="Return only findings of this severity"
    )
    unit: str | None = Field(
        None,
        pattern=CODE_PATTERN,
        description="Division code: return only findings on this unit or the units within it",
    )
    limit: int = Field(
        100, ge=1, le=1000, description="Maximum number of findings, 1 to 1000; default: 100"
    )
    after: int = Field(
        0,
        ge=0,
        le=2**62,
        description="Value of `next` on the previous page; default: 0, the first page",
    )

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
    """An answer to a finding.

    An exception requires `document`, `signer` and `expires_on`; a correction does not accept
    `signer` and `expires_on`.
    """

    answer: AnswerName = Field(
        description="Answer: `corrected`, or `exception` if the finding may remain"
    )
    reason: NonEmptyText = Field(description="What was corrected, or why the finding may remain")
    document: NonEmptyText | None = Field(
        None, description="Title and number of the supporting document; required for an exception"
    )
    signer: NonEmptyText | None = Field(None, description="Exception only: person who signed it")
    expires_on: Day | None = Field(None, description="Exception only: its last day, `YYYY-MM-DD`")
    last_event: int = Field(
        ge=1,
        le=2**31 - 1,
        description="Value of `last_event` as last read; if there is a later event, the answer is"
        " refused (409)",
    )


@api.write("POST", RUNS_PATH, RunModel, 202)
def request_run(
    body: RunRequest,  # noqa: ARG001  (declares that the body is empty)
) -> Response:
    """Start a check of the register in the background.

    The header `Location` is the URL of the run. The run is also a job: `/v1/jobs/{id}/files` has
    all findings in one file when it is finished.
    """
    run = enqueue_run()
    response = json_response(run, 202)
    response.headers["Location"] = f"{RUNS_PATH}/{run['id']}"
    return response


@api.get(RUNS_PATH + "/<uuid:run_id>", RunModel)
def get_run(run_id: RunId) -> dict[str, Any]:
    """Get the progress and result of a check run."""
    return load_run_status(run_id)


@api.get("/v1/findings", RegisterFindingsModel, media=GEOJSON)
def list_findings(query: FindingsQuery) -> Response:
    """List the findings on the register.

    Returns the findings as of the newest run, with their states and answers.
    """
    return json_response(search_findings(query), media=GEOJSON)


@api.get("/v1/findings/<uuid:finding_id>", FindingHistoryModel, media=GEOJSON)
def get_finding(finding_id: FindingId) -> Response:
    """Get a finding with its history."""
    return json_response(load_finding_detail(finding_id), media=GEOJSON)


@api.write(
    "POST", "/v1/findings/<uuid:finding_id>/answers", FindingHistoryModel, 201, media=GEOJSON
)
def answer_finding(finding_id: FindingId, body: AnswerRequest) -> Response:
    """Answer a finding: report a correction or grant an exception.

    Requires the role of mapping staff, reviewer or administrator for at least one of its units. The
    next run verifies a correction. An exception applies until its last day, or until the boundaries
    at the location change; then the finding is open again. If there is an event later than
    `last_event`, nothing is changed (409 `finding_moved`).
    """
    return json_response(record_answer(finding_id, body), 201, GEOJSON)


def search_findings(query: FindingsQuery) -> dict[str, Any]:
    """The findings that match a query, as GeoJSON."""
    return load_findings_page(query.build_filter(), query.after, query.limit)


def enqueue_run() -> dict[str, Any]:
    """A run, newly enqueued or already waiting."""
    by = _require_answering_actor().label
    with connection() as conn:
        run_id = background_runs.enqueue_run(conn, by, request_language())
    return load_run_status(run_id)


def record_answer(finding_id: UUID, body: AnswerRequest) -> dict[str, Any]:
    """Record an answer by the current actor; the finding afterwards."""
    by = check_may_answer(finding_id)
    response = FindingResponse(
        AnswerKind(body.answer), body.reason, body.document, body.signer, body.expires_on
    )
    with connection() as conn:
        responses.record_response(conn, finding_id, response, last_event=body.last_event, actor=by)
    return load_finding_detail(finding_id)


def check_may_answer(finding_id: UUID) -> str:
    """The label of the current actor, if they may answer the finding.

    Raises:
        Unauthenticated: nobody is logged in.
        Forbidden: they have no role over any of its units.
        NotFound: there is no such finding.
    """
    who = _require_answering_actor()
    with connection() as conn:
        unit_chains = responses.load_unit_chains(conn, responses.load_finding(conn, finding_id))
    if not may_answer(who.may_perform, unit_chains):
        raise Forbidden(message("findings.may_not"))
    return who.label


def _require_answering_actor() -> Actor:
    """The current actor, if there is any unit over which they may answer."""
    return authentication.require_permission_somewhere(*ANSWER_ACTIONS)
