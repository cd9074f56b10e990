"""A run: the register judged as it is today, and what is stored brought into step with it."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

from psycopg import Connection, IsolationLevel

from boundaries.findings import store
from boundaries.findings.store import Run, Wanted
from boundaries.network.store import read_areas
from boundaries.rules.fingerprint import BorderLookup, compute_fingerprint
from boundaries.rules.life import WorkflowStep, derive_transitions
from boundaries.rules.register import RegisterValidationResult, validate_register
from boundaries.rules.sight import FindingKey, Observation
from gazetteer.ledger import audit
from gazetteer.ledger.asof import AsOf, today
from gazetteer.problems import Conflict

Progress = Callable[[int, int, str], None]


@dataclass(frozen=True, slots=True)
class Judged:
    """What was found in the state ``seq`` of the register, that of the moment ``began``."""

    at: date
    seq: int
    began: datetime
    sights: Sequence[Observation]


def examine_boundaries(
    conn: Connection[Any],
    progress: Progress = lambda done, total, what: None,
    *,
    by: str,
    run_id: UUID | None = None,
) -> Run:
    """Judge the register as of today, and keep what becomes of each finding.

    All of it is kept or, if anything fails, nothing. Judging reads one state of the register and
    locks nobody out; people may publish and answer meanwhile.

    Args:
        conn: an autocommit connection outside of a transaction.
        progress: hears each step as ``(done, total, what)``.
        by: who asked for it, as the audit will say.
        run_id: of the run, where it was told before.

    Raises:
        Conflict: a run that began later has finished already.
    """
    at = today()
    with _snapshot(conn):
        seq, began = _state(conn)
        sights = list(_sights(conn, validate_register(conn, AsOf(at), progress), AsOf(at)))
    return _kept(conn, Judged(at, seq, began, sights), by, run_id or uuid4())


def _kept(conn: Connection[Any], judged: Judged, by: str, run_id: UUID) -> Run:
    """Bring what is stored into step with what was found, in one transaction."""
    with conn.transaction():
        store.lock(conn)
        if store.begun_later(conn, judged.began):
            raise Conflict("另一次检查已在此后完成。", "a later run has finished meanwhile")
        known = [known.standing for known in store.page(conn, Wanted())]
        nexts = list(derive_transitions(known, judged.sights, judged.at, judged.began))
        taken = Counter(step.step for step in nexts)
        steps = {step.value: taken[step] for step in WorkflowStep if taken[step]}
        (now,) = conn.execute("SELECT clock_timestamp()").fetchone() or (judged.began,)
        found = len(judged.sights)
        run = Run(run_id, judged.at, judged.seq, by, judged.began, now, found, steps)
        store.add_run(conn, run, nexts)
        audit.append_row(
            conn,
            actor=by,
            action="finding.run",
            subject=f"finding_run:{run_id}",
            detail={"seq": judged.seq, "found": found, **steps},
        )
        kept = store.run(conn, run_id)
        assert kept is not None
        return kept


@contextmanager
def _snapshot(conn: Connection[Any]) -> Iterator[None]:
    """All statements see one state of the register."""
    conn.isolation_level, conn.read_only = IsolationLevel.REPEATABLE_READ, True
    try:
        with conn.transaction():
            yield
    finally:
        if not conn.closed:
            conn.isolation_level = conn.read_only = None


def _state(conn: Connection[Any]) -> tuple[int, datetime]:
    row = conn.execute("SELECT seq, clock_timestamp() FROM ledger_head").fetchone()
    assert row is not None
    return row[0], row[1]


def _sights(
    conn: Connection[Any], judgement: RegisterValidationResult, as_of: AsOf
) -> Iterator[Observation]:
    """What was found, with what the ground is like at each place."""
    grounds = read_areas(conn, as_of)
    borders = BorderLookup({unit: ground.shape for unit, ground in grounds.items()})
    for finding in judgement.findings:
        units = sorted({judgement.units[feature] for feature in finding.features})
        place = finding.geometry
        yield Observation(
            FindingKey(finding.rule, finding.kind, tuple(units)),
            finding.severity,
            finding.zh,
            finding.en,
            finding.measured,
            finding.limit,
            finding.unit,
            finding.area_m2,
            None if place is None or place.is_empty else place,
            compute_fingerprint(finding, judgement.units, borders),
        )
