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

from boundaries.rules.life import (
    AnswerKind,
    FindingResponse,
    FindingState,
    ReopenCause,
    StoredFinding,
    Transition,
    WorkflowStep,
)
from boundaries.rules.sight import FindingKey, Observation

Conn = Connection[Any]
_LOCK = 0x66696E64  # "find": one run or one person writes at a time, until commit


@dataclass(frozen=True, slots=True)
class Run:
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
class Known:
    """A stored finding: where it stands, and when runs saw it first and last."""

    number: int
    standing: StoredFinding
    first_seen: datetime
    last_seen: datetime
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class Event:
    """What happened to a finding; a sight is there where a run saw it, an answer where given."""

    number: int
    happened_at: datetime
    actor: str
    step: WorkflowStep
    state: FindingState
    cause: ReopenCause | None
    run: int | None
    sight: Observation | None
    reason: str | None
    document: str | None
    signer: str | None
    expires_on: date | None


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which findings; those on any of ``units`` where these are given."""

    state: FindingState | None = None
    rule: str | None = None
    severity: str | None = None
    units: tuple[UUID, ...] | None = None


_SEEN = (
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
    SELECT {_SEEN} FROM finding_event e
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
_KNOWN = f"""
SELECT f.number, f.finding_id, f.rule, f.kind, f.units, last.number, last.state,
    seen.severity, seen.zh, seen.en, seen.measured, seen.may_be, seen.measured_in, seen.area_m2,
    seen.place, seen.fingerprint, answer.step, answer.happened_at, answer.expires_on,
    (SELECT happened_at FROM finding_event e WHERE e.finding_id = f.finding_id AND number = 1),
    (SELECT max(finished_at) FROM finding_run r WHERE last.state <> 'verified' OR r.number < (
        SELECT number FROM finding_run WHERE run_id = last.run_id)),
    last.happened_at
{_FROM}
"""
_PAGE = f"{_KNOWN} AND f.number > %(after)s ORDER BY f.number LIMIT %(limit)s"
_ONE = f"{_KNOWN} AND f.finding_id = %(finding_id)s"
_COUNT = f"SELECT count(*) {_FROM}"
_BLOCKING = (
    f"{_COUNT} AND (last.state = 'open' OR last.state = 'answered' AND answer.expires_on < %(day)s)"
)
_ANY: Mapping[str, None] = {"state": None, "rule": None, "severity": None, "units": None}
_ANSWERS = {
    WorkflowStep.CORRECTED: AnswerKind.CORRECTED,
    WorkflowStep.EXCEPTED: AnswerKind.EXCEPTION,
}


def lock(conn: Conn) -> None:
    """Let nobody else write findings until the transaction ends."""
    conn.execute("SELECT pg_advisory_xact_lock(%s)", (_LOCK,))


def page(conn: Conn, wanted: Wanted, after: int = 0, limit: int | None = None) -> list[Known]:
    """Findings by their number, those behind ``after``."""
    params = {**_params(wanted), "after": after, "limit": limit}
    with conn.cursor(row_factory=tuple_row) as cursor:
        return [_known(row) for row in cursor.execute(_PAGE.encode(), params)]


def count(conn: Conn, wanted: Wanted) -> int:
    """How many there are."""
    row = conn.execute(_COUNT.encode(), _params(wanted)).fetchone()
    return int(row[0]) if row else 0


def blocking(conn: Conn, day: date) -> int:
    """How many findings stand in the way; see :func:`boundaries.rules.life.is_blocking`."""
    row = conn.execute(_BLOCKING.encode(), {**_ANY, "severity": "error", "day": day}).fetchone()
    return int(row[0]) if row else 0


def one(conn: Conn, finding_id: UUID) -> Known | None:
    """A finding; None if there is none of the id."""
    with conn.cursor(row_factory=tuple_row) as cursor:
        row = cursor.execute(_ONE.encode(), {**_ANY, "finding_id": finding_id}).fetchone()
    return _known(row) if row else None


def events(conn: Conn, known: Known) -> list[Event]:
    """What happened to a finding, the first first."""
    rows = conn.execute(
        f"SELECT e.number, happened_at, e.actor, step, state, cause, r.number, {_SEEN},"
        " reason, document, signer, expires_on"
        " FROM finding_event e LEFT JOIN finding_run r USING (run_id)"
        " WHERE finding_id = %s ORDER BY e.number".encode(),
        (known.standing.finding_id,),
    )
    return [_event(row, known.standing.observation.key) for row in rows]


def run(conn: Conn, run_id: UUID) -> Run | None:
    """A run that has finished; None if there is none of the id."""
    return _run(conn, "WHERE run_id = %s", run_id)


def last_run(conn: Conn) -> Run | None:
    """The newest run; None before the first."""
    return _run(conn, "ORDER BY number DESC LIMIT %s", 1)


def begun_later(conn: Conn, moment: datetime) -> bool:
    """Whether a run has finished that judged a later state."""
    row = conn.execute("SELECT FROM finding_run WHERE started_at > %s LIMIT 1", (moment,))
    return row.fetchone() is not None


def add_run(conn: Conn, made: Run, nexts: Iterable[Transition]) -> None:
    """Keep a run with what it did to findings."""
    conn.execute(
        "INSERT INTO finding_run (run_id, at, seq, actor, started_at, finished_at, found, steps)"
        " VALUES (%s, %s, %s, %s, %s, %s, %s, %s)",
        (made.run_id, made.at, made.seq, made.actor, made.started_at, made.finished_at,
         made.found, Jsonb(made.steps)),
    )  # fmt: skip
    rows, new = [], []
    for step in nexts:
        finding_id = step.before.finding_id if step.before else uuid4()
        number = step.before.last_event + 1 if step.before else 1
        if step.before is None and step.observation:
            subject = step.observation.key
            new.append((finding_id, subject.rule, subject.kind, list(subject.units)))
        rows.append((finding_id, number, made.finished_at, made.actor, step.step, step.state,
                     step.cause, made.run_id, *_seen(step.observation)))  # fmt: skip
    with conn.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO finding (finding_id, rule, kind, units) VALUES (%s, %s, %s, %s)", new
        )
        cursor.executemany(
            "INSERT INTO finding_event (finding_id, number, happened_at, actor, step, state, cause,"
            " run_id, severity, zh, en, measured, may_be, measured_in, area_m2, place, fingerprint)"
            " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s,"
            " ST_GeomFromWKB(%s, 4490), %s)",
            rows,
        )


def add_reply(conn: Conn, before: StoredFinding, reply: FindingResponse, actor: str) -> None:
    """Keep an answer that a person gave."""
    conn.execute(
        "INSERT INTO finding_event (finding_id, number, happened_at, actor, step, state, reason,"
        " document, signer, expires_on)"
        " VALUES (%s, %s, clock_timestamp(), %s, %s, 'answered', %s, %s, %s, %s)",
        (before.finding_id, before.last_event + 1, actor, reply.step, reply.reason,
         reply.document, reply.signer, reply.expires_on),
    )  # fmt: skip


def below(conn: Conn, unit: UUID, day: date) -> tuple[UUID, ...]:
    """A unit and all units in it on a day, without villages, which have no borders."""
    rows = conn.execute(
        "WITH RECURSIVE below AS (SELECT %(unit)s::uuid AS unit_id UNION"
        " SELECT s.unit_id FROM below JOIN unit_state s ON s.parent_id = below.unit_id"
        " WHERE upper_inf(s.recorded) AND s.valid @> %(day)s::date AND s.level <> 'village')"
        " SELECT unit_id FROM below",
        {"unit": unit, "day": day},
    )
    return tuple(row[0] for row in rows)


def called(
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


def _params(wanted: Wanted) -> dict[str, Any]:
    units = None if wanted.units is None else list(wanted.units)
    return {
        "state": wanted.state,
        "rule": wanted.rule,
        "severity": wanted.severity,
        "units": units,
    }


def _run(conn: Conn, condition: str, value: object) -> Run | None:
    with conn.cursor(row_factory=class_row(Run)) as cursor:
        query = (
            "SELECT run_id, at, seq, actor, started_at, finished_at, found, steps, number"
            f" FROM finding_run {condition}"
        )
        return cursor.execute(query.encode(), (value,)).fetchone()


def _known(row: tuple[Any, ...]) -> Known:
    number, finding_id, rule, kind, units, last_event, state, *rest = row
    subject = FindingKey(rule, kind, tuple(units))
    answer, answered_at, expires_on, *moments = rest[9:]
    standing = StoredFinding(
        finding_id,
        last_event,
        FindingState(state),
        _sight(rest[:9], subject),
        _ANSWERS[WorkflowStep(answer)] if answer else None,
        answered_at,
        expires_on,
    )
    return Known(number, standing, *moments)


def _event(row: tuple[Any, ...], subject: FindingKey) -> Event:
    number, happened_at, actor, step, state, cause, run_number, *rest = row
    return Event(
        number,
        happened_at,
        actor,
        WorkflowStep(step),
        FindingState(state),
        ReopenCause(cause) if cause else None,
        run_number,
        _sight(rest[:9], subject) if rest[0] else None,
        *rest[9:],
    )


def _sight(row: Iterable[Any], subject: FindingKey) -> Observation:
    severity, zh, en, measured, limit, unit, area_m2, place, print_ = row
    shape = shapely.from_wkb(place) if place is not None else None
    return Observation(subject, severity, zh, en, measured, limit, unit, area_m2, shape, print_)


def _seen(sight: Observation | None) -> tuple[Any, ...]:
    if sight is None:
        return (None,) * 9
    return (sight.severity, sight.zh, sight.en, sight.measured, sight.limit, sight.unit,
            sight.area_m2, _wkb(sight.geometry), sight.fingerprint)  # fmt: skip


def _wkb(place: BaseGeometry | None) -> bytes | None:
    return None if place is None else shapely.to_wkb(shapely.force_2d(place), byte_order=1)
