"""What maintenance does with jobs that no worker finished."""

from datetime import date
from typing import Any
from uuid import UUID, uuid4

import pytest
from psycopg import Connection

from gazetteer.jobs import job_queue, job_store
from gazetteer.jobs.job_store import JobRequest, JobState
from gazetteer.jobs.maintenance import recover_orphaned_jobs

Conn = Connection[Any]


def enqueue(conn: Conn, language: str = "zh") -> UUID:
    """A new job in the queue."""
    request = JobRequest(uuid4(), "geocode", {}, language, date(2024, 1, 1), "utf-8", ",", 1)
    with conn.transaction():
        job_store.insert_job(conn, request)
        job_queue.enqueue_job(conn, request.job_id)
    return request.job_id


def change_queue(conn: Conn, statement: str) -> None:
    """Change the tables of the queue, whose triggers need its search path."""
    with conn.transaction():
        conn.execute(f"SET LOCAL search_path = {job_queue.SCHEMA}")
        conn.execute(statement)


def queue_status(conn: Conn, job_id: UUID) -> str | None:
    row = conn.execute(
        f"SELECT q.status::text FROM job LEFT JOIN {job_queue.SCHEMA}.procrastinate_jobs q"
        " ON q.id = queue_id WHERE job_id = %s",
        (job_id,),
    ).fetchone()
    assert row is not None
    return row[0]  # type: ignore[no-any-return]


@pytest.mark.parametrize(
    ("language", "detail"),
    [
        ("zh", "处理任务时发生意外错误，详见工作进程的日志。"),
        ("en", "An unexpected error occurred; see the log of the worker."),
    ],
)
def test_an_unexpected_error_is_reported_in_the_language_of_the_job(
    conn: Conn, language: str, detail: str
) -> None:
    job_id = enqueue(conn, language)
    assert job_store.start_job(conn, job_id)
    change_queue(conn, "UPDATE procrastinate_jobs SET status = 'failed'")
    assert recover_orphaned_jobs(conn) == []
    job = job_store.load_job(conn, job_id)
    assert job is not None
    assert (job.state, job.problem) == (JobState.FAILED, {"code": "internal", "detail": detail})


def test_a_job_that_is_missing_from_the_queue_is_put_into_it_again(conn: Conn) -> None:
    job_id = enqueue(conn)
    assert job_store.start_job(conn, job_id)
    change_queue(conn, "DELETE FROM procrastinate_jobs")
    assert recover_orphaned_jobs(conn) == []
    assert queue_status(conn, job_id) == "todo"


def test_a_job_that_waits_in_the_queue_is_left_alone(conn: Conn) -> None:
    job_id = enqueue(conn)
    assert recover_orphaned_jobs(conn) == []
    assert queue_status(conn, job_id) == "todo"
