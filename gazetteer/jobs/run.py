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

from gazetteer.jobs import store
from gazetteer.jobs.files import Files
from gazetteer.jobs.store import Job
from gazetteer.problems import Problem
from gazetteer.search.bulk.rows import Answered

_CHECKPOINT_SECONDS = 1.0


class Opened(Protocol):
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

    def pieces(self, skip: int) -> Iterator[Answered]:
        """The result from behind so many lines of the file."""

    def finish(self, files: Files) -> None:
        """Make what else belongs to the result, from the whole of it."""


Open = Callable[[Job, BinaryIO], AbstractContextManager[Opened]]
"""Makes a job of one kind ready."""


class Stopped(Exception):
    """The worker was told to stop; the job goes on later, from its last checkpoint."""


@dataclass(frozen=True, slots=True)
class Runner:
    """Does jobs, each by what ``kinds`` has for its kind."""

    conninfo: str
    files: Callable[[UUID], Files]
    kinds: Mapping[str, Open]

    def run(self, job_id: UUID, stopped: Callable[[], bool]) -> None:
        """Do a job, or go on with it; returns at once if another worker is at it or it has ended.

        Raises:
            Stopped: ``stopped`` said so; what was done so far is kept.
            OperationalError: the database went away; likewise.
        """
        with psycopg.connect(self.conninfo, autocommit=True) as conn, alone(conn, job_id) as mine:
            if not mine or not store.begin(conn, job_id):
                return
            job = store.read(conn, job_id)
            assert job is not None
            files = self.files(job_id)
            try:
                if not self._go_on(conn, job, files, stopped):
                    files.remove()
            except Problem as problem:
                told = {"code": problem.code, "detail": problem.text(job.language)}
                field = {"field": problem.field} if problem.field else {}
                store.fail(conn, job_id, {**told, **field})

    def _go_on(
        self, conn: Connection[Any], job: Job, files: Files, stopped: Callable[[], bool]
    ) -> bool:
        """Do what is left of a job; False if it was cancelled meanwhile."""
        with files.data.open("rb") as data, self.kinds[job.kind](job, data) as opened:
            if not files.result.exists():
                done = _kept(conn, job, files, opened)
                if not _written(conn, job, files, opened, done, stopped):
                    return False
                files.part.replace(files.result)
            opened.finish(files)
            return store.finish(conn, job.job_id)


@contextmanager
def alone(conn: Connection[Any], job_id: UUID) -> Iterator[bool]:
    """Whether nobody else is at the job; nobody will be until the end of the block.

    The database gives the lock back when the connection ends, so also when its holder is killed.
    """
    key = int.from_bytes(job_id.bytes[:8], "big", signed=True)
    row = conn.execute("SELECT pg_try_advisory_lock(%s)", (key,)).fetchone()
    mine = bool(row and row[0])
    try:
        yield mine
    finally:
        if mine and not conn.closed:
            conn.execute("SELECT pg_advisory_unlock(%s)", (key,))


@dataclass(frozen=True, slots=True)
class _Done:
    """How far a result goes: rows and lines of the file, bytes of the result."""

    rows: int
    records: int
    size: int


def _kept(conn: Connection[Any], job: Job, files: Files, opened: Opened) -> _Done:
    """What of an earlier attempt can be continued: answers of one state are not mixed."""
    there = files.part.stat().st_size if files.part.exists() else 0
    if opened.resumable and job.seq == opened.seq and job.result_bytes <= there:
        return _Done(job.rows_done, job.records_done, job.result_bytes)
    store.begin_anew(conn, job.job_id, opened.seq, opened.known_at)
    return _Done(0, 0, 0)


def _written(
    conn: Connection[Any],
    job: Job,
    files: Files,
    opened: Opened,
    done: _Done,
    stopped: Callable[[], bool],
) -> bool:
    """Write the result on from a checkpoint; False if the job was cancelled meanwhile."""
    later = "utf-8" if job.encoding == "utf-8-sig" else job.encoding  # one mark is enough
    files.part.touch()
    with files.part.open("r+b") as out:
        out.truncate(done.size)
        out.seek(done.size)
        rows, records = done.rows, done.records
        saved = time.monotonic()
        for piece in opened.pieces(done.records):
            out.write(piece.text.encode(later if out.tell() else job.encoding))
            rows, records = rows + piece.rows, records + piece.records
            stop = stopped()
            if stop or time.monotonic() - saved >= _CHECKPOINT_SECONDS:
                if not _saved(conn, job.job_id, out, _Done(rows, records, out.tell())):
                    return False
                saved = time.monotonic()
            if stop:
                raise Stopped
        return _saved(conn, job.job_id, out, _Done(rows, records, out.tell()))


def _saved(conn: Connection[Any], job_id: UUID, out: BinaryIO, done: _Done) -> bool:
    """Make what was written safe, and only then note it as a checkpoint."""
    out.flush()
    os.fsync(out.fileno())
    return store.checkpoint(conn, job_id, done.rows, done.records, done.size)
