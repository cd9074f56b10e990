"""The self-check in the background: by a worker, after each publication and each midnight."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import psycopg
from psycopg import Connection

from boundaries.consistency.check_reports import (
    CHECKS_KIND,
    MEDIA_TYPE,
    RESULT_NAME,
    find_last_check,
    write_results,
)
from boundaries.consistency.consistency_check import run_self_check
from gazetteer.jobs import job_queue, job_store
from gazetteer.jobs.clock import PeriodicRun, PeriodicTask
from gazetteer.jobs.job_files import JobFiles
from gazetteer.jobs.job_kind import JobKind, JobQueue
from gazetteer.jobs.job_store import JobRequest
from gazetteer.jobs.running_job import RunningJob
from gazetteer.ledger.as_of import today
from gazetteer.messages import DEFAULT_LANG
from gazetteer.rules.finding_workflow import ANSWER_ACTIONS

_PAUSE_AFTER_FAILURE = timedelta(hours=1)


def _run_checks_job(running: RunningJob) -> None:
    """Check one state of the register, and write the results to a file."""
    job = running.job
    with psycopg.connect(running.conninfo, autocommit=True) as conn, conn.transaction():
        conn.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        head = conn.execute("SELECT seq, recorded_at FROM ledger_head").fetchone()
        assert head is not None
        job_store.restart_job(running.conn, job.job_id, *head)
        results = run_self_check(conn, lambda done, total, _: running.report_progress(done, total))
    with running.write_result(RESULT_NAME, MEDIA_TYPE) as file:
        write_results(file, results)
    # Only the newest results are of use; those that are still shown go when the next ones come.
    for job_id in job_store.delete_overtaken_jobs(running.conn, CHECKS_KIND):
        JobFiles(running.settings.jobs_directory, job_id).remove_all()


CHECKS = JobKind(
    CHECKS_KIND, JobQueue.SOON, _run_checks_job, one_at_a_time=True, actions=ANSWER_ACTIONS
)


def enqueue_due_checks(run: PeriodicRun) -> None:
    """Put the checks into the queue if something was published, or a day began, since the last."""
    with run.conn.transaction():
        seq = _load_head(run.conn)
        last = find_last_check(run.conn)
        is_current = last is not None and last[1:3] == (today(), seq)
        if (
            seq == 0
            or is_current
            or job_store.has_attempt(run.conn, CHECKS_KIND, _PAUSE_AFTER_FAILURE)
        ):
            return
        request = JobRequest(uuid4(), {}, DEFAULT_LANG, today())
        job_queue.submit_job(run.conn, CHECKS, request)


CHECK_AFTER_CHANGES = PeriodicTask("checks", "* * * * *", enqueue_due_checks)
"""Each minute."""


def _load_head(conn: Connection[Any]) -> int:
    """The sequence number of the newest state; 0 of an empty register."""
    row = conn.execute("SELECT seq FROM ledger_head").fetchone()
    return int(row[0]) if row else 0
