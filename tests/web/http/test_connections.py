"""Look-ups go to a replica where there is one; everything else to the database itself."""

from collections.abc import Iterator
from uuid import uuid4

import pytest
from flask.testing import FlaskClient

from gazetteer.database.cluster import Cluster
from gazetteer.database.migrate import migrate_database
from gazetteer.database.pool import open_pool
from gazetteer.database.requirements import ensure_database
from gazetteer.settings import get_settings
from web.app import create_app
from web.http.connections import BACKGROUND_CONNECTIONS

LOOKUPS = [
    "/v1/divisions/440106?at=2010-01-01",
    "/v1/divisions/440100/children?at=2010-01-01",
    "/v1/divisions/440106/history",
    "/v1/codes/translate?code=440724&from=1990-01-01&to=2020-01-01",
    "/v1/divisions/440106/area",
]


@pytest.fixture
def split_client(cluster: Cluster, register: str) -> Iterator[FlaskClient]:
    """A service whose own database is empty, and whose replica has the shipped data.

    A real replica would have the same data: only so can a test see which of the two answered.
    """
    empty = cluster.get_conninfo(f"empty_{uuid4().hex[:12]}")
    ensure_database(empty)
    migrate_database(empty)
    settings = get_settings().model_copy(update={"rate_limit": "off"})
    with open_pool(empty, 1 + BACKGROUND_CONNECTIONS) as pool, open_pool(register, 1) as replica:
        yield create_app(settings, pool, replica).test_client()


@pytest.mark.parametrize("path", LOOKUPS)
def test_lookups_are_answered_by_the_replica(
    split_client: FlaskClient, client: FlaskClient, path: str
) -> None:
    found, expected = split_client.get(path), client.get(path)
    assert found.status_code == expected.status_code == 200
    assert found.get_json() == expected.get_json()


def test_what_must_not_lag_is_answered_by_the_database_itself(split_client: FlaskClient) -> None:
    assert split_client.get("/v1/changes").get_json()["changes"] == []


def test_without_a_replica_the_database_answers_lookups(client: FlaskClient) -> None:
    assert client.get(LOOKUPS[0]).get_json()["name"] == "天河区"
