"""Runs in the background: requested by a person or the clock, done by a worker as one of its jobs.

The id of a run is also that of its job.
"""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import psycopg
from psycopg import Connection

from boundaries.findings import finding_features, finding_store, finding_writes
from boundaries.findings.validation_run import run_validation
from gazetteer.jobs import job_queue
from gazetteer.jobs import job_store as jobs
from gazetteer.jobs.clock import CLOCK_ACTOR, PeriodicRun, PeriodicTask
from gazetteer.jobs.job_kind import JobKind, JobQueue
from gazetteer.jobs.job_store import JobRequest
from gazetteer.jobs.running_job import RunningJob
from gazetteer.ledger.as_of import today
from gazetteer.messages import DEFAULT_LANG, Lang
from gazetteer.rules.finding_workflow import ANSWER_ACTIONS

RESULT_NAME = "findings.geojson"


def _run_findings_job(running: RunningJob) -> None:
    """Validate the register, unless an earlier attempt has, and write all findings to a file."""
    job = running.job
    with psycopg.connect(running.conninfo, autocommit=True) as conn:
        if finding_store.find_run(conn, job.job_id) is None:
            run_validation(
                conn,
                lambda done, total, _: running.report_progress(done, total),
                actor=job.form["by"],
                run_id=job.job_id,
            )
        with running.write_result(RESULT_NAME, finding_features.MEDIA_TYPE) as file:
            finding_features.write_findings(conn, file, job.language)


FINDINGS = JobKind(
    "findings",
    JobQueue.SOON,
    _run_findings_job,
    # A run that was overtaken by a later one would fail.
    one_at_a_time=True,
    actions=ANSWER_ACTIONS,
)


def enqueue_run(conn: Connection[Any], actor: str, lang: Lang) -> UUID:
    """Put a run into the queue, or return the one that waits there already: it will see the same.

    Args:
        conn: to the register.
        actor: who asks for it, for the audit.
        lang: the language of its problems and of its file.

    Returns:
        The id of the run.
    """
    with conn.transaction():
        finding_writes.lock_findings(conn)
        waiting = jobs.find_queued_job(conn, FINDINGS.name)
        if waiting is not None:
            return waiting
        run_id = uuid4()
        job_queue.submit_job(conn, FINDINGS, JobRequest(run_id, {"by": actor}, lang, today()))
        return run_id


def enqueue_due_run(run: PeriodicRun) -> None:
    """Put a run into the queue if no run has seen what changed before the clock struck.

    A register that no run has seen does not wait for the night: when a worker starts for the first
    time, the run of last night is due.
    """
    last = finding_store.find_last_run(run.conn)
    until = run.due_at if last else datetime.now(UTC)
    if _find_newest_seq(run.conn, until) > (last.seq if last else 0):
        enqueue_run(run.conn, CLOCK_ACTOR, DEFAULT_LANG)


NIGHTLY_RUN = PeriodicTask("findings", "0 18 * * *", enqueue_due_run)
"""At two in the morning in China."""


def _find_newest_seq(conn: Connection[Any], moment: datetime) -> int:
    """The sequence number of the last change that was recorded up to a moment; 0 if none was."""
    row = conn.execute(
        "SELECT last_seq FROM changeset WHERE recorded_at <= %s ORDER BY recorded_at DESC LIMIT 1",
        (moment,),
    ).fetchone()
    return int(row[0]) if row else 0
