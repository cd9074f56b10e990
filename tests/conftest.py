"""A real PostGIS for every test: one private cluster, one fresh database a test."""

import subprocess
from collections.abc import Iterator
from pathlib import Path
from tempfile import mkdtemp
from uuid import uuid4

import psycopg
import pytest
from psycopg import sql

from gazetteer.database.cluster import Cluster
from gazetteer.database.migrate import migrate
from gazetteer.database.requirements import ensure_database

TEMPLATE = "gazetteer_template"


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """A running private cluster with an empty, migrated database to copy from."""
    home = Path(mkdtemp(prefix="gz-tests-"))  # short: the paths of sockets must be
    home.chmod(0o755)
    cluster = Cluster(home, durable=False)
    cluster.start()
    ensure_database(cluster.conninfo(TEMPLATE))
    migrate(cluster.conninfo(TEMPLATE))
    yield cluster
    cluster.remove()
    subprocess.run(["rm", "-rf", str(home)], check=True)


@pytest.fixture
def database(cluster: Cluster) -> Iterator[str]:
    """The connection string of a database of the test's own: migrated, and empty."""
    name = f"test_{uuid4().hex[:12]}"
    with psycopg.connect(cluster.conninfo("postgres"), autocommit=True) as admin:
        admin.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy").format(
                sql.Identifier(name), sql.Identifier(TEMPLATE)
            )
        )
        yield cluster.conninfo(name)
        admin.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@pytest.fixture
def conn(database: str) -> Iterator[psycopg.Connection]:
    """An autocommit connection to the test's own database."""
    with psycopg.connect(database, autocommit=True) as connection:
        yield connection
