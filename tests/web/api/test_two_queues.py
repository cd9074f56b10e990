"""A short job and a long one, with the processes of one worker: neither waits for the other."""

import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
from flask.testing import FlaskClient

from boundaries.findings.background_runs import enqueue_run
from gazetteer.database.pool import open_pool
from gazetteer.settings import get_settings
from tests.boundaries.findings.finding_samples import plant
from tests.described import DescribedClient
from tests.web.csv_tables import sent
from tests.web.run_command import command, environment
from web.app import create_app
from web.http.connections import BACKGROUND_CONNECTIONS

LONG = 2_000_000
"""Rows that a worker reads for minutes: the test does not wait for them."""


@pytest.fixture
def asker(database: str, conn: psycopg.Connection, tmp_path: Path) -> Iterator[FlaskClient]:
    """A client of a register of three counties."""
    plant(conn)
    ours = get_settings().model_copy(update={"rate_limit": "off", "home": tmp_path})
    with open_pool(database, 1 + BACKGROUND_CONNECTIONS) as pool:
        app = create_app(ours, pool)
        app.test_client_class = DescribedClient
        yield app.test_client()


@pytest.fixture
def worker(asker: FlaskClient, database: str, tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(
        command("worker"), env=environment(database, tmp_path, WORKER_PROCESSES="1")
    )
    yield process
    process.terminate()
    assert process.wait(60) == 0


def wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 120
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.1)
    assert condition()


def test_a_short_job_is_finished_while_a_long_one_runs(
    asker: FlaskClient,
    conn: psycopg.Connection,
    worker: subprocess.Popen[bytes],
) -> None:
    content = "lon,lat\n" + "113.52,23.03\n" * LONG
    form = {"kind": "reverse_csv", "columns": "lon,lat", "result_columns": "result_code"}
    response = sent(asker, "/v1/jobs", content.encode(), **form)
    long_job = f"/v1/jobs/{response.get_json()['id']}"
    wait_until(lambda: asker.get(long_job).get_json()["rows_done"] > 0)
    run = f"/v1/findings/runs/{enqueue_run(conn, 'operator:test', 'en')}"
    wait_until(lambda: asker.get(run).get_json()["state"] == "finished")
    state = asker.get(long_job).get_json()
    assert state["state"] == "running"
    assert state["progress"]["done"] < LONG
    assert asker.delete(long_job).status_code == 200
