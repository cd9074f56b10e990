"""What a real QGIS 3.40 sent, replayed: ``make interop`` records it."""

import base64
import json
import re
from pathlib import Path
from typing import Any

from tests.web.api.draft_people import Colleague
from tests.web.api.test_drafts import BAIYUN, TIANHE, publish, read_area
from tests.web.ogc.drafts.desktop import list_vertices, open_desktop

RECORDING = Path(__file__).with_name("recorded") / "qgis_shared_vertex.jsonl"
_DRAFT = re.compile(r"/drafts/[0-9a-f-]{36}/")


def replay_session(who: Colleague, draft: dict[str, Any]) -> list[tuple[dict[str, Any], Any]]:
    """Every recorded request, sent to another draft; with the answers."""
    password = base64.b64encode(f"ed1:{who.key}".encode()).decode()
    done = []
    for line in RECORDING.read_text("utf-8").splitlines():
        recorded = json.loads(line)
        path = _DRAFT.sub(f"/drafts/{draft['id']}/", recorded["path"])
        headers = {**recorded["headers"], "Authorization": f"Basic {password}"}
        answer = who.client.open(
            path, method=recorded["method"], headers=headers, data=recorded["body"] or None
        )
        answer.get_data()  # a stream that nobody reads holds a connection
        done.append((recorded, answer))
    return done


def test_a_recorded_session_moves_one_vertex(people: dict[str, Colleague]) -> None:
    desktop = open_desktop(people["ed1"])
    done = replay_session(people["ed1"], desktop.draft)
    assert [answer.status_code for _, answer in done] == [one["status"] for one, _ in done]
    assert [one["method"] for one, _ in done].count("PATCH") == 2
    counts = [
        json.loads(answer.text)["numberMatched"]
        for one, answer in done
        if one["path"].endswith("/findings/items?limit=1")
    ]
    assert counts[0] == 0 < counts[1]
    assert counts[2] == 0
    assert desktop.list_commands() == ["reshape_edge"]
    desktop.read_revision()
    assert publish(people, desktop.draft).status_code == 200
    moved = []
    for code in (TIANHE, BAIYUN):
        old, new = (
            set(list_vertices(read_area(people["ed1"], code, day)))
            for day in ("2026-12-14", "2026-12-15")
        )
        moved.append((old - new, new - old))
    assert moved[0] == moved[1]
    assert [len(part) for part in moved[0]] == [1, 1]
