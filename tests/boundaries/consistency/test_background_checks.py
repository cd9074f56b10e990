"""The self-check by the worker: when it is due, what it leaves behind, what has gone."""

from datetime import UTC, datetime
from pathlib import Path

import psycopg

from boundaries.consistency.background_checks import CHECKS, enqueue_due_checks
from boundaries.consistency.check_reports import load_check_report
from boundaries.consistency.consistency_check import run_self_check
from boundaries.register_ledger import LEDGER
from gazetteer.jobs.clock import PeriodicRun
from gazetteer.jobs.job_runner import JobRunner
from gazetteer.ledger.as_of import today
from gazetteer.settings import get_settings
from tests.boundaries.areas.area_samples import LOAD, unit


def strike(conn: psycopg.Connection) -> int:
    """Let the clock strike; how many jobs wait."""
    enqueue_due_checks(PeriodicRun(conn, get_settings(), datetime.now(UTC)))
    row = conn.execute("SELECT count(*) FROM job WHERE state = 'queued'").fetchone()
    assert row is not None
    return int(row[0])


def work(conn: psycopg.Connection, database: str, home: Path) -> None:
    """Do what waits in the queue."""
    settings = get_settings().model_copy(update={"home": home, "jobs_dir": ""})
    runner = JobRunner(database, settings, {CHECKS.name: CHECKS})
    for (job_id,) in conn.execute("SELECT job_id FROM job WHERE state = 'queued'").fetchall():
        runner.run_job(job_id, lambda: False)


def test_an_empty_register_is_not_examined(conn: psycopg.Connection, tmp_path: Path) -> None:
    assert strike(conn) == 0
    assert load_check_report(conn, tmp_path / "jobs") is None


def test_each_publication_and_each_day_is_examined_once(
    conn: psycopg.Connection, database: str, tmp_path: Path
) -> None:
    jobs = tmp_path / "jobs"
    LEDGER.publish_statements(conn, LOAD, unit("440000", "广东省", "province"))
    assert strike(conn) == strike(conn) == 1, "one that waits will see the same"
    assert load_check_report(conn, jobs) is None
    work(conn, database, tmp_path)
    first = load_check_report(conn, jobs)
    assert first is not None and first.at == today()
    assert conn.execute("SELECT seq FROM ledger_head").fetchone() == (first.seq,)
    assert strike(conn) == 0

    LEDGER.publish_statements(conn, LOAD, unit("440106", "天河区", "county"))
    assert strike(conn) == 1
    assert load_check_report(conn, jobs) == first, "shown until the next has finished"
    work(conn, database, tmp_path)
    second = load_check_report(conn, jobs)
    assert second is not None and second.seq > first.seq
    assert list(second.results) == run_self_check(conn)
    assert ("no_parent", "error", 1) in second.count_results()

    conn.execute("UPDATE job SET at = at - 1")
    assert strike(conn) == 1, "a new day"


def test_only_the_newest_results_stay(
    conn: psycopg.Connection, database: str, tmp_path: Path
) -> None:
    for code in ("440000", "450000", "460000"):
        LEDGER.publish_statements(conn, LOAD, unit(code, "省", "province"))
        strike(conn)
        work(conn, database, tmp_path)
    # The one before the newest stays until the next: somebody may be reading it.
    assert len(list((tmp_path / "jobs").iterdir())) == 2
    assert conn.execute("SELECT count(*) FROM job").fetchone() == (2,)


def test_after_a_failure_the_clock_waits(
    conn: psycopg.Connection, database: str, tmp_path: Path
) -> None:
    LEDGER.publish_statements(conn, LOAD, unit("440000", "广东省", "province"))
    strike(conn)
    conn.execute("UPDATE job SET state = 'failed', finished_at = now()")
    assert strike(conn) == 0
    conn.execute("UPDATE job SET finished_at = now() - interval '2 hours'")
    assert strike(conn) == 1


def test_results_that_were_deleted_are_none(
    conn: psycopg.Connection, database: str, tmp_path: Path
) -> None:
    LEDGER.publish_statements(conn, LOAD, unit("440000", "广东省", "province"))
    strike(conn)
    work(conn, database, tmp_path)
    assert load_check_report(conn, tmp_path / "elsewhere") is None
