"""A service with people and a draft, and the proxy through which a real QGIS reaches it.

Collected by ``make interop`` only: the folder with QGIS is large and takes minutes to make.
``GAZETTEER_QGIS_RECORDINGS`` names a folder where each test leaves what QGIS sent.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from threading import Thread
from typing import Any

import psycopg
import pytest
from werkzeug.serving import make_server

from gazetteer.database.pool import open_pool
from gazetteer.settings import get_settings
from tests.interop.recording_proxy import RecordingProxy, record_requests
from tests.web.api.draft_people import Colleague, create_people
from tools.debian_root import FOLDER_VARIABLE
from web.app import create_app
from web.http.connections import BACKGROUND_CONNECTIONS

collect_ignore_glob = [] if os.environ.get(FOLDER_VARIABLE) else ["test_*.py"]
RECORDINGS_VARIABLE = "GAZETTEER_QGIS_RECORDINGS"


@dataclass(frozen=True)
class DesktopService:
    """A service for QGIS; its people reach it without the proxy."""

    proxy: RecordingProxy
    people: dict[str, Colleague]

    def open_layer(self, draft: dict[str, Any], collection: str, **options: Any) -> dict[str, Any]:
        """The action that opens a collection of a draft as the editor, as a layer of its name."""
        return {
            "do": "open_layer",
            "layer": collection,
            "url": f"{self.proxy.address}/drafts/{draft['id']}/ogc/",
            "collection": collection,
            "username": "ed1",
            "password": self.people["ed1"].key,
            **options,
        }


@pytest.fixture
def desktop_service(
    register_copy: str, tmp_path: Path, request: pytest.FixtureRequest
) -> Iterator[DesktopService]:
    with psycopg.connect(register_copy, autocommit=True) as conn:
        keys = create_people(conn)
    with open_pool(register_copy, 4 + BACKGROUND_CONNECTIONS) as pool:
        ours = get_settings().model_copy(update={"rate_limit": "off", "home": tmp_path})
        app = create_app(ours, pool)
        server = make_server("127.0.0.1", 0, app, threaded=True)
        serving = Thread(target=server.serve_forever)
        serving.start()
        address = f"http://127.0.0.1:{server.port}"
        people = {login: Colleague(app.test_client(), key) for login, key in keys.items()}
        with record_requests(address, _find_recording(request.node.name)) as proxy:
            yield DesktopService(proxy, people)
        server.shutdown()
        serving.join()


def _find_recording(test: str) -> Path | None:
    """The empty file for what a test records."""
    folder = os.environ.get(RECORDINGS_VARIABLE)
    if not folder:
        return None
    recording = Path(folder, f"{test.removeprefix('test_')}.jsonl")
    recording.parent.mkdir(parents=True, exist_ok=True)
    recording.write_text("")
    return recording
