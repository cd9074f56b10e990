"""The clock: work that is due at certain times, whether or not anybody asks for it.

Each worker looks at the clock; the queue sees to it that one of them does what is due. What was due
while no worker ran is done once, when the next one starts.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import psycopg
from procrastinate import App
from psycopg import Connection

from gazetteer.jobs.job_kind import JobQueue
from gazetteer.settings import Settings

_LOCKS = 0x636C6F63  # "cloc": the advisory locks of periodic tasks


CLOCK_ACTOR = "gazetteer worker"
"""How the audit log names what the clock started."""


@dataclass(frozen=True, slots=True)
class PeriodicRun:
    """One run of a periodic task, which was due at ``due_at``; ``conn`` is in autocommit."""

    conn: Connection[Any]
    settings: Settings
    due_at: datetime


@dataclass(frozen=True, slots=True)
class PeriodicTask:
    """Work that the clock starts.

    ``schedule`` is a line of cron, in UTC: minute, hour, day, month, weekday. ``run`` must be
    idempotent, because it is run again after a kill, and short: what takes longer submits a job. If
    it fails, that is logged, and it is run the next time that it is due.
    """

    name: str
    schedule: str
    run: Callable[[PeriodicRun], None]


def add_periodic_tasks(
    app: App, conninfo: str, settings: Settings, tasks: Iterable[PeriodicTask]
) -> None:
    """Let the workers of ``app`` run tasks when they are due."""
    for task in tasks:
        _add_task(app, conninfo, settings, task)


def _add_task(app: App, conninfo: str, settings: Settings, task: PeriodicTask) -> None:
    def run_due_task(timestamp: int) -> None:
        with psycopg.connect(conninfo, autocommit=True) as conn:
            # Until the connection ends. A run that is late must not meet the next one.
            key = (_LOCKS, task.name)
            row = conn.execute("SELECT pg_try_advisory_lock(%s, hashtext(%s))", key).fetchone()
            if row and row[0]:
                task.run(PeriodicRun(conn, settings, datetime.fromtimestamp(timestamp, UTC)))

    schedule_task = app.periodic(cron=task.schedule, periodic_id=task.name)
    # The queueing lock: at most one run waits, however long no worker of the queue was there.
    schedule_task(
        app.task(name=task.name, queue=JobQueue.SOON, queueing_lock=task.name)(run_due_task)
    )
