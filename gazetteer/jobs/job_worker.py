"""The worker: runs the jobs of a queue, those of killed workers, and what the clock says is due."""

import asyncio
import time
from collections.abc import Iterable
from datetime import UTC, datetime
from uuid import UUID

import psycopg
from procrastinate import App, JobContext
from procrastinate.exceptions import JobAborted, UniqueViolation
from procrastinate.jobs import Status
from procrastinate.periodic import PeriodicDeferrer

from gazetteer.jobs.clock import PeriodicTask, add_periodic_tasks
from gazetteer.jobs.job_kind import JobQueue
from gazetteer.jobs.job_queue import build_app
from gazetteer.jobs.job_runner import JobRunner
from gazetteer.jobs.maintenance import recover_orphaned_jobs
from gazetteer.jobs.running_job import JobStopped

_RECOVERY_SCHEDULE, _REMOVAL_SCHEDULE = "* * * * *", "41 * * * *"
_HEARTBEAT_SECONDS, _STALLED_SECONDS = 5.0, 60.0
_GRACE_SECONDS = 0.1
"""Delay after which a running job must stop; it can be resumed."""


def run_worker(
    runner: JobRunner,
    tasks: Iterable[PeriodicTask],
    queue: JobQueue,
    *,
    until_idle: bool = False,
) -> None:
    """Run the jobs of a queue until SIGTERM or Ctrl-C.

    Args:
        runner: runs a job.
        tasks: what the clock starts.
        queue: the queue whose jobs this worker runs.
        until_idle: return when no job is waiting.
    """

    def run_task(context: JobContext, job_id: str) -> None:
        try:
            runner.run_job(UUID(job_id), context.should_abort)
        except JobStopped:
            raise JobAborted from None

    app = build_app(runner.conninfo, run_task)
    add_periodic_tasks(app, runner.conninfo, runner.settings, tasks)
    _add_upkeep(app, runner)
    asyncio.run(_serve_queue(app, runner, queue, until_idle))


async def _serve_queue(app: App, runner: JobRunner, queue: JobQueue, until_idle: bool) -> None:
    concurrency = runner.settings.soon_jobs if queue is JobQueue.SOON else 1
    async with app.open_async():
        await _recover_jobs(app, runner)
        if until_idle:  # else it might end before the library has looked at the clock
            clock = PeriodicDeferrer(app.periodic_registry, **app.periodic_defaults)
            await clock.defer_jobs(list(clock.get_previous_tasks(at=time.time())))
        await app.run_worker_async(
            queues=[queue],
            wait=not until_idle,
            # With more, the library takes a queue for idle while the last jobs are running.
            concurrency=1 if until_idle else concurrency,
            fetch_job_polling_interval=1.0,
            update_heartbeat_interval=_HEARTBEAT_SECONDS,
            stalled_worker_timeout=_STALLED_SECONDS,
            shutdown_graceful_timeout=_GRACE_SECONDS,
            delete_jobs="successful",
        )


def _add_upkeep(app: App, runner: JobRunner) -> None:
    """Let the clock also tend the queue itself."""

    async def recover_jobs(timestamp: int) -> None:  # noqa: ARG001  the library passes it
        await _recover_jobs(app, runner)

    async def remove_ended_jobs(timestamp: int) -> None:  # noqa: ARG001
        # Successful ones are removed at once; of the others the row of the job says what happened.
        await app.job_manager.delete_old_jobs(
            nb_hours=max(1, round(24 * runner.settings.job_days)),
            include_failed=True,
            include_cancelled=True,
            include_aborted=True,
        )

    for schedule, work in (
        (_RECOVERY_SCHEDULE, recover_jobs),
        (_REMOVAL_SCHEDULE, remove_ended_jobs),
    ):
        name = work.__name__
        task = app.task(name=name, queue=JobQueue.SOON, queueing_lock=name)(work)
        app.periodic(cron=schedule, periodic_id=name)(task)


async def _recover_jobs(app: App, runner: JobRunner) -> None:
    """Hand out again what killed workers were doing."""

    def find_orphaned_jobs() -> list[int]:
        with psycopg.connect(runner.conninfo, autocommit=True) as conn:
            return recover_orphaned_jobs(conn, runner.kinds)

    manager = app.job_manager
    stalled = await manager.get_stalled_jobs(seconds_since_heartbeat=_STALLED_SECONDS)
    for queue_id in {*await asyncio.to_thread(find_orphaned_jobs), *(job.id for job in stalled)}:
        if queue_id is None:
            continue
        try:
            await manager.retry_job_by_id_async(queue_id, retry_at=datetime.now(UTC))
        except UniqueViolation:  # the next run of the same periodic task waits already
            await manager.finish_job_by_id_async(queue_id, Status.ABORTED, delete_job=True)
