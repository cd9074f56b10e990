"""Maintenance of the queues: recovery of jobs of killed workers, deletion of old jobs."""

import shutil
import time
from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from psycopg import Connection

from gazetteer.jobs import job_queue, job_store
from gazetteer.jobs.clock import PeriodicRun, PeriodicTask
from gazetteer.jobs.job_files import JobFiles
from gazetteer.jobs.job_kind import JobKind
from gazetteer.jobs.job_runner import try_lock_job
from gazetteer.messages import message
from gazetteer.settings import Settings

_UNFINISHED_JOBS = f"""
SELECT j.job_id, j.queue_id, j.kind, j.language, q.status::text
FROM job j LEFT JOIN {job_queue.SCHEMA}.procrastinate_jobs q ON q.id = j.queue_id
WHERE j.state = 'running' OR j.state = 'queued' AND q.status = 'failed'
"""
_DAY_SECONDS = 86_400


def recover_orphaned_jobs(conn: Connection[Any], kinds: Mapping[str, JobKind]) -> list[int]:
    """Recover jobs that no worker is processing although they are not finished.

    Jobs that ended in an unexpected error are marked as failed, and those that are missing from the
    queue are put into it again.

    Returns:
        The queue ids of jobs whose worker is gone, which the queue must hand out again.
    """
    queue_ids: list[int] = []
    for job_id, queue_id, kind, language, status in conn.execute(_UNFINISHED_JOBS).fetchall():
        if status == "failed":
            detail = message("jobs.internal").text(language)
            job_store.fail_job(conn, job_id, {"code": "internal", "detail": detail})
            continue
        with try_lock_job(conn, job_id) as acquired:
            if not acquired:
                continue
            if status == "doing":
                queue_ids.append(queue_id)
            elif status != "todo" and kind in kinds:
                with conn.transaction():
                    job_queue.enqueue_job(conn, job_id, kinds[kind])
    return queue_ids


def purge_jobs(conn: Connection[Any], settings: Settings) -> None:
    """Delete jobs older than ``job_days`` with their files, and files that belong to no job."""
    for job_id in job_store.delete_old_jobs(conn, timedelta(days=settings.job_days)):
        JobFiles(settings.jobs_directory, job_id).remove_all()
    if not settings.jobs_directory.is_dir():
        return
    for directory in settings.jobs_directory.iterdir():
        if time.time() - directory.stat().st_mtime > _DAY_SECONDS and not _is_known_directory(
            conn, directory.name
        ):
            shutil.rmtree(directory, ignore_errors=True)


def _is_known_directory(conn: Connection[Any], name: str) -> bool:
    try:
        return job_store.load_job(conn, UUID(name)) is not None
    except ValueError:
        return True  # not a directory of this program


def _purge_old_jobs(run: PeriodicRun) -> None:
    purge_jobs(run.conn, run.settings)


PURGE_JOBS = PeriodicTask("purge_jobs", "17 * * * *", _purge_old_jobs)
"""Each hour."""
