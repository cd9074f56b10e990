"""A register of the real areas of Guangdong, for all tests of boundaries."""

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from psycopg import Connection

from gazetteer.database.cluster import Cluster
from tests.boundaries.areas.area_samples import guangdong


@pytest.fixture(scope="session")
def real(cluster: Cluster) -> Iterator[Connection[Any]]:
    """A connection to a register of the real areas, to read from."""
    with psycopg.connect(guangdong(cluster), autocommit=True) as connection:
        yield connection
