"""What maintenance does with jobs that no worker finished."""

from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from psycopg import Connection

from gazetteer.jobs import job_queue, job_store
from gazetteer.jobs.job_files import JobFiles
from gazetteer.jobs.job_kind import JobKind, JobQueue
from gazetteer.jobs.job_store import CsvFormat, JobRequest, JobState
from gazetteer.jobs.maintenance import purge_jobs, recover_orphaned_jobs
from gazetteer.settings import get_settings

Conn = Connection[Any]
KIND = JobKind("geocode", JobQueue.FILES, lambda _: None)
KINDS = {KIND.name: KIND}


def enqueue(conn: Conn, language: str = "zh") -> UUID:
    """A new job in the queue."""
    csv = CsvFormat("utf-8", ",", 1)
    request = JobRequest(uuid4(), {}, language, date(2024, 1, 1), csv)
    job_queue.submit_job(conn, KIND, request)
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
    assert recover_orphaned_jobs(conn, KINDS) == []
    job = job_store.load_job(conn, job_id)
    assert job is not None
    assert (job.state, job.problem) == (JobState.FAILED, {"code": "internal", "detail": detail})


def test_a_job_that_is_missing_from_the_queue_is_put_into_it_again(conn: Conn) -> None:
    job_id = enqueue(conn)
    assert job_store.start_job(conn, job_id)
    change_queue(conn, "DELETE FROM procrastinate_jobs")
    assert recover_orphaned_jobs(conn, KINDS) == []
    assert queue_status(conn, job_id) == "todo"


def test_a_job_of_a_kind_that_is_gone_does_not_keep_others_from_recovery(conn: Conn) -> None:
    gone, other = enqueue(conn), enqueue(conn)
    assert job_store.start_job(conn, gone)
    assert job_store.start_job(conn, other)
    conn.execute("UPDATE job SET kind = 'retired' WHERE job_id = %s", (gone,))
    change_queue(conn, "DELETE FROM procrastinate_jobs")
    assert recover_orphaned_jobs(conn, KINDS) == []
    assert (queue_status(conn, gone), queue_status(conn, other)) == (None, "todo")


def test_old_jobs_are_deleted_with_their_files(conn: Conn, tmp_path: Path) -> None:
    settings = get_settings().model_copy(update={"home": tmp_path, "job_days": 7})
    old, new = enqueue(conn), enqueue(conn)
    conn.execute("UPDATE job SET created_at = now() - interval '8 days' WHERE job_id = %s", (old,))
    for job_id in (old, new):
        JobFiles(settings.jobs_directory, job_id).store_input(BytesIO(b"x"))
    purge_jobs(conn, settings)
    assert [job_store.load_job(conn, job_id) is None for job_id in (old, new)] == [True, False]
    assert [path.name for path in settings.jobs_directory.iterdir()] == [str(new)]


def test_a_job_that_waits_in_the_queue_is_left_alone(conn: Conn) -> None:
    job_id = enqueue(conn)
    assert recover_orphaned_jobs(conn, KINDS) == []
    assert queue_status(conn, job_id) == "todo"
