"""Runs that the clock starts: once for what changed, and as a job like those of people."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg

from boundaries.findings import finding_store
from boundaries.findings.background_runs import (
    FINDINGS,
    enqueue_due_run,
    enqueue_run,
)
from gazetteer.jobs.clock import CLOCK_ACTOR, PeriodicRun
from gazetteer.jobs.job_runner import JobRunner
from gazetteer.settings import get_settings
from tests.boundaries.findings.finding_samples import WEST, redraw, west


def strike(conn: psycopg.Connection, due_at: datetime | None = None) -> None:
    """Let the clock strike."""
    enqueue_due_run(PeriodicRun(conn, get_settings(), due_at or datetime.now(UTC)))


def queued(conn: psycopg.Connection) -> list[tuple[Any, ...]]:
    return conn.execute("SELECT kind, form ->> 'by' FROM job WHERE state = 'queued'").fetchall()


def work(conn: psycopg.Connection, database: str, home: Path) -> None:
    """Do what waits in the queue."""
    settings = get_settings().model_copy(update={"home": home})
    runner = JobRunner(database, settings, {FINDINGS.name: FINDINGS})
    for (job_id,) in conn.execute("SELECT job_id FROM job WHERE state = 'queued'").fetchall():
        runner.run_job(job_id, lambda: False)


def test_the_clock_starts_a_run_after_each_night_with_changes(
    planted: psycopg.Connection, database: str, tmp_path: Path
) -> None:
    strike(planted)
    strike(planted)
    assert queued(planted) == [("findings", CLOCK_ACTOR)], "one that waits will see the same"
    work(planted, database, tmp_path)
    run = finding_store.find_last_run(planted)
    assert run is not None
    assert (run.actor, run.found > 0) == (CLOCK_ACTOR, True)
    strike(planted)
    assert queued(planted) == [], "nothing changed since"
    redraw(planted, WEST, west((113.5, 23.02)))
    strike(planted)
    assert len(queued(planted)) == 1


def test_a_new_register_does_not_wait_for_the_night(planted: psycopg.Connection) -> None:
    """A worker that starts for the first time finds the run of last night due."""
    strike(planted, datetime.now(UTC) - timedelta(days=1))
    assert queued(planted) == [("findings", CLOCK_ACTOR)]


def test_what_changed_after_the_clock_struck_waits_for_the_next_night(
    planted: psycopg.Connection, database: str, tmp_path: Path
) -> None:
    struck_at = datetime.now(UTC)
    strike(planted)
    work(planted, database, tmp_path)
    redraw(planted, WEST, west((113.5, 23.02)))
    strike(planted, struck_at)
    assert queued(planted) == []


def test_a_run_that_was_stored_before_its_worker_was_killed_is_not_repeated(
    planted: psycopg.Connection, database: str, tmp_path: Path
) -> None:
    run_id = enqueue_run(planted, "operator:test", "en")
    work(planted, database, tmp_path)
    directory = tmp_path / "jobs" / str(run_id)
    before = (directory / "findings.geojson").read_bytes()
    (directory / "findings.geojson").unlink()
    planted.execute("DELETE FROM job_file")
    planted.execute("UPDATE job SET state = 'queued'")
    work(planted, database, tmp_path)
    assert (directory / "findings.geojson").read_bytes() == before
    assert planted.execute("SELECT count(*) FROM finding_run").fetchone() == (1,)
    assert planted.execute("SELECT state FROM job").fetchone() == ("finished",)
