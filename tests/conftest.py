"""A real PostGIS for every test: one private cluster, one fresh database a test.

The shipped data is loaded once a session; tests read it in one database that they share, over
HTTP by ``client`` or ``live_server``, and spoil copies of it only (``register_copy``).
"""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import mkdtemp
from uuid import uuid4

import psycopg
import pytest
from flask import Flask
from flask.testing import FlaskClient
from psycopg import sql

from boundaries.ingest.register_files import read_bundled_data
from boundaries.register_ledger import LEDGER
from gazetteer.database.cluster import Cluster
from gazetteer.database.migrate import migrate_database
from gazetteer.database.pool import open_pool
from gazetteer.database.requirements import ensure_database
from gazetteer.ingest.publish_batch import publish_staged_batch
from gazetteer.settings import get_settings
from tests.described import DescribedClient
from web.app import create_app
from web.http.connections import BACKGROUND_CONNECTIONS

TEMPLATE = "gazetteer_template"
SHIPPED = "gazetteer_shipped"
FIXTURES = Path(__file__).parents[1] / "fixtures"


@pytest.fixture(scope="session", autouse=True)
def home() -> Iterator[None]:
    """A directory for what the program leaves behind; no test writes to that of the checkout."""
    directory = mkdtemp(prefix="gz-home-")
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("GAZETTEER_HOME", directory)
        get_settings.cache_clear()
        yield
    get_settings.cache_clear()
    shutil.rmtree(directory)


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """A running private cluster with an empty, migrated database to copy from."""
    home = Path(mkdtemp(prefix="gz-tests-"))  # short: the paths of sockets must be
    home.chmod(0o755)
    cluster = Cluster(home, durable=False)
    cluster.start()
    ensure_database(cluster.get_conninfo(TEMPLATE))
    migrate_database(cluster.get_conninfo(TEMPLATE))
    yield cluster
    cluster.remove()
    subprocess.run(["rm", "-rf", str(home)], check=True)


@contextmanager
def copied(cluster: Cluster, template: str) -> Iterator[str]:
    """The connection string of a copy of a database, which is dropped afterwards."""
    name = f"test_{uuid4().hex[:12]}"
    with psycopg.connect(cluster.get_conninfo("postgres"), autocommit=True) as admin:
        admin.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy").format(
                sql.Identifier(name), sql.Identifier(template)
            )
        )
        yield cluster.get_conninfo(name)
        admin.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@pytest.fixture
def database(cluster: Cluster) -> Iterator[str]:
    """The connection string of a database of the test's own: migrated, and empty."""
    with copied(cluster, TEMPLATE) as conninfo:
        yield conninfo


@pytest.fixture
def conn(database: str) -> Iterator[psycopg.Connection]:
    """An autocommit connection to the test's own database."""
    with psycopg.connect(database, autocommit=True) as connection:
        yield connection


def load_shipped(conninfo: str) -> None:
    """Load the shipped data into an empty register."""
    with psycopg.connect(conninfo, autocommit=True) as conn:
        batch = read_bundled_data(conn, FIXTURES, lambda *_: None)
        publish_staged_batch(conn, LEDGER, batch, author="tests", strict=False)


@pytest.fixture(scope="session")
def shipped_template(cluster: Cluster) -> str:
    """The name of a database with the shipped data, to make copies of; nobody connects to it."""
    conninfo = cluster.get_conninfo(SHIPPED)
    ensure_database(conninfo)
    migrate_database(conninfo)
    load_shipped(conninfo)
    return SHIPPED


@pytest.fixture(scope="session")
def register(cluster: Cluster, shipped_template: str) -> Iterator[str]:
    """The connection string of the register of the shipped data; do not write to it."""
    with copied(cluster, shipped_template) as conninfo:
        yield conninfo


@pytest.fixture
def register_copy(cluster: Cluster, shipped_template: str) -> Iterator[str]:
    """The connection string of a register of the shipped data that the test may spoil."""
    with copied(cluster, shipped_template) as conninfo:
        yield conninfo


@pytest.fixture(scope="session")
def service(register: str) -> Iterator[Flask]:
    """The application over the register of the shipped data; nobody limits its rate."""
    with open_pool(register, 1 + BACKGROUND_CONNECTIONS) as pool:
        app = create_app(get_settings().model_copy(update={"rate_limit": "off"}), pool)
        app.test_client_class = DescribedClient
        yield app


@pytest.fixture
def client(service: Flask) -> FlaskClient:
    """A client that holds every answer against its description in ``/openapi.json``."""
    return service.test_client()


@pytest.fixture(scope="session")
def live_server(cluster: Cluster, shipped_template: str) -> Iterator[str]:
    """The address of ``gazetteer serve`` over a copy of the shipped data."""
    home = Path(mkdtemp(prefix="gz-serve-"))
    with copied(cluster, shipped_template) as conninfo, socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
        free.close()
        process = subprocess.Popen(
            [Path(sys.executable).with_name("gazetteer"), "serve"],
            env={
                **os.environ,
                "GAZETTEER_DATABASE_URL": conninfo,
                "GAZETTEER_HOME": str(home),
                "GAZETTEER_PORT": str(port),
                "GAZETTEER_PROCESSES": "1",
                "GAZETTEER_RATE_LIMIT": "off",
            },
        )
        try:
            yield _answering(f"http://127.0.0.1:{port}", process)
        finally:
            process.terminate()
            process.wait(30)
            shutil.rmtree(home)


def _answering(address: str, process: subprocess.Popen[bytes]) -> str:
    """The address, once the service answers there."""
    deadline = time.monotonic() + 180  # a busy machine may take its time
    while time.monotonic() < deadline and process.poll() is None:
        try:
            urllib.request.urlopen(f"{address}/status", timeout=60).close()
        except OSError:
            time.sleep(0.1)
        else:
            return address
    raise AssertionError(f"the service does not answer (exit code {process.poll()})")
