"""People who are logged in at the pages of drafts, over a register that they may change."""

from collections.abc import Iterator

import psycopg
import pytest

from gazetteer.accounts.roles import Grant, Role, find_current_unit
from gazetteer.database.pool import open_pool
from gazetteer.settings import get_settings
from tests.gazetteer.accounts.community import person
from tests.web.pages.draft_desks import Desk
from tests.web.sign_in import log_in
from web.app import create_app
from web.http.connections import BACKGROUND_CONNECTIONS

ROLES = {
    "editor": (Role.MAPPING_STAFF, "440100"),
    "colleague": (Role.MAPPING_STAFF, "440100"),
    "checker": (Role.REVIEWER, "440100"),
    "surveyor": (Role.MAPPING_STAFF, "440000"),
}


@pytest.fixture
def desks(register_copy: str) -> Iterator[dict[str, Desk]]:
    """An editor, a colleague and a reviewer of Guangzhou, and a surveyor of Guangdong."""
    with psycopg.connect(register_copy, autocommit=True) as conn:
        for login, (role, code) in ROLES.items():
            person(conn, login, Grant(role, find_current_unit(conn, code)))
    with open_pool(register_copy, 2 + BACKGROUND_CONNECTIONS) as pool:
        app = create_app(get_settings().model_copy(update={"rate_limit": "off"}), pool)
        clients = {login: app.test_client() for login in ROLES}
        yield {login: Desk(client, log_in(client, login)) for login, client in clients.items()}
