"""What somebody does at the pages of drafts: forms as a browser sends them."""

import re
from dataclasses import dataclass
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

TIANHE, BAIYUN = "440106", "440111"
_BOX = "113.2,23.1,113.5,23.3"


@dataclass(frozen=True)
class Desk:
    """A client that is logged in, with the headers with which it may write."""

    client: FlaskClient
    headers: dict[str, str]

    def send(self, path: str, **fields: Any) -> TestResponse:
        """Send a form; the page that comes at the end."""
        form = {"csrf_token": self.headers["X-CSRF-Token"], **fields}
        return self.client.post(path, data=form, follow_redirects=True)

    def open(self, path: str) -> str:
        """The text of a page."""
        answer = self.client.get(path)
        assert answer.status_code == 200
        return read_page(answer)

    def begin(self, **stated: Any) -> TestResponse:
        """Begin a draft of a rename."""
        fields = {
            "title": "从化更名",
            "unit": "440100",
            "purpose": "act",
            "event_kind": "rename",
            "effective_on": "2026-12-20",
            "act_title": "更名批复",
            **stated,
        }
        return self.send("/drafts", **fields)

    def rename(self, path: str, name: str, unit: str = "440117") -> TestResponse:
        """Take the step of a rename."""
        revision = self.read(path)["revision"]
        return self.send(f"{path}/commands/rename_unit", revision=revision, unit=unit, name=name)

    def move(self, path: str, move: str, **fields: Any) -> TestResponse:
        """Submit, approve, publish a draft …"""
        return self.send(f"{path}/{move}", revision=self.read(path)["revision"], **fields)

    def read(self, path: str) -> dict[str, Any]:
        """The draft over the API."""
        draft = self.client.get(f"/v1{path}").json
        assert draft is not None
        return dict(draft)

    def move_vertex(self, path: str, number: int, by: float) -> None:
        """Move a vertex of the border of 天河 and 白云, over the API."""
        edge = self._find_border(path)
        lon, lat = edge["geometry"]["coordinates"][number]
        self._shift_vertex(path, edge["id"], [lon, lat], [lon + by, lat + by])

    def fold_border(self, path: str) -> list[dict[str, Any]]:
        """Fold the border of 天河 and 白云 over itself, over the API; the errors that this adds."""
        edge = self._find_border(path)
        line = edge["geometry"]["coordinates"]
        (lon, lat), (far_lon, far_lat) = line[3], line[-2]
        over = [2 * far_lon - lon, 2 * far_lat - lat]
        added = self._shift_vertex(path, edge["id"], line[3], over)["findings"]["added"]
        return [found for found in added if found["severity"] == "error"]

    def cross_neighbour(self, path: str) -> None:
        """Make 新会 overlap 斗门 where their borders end at the sea, over the API."""
        box = "113.0714,22.1110,113.0798,22.1232"
        answer = self.client.get(f"{path}/ogc/collections/edges/items?bbox={box}").json
        assert answer is not None
        (edge,) = [
            edge
            for edge in answer["features"]
            if (edge["properties"]["left_code"], edge["properties"]["right_code"])
            == ("440705", None)
        ]
        at, end = edge["geometry"]["coordinates"][-2:]
        inland = [(at[0] + end[0]) / 2 + 3e-4, (at[1] + end[1]) / 2 - 3e-4]
        body = {"command": "insert_vertex", "edge": edge["id"]}
        self._run(path, {**body, "at": at, "next_at": end, "to": inland})

    def _find_border(self, path: str) -> dict[str, Any]:
        answer = self.client.get(f"{path}/ogc/collections/edges/items?bbox={_BOX}").json
        assert answer is not None
        sides = {TIANHE, BAIYUN}
        edges = [
            edge
            for edge in answer["features"]
            if {edge["properties"]["left_code"], edge["properties"]["right_code"]} == sides
        ]
        longest: dict[str, Any] = max(edges, key=lambda one: len(one["geometry"]["coordinates"]))
        return longest

    def _shift_vertex(
        self, path: str, edge: str, at: list[float], to: list[float]
    ) -> dict[str, Any]:
        body = {"command": "move_vertex", "edge": edge}
        return self._run(path, {**body, "at": at, "to": to})

    def _run(self, path: str, command: dict[str, Any]) -> dict[str, Any]:
        body = {"revision": self.read(path)["revision"], **command}
        taken = self.client.post(f"/v1{path}/commands", json=body, headers=self.headers)
        assert taken.status_code == 200, taken.json
        assert taken.json is not None
        return dict(taken.json)


def publish(desks: dict[str, Desk], path: str, login: str) -> None:
    """Submit a draft, approve and publish it."""
    assert desks[login].move(path, "submit").status_code == 200
    assert desks["checker"].move(path, "approve").status_code == 200
    assert desks["checker"].move(path, "publish").status_code == 200


def read_page(answer: TestResponse) -> str:
    """The source of a page, its white space as single spaces."""
    return re.sub(r"\s+", " ", answer.get_data(as_text=True))


def find_tag(page: str, name: str, form: str) -> str:
    """The tag of a field of a form that is sent to an address ending with ``form``."""
    start = page.index(f'/{form}"')
    found = re.search(rf'<(input|textarea|select)[^>]* name="{name}"[^>]*>', page[start:])
    assert found, name
    return found[0]
