"""A register over HTTP."""

from collections.abc import Iterator
from threading import Thread

import pytest
from werkzeug.serving import make_server

from gazetteer.database.pool import open_pool
from gazetteer.settings import get_settings
from web.app import create_app


@pytest.fixture
def service(database: str) -> Iterator[str]:
    """The address of a service over the test's own database."""
    pool = open_pool(database, 4)
    app = create_app(get_settings().model_copy(update={"rate_limit": "off"}), pool)
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.port}"
    server.shutdown()
    thread.join()
    server.server_close()
    pool.close()
