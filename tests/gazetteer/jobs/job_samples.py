"""Kinds of job without rows, and the runner that knows them."""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from psycopg import Connection

from gazetteer.jobs import job_queue
from gazetteer.jobs.job_kind import JobKind, JobQueue
from gazetteer.jobs.job_runner import JobRunner
from gazetteer.jobs.job_store import JobRequest
from gazetteer.jobs.running_job import RunningJob
from gazetteer.settings import get_settings

Run = Callable[[RunningJob], None]


def runner_of(conninfo: str, home: Path, run: Run) -> JobRunner:
    """A runner of one kind, ``report``."""
    settings = get_settings().model_copy(update={"home": home})
    return JobRunner(conninfo, settings, {"report": JobKind("report", JobQueue.SOON, run)})


def submit_report(conn: Connection[Any], runner: JobRunner, language: str = "en") -> UUID:
    """A new job of the kind."""
    request = JobRequest(uuid4(), {}, language, date(2024, 1, 1))
    job_queue.submit_job(conn, runner.kinds["report"], request)
    return request.job_id
