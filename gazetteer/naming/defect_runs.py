"""Searches for defects in the background: asked for by a person or the clock, done by a worker."""

from typing import Any
from uuid import UUID, uuid4

import psycopg
from psycopg import Connection

from gazetteer.accounts.roles import Action
from gazetteer.jobs import job_queue, job_store
from gazetteer.jobs.clock import CLOCK_ACTOR, PeriodicRun, PeriodicTask
from gazetteer.jobs.job_kind import JobKind, JobQueue
from gazetteer.jobs.job_store import JobRequest
from gazetteer.jobs.running_job import RunningJob
from gazetteer.ledger.as_of import today
from gazetteer.messages import DEFAULT_LANG, Lang
from gazetteer.naming.defect_search import find_defects
from gazetteer.naming.defect_store import find_last_run

DEFECT_ACTIONS = (Action.EDIT_NAMES, Action.REVIEW)
"""Whoever may do one of these may search for defects, and except those of their units."""


def _run_defects_job(running: RunningJob) -> None:
    with psycopg.connect(running.conninfo, autocommit=True) as conn:
        find_defects(
            conn,
            running.job.at or today(),
            lambda done, total, _: running.report_progress(done, total),
        )


NAMING_DEFECTS = JobKind(
    "naming_defects", JobQueue.SOON, _run_defects_job, one_at_a_time=True, actions=DEFECT_ACTIONS
)


def enqueue_search(conn: Connection[Any], actor: str, lang: Lang) -> UUID:
    """Put a search into the queue, or return the one that waits there already."""
    waiting = job_store.find_queued_job(conn, NAMING_DEFECTS.name)
    if waiting is not None:
        return waiting
    job_id = uuid4()
    job_queue.submit_job(conn, NAMING_DEFECTS, JobRequest(job_id, {"by": actor}, lang, today()))
    return job_id


def _enqueue_due_search(run: PeriodicRun) -> None:
    """Search in the night after a day on which something was published."""
    last = find_last_run(run.conn)
    row = run.conn.execute("SELECT seq FROM ledger_head").fetchone()
    if row is not None and (last is None or row[0] > last.seq or last.at < today()):
        enqueue_search(run.conn, CLOCK_ACTOR, DEFAULT_LANG)


NIGHTLY_SEARCH = PeriodicTask("search_naming_defects", "30 18 * * *", _enqueue_due_search)
"""At 02:30 in Shanghai."""
