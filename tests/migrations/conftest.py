"""A database of the test's own to which no migration was applied."""

from collections.abc import Iterator
from uuid import uuid4

import psycopg
import pytest
from psycopg import sql

from gazetteer.database.cluster import Cluster
from gazetteer.database.requirements import ensure_database


@pytest.fixture
def bare(cluster: Cluster) -> Iterator[str]:
    """The connection string of a database with the extensions and nothing else."""
    name = f"bare_{uuid4().hex[:12]}"
    ensure_database(cluster.get_conninfo(name))
    yield cluster.get_conninfo(name)
    with psycopg.connect(cluster.get_conninfo("postgres"), autocommit=True) as admin:
        admin.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))
