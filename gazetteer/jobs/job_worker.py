"""The worker: runs the jobs of the queue in turn, and those of killed workers."""

import asyncio
from datetime import UTC, datetime
from uuid import UUID

import psycopg
from procrastinate import App, JobContext
from procrastinate.exceptions import JobAborted

from gazetteer.jobs.job_queue import build_app
from gazetteer.jobs.job_runner import JobRunner, JobStopped
from gazetteer.jobs.maintenance import purge_jobs, recover_orphaned_jobs
from gazetteer.settings import Settings

_MAINTENANCE_SECONDS = 3.0
_HEARTBEAT_SECONDS, _STALLED_SECONDS = 5.0, 60.0
_GRACE_SECONDS = 0.1
"""Delay after which a running job must stop; it can be resumed."""


def run_worker(runner: JobRunner, settings: Settings, *, until_idle: bool = False) -> None:
    """Run the jobs of the queue until SIGTERM or Ctrl-C.

    Args:
        runner: runs a job.
        settings: the directory of files and how long they are stored.
        until_idle: return when no job is waiting.
    """

    def run_task(context: JobContext, job_id: str) -> None:
        try:
            runner.run_job(UUID(job_id), context.should_abort)
        except JobStopped:
            raise JobAborted from None

    asyncio.run(
        _serve_queue(build_app(runner.conninfo, run_task), runner.conninfo, settings, until_idle)
    )


async def _serve_queue(app: App, conninfo: str, settings: Settings, until_idle: bool) -> None:
    async with app.open_async():
        await _maintain_queue(app, conninfo, settings)
        maintenance = asyncio.create_task(_maintain_forever(app, conninfo, settings))
        try:
            await app.run_worker_async(
                wait=not until_idle,
                concurrency=1,
                fetch_job_polling_interval=1.0,
                update_heartbeat_interval=_HEARTBEAT_SECONDS,
                stalled_worker_timeout=_STALLED_SECONDS,
                shutdown_graceful_timeout=_GRACE_SECONDS,
                delete_jobs="successful",
            )
        finally:
            maintenance.cancel()


async def _maintain_forever(app: App, conninfo: str, settings: Settings) -> None:
    while True:
        await asyncio.sleep(_MAINTENANCE_SECONDS)
        try:
            await _maintain_queue(app, conninfo, settings)
        except psycopg.OperationalError:
            continue  # the database cannot be reached; try again next time


async def _maintain_queue(app: App, conninfo: str, settings: Settings) -> None:
    def purge_and_recover() -> list[int]:
        with psycopg.connect(conninfo, autocommit=True) as conn:
            purge_jobs(conn, settings)
            return recover_orphaned_jobs(conn)

    manager = app.job_manager
    stalled = await manager.get_stalled_jobs(seconds_since_heartbeat=_STALLED_SECONDS)
    for queue_id in {*await asyncio.to_thread(purge_and_recover), *(job.id for job in stalled)}:
        if queue_id is not None:
            await manager.retry_job_by_id_async(queue_id, retry_at=datetime.now(UTC))
