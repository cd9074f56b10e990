"""A register of three counties, two of which overlap."""

import psycopg
import pytest

from tests.boundaries.findings.finding_samples import plant


@pytest.fixture
def planted(conn: psycopg.Connection) -> psycopg.Connection:
    """The test's own register, with findings to be found."""
    plant(conn)
    return conn
