"""The service over the register of real areas, for tests that only read it."""

from collections.abc import Iterator
from contextlib import contextmanager

from flask.testing import FlaskClient

from gazetteer.database.cluster import Cluster
from gazetteer.database.pool import open_pool
from gazetteer.settings import get_settings
from tests.boundaries.areas.area_samples import guangdong
from web.app import create_app
from web.http.connections import BACKGROUND_CONNECTIONS


@contextmanager
def open_area_client(cluster: Cluster) -> Iterator[FlaskClient]:
    """A client of the service; nobody limits its rate."""
    pool = open_pool(guangdong(cluster), 1 + BACKGROUND_CONNECTIONS)
    try:
        unlimited = get_settings().model_copy(update={"rate_limit": "off"})
        yield create_app(unlimited, pool).test_client()
    finally:
        pool.close()
