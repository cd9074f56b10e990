"""The queue of jobs: Procrastinate, on the register's own database.

Its tables lie in the schema ``queue``, apart from the register's. A job is put into the queue in
the transaction that keeps it: either both are there or neither.
"""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from procrastinate import App, JobContext, PsycopgConnector, RetryStrategy, SyncPsycopgConnector
from procrastinate.exceptions import JobAborted
from psycopg import Connection, OperationalError
from psycopg.conninfo import make_conninfo

from gazetteer.jobs import store

SCHEMA = "queue"
TASK = "job"
_AGAIN_SECONDS = 2

Work = Callable[[JobContext, str], None]


def app_over(conninfo: str, work: Work) -> App:
    """The queue as a worker sees it: ``work`` does a job, given its context and its id.

    What ends for want of the database, or because its worker is told to stop, is done again.
    """
    within = make_conninfo(conninfo, options=f"-c search_path={SCHEMA}")
    app = App(connector=PsycopgConnector(conninfo=within, min_size=1, max_size=4))
    again = RetryStrategy(wait=_AGAIN_SECONDS, retry_exceptions=[OperationalError, JobAborted])
    app.task(name=TASK, pass_context=True, retry=again)(work)
    return app


def put(conn: Connection[Any], job_id: UUID) -> None:
    """Put a job that was kept into the queue; ``conn`` must be within that transaction."""
    conn.execute(f"SET LOCAL search_path = {SCHEMA}")
    deferrer = App(connector=SyncPsycopgConnector()).configure_task(
        TASK, allow_unknown=True, connection=conn
    )
    queue_id = deferrer.defer(job_id=str(job_id))
    conn.execute("SET LOCAL search_path = DEFAULT")
    store.put_in_queue(conn, job_id, queue_id)
