"""Runs in the background: asked for by somebody, done by a worker as one of its jobs."""

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

from boundaries.findings import store
from boundaries.findings.examine import examine_boundaries
from gazetteer.jobs import queue
from gazetteer.jobs import store as jobs
from gazetteer.jobs.files import JobFiles
from gazetteer.jobs.run import JobStopped
from gazetteer.jobs.store import Job, JobRequest
from gazetteer.ledger.asof import today
from gazetteer.search.bulk.rows import ResultChunk
from gazetteer.search.loading import load_ledger_seq

KIND = "findings"
HUNDRED = 100
"""A run tells how far it is in hundredths."""

_TELL_SECONDS = 0.5

Connect = Callable[[], AbstractContextManager[Connection[Any]]]


def ask(conn: Connection[Any], directory: Path, by: str, lang: str) -> UUID:
    """Put a run into the queue, or name the one that waits there already: it will see the same.

    Args:
        conn: to the register.
        directory: of the jobs' files.
        by: who asks for it, as the audit will say.
        lang: in which a problem is told.

    Returns:
        The id of the run, which is also that of the job.
    """
    with conn.transaction():
        store.lock(conn)
        waiting = jobs.find_queued_job(conn, KIND)
        if waiting is not None:
            return waiting
        run_id = uuid4()
        JobFiles(directory, run_id).store_input(BytesIO())  # a job has a file; a run needs none
        jobs.insert_job(
            conn, JobRequest(run_id, KIND, {"by": by}, lang, today(), "utf-8", ",", HUNDRED)
        )
        queue.enqueue_job(conn, run_id)
        return run_id


@dataclass(frozen=True, slots=True)
class OpenedRun:
    """A run made ready; see :class:`gazetteer.jobs.run.PreparedJob`."""

    job: Job
    connect: Connect
    seq: int
    known_at: datetime | None = None
    resumable: bool = False

    def iter_chunks(self, skip: int) -> Iterator[ResultChunk]:
        """Examine the register, unless that was done before the worker was killed."""
        with self.connect() as conn, self.connect() as telling:
            if store.run(conn, self.job.job_id) is None:
                by = self.job.form["by"]
                examine_boundaries(conn, self._tell(telling), by=by, run_id=self.job.job_id)
        yield ResultChunk("", HUNDRED, HUNDRED)

    def write_extras(self, files: JobFiles) -> None:
        """Nothing: the result is in the register."""

    def _tell(self, conn: Connection[Any]) -> Callable[[int, int, str], None]:
        told = 0.0

        def tell(done: int, total: int, what: str) -> None:
            nonlocal told
            if time.monotonic() - told < _TELL_SECONDS:
                return
            told = time.monotonic()
            part = HUNDRED * done // max(total, 1)
            if not jobs.save_checkpoint(conn, self.job.job_id, part, part, 0):
                raise JobStopped

        return tell


@contextmanager
def opened(connect: Connect, job: Job, _: BinaryIO) -> Iterator[OpenedRun]:
    """Make a run ready."""
    with connect() as conn:
        seq = load_ledger_seq(conn)
    yield OpenedRun(job, connect, seq)
