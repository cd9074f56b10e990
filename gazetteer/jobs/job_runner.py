"""Doing a job: from the last checkpoint on, until it is done, cancelled or told to stop."""

import os
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, BinaryIO, Protocol
from uuid import UUID

import psycopg
from psycopg import Connection

from boundaries.batch.row_processing import ResultChunk
from gazetteer.jobs import job_store
from gazetteer.jobs.job_files import JobFiles
from gazetteer.jobs.job_store import Job
from gazetteer.problems import Problem

_CHECKPOINT_SECONDS = 1.0


class PreparedJob(Protocol):
    """A job made ready: the state of the register of which it answers, and the answers."""

    @property
    def seq(self) -> int:
        """The state, by its ledger sequence."""

    @property
    def known_at(self) -> datetime | None:
        """The moment of that state."""

    @property
    def resumable(self) -> bool:
        """Whether answers of the same state may be continued; otherwise the job begins anew."""

    def iter_chunks(self, skip: int) -> Iterator[ResultChunk]:
        """The result from behind so many lines of the file."""

    def write_extras(self, files: JobFiles) -> None:
        """Make what else belongs to the result, from the whole of it."""


PrepareJob = Callable[[Job, BinaryIO], AbstractContextManager[PreparedJob]]
"""Makes a job of one kind ready."""


class JobStopped(Exception):
    """The worker was told to stop; the job goes on later, from its last checkpoint."""


@dataclass(frozen=True, slots=True)
class JobRunner:
    """Does jobs, each by what ``kinds`` has for its kind."""

    conninfo: str
    files: Callable[[UUID], JobFiles]
    kinds: Mapping[str, PrepareJob]

    def run_job(self, job_id: UUID, should_stop: Callable[[], bool]) -> None:
        """Do a job, or go on with it; returns at once if another worker is at it or it has ended.

        Raises:
            Stopped: ``stopped`` said so; what was done so far is kept.
            OperationalError: the database went away; likewise.
        """
        with (
            psycopg.connect(self.conninfo, autocommit=True) as conn,
            try_lock_job(conn, job_id) as acquired,
        ):
            if not acquired or not job_store.start_job(conn, job_id):
                return
            job = job_store.load_job(conn, job_id)
            assert job is not None
            files = self.files(job_id)
            try:
                if not self._resume_job(conn, job, files, should_stop):
                    files.remove_all()
            except Problem as problem:
                details = {"code": problem.code, "detail": problem.text(job.language)}
                field = {"field": problem.field} if problem.field else {}
                job_store.fail_job(conn, job_id, {**details, **field})

    def _resume_job(
        self, conn: Connection[Any], job: Job, files: JobFiles, should_stop: Callable[[], bool]
    ) -> bool:
        """Do what is left of a job; False if it was cancelled meanwhile."""
        with files.input_file.open("rb") as data, self.kinds[job.kind](job, data) as prepared:
            if not files.result_file.exists():
                checkpoint = _find_checkpoint(conn, job, files, prepared)
                if not _write_result(conn, job, files, prepared, checkpoint, should_stop):
                    return False
                files.partial_result.replace(files.result_file)
            prepared.write_extras(files)
            return job_store.finish_job(conn, job.job_id)


@contextmanager
def try_lock_job(conn: Connection[Any], job_id: UUID) -> Iterator[bool]:
    """Whether nobody else is at the job; nobody will be until the end of the block.

    The database gives the lock back when the connection ends, so also when its holder is killed.
    """
    key = int.from_bytes(job_id.bytes[:8], "big", signed=True)
    row = conn.execute("SELECT pg_try_advisory_lock(%s)", (key,)).fetchone()
    acquired = bool(row and row[0])
    try:
        yield acquired
    finally:
        if acquired and not conn.closed:
            conn.execute("SELECT pg_advisory_unlock(%s)", (key,))


@dataclass(frozen=True, slots=True)
class _Checkpoint:
    """How far a result goes: rows and lines of the file, bytes of the result."""

    rows: int
    records: int
    size: int


def _find_checkpoint(
    conn: Connection[Any], job: Job, files: JobFiles, prepared: PreparedJob
) -> _Checkpoint:
    """What of an earlier attempt can be continued: answers of one state are not mixed."""
    part_size = files.partial_result.stat().st_size if files.partial_result.exists() else 0
    if prepared.resumable and job.seq == prepared.seq and job.result_bytes <= part_size:
        return _Checkpoint(job.rows_done, job.records_done, job.result_bytes)
    job_store.restart_job(conn, job.job_id, prepared.seq, prepared.known_at)
    return _Checkpoint(0, 0, 0)


def _write_result(
    conn: Connection[Any],
    job: Job,
    files: JobFiles,
    prepared: PreparedJob,
    checkpoint: _Checkpoint,
    should_stop: Callable[[], bool],
) -> bool:
    """Write the result on from a checkpoint; False if the job was cancelled meanwhile."""
    later_encoding = "utf-8" if job.encoding == "utf-8-sig" else job.encoding  # one mark is enough
    files.partial_result.touch()
    with files.partial_result.open("r+b") as out:
        out.truncate(checkpoint.size)
        out.seek(checkpoint.size)
        rows, records = checkpoint.rows, checkpoint.records
        saved = time.monotonic()
        for chunk in prepared.iter_chunks(checkpoint.records):
            out.write(chunk.text.encode(later_encoding if out.tell() else job.encoding))
            rows, records = rows + chunk.rows, records + chunk.records
            stop = should_stop()
            if stop or time.monotonic() - saved >= _CHECKPOINT_SECONDS:
                if not _save_checkpoint(
                    conn, job.job_id, out, _Checkpoint(rows, records, out.tell())
                ):
                    return False
                saved = time.monotonic()
            if stop:
                raise JobStopped
        return _save_checkpoint(conn, job.job_id, out, _Checkpoint(rows, records, out.tell()))


def _save_checkpoint(
    conn: Connection[Any], job_id: UUID, out: BinaryIO, checkpoint: _Checkpoint
) -> bool:
    """Make what was written safe, and only then note it as a checkpoint."""
    out.flush()
    os.fsync(out.fileno())
    return job_store.save_checkpoint(
        conn, job_id, checkpoint.rows, checkpoint.records, checkpoint.size
    )
