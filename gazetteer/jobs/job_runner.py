"""Running a job: until it is finished, fails, was cancelled or must stop."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import psycopg
from psycopg import Connection

from gazetteer.jobs import job_store
from gazetteer.jobs.job_files import JobFiles
from gazetteer.jobs.job_kind import JobKind
from gazetteer.jobs.running_job import JobCancelled, RunningJob
from gazetteer.problems import Problem
from gazetteer.settings import Settings


@dataclass(frozen=True, slots=True)
class JobRunner:
    """Runs jobs, each as its kind in ``kinds`` says."""

    conninfo: str
    settings: Settings
    kinds: Mapping[str, JobKind]

    def run_job(self, job_id: UUID, should_stop: Callable[[], bool]) -> None:
        """Run or resume a job; return at once if another worker runs it or it has ended.

        Args:
            job_id: the job.
            should_stop: whether the worker must stop.

        Raises:
            JobStopped: ``should_stop`` returned True; the job can be resumed.
            psycopg.OperationalError: the database cannot be reached; the job can be resumed.
        """
        with (
            psycopg.connect(self.conninfo, autocommit=True) as conn,
            try_lock_job(conn, job_id) as acquired,
        ):
            if not acquired or not job_store.start_job(conn, job_id):
                return
            job = job_store.load_job(conn, job_id)
            assert job is not None
            files = JobFiles(self.settings.jobs_directory, job_id)
            running = RunningJob(job, files, conn, self.conninfo, self.settings, should_stop)
            try:
                self.kinds[job.kind].run(running)
                if not job_store.finish_job(conn, job_id, running.results):
                    files.remove_all()
            except JobCancelled:
                files.remove_all()
            except Problem as problem:
                details = {"code": problem.code, "detail": problem.text(job.language)}
                field = {"field": problem.field} if problem.field else {}
                job_store.fail_job(conn, job_id, {**details, **field})


@contextmanager
def try_lock_job(conn: Connection[Any], job_id: UUID) -> Iterator[bool]:
    """Try to get the exclusive lock of a job until the end of the block; whether it was free.

    The database releases the lock when the connection ends, so also if this process is killed.
    """
    key = int.from_bytes(job_id.bytes[:8], "big", signed=True)
    row = conn.execute("SELECT pg_try_advisory_lock(%s)", (key,)).fetchone()
    acquired = bool(row and row[0])
    try:
        yield acquired
    finally:
        if acquired and not conn.closed:
            conn.execute("SELECT pg_advisory_unlock(%s)", (key,))
