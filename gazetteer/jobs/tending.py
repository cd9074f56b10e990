"""What keeps jobs going although workers are killed, and the disk from filling up."""

import shutil
import time
from datetime import timedelta
from typing import Any
from uuid import UUID

from psycopg import Connection

from gazetteer.jobs import queue, store
from gazetteer.jobs.files import Files
from gazetteer.jobs.run import alone
from gazetteer.settings import Settings

_STANDING = f"""
SELECT j.job_id, j.queue_id, q.status::text
FROM job j LEFT JOIN {queue.SCHEMA}.procrastinate_jobs q ON q.id = j.queue_id
WHERE j.state = 'running' OR j.state = 'queued' AND q.status = 'failed'
"""
_BROKEN = {"code": "internal", "detail": "an unexpected error; the worker's log tells more"}
_DAY_SECONDS = 86_400


def lost(conn: Connection[Any]) -> list[int]:
    """The numbers under which the queue must give jobs out again: their worker is gone.

    On the way, jobs that ended in an unexpected error are told to have failed, and those that the
    queue has forgotten are put into it anew.
    """
    again: list[int] = []
    for job_id, queue_id, status in conn.execute(_STANDING).fetchall():
        if status == "failed":
            store.fail(conn, job_id, _BROKEN)
            continue
        with alone(conn, job_id) as nobody_at_it:
            if not nobody_at_it:
                continue
            if status == "doing":
                again.append(queue_id)
            elif status != "todo":
                with conn.transaction():
                    queue.put(conn, job_id)
    return again


def tidy(conn: Connection[Any], settings: Settings) -> None:
    """Delete jobs that are old enough, with their files, and files that belong to no job."""
    for job_id in store.delete_old(conn, timedelta(days=settings.job_days)):
        Files(settings.jobs, job_id).remove()
    if not settings.jobs.is_dir():
        return
    for directory in settings.jobs.iterdir():
        if time.time() - directory.stat().st_mtime > _DAY_SECONDS and not _known(
            conn, directory.name
        ):
            shutil.rmtree(directory, ignore_errors=True)


def _known(conn: Connection[Any], name: str) -> bool:
    try:
        return store.read(conn, UUID(name)) is not None
    except ValueError:
        return True  # nothing of ours
