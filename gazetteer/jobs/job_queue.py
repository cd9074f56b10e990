"""The queues of jobs: Procrastinate, on the register's own database.

Its tables are in the schema ``queue``, apart from those of the register. A job is put into its
queue in the transaction that inserts its row: either both exist or neither.
"""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from procrastinate import App, JobContext, PsycopgConnector, RetryStrategy, SyncPsycopgConnector
from procrastinate.exceptions import JobAborted
from psycopg import Connection, OperationalError
from psycopg.conninfo import make_conninfo

from gazetteer.jobs import job_store
from gazetteer.jobs.job_kind import JobKind
from gazetteer.jobs.job_store import JobRequest

SCHEMA = "queue"
TASK = "job"
_RETRY_SECONDS = 2
_LONGEST_ABSENCE_SECONDS = 10 * 366 * 86_400
"""A periodic task that was due while no worker ran is due when the next one starts."""

JobFunction = Callable[[JobContext, str], None]


def build_app(conninfo: str, run_task: JobFunction) -> App:
    """The queues for a worker.

    A job that ends because the database cannot be reached or its worker must stop is retried.

    Args:
        conninfo: connection string of the register.
        run_task: runs a job, given its context and its id.
    """
    queue_conninfo = make_conninfo(conninfo, options=f"-c search_path={SCHEMA}")
    app = App(
        connector=PsycopgConnector(conninfo=queue_conninfo, min_size=1, max_size=4),
        periodic_defaults={"max_delay": _LONGEST_ABSENCE_SECONDS},
    )
    retry_strategy = RetryStrategy(
        wait=_RETRY_SECONDS, retry_exceptions=[OperationalError, JobAborted]
    )
    app.task(name=TASK, pass_context=True, retry=retry_strategy)(run_task)
    return app


def submit_job(conn: Connection[Any], kind: JobKind, request: JobRequest) -> None:
    """Insert a new job and put it into the queue of its kind."""
    with conn.transaction():
        job_store.insert_job(conn, kind.name, request)
        enqueue_job(conn, request.job_id, kind)


def enqueue_job(conn: Connection[Any], job_id: UUID, kind: JobKind) -> None:
    """Put a job into the queue; ``conn`` must be in the transaction that inserted its row."""
    conn.execute(f"SET LOCAL search_path = {SCHEMA}")
    deferrer = App(connector=SyncPsycopgConnector()).configure_task(
        TASK,
        allow_unknown=True,
        queue=kind.queue,
        lock=kind.name if kind.one_at_a_time else None,
        connection=conn,
    )
    queue_id = deferrer.defer(job_id=str(job_id))
    conn.execute("SET LOCAL search_path = DEFAULT")
    job_store.set_queue_id(conn, job_id, queue_id)
