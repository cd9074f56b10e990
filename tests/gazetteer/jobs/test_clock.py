"""What is due is done once: with several workers, after none was there, and after a kill."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from psycopg import Connection

from gazetteer.jobs import job_queue
from tests.gazetteer.jobs import clock_worker
from tests.gazetteer.jobs.clock_worker import serve as serve_clock

Conn = Connection[Any]
EACH_YEAR = "0 0 1 1 *"
NEW_YEAR = datetime(datetime.now(UTC).year, 1, 1, tzinfo=UTC)


def serve(database: str, home: Path, schedule: str) -> None:
    """Serve until nothing is left to do; in a thread: the main one may have a loop of a browser."""
    with ThreadPoolExecutor(1) as executor:
        executor.submit(serve_clock, database, home, schedule, until_idle=True).result()


@pytest.fixture
def clock(conn: Conn) -> Conn:
    """The test's own database, with a table of what the clock did."""
    conn.execute(clock_worker.STRIKES)
    return conn


def strikes(conn: Conn) -> list[datetime]:
    rows = conn.execute("SELECT due_at FROM strike ORDER BY due_at").fetchall()
    return [row[0] for row in rows]


def change_queue(conn: Conn, statement: str, *values: object) -> None:
    with conn.transaction():
        conn.execute(f"SET LOCAL search_path = {job_queue.SCHEMA}")
        conn.execute(statement.encode(), values)


@pytest.fixture
def two_workers(clock: Conn, database: str, tmp_path: Path) -> Iterator[list[int]]:
    """The ids of two processes that look at one clock."""
    command = [sys.executable, "-m", clock_worker.__name__, database, str(tmp_path)]
    processes = [subprocess.Popen(command, env=os.environ) for _ in range(2)]
    yield [process.pid for process in processes]
    for process in processes:
        process.terminate()
    assert [process.wait(30) for process in processes] == [0, 0]


def test_two_workers_do_once_what_is_due(two_workers: list[int], clock: Conn) -> None:
    deadline = time.monotonic() + 60
    both = (2,)
    while time.monotonic() < deadline and (
        len(strikes(clock)) < 6
        or clock.execute("SELECT count(DISTINCT process) FROM strike").fetchone() != both
    ):
        time.sleep(0.2)
    done = strikes(clock)
    assert len(done) >= 6
    assert len(set(done)) == len(done)
    processes = clock.execute("SELECT DISTINCT process FROM strike ORDER BY process").fetchall()
    assert [row[0] for row in processes] == sorted(two_workers)


def test_what_was_due_while_no_worker_ran_is_done_once(
    clock: Conn, database: str, tmp_path: Path
) -> None:
    for _ in range(2):
        serve(database, tmp_path, EACH_YEAR)
    assert strikes(clock) == [NEW_YEAR]
    years_ago = NEW_YEAR.replace(year=NEW_YEAR.year - 3)
    change_queue(
        clock,
        "UPDATE procrastinate_periodic_defers SET defer_timestamp = %s"
        " WHERE periodic_id = 'strike'",
        int(years_ago.timestamp()),
    )
    serve(database, tmp_path, EACH_YEAR)
    assert strikes(clock) == [NEW_YEAR, NEW_YEAR], "once for the three that were missed"


def leave_run(conn: Conn, due: int, status: str) -> None:
    """A run in the queue; one in the state ``doing`` was left by a worker that is gone."""
    change_queue(
        conn,
        "INSERT INTO procrastinate_jobs (queue_name, task_name, queueing_lock, args, status)"
        " VALUES ('soon', 'strike', 'strike', jsonb_build_object('timestamp', %s::bigint),"
        " %s::procrastinate_job_status)",
        due,
        status,
    )


def test_a_run_that_a_killed_worker_left_is_done_by_the_next(
    clock: Conn, database: str, tmp_path: Path
) -> None:
    leave_run(clock, 1, "doing")
    serve(database, tmp_path, EACH_YEAR)
    assert datetime.fromtimestamp(1, UTC) in strikes(clock)


def test_a_run_that_was_left_gives_way_to_the_next_that_waits(
    clock: Conn, database: str, tmp_path: Path
) -> None:
    leave_run(clock, 1, "doing")
    leave_run(clock, 2, "todo")
    serve(database, tmp_path, EACH_YEAR)
    assert strikes(clock) == [datetime.fromtimestamp(2, UTC)]
    (left,) = clock.execute(
        f"SELECT count(*) FROM {job_queue.SCHEMA}.procrastinate_jobs"
    ).fetchone() or (None,)
    assert left == 0


def test_runs_of_one_task_do_not_overlap(clock: Conn, database: str, tmp_path: Path) -> None:
    clock.execute("SELECT pg_advisory_lock(%s, hashtext('strike'))", (0x636C6F63,))
    serve(database, tmp_path, EACH_YEAR)
    assert strikes(clock) == [], "another process is doing it"
