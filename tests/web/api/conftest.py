"""People who work on drafts, at a service over a register that they may change."""

from collections.abc import Iterator

import psycopg
import pytest

from gazetteer.database.pool import open_pool
from gazetteer.settings import get_settings
from tests.described import DescribedClient
from tests.web.api.draft_people import Colleague, create_people
from web.app import create_app
from web.http.connections import BACKGROUND_CONNECTIONS


@pytest.fixture
def people(register_copy: str) -> Iterator[dict[str, Colleague]]:
    """The people, and ``anyone``, who has no key."""
    with psycopg.connect(register_copy, autocommit=True) as conn:
        keys = create_people(conn)
    with open_pool(register_copy, 2 + BACKGROUND_CONNECTIONS) as pool:
        app = create_app(get_settings().model_copy(update={"rate_limit": "off"}), pool)
        app.test_client_class = DescribedClient
        yield {login: Colleague(app.test_client(), key) for login, key in keys.items()}
