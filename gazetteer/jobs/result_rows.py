"""Results written row by row: a job on a file continues from its last checkpoint."""

import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, Protocol

from gazetteer.jobs import job_store
from gazetteer.jobs.result_chunk import ResultChunk
from gazetteer.jobs.running_job import JobCancelled, JobStopped, RunningJob

_CHECKPOINT_SECONDS = 1.0


class PreparedRows(Protocol):
    """The rows of a result, and the state of the register from which they are computed."""

    @property
    def ledger_seq(self) -> int:
        """The sequence number of the state of the register."""

    @property
    def known_at(self) -> datetime | None:
        """The moment of that state."""

    @property
    def is_resumable(self) -> bool:
        """Whether a result of the same state can be continued; otherwise the job starts again."""

    @property
    def output_encoding(self) -> str:
        """The encoding of the result."""

    def iter_chunks(self, skip: int) -> Iterator[ResultChunk]:
        """The result of the lines of the file after the first ``skip``."""


def write_result_rows(running: RunningJob, prepared: PreparedRows, name: str) -> Path:
    """Write the result of a job on a file of rows, from its last checkpoint on.

    Args:
        running: the job.
        prepared: the rows of the result.
        name: the name that the file has once it is complete.

    Returns:
        The complete file.

    Raises:
        JobStopped: the worker must stop.
        JobCancelled: the job was cancelled.
    """
    path = running.files.build_result_path(name)
    if not path.exists():
        _write_from_checkpoint(running, prepared, _find_checkpoint(running, prepared))
        running.files.partial_result.replace(path)
    return path


@dataclass(frozen=True, slots=True)
class _Checkpoint:
    """The extent of a result: rows and lines of the file, bytes of the result."""

    rows: int
    records: int
    size: int


def _find_checkpoint(running: RunningJob, prepared: PreparedRows) -> _Checkpoint:
    """The extent of an earlier attempt that can be continued: states are never mixed."""
    job, partial_result = running.job, running.files.partial_result
    part_size = partial_result.stat().st_size if partial_result.exists() else 0
    if prepared.is_resumable and job.seq == prepared.ledger_seq and job.result_bytes <= part_size:
        return _Checkpoint(job.done, job.records_done, job.result_bytes)
    job_store.restart_job(running.conn, job.job_id, prepared.ledger_seq, prepared.known_at)
    return _Checkpoint(0, 0, 0)


def _write_from_checkpoint(
    running: RunningJob, prepared: PreparedRows, checkpoint: _Checkpoint
) -> None:
    encoding = prepared.output_encoding
    # Only the first chunk begins with a byte order mark.
    later_encoding = "utf-8" if encoding == "utf-8-sig" else encoding
    running.files.partial_result.touch()
    with running.files.partial_result.open("r+b") as out:
        out.truncate(checkpoint.size)
        out.seek(checkpoint.size)
        rows, records = checkpoint.rows, checkpoint.records
        saved = time.monotonic()
        for chunk in prepared.iter_chunks(checkpoint.records):
            out.write(chunk.text.encode(later_encoding if out.tell() else encoding))
            rows, records = rows + chunk.rows, records + chunk.records
            stop = running.should_stop()
            if stop or time.monotonic() - saved >= _CHECKPOINT_SECONDS:
                _save_checkpoint(running, out, _Checkpoint(rows, records, out.tell()))
                saved = time.monotonic()
            if stop:
                raise JobStopped
        _save_checkpoint(running, out, _Checkpoint(rows, records, out.tell()))


def _save_checkpoint(running: RunningJob, out: BinaryIO, checkpoint: _Checkpoint) -> None:
    """Sync the result to the disk, and only then record the checkpoint."""
    out.flush()
    os.fsync(out.fileno())
    if not job_store.save_checkpoint(
        running.conn,
        running.job.job_id,
        checkpoint.rows,
        checkpoint.records,
        checkpoint.size,
    ):
        raise JobCancelled
