"""Services with settings of the test's own, over its own database."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from flask.testing import FlaskClient
from psycopg_pool import ConnectionPool

from gazetteer.accounts.roles import Grant, Role
from gazetteer.database.pool import open_pool
from gazetteer.settings import get_settings
from tests.gazetteer.accounts.community import person
from tests.web.sign_in import Make
from web.app import create_app


@pytest.fixture
def pool(database: str) -> Iterator[ConnectionPool[Any]]:
    with open_pool(database, 4) as pool:
        yield pool


@pytest.fixture
def make(pool: ConnectionPool[Any], tmp_path: Path) -> Make:
    """A client of a service with these settings; limits are off unless they are asked for."""

    def client(**changed: Any) -> FlaskClient:
        asked = {"rate_limit": "off", "home": tmp_path, **changed}
        return create_app(get_settings().model_copy(update=asked), pool).test_client()

    return client


@pytest.fixture
def chief(conn: psycopg.Connection) -> None:
    """An administrator of the whole register."""
    person(conn, "chief", Grant(Role.ADMINISTRATOR))
