"""One client for all requests that read, and the features that they should find."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.web.ogc.conformance.feature_requests import (
    COLLECTIONS,
    ExportedFeature,
    load_export,
    load_exported_divisions,
)


@pytest.fixture(scope="session")
def client(service: Flask) -> FlaskClient:
    """A client that holds every response against its description in ``/openapi.json``."""
    return service.test_client()


@pytest.fixture(scope="session")
def divisions(client: FlaskClient) -> list[ExportedFeature]:
    """The divisions with areas, of all levels, as they are today."""
    return load_exported_divisions(client)


@pytest.fixture(scope="session")
def places(client: FlaskClient) -> list[ExportedFeature]:
    """The places of today: most have no geometry, and properties of all kinds are missing."""
    return load_export(client, "places")


@pytest.fixture(params=COLLECTIONS)
def collection(request: pytest.FixtureRequest) -> str:
    """Each collection of the register."""
    name = request.param
    assert isinstance(name, str)
    return name
