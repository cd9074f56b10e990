"""The rows of jobs: their request, progress and outcome.

A checkpoint states how many lines of the file are processed and how many bytes of the result that
is: to resume, the result is truncated to that length first, so that no row is lost or duplicated.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from psycopg import Connection
from psycopg.rows import class_row
from psycopg.types.json import Jsonb


class JobState(StrEnum):
    """The state of a job."""

    QUEUED = "queued"
    RUNNING = "running"
    FINISHED = "finished"
    FAILED = "failed"
    CANCELLED = "cancelled"


OPEN_STATES = (JobState.QUEUED, JobState.RUNNING)


class ProgressUnit(StrEnum):
    """What the progress of a job is counted in."""

    ROWS = "rows"
    PERCENT = "percent"


@dataclass(frozen=True, slots=True)
class CsvFormat:
    """The format of an uploaded file of rows."""

    encoding: str
    delimiter: str
    rows: int


@dataclass(frozen=True, slots=True)
class ResultFile:
    """A file of a result; ``media_type`` is what it is downloaded as."""

    name: str
    media_type: str


@dataclass(frozen=True, slots=True)
class Job:
    """A job; ``form`` has the fields of its request, ``problem`` why it failed.

    ``done`` of ``total`` are rows or, if there are none, hundredths. ``encoding`` and ``delimiter``
    are those of the uploaded file of rows. ``seq`` is the sequence number of the register that the
    result so far was computed from.
    """

    job_id: UUID
    kind: str
    form: Mapping[str, Any]
    language: str
    state: str
    at: date
    known_at: datetime | None
    seq: int | None
    encoding: str | None
    delimiter: str | None
    progress_unit: str
    total: int
    done: int
    records_done: int
    result_bytes: int
    problem: Mapping[str, Any] | None
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None


@dataclass(frozen=True, slots=True)
class JobRequest:
    """A request for a job; ``csv`` describes its uploaded file, if its kind works on rows."""

    job_id: UUID
    form: Mapping[str, Any]
    language: str
    at: date
    csv: CsvFormat | None = None


_JOB = """
SELECT job_id, kind, form, language, state, at, known_at, seq, encoding, delimiter,
       progress_unit, total, done, records_done, result_bytes, problem, created_at,
       started_at, finished_at
FROM job WHERE job_id = %s
"""


def load_job(conn: Connection[Any], job_id: UUID) -> Job | None:
    """The job of an id; None if there is none."""
    with conn.cursor(row_factory=class_row(Job)) as cursor:
        return cursor.execute(_JOB, (job_id,)).fetchone()


def load_result_files(conn: Connection[Any], job_id: UUID) -> list[ResultFile]:
    """The files of the result of a job, by name; none before it is finished."""
    with conn.cursor(row_factory=class_row(ResultFile)) as cursor:
        query = "SELECT name, media_type FROM job_file WHERE job_id = %s ORDER BY name"
        return cursor.execute(query, (job_id,)).fetchall()


def insert_job(conn: Connection[Any], kind: str, request: JobRequest) -> None:
    """Insert a new job; it waits until it is put into a queue."""
    csv = request.csv
    unit, total = (ProgressUnit.ROWS, csv.rows) if csv else (ProgressUnit.PERCENT, 100)
    conn.execute(
        "INSERT INTO job (job_id, kind, form, language, state, at, encoding, delimiter,"
        " progress_unit, total, created_at)"
        " VALUES (%s, %s, %s, %s, 'queued', %s, %s, %s, %s, %s, now())",
        (request.job_id, kind, Jsonb(request.form), request.language, request.at,
         csv and csv.encoding, csv and csv.delimiter, unit, total),
    )  # fmt: skip


def find_queued_job(conn: Connection[Any], kind: str) -> UUID | None:
    """A job of a kind that no worker has started yet, if there is one."""
    row = conn.execute(
        "SELECT job_id FROM job WHERE kind = %s AND state = 'queued' LIMIT 1", (kind,)
    ).fetchone()
    return row[0] if row else None


def has_attempt(conn: Connection[Any], kind: str, pause: timedelta) -> bool:
    """Whether a job of a kind is open, or one failed within the pause that follows a failure."""
    row = conn.execute(
        "SELECT FROM job WHERE kind = %s AND (state IN ('queued', 'running')"
        " OR state = 'failed' AND finished_at > now() - %s) LIMIT 1",
        (kind, pause),
    ).fetchone()
    return row is not None


def set_queue_id(conn: Connection[Any], job_id: UUID, queue_id: int) -> None:
    """Store the id of the job in the queue."""
    conn.execute("UPDATE job SET queue_id = %s WHERE job_id = %s", (queue_id, job_id))


def start_job(conn: Connection[Any], job_id: UUID) -> bool:
    """Start or resume a job; False if it has ended already."""
    return _update_one(
        conn,
        "UPDATE job SET state = 'running', started_at = coalesce(started_at, now())"
        " WHERE job_id = %s AND state IN ('queued', 'running')",
        (job_id,),
    )


def restart_job(conn: Connection[Any], job_id: UUID, seq: int, known_at: datetime | None) -> None:
    """Discard the result so far; the job starts again with this state of the register."""
    conn.execute(
        "UPDATE job SET seq = %s, known_at = %s, done = 0, records_done = 0, result_bytes = 0"
        " WHERE job_id = %s",
        (seq, known_at, job_id),
    )


def save_checkpoint(
    conn: Connection[Any], job_id: UUID, rows: int, records: int, result_bytes: int
) -> bool:
    """Record the progress of a running job on rows; False if it was cancelled."""
    return _update_one(
        conn,
        "UPDATE job SET done = %s, records_done = %s, result_bytes = %s"
        " WHERE job_id = %s AND state = 'running'",
        (rows, records, result_bytes, job_id),
    )


def save_progress(conn: Connection[Any], job_id: UUID, done: int) -> bool:
    """Record how much of a running job is done; False if it was cancelled."""
    return _update_one(
        conn, "UPDATE job SET done = %s WHERE job_id = %s AND state = 'running'", (done, job_id)
    )


def finish_job(conn: Connection[Any], job_id: UUID, results: Sequence[ResultFile]) -> bool:
    """Mark a job as finished with the files of its result; False if it was cancelled meanwhile."""
    with conn.transaction(), conn.cursor() as cursor:
        is_finished = _update_one(
            conn,
            "UPDATE job SET state = 'finished', finished_at = now(), done = total"
            " WHERE job_id = %s AND state = 'running'",
            (job_id,),
        )
        if is_finished:
            cursor.executemany(
                "INSERT INTO job_file (job_id, name, media_type) VALUES (%s, %s, %s)",
                [(job_id, file.name, file.media_type) for file in results],
            )
        return is_finished


def fail_job(conn: Connection[Any], job_id: UUID, problem: Mapping[str, Any]) -> None:
    """Mark an open job as failed because of a problem."""
    conn.execute(
        "UPDATE job SET state = 'failed', finished_at = now(), problem = %s"
        " WHERE job_id = %s AND state IN ('queued', 'running')",
        (Jsonb(problem), job_id),
    )


def cancel_job(conn: Connection[Any], job_id: UUID) -> bool:
    """Cancel an open job; False if it had ended already."""
    return _update_one(
        conn,
        "UPDATE job SET state = 'cancelled', finished_at = now()"
        " WHERE job_id = %s AND state IN ('queued', 'running')",
        (job_id,),
    )


def delete_job(conn: Connection[Any], job_id: UUID) -> None:
    """Delete the row of a job."""
    conn.execute("DELETE FROM job WHERE job_id = %s", (job_id,))


def delete_old_jobs(conn: Connection[Any], age: timedelta) -> list[UUID]:
    """Delete the jobs older than ``age``; the ids of those whose files must be removed as well."""
    rows = conn.execute("DELETE FROM job WHERE created_at < now() - %s RETURNING job_id", (age,))
    return [row[0] for row in rows]


def delete_overtaken_jobs(conn: Connection[Any], kind: str) -> list[UUID]:
    """Delete the finished jobs of a kind but the newest; their ids, for their files."""
    rows = conn.execute(
        "DELETE FROM job WHERE kind = %(kind)s AND state = 'finished' AND finished_at <"
        " (SELECT max(finished_at) FROM job WHERE kind = %(kind)s AND state = 'finished')"
        " RETURNING job_id",
        {"kind": kind},
    )
    return [row[0] for row in rows]


def _update_one(conn: Connection[Any], statement: Any, values: tuple[Any, ...]) -> bool:
    return conn.execute(statement, values).rowcount == 1
