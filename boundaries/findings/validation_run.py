"""A run: the register validated, and stored findings brought into step with what was found."""

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

from psycopg import Connection, IsolationLevel

from boundaries.findings import finding_store, finding_writes
from boundaries.findings.drafted_exceptions import take_over_exceptions
from boundaries.findings.finding_store import FindingFilter, ValidationRun
from boundaries.rules.observations import SpatialObservation, match_observations
from boundaries.rules.register_observer import RegisterObserver, list_checked_days
from gazetteer.ledger import audit_chain
from gazetteer.messages import message
from gazetteer.problems import Conflict
from gazetteer.progress import Progress, ignore_progress
from gazetteer.rules.finding_workflow import WorkflowStep, derive_transitions


@dataclass(frozen=True, slots=True)
class RunObservations:
    """What was observed in the state ``seq`` of the register, current at ``began``."""

    at: date
    seq: int
    began: datetime
    observations: Sequence[SpatialObservation]


def run_validation(
    conn: Connection[Any],
    progress: Progress = ignore_progress,
    *,
    actor: str,
    run_id: UUID | None = None,
) -> ValidationRun:
    """Validate the register, and store the transitions of its findings.

    It is validated as of today and of each day to come on which something changes. All transitions
    are stored or, if anything fails, none. Validation reads one state of the register and locks
    nobody out; people may publish and answer meanwhile.

    Args:
        conn: an autocommit connection outside of a transaction.
        progress: called with each step as ``(done, total, what)``.
        actor: who asked for it, for the audit.
        run_id: the id of the run, where it was announced before.

    Raises:
        Conflict: a run that began later has finished already.
    """
    with _open_snapshot(conn):
        seq, began = _load_ledger_head(conn)
        days = list_checked_days(conn)
        observations = _observe_days(conn, days, progress)
    result = RunObservations(days[0], seq, began, observations)
    return _store_run(conn, result, actor, run_id or uuid4())


def _observe_days(
    conn: Connection[Any], days: Sequence[date], progress: Progress
) -> list[SpatialObservation]:
    """What is found as of the first day, and what appears on the later ones."""
    observer, observations = RegisterObserver(), list[SpatialObservation]()
    for number, day in enumerate(days):

        def report_step(done: int, total: int, what: str, number: int = number) -> None:
            progress(number * total + done, len(days) * total, what)

        observations += observer.observe_day(conn, day, report_step)
    return observations


def _store_run(
    conn: Connection[Any], result: RunObservations, actor: str, run_id: UUID
) -> ValidationRun:
    """Bring the stored findings into step with a run, in one transaction."""
    with conn.transaction():
        finding_writes.lock_findings(conn)
        if finding_store.has_later_run(conn, result.began):
            raise Conflict(message("findings.later_run_finished"))
        stored = [stored.finding for stored in finding_store.load_findings(conn, FindingFilter())]
        transitions = list(
            derive_transitions(
                stored,
                result.observations,
                match_observations,
                today=result.at,
                began=result.began,
            )
        )
        step_counts = Counter(step.step for step in transitions)
        steps = {step.value: step_counts[step] for step in WorkflowStep if step_counts[step]}
        (now,) = conn.execute("SELECT clock_timestamp()").fetchone() or (result.began,)
        finding_count = len(result.observations)
        run = ValidationRun(
            run_id, result.at, result.seq, actor, result.began, now, finding_count, steps
        )
        finding_writes.add_run(conn, run, transitions)
        take_over_exceptions(conn)
        audit_chain.append_row(
            conn,
            actor=actor,
            action="finding.run",
            subject=f"finding_run:{run_id}",
            detail={"seq": result.seq, "found": finding_count, **steps},
        )
        stored_run = finding_store.find_run(conn, run_id)
        assert stored_run is not None
        return stored_run


@contextmanager
def _open_snapshot(conn: Connection[Any]) -> Iterator[None]:
    """All statements see one state of the register."""
    conn.isolation_level, conn.read_only = IsolationLevel.REPEATABLE_READ, True
    try:
        with conn.transaction():
            yield
    finally:
        if not conn.closed:
            conn.isolation_level = conn.read_only = None


def _load_ledger_head(conn: Connection[Any]) -> tuple[int, datetime]:
    row = conn.execute("SELECT seq, clock_timestamp() FROM ledger_head").fetchone()
    assert row is not None
    return row[0], row[1]
