"""Runs in the background: requested by a person, done by a worker as one of its jobs."""

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO
from uuid import UUID, uuid4

from psycopg import Connection

from boundaries.findings import finding_store, finding_writes
from boundaries.findings.validation_run import run_validation
from gazetteer.jobs import job_queue
from gazetteer.jobs import job_store as jobs
from gazetteer.jobs.job_files import JobFiles
from gazetteer.jobs.job_runner import JobStopped
from gazetteer.jobs.job_store import Job, JobRequest
from gazetteer.jobs.result_chunk import ResultChunk
from gazetteer.ledger.as_of import today
from gazetteer.search.index.index_loading import load_ledger_seq

KIND = "findings"
PROGRESS_STEPS = 100
"""A run reports its progress in hundredths."""

_REPORT_INTERVAL_SECONDS = 0.5

Connect = Callable[[], AbstractContextManager[Connection[Any]]]


def enqueue_run(conn: Connection[Any], directory: Path, actor: str, lang: str) -> UUID:
    """Put a run into the queue, or return the one that waits there already: it will see the same.

    Args:
        conn: to the register.
        directory: of the jobs' files.
        actor: who asks for it, for the audit.
        lang: the language of its problems.

    Returns:
        The id of the run, which is also that of the job.
    """
    with conn.transaction():
        finding_writes.lock_findings(conn)
        waiting = jobs.find_queued_job(conn, KIND)
        if waiting is not None:
            return waiting
        run_id = uuid4()
        JobFiles(directory, run_id).store_input(BytesIO())  # a job has a file; a run needs none
        jobs.insert_job(
            conn,
            JobRequest(run_id, KIND, {"by": actor}, lang, today(), "utf-8", ",", PROGRESS_STEPS),
        )
        job_queue.enqueue_job(conn, run_id)
        return run_id


@dataclass(frozen=True, slots=True)
class PreparedRun:
    """A run prepared; see :class:`gazetteer.jobs.job_runner.PreparedJob`."""

    job: Job
    connect: Connect
    seq: int
    known_at: datetime | None = None
    resumable: bool = False

    def iter_chunks(self, skip: int) -> Iterator[ResultChunk]:  # noqa: ARG002  not resumable
        """Validate the register, unless that was done before the worker was killed."""
        with self.connect() as conn, self.connect() as progress_conn:
            if finding_store.find_run(conn, self.job.job_id) is None:
                actor = self.job.form["by"]
                run_validation(
                    conn,
                    self._build_progress_reporter(progress_conn),
                    actor=actor,
                    run_id=self.job.job_id,
                )
        yield ResultChunk("", PROGRESS_STEPS, PROGRESS_STEPS)

    def write_extras(self, files: JobFiles) -> None:
        """Nothing: the result is in the register."""

    def _build_progress_reporter(self, conn: Connection[Any]) -> Callable[[int, int, str], None]:
        last_report = 0.0

        def report_progress(done: int, total: int, _: str) -> None:
            nonlocal last_report
            if time.monotonic() - last_report < _REPORT_INTERVAL_SECONDS:
                return
            last_report = time.monotonic()
            part = PROGRESS_STEPS * done // max(total, 1)
            if not jobs.save_checkpoint(conn, self.job.job_id, part, part, 0):
                raise JobStopped

        return report_progress


@contextmanager
def prepare_run(connect: Connect, job: Job, _: BinaryIO) -> Iterator[PreparedRun]:
    """Prepare a run."""
    with connect() as conn:
        seq = load_ledger_seq(conn)
    yield PreparedRun(job, connect, seq)
