"""Running a job: from its last checkpoint until it is finished, cancelled or must stop."""

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

from gazetteer.jobs import job_store
from gazetteer.jobs.job_files import JobFiles
from gazetteer.jobs.job_store import Job
from gazetteer.jobs.result_chunk import ResultChunk
from gazetteer.problems import Problem

_CHECKPOINT_SECONDS = 1.0


class PreparedJob(Protocol):
    """A prepared job: the state of the register that it uses, and its result."""

    @property
    def seq(self) -> int:
        """The sequence number of the state of the register."""

    @property
    def known_at(self) -> datetime | None:
        """The moment of that state."""

    @property
    def resumable(self) -> bool:
        """Whether a result of the same state can be continued; otherwise the job starts again."""

    def iter_chunks(self, skip: int) -> Iterator[ResultChunk]:
        """The result of the lines of the file after the first ``skip``."""

    def write_extras(self, files: JobFiles) -> None:
        """Create the other files of the result from the complete one."""


PrepareJob = Callable[[Job, BinaryIO], AbstractContextManager[PreparedJob]]
"""Prepares a job of one kind, given its row and its uploaded file."""


class JobStopped(Exception):
    """The worker must stop; the job continues later, from its last checkpoint."""


@dataclass(frozen=True, slots=True)
class JobRunner:
    """Runs jobs, each with the function for its kind in ``kinds``."""

    conninfo: str
    files: Callable[[UUID], JobFiles]
    kinds: Mapping[str, PrepareJob]

    def run_job(self, job_id: UUID, should_stop: Callable[[], bool]) -> None:
        """Run or resume a job; return at once if another worker runs it or it has ended.

        Args:
            job_id: the job.
            should_stop: whether the worker must stop; called after each chunk.

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
        """Do what remains of a job; False if it was cancelled meanwhile."""
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


@dataclass(frozen=True, slots=True)
class _Checkpoint:
    """The extent of a result: rows and lines of the file, bytes of the result."""

    rows: int
    records: int
    size: int


def _find_checkpoint(
    conn: Connection[Any], job: Job, files: JobFiles, prepared: PreparedJob
) -> _Checkpoint:
    """The extent of an earlier attempt that can be continued: states are never mixed."""
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
    """Write the result from a checkpoint on; False if the job was cancelled meanwhile."""
    # Only the first chunk begins with a byte order mark.
    later_encoding = "utf-8" if job.encoding == "utf-8-sig" else job.encoding
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
    """Sync the result to the disk, and only then record the checkpoint."""
    out.flush()
    os.fsync(out.fileno())
    return job_store.save_checkpoint(
        conn, job_id, checkpoint.rows, checkpoint.records, checkpoint.size
    )
