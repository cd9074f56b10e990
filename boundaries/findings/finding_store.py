"""Findings in the database: the only place with their SQL."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

import shapely
from psycopg import Connection
from psycopg.rows import class_row, tuple_row
from psycopg.types.json import Jsonb
from shapely.geometry.base import BaseGeometry

from boundaries.rules.finding_workflow import (
    AnswerKind,
    FindingResponse,
    FindingState,
    ReopenCause,
    StoredFinding,
    Transition,
    WorkflowStep,
)
from boundaries.rules.observations import FindingKey, SpatialObservation

Conn = Connection[Any]
_LOCK = 0x66696E64  # "find": one run or one person writes at a time, until commit


@dataclass(frozen=True, slots=True)
class ValidationRun:
    """An examination of the register as of ``at``, in the state ``seq`` of its ledger.

    ``found`` is how many findings it saw; ``steps`` how often it took each step.
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
    """A stored finding: where it stands, and when runs saw it first and last."""

    number: int
    finding: StoredFinding
    first_seen: datetime
    last_seen: datetime
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class StoredFindingEvent:
    """What happened to a finding; a sight is there where a run saw it, an answer where given."""

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
    """Which findings; those on any of ``units`` where these are given."""

    state: FindingState | None = None
    rule: str | None = None
    severity: str | None = None
    units: tuple[UUID, ...] | None = None


_OBSERVATION_COLUMNS = (
    "severity, zh, en, measured, may_be, measured_in, area_m2, ST_AsBinary(place, 'NDR') AS place,"
    " fingerprint"
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
    seen.severity, seen.zh, seen.en, seen.measured, seen.may_be, seen.measured_in, seen.area_m2,
    seen.place, seen.fingerprint, answer.step, answer.happened_at, answer.expires_on,
    (SELECT happened_at FROM finding_event e WHERE e.finding_id = f.finding_id AND number = 1),
    (SELECT max(finished_at) FROM finding_run r WHERE last.state <> 'verified' OR r.number < (
        SELECT number FROM finding_run WHERE run_id = last.run_id)),
    last.happened_at
{_FROM}
"""
_SELECT_PAGE = f"{_SELECT_FINDINGS} AND f.number > %(after)s ORDER BY f.number LIMIT %(limit)s"
_SELECT_ONE = f"{_SELECT_FINDINGS} AND f.finding_id = %(finding_id)s"
_COUNT_ALL = f"SELECT count(*) {_FROM}"
_COUNT_BLOCKING = f"{_COUNT_ALL} AND (last.state = 'open' OR last.state = 'answered' AND answer.expires_on < %(day)s)"
_NO_FILTER: Mapping[str, None] = {"state": None, "rule": None, "severity": None, "units": None}
_ANSWERS = {
    WorkflowStep.CORRECTED: AnswerKind.CORRECTED,
    WorkflowStep.EXCEPTED: AnswerKind.EXCEPTION,
}


def lock_findings(conn: Conn) -> None:
    """Let nobody else write findings until the transaction ends."""
    conn.execute("SELECT pg_advisory_xact_lock(%s)", (_LOCK,))


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
    """How many findings stand in the way; see :func:`boundaries.rules.finding_workflow.is_blocking`."""
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
        f"SELECT e.number, happened_at, e.actor, step, state, cause, r.number, {_OBSERVATION_COLUMNS},"
        " reason, document, signer, expires_on"
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
    """Whether a run has finished that judged a later state."""
    cursor = conn.execute("SELECT FROM finding_run WHERE started_at > %s LIMIT 1", (moment,))
    return cursor.fetchone() is not None


def add_run(conn: Conn, run: ValidationRun, transitions: Iterable[Transition]) -> None:
    """Keep a run with what it did to findings."""
    conn.execute(
        "INSERT INTO finding_run (run_id, at, seq, actor, started_at, finished_at, found, steps)"
        " VALUES (%s, %s, %s, %s, %s, %s, %s, %s)",
        (run.run_id, run.at, run.seq, run.actor, run.started_at, run.finished_at,
         run.found, Jsonb(run.steps)),
    )  # fmt: skip
    rows, new_findings = [], []
    for transition in transitions:
        finding_id = transition.before.finding_id if transition.before else uuid4()
        number = transition.before.last_event + 1 if transition.before else 1
        if transition.before is None and transition.observation:
            subject = transition.observation.key
            new_findings.append((finding_id, subject.rule, subject.kind, list(subject.units)))
        rows.append((finding_id, number, run.finished_at, run.actor, transition.step, transition.state,
                     transition.cause, run.run_id, *_flatten_observation(transition.observation)))  # fmt: skip
    with conn.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO finding (finding_id, rule, kind, units) VALUES (%s, %s, %s, %s)",
            new_findings,
        )
        cursor.executemany(
            "INSERT INTO finding_event (finding_id, number, happened_at, actor, step, state, cause,"
            " run_id, severity, zh, en, measured, may_be, measured_in, area_m2, place, fingerprint)"
            " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s,"
            " ST_GeomFromWKB(%s, 4490), %s)",
            rows,
        )


def add_response(conn: Conn, finding: StoredFinding, response: FindingResponse, actor: str) -> None:
    """Keep an answer that a person gave."""
    conn.execute(
        "INSERT INTO finding_event (finding_id, number, happened_at, actor, step, state, reason,"
        " document, signer, expires_on)"
        " VALUES (%s, %s, clock_timestamp(), %s, %s, 'answered', %s, %s, %s, %s)",
        (finding.finding_id, finding.last_event + 1, actor, response.step, response.reason,
         response.document, response.signer, response.expires_on),
    )  # fmt: skip


def load_units_below(conn: Conn, unit: UUID, day: date) -> tuple[UUID, ...]:
    """A unit and all units in it on a day, without villages, which have no borders."""
    rows = conn.execute(
        "WITH RECURSIVE below AS (SELECT %(unit)s::uuid AS unit_id UNION"
        " SELECT s.unit_id FROM below JOIN unit_state s ON s.parent_id = below.unit_id"
        " WHERE upper_inf(s.recorded) AND s.valid @> %(day)s::date AND s.level <> 'village')"
        " SELECT unit_id FROM below",
        {"unit": unit, "day": day},
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
    subject = FindingKey(rule, kind, tuple(units))
    answer, answered_at, expires_on, *moments = rest[9:]
    finding = StoredFinding(
        finding_id,
        last_event,
        FindingState(state),
        _build_observation(rest[:9], subject),
        _ANSWERS[WorkflowStep(answer)] if answer else None,
        answered_at,
        expires_on,
    )
    return FindingRecord(number, finding, *moments)


def _build_event(row: tuple[Any, ...], subject: FindingKey) -> StoredFindingEvent:
    number, happened_at, actor, step, state, cause, run_number, *rest = row
    return StoredFindingEvent(
        number,
        happened_at,
        actor,
        WorkflowStep(step),
        FindingState(state),
        ReopenCause(cause) if cause else None,
        run_number,
        _build_observation(rest[:9], subject) if rest[0] else None,
        *rest[9:],
    )


def _build_observation(row: Iterable[Any], subject: FindingKey) -> SpatialObservation:
    severity, zh, en, measured, limit, unit, area_m2, place, fingerprint = row
    shape = shapely.from_wkb(place) if place is not None else None
    return SpatialObservation(
        subject, severity, zh, en, measured, limit, unit, area_m2, shape, fingerprint
    )


def _flatten_observation(observation: SpatialObservation | None) -> tuple[Any, ...]:
    if observation is None:
        return (None,) * 9
    return (observation.severity, observation.zh, observation.en, observation.measured, observation.limit, observation.unit,
            observation.area_m2, _encode_wkb(observation.geometry), observation.fingerprint)  # fmt: skip


def _encode_wkb(place: BaseGeometry | None) -> bytes | None:
    return None if place is None else shapely.to_wkb(shapely.force_2d(place), byte_order=1)
