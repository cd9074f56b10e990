"""Stored findings read from the database; :mod:`boundaries.findings.finding_writes` writes them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

import shapely
from psycopg import Connection
from psycopg.rows import class_row, tuple_row

from boundaries.rules.observations import SpatialObservation
from gazetteer.messages import read_message
from gazetteer.rules.finding_workflow import (
    AnswerKind,
    FindingState,
    ReopenCause,
    StoredFinding,
    WorkflowStep,
)
from gazetteer.rules.observation import FindingKey

Conn = Connection[Any]


@dataclass(frozen=True, slots=True)
class ValidationRun:
    """A validation of the register as of ``at``, in the state ``seq`` of its ledger.

    ``found`` is the number of findings observed; ``steps`` how often each transition was made.
    """

    run_id: UUID
    at: date
    seq: int
    actor: str
    started_at: datetime
    finished_at: datetime
    found: int
    steps: Mapping[str, int]
    number: int = 0


@dataclass(frozen=True, slots=True)
class FindingRecord:
    """A stored finding with its state, and when runs observed it first and last."""

    number: int
    finding: StoredFinding[SpatialObservation]
    first_seen: datetime
    last_seen: datetime
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class StoredFindingEvent:
    """One event of a finding: a run adds an observation, a person a reason."""

    number: int
    happened_at: datetime
    actor: str
    step: WorkflowStep
    state: FindingState
    cause: ReopenCause | None
    run: int | None
    observation: SpatialObservation | None
    reason: str | None
    document: str | None
    signer: str | None
    expires_on: date | None


@dataclass(frozen=True, slots=True)
class FindingFilter:
    """Which findings to load; with ``units``, those on any of these."""

    state: FindingState | None = None
    rule: str | None = None
    severity: str | None = None
    units: tuple[UUID, ...] | None = None


_OBSERVATION_COLUMNS = (
    "severity, message, measured, may_be, measured_in, area_m2, ST_AsBinary(place, 'NDR') AS place,"
    " fingerprint, begins_on"
)

# Two reads of one index for each finding. One that is not verified was seen by the newest run:
# a run verifies whatever it does not see.
_FROM = f"""
FROM finding f
JOIN LATERAL (
    SELECT * FROM finding_event e WHERE e.finding_id = f.finding_id ORDER BY number DESC LIMIT 1
) last ON true
JOIN LATERAL (
    SELECT {_OBSERVATION_COLUMNS} FROM finding_event e
    WHERE e.finding_id = f.finding_id AND severity IS NOT NULL ORDER BY number DESC LIMIT 1
) seen ON true
LEFT JOIN LATERAL (
    SELECT step, happened_at, expires_on FROM finding_event e
    WHERE e.finding_id = f.finding_id AND reason IS NOT NULL ORDER BY number DESC LIMIT 1
) answer ON last.state = 'answered'
WHERE (%(state)s::text IS NULL OR last.state = %(state)s)
    AND (%(rule)s::text IS NULL OR f.rule = %(rule)s)
    AND (%(severity)s::text IS NULL OR seen.severity = %(severity)s)
    AND (%(units)s::uuid[] IS NULL OR f.units && %(units)s)
"""
_SELECT_FINDINGS = f"""
SELECT f.number, f.finding_id, f.rule, f.kind, f.units, last.number, last.state,
    seen.severity, seen.message, seen.measured, seen.may_be, seen.measured_in, seen.area_m2,
    seen.place, seen.fingerprint, seen.begins_on, answer.step, answer.happened_at,
    answer.expires_on,
    (SELECT happened_at FROM finding_event e WHERE e.finding_id = f.finding_id AND number = 1),
    (SELECT max(finished_at) FROM finding_run r WHERE last.state <> 'verified' OR r.number < (
        SELECT number FROM finding_run WHERE run_id = last.run_id)),
    last.happened_at
{_FROM}
"""
_SELECT_PAGE = f"{_SELECT_FINDINGS} AND f.number > %(after)s ORDER BY f.number LIMIT %(limit)s"
_SELECT_ONE = f"{_SELECT_FINDINGS} AND f.finding_id = %(finding_id)s"
_COUNT_ALL = f"SELECT count(*) {_FROM}"
_COUNT_BLOCKING = f"""{_COUNT_ALL}
    AND (last.state = 'open' OR last.state = 'answered' AND answer.expires_on < %(day)s)
"""
_NO_FILTER: Mapping[str, None] = {"state": None, "rule": None, "severity": None, "units": None}
_ANSWERS = {
    WorkflowStep.CORRECTED: AnswerKind.CORRECTED,
    WorkflowStep.EXCEPTED: AnswerKind.EXCEPTION,
}


def load_findings(
    conn: Conn, filters: FindingFilter, after: int = 0, limit: int | None = None
) -> list[FindingRecord]:
    """Findings by their number, those behind ``after``."""
    params = {**_build_params(filters), "after": after, "limit": limit}
    with conn.cursor(row_factory=tuple_row) as cursor:
        return [_build_record(row) for row in cursor.execute(_SELECT_PAGE.encode(), params)]


def count_findings(conn: Conn, filters: FindingFilter) -> int:
    """How many there are."""
    row = conn.execute(_COUNT_ALL.encode(), _build_params(filters)).fetchone()
    return int(row[0]) if row else 0


def count_blocking(conn: Conn, day: date) -> int:
    """How many findings block; see :func:`gazetteer.rules.finding_workflow.is_blocking`."""
    row = conn.execute(
        _COUNT_BLOCKING.encode(), {**_NO_FILTER, "severity": "error", "day": day}
    ).fetchone()
    return int(row[0]) if row else 0


def find_finding(conn: Conn, finding_id: UUID) -> FindingRecord | None:
    """A finding; None if there is none of the id."""
    with conn.cursor(row_factory=tuple_row) as cursor:
        row = cursor.execute(
            _SELECT_ONE.encode(), {**_NO_FILTER, "finding_id": finding_id}
        ).fetchone()
    return _build_record(row) if row else None


def load_events(conn: Conn, record: FindingRecord) -> list[StoredFindingEvent]:
    """What happened to a finding, the first first."""
    rows = conn.execute(
        "SELECT e.number, happened_at, e.actor, step, state, cause, r.number,"
        f" {_OBSERVATION_COLUMNS}, reason, document, signer, expires_on"
        " FROM finding_event e LEFT JOIN finding_run r USING (run_id)"
        " WHERE finding_id = %s ORDER BY e.number".encode(),
        (record.finding.finding_id,),
    )
    return [_build_event(row, record.finding.observation.key) for row in rows]


def find_run(conn: Conn, run_id: UUID) -> ValidationRun | None:
    """A run that has finished; None if there is none of the id."""
    return _load_run(conn, "WHERE run_id = %s", run_id)


def find_last_run(conn: Conn) -> ValidationRun | None:
    """The newest run; None before the first."""
    return _load_run(conn, "ORDER BY number DESC LIMIT %s", 1)


def has_later_run(conn: Conn, moment: datetime) -> bool:
    """Whether a run has finished that validated a later state."""
    cursor = conn.execute("SELECT FROM finding_run WHERE started_at > %s LIMIT 1", (moment,))
    return cursor.fetchone() is not None


def load_units_below(conn: Conn, unit: UUID, day: date) -> tuple[UUID, ...]:
    """A unit and all units in it on a day, without villages, which have no borders."""
    rows = conn.execute(
        "WITH RECURSIVE below AS (SELECT %(unit)s::uuid AS unit_id UNION"
        " SELECT s.unit_id FROM below JOIN unit_state s ON s.parent_id = below.unit_id"
        " WHERE upper_inf(s.recorded) AND s.valid @> %(day)s::date AND s.level <> 'village')"
        " SELECT unit_id FROM below",
        {"unit": unit, "day": day},
        prepare=False,  # the plan for any unit walks through all of them: 250 times as long
    )
    return tuple(row[0] for row in rows)


def load_codes_and_names(
    conn: Conn, units: Iterable[UUID], day: date
) -> dict[UUID, tuple[str | None, str | None]]:
    """Code and name of units on a day, or the last that they had."""
    rows = conn.execute(
        "SELECT DISTINCT ON (unit_id) unit_id, code, name FROM unit_state"
        " WHERE unit_id = ANY(%s) AND upper_inf(recorded)"
        " ORDER BY unit_id, valid @> %s::date DESC, lower(valid) DESC NULLS LAST",
        (list(set(units)), day),
    )
    return {unit: (code, name) for unit, code, name in rows}


def _build_params(filters: FindingFilter) -> dict[str, Any]:
    units = None if filters.units is None else list(filters.units)
    return {
        "state": filters.state,
        "rule": filters.rule,
        "severity": filters.severity,
        "units": units,
    }


def _load_run(conn: Conn, condition: str, value: object) -> ValidationRun | None:
    with conn.cursor(row_factory=class_row(ValidationRun)) as cursor:
        query = (
            "SELECT run_id, at, seq, actor, started_at, finished_at, found, steps, number"
            f" FROM finding_run {condition}"
        )
        return cursor.execute(query.encode(), (value,)).fetchone()


def _build_record(row: tuple[Any, ...]) -> FindingRecord:
    number, finding_id, rule, kind, units, last_event, state, *rest = row
    key = FindingKey(rule, kind, tuple(units))
    answer, answered_at, expires_on, *moments = rest[9:]
    finding = StoredFinding(
        finding_id,
        last_event,
        FindingState(state),
        _build_observation(rest[:9], key),
        _ANSWERS[WorkflowStep(answer)] if answer else None,
        answered_at,
        expires_on,
    )
    return FindingRecord(number, finding, *moments)


def _build_event(row: tuple[Any, ...], key: FindingKey) -> StoredFindingEvent:
    number, happened_at, actor, step, state, cause, run_number, *rest = row
    return StoredFindingEvent(
        number,
        happened_at,
        actor,
        WorkflowStep(step),
        FindingState(state),
        ReopenCause(cause) if cause else None,
        run_number,
        _build_observation(rest[:9], key) if rest[0] else None,
        *rest[9:],
    )


def _build_observation(row: Iterable[Any], key: FindingKey) -> SpatialObservation:
    severity, stored_message, measured, limit, unit, area_m2, place, fingerprint, begins_on = row
    return SpatialObservation(
        key,
        severity,
        read_message(stored_message),
        measured,
        limit,
        unit,
        fingerprint,
        begins_on,
        area_m2=area_m2,
        geometry=None if place is None else shapely.from_wkb(place),
    )
