"""Runs and answers written to the database: every transition of a finding is one more event."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID, uuid4

import shapely
from psycopg import Connection
from psycopg.types.json import Jsonb

from boundaries.findings.finding_store import ValidationRun
from boundaries.rules.observations import SpatialObservation
from gazetteer.rules.finding_workflow import FindingResponse, StoredFinding, Transition

Conn = Connection[Any]
_LOCK = 0x66696E64  # "find": one run or one person writes at a time, until commit

_INSERT_RUN = """
INSERT INTO finding_run (run_id, at, seq, actor, started_at, finished_at, found, steps)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s)
"""
_INSERT_FINDING = "INSERT INTO finding (finding_id, rule, kind, units) VALUES (%s, %s, %s, %s)"
_INSERT_EVENT = """
INSERT INTO finding_event (finding_id, number, happened_at, actor, step, state, cause, run_id,
    severity, message, measured, may_be, measured_in, area_m2, place, fingerprint, begins_on)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s,
    %s, %s, %s, %s, %s, %s, ST_GeomFromWKB(%s, 4490), %s, %s)
"""
_INSERT_RESPONSE = """
INSERT INTO finding_event (finding_id, number, happened_at, actor, step, state, reason, document,
    signer, expires_on)
VALUES (%s, %s, clock_timestamp(), %s, %s, 'answered', %s, %s, %s, %s)
"""


def lock_findings(conn: Conn) -> None:
    """Let nobody else write findings until the transaction ends."""
    conn.execute("SELECT pg_advisory_xact_lock(%s)", (_LOCK,))


def add_run(
    conn: Conn, run: ValidationRun, transitions: Iterable[Transition[SpatialObservation]]
) -> None:
    """Store a run with the transitions that it makes."""
    conn.execute(
        _INSERT_RUN,
        (run.run_id, run.at, run.seq, run.actor, run.started_at, run.finished_at,
         run.found, Jsonb(run.steps)),
    )  # fmt: skip
    new_findings: list[tuple[Any, ...]] = []
    events: list[tuple[Any, ...]] = []
    for transition in transitions:
        before, observation = transition.before, transition.observation
        finding_id, number = (before.finding_id, before.last_event + 1) if before else (uuid4(), 1)
        if before is None and observation:
            new_findings.append(_build_finding_row(finding_id, observation))
        events.append(
            (finding_id, number, run.finished_at, run.actor, transition.step, transition.state,
             transition.cause, run.run_id, *_flatten_observation(observation))
        )  # fmt: skip
    with conn.cursor() as cursor:
        cursor.executemany(_INSERT_FINDING, new_findings)
        cursor.executemany(_INSERT_EVENT, events)


def add_response(
    conn: Conn,
    finding: StoredFinding[SpatialObservation],
    response: FindingResponse,
    actor: str,
) -> None:
    """Store an answer that a person gave."""
    conn.execute(
        _INSERT_RESPONSE,
        (finding.finding_id, finding.last_event + 1, actor, response.step, response.reason,
         response.document, response.signer, response.expires_on),
    )  # fmt: skip


def _build_finding_row(finding_id: UUID, observation: SpatialObservation) -> tuple[Any, ...]:
    key = observation.key
    return finding_id, key.rule, key.kind, list(key.units)


def _flatten_observation(observation: SpatialObservation | None) -> tuple[Any, ...]:
    """The columns from ``severity`` to ``begins_on``."""
    if observation is None:
        return (None,) * 9
    geometry = observation.geometry
    return (
        observation.severity,
        Jsonb(observation.message.as_json()),
        observation.measured,
        observation.limit,
        observation.unit,
        observation.area_m2,
        None if geometry is None else shapely.to_wkb(shapely.force_2d(geometry), byte_order=1),
        observation.fingerprint,
        observation.begins_on,
    )
