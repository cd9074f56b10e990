"""An editor of a trial: drafts at random, one after the other, over HTTP."""

import json
import random
import time
import urllib.error
import urllib.request
from collections import Counter
from dataclasses import dataclass, field
from http.client import HTTPException
from typing import Any

_SHIFT_DEGREES = 2e-5
_PATIENCE_SECONDS = 300
_PAUSE_SECONDS = 0.5
_WEST, _SOUTH, _EAST, _NORTH = 110.0, 21.0, 116.5, 25.0
_BOX_DEGREES = 0.2


class Refused(Exception):
    """The service refused a request; ``code`` is that of its problem."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass
class TrialEditor:
    """Publishes drafts; ``published`` are the changesets that the service has acknowledged.

    ``unsure`` are drafts whose publication was cut off: they are published, or approved still.
    """

    url: str
    editor_key: str
    reviewer_key: str
    seed: int
    outcomes: Counter[str] = field(default_factory=Counter)
    published: dict[str, int] = field(default_factory=dict)
    unsure: list[str] = field(default_factory=list)

    def run_drafts(self, count: int) -> "TrialEditor":
        """Make drafts, and bring each to an end."""
        choose = random.Random(self.seed)
        for _ in range(count):
            try:
                self._run_draft(choose)
            except Refused as refused:
                self.outcomes[refused.code] += 1
        return self

    def _run_draft(self, choose: random.Random) -> None:
        stated = {"title": "trial", "unit": "440000", "purpose": "correction"}
        draft = self._send_request("/v1/drafts", stated)["id"]
        revision = self._move_vertices(draft, choose)
        if revision:
            body = {"revision": revision}
            self._send_request(f"/v1/drafts/{draft}/submit", body)
            self._send_request(f"/v1/drafts/{draft}/approve", body, as_reviewer=True)
            self._publish_draft(draft, body)
        else:
            self.outcomes["no_border_there"] += 1

    def _move_vertices(self, draft: str, choose: random.Random) -> int:
        """Move one or two vertices near a random place, sometimes undoing one; the revision."""
        west, south = choose.uniform(_WEST, _EAST), choose.uniform(_SOUTH, _NORTH)
        box = f"{west},{south},{west + _BOX_DEGREES},{south + _BOX_DEGREES}"
        edges = self._send_request(f"/drafts/{draft}/ogc/collections/edges/items?bbox={box}")[
            "features"
        ]
        inner = [edge for edge in edges if len(edge["geometry"]["coordinates"]) > 2]
        if not inner:
            return 0
        revision = 0
        for _ in range(choose.choice((1, 1, 2))):
            edge = choose.choice(inner)
            lon, lat = choose.choice(edge["geometry"]["coordinates"][1:-1])
            to = [lon + choose.uniform(-1, 1) * _SHIFT_DEGREES, lat]
            body = {"revision": revision, "command": "move_vertex", "edge": edge["id"]}
            try:
                answer = self._send_request(
                    f"/v1/drafts/{draft}/commands", {**body, "at": [lon, lat], "to": to}
                )
            except Refused as refused:
                self.outcomes[refused.code] += 1
            else:
                revision = answer["revision"]
        if revision > 1 and choose.random() < 1 / 3:
            revision = self._send_request(f"/v1/drafts/{draft}/undo", {"revision": revision})[
                "revision"
            ]
        return revision

    def _publish_draft(self, draft: str, body: dict[str, Any]) -> None:
        self.unsure.append(draft)
        answer = self._send_request(
            f"/v1/drafts/{draft}/publish", body, as_reviewer=True, repeat=False
        )
        self.unsure.remove(draft)
        self.published[draft] = answer["changeset"]
        self.outcomes["published"] += 1

    def _send_request(
        self,
        path: str,
        body: dict[str, Any] | None = None,
        *,
        as_reviewer: bool = False,
        repeat: bool = True,
    ) -> Any:
        """The answer to a request; waits for a service that is away.

        Raises:
            Refused: the service refused it, or it was cut off and may not be repeated.
        """
        key = self.reviewer_key if as_reviewer else self.editor_key
        headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, data, headers)
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while True:
            try:
                with urllib.request.urlopen(request, timeout=60) as response:
                    return json.load(response)
            except urllib.error.HTTPError as error:
                code = _read_code(error)
                if error.code < 500 or time.monotonic() > deadline:
                    raise Refused(code) from None
            except (HTTPException, OSError, ValueError):
                if time.monotonic() > deadline:
                    raise
            if not repeat:
                raise Refused("cut_off")
            time.sleep(_PAUSE_SECONDS)


def _read_code(error: urllib.error.HTTPError) -> str:
    """The code of a problem; the status where its body was cut off."""
    try:
        return str(json.load(error)["code"])
    except (HTTPException, OSError, ValueError, KeyError):
        return str(error.code)
