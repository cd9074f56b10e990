"""A program that edits a draft over its OGC API, with the key of one of the people."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from werkzeug.test import TestResponse

from tests.web.api.draft_people import Colleague

CGCS2000 = "http://www.opengis.net/def/crs/EPSG/0/4490"
GEOJSON, MERGE_PATCH = "application/geo+json", "application/merge-patch+json"
Position = tuple[float, ...]


@dataclass(frozen=True)
class Desktop:
    """The program, on one draft."""

    who: Colleague
    draft: dict[str, Any]

    @property
    def root(self) -> str:
        return f"/drafts/{self.draft['id']}/ogc"

    def send(
        self, method: str, path: str, body: Any = None, media: str = GEOJSON, **headers: str
    ) -> TestResponse:
        """A request below the landing page; ``If_Match=…`` and so on are headers."""
        data = body if isinstance(body, bytes | str | None) else json.dumps(body)
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if self.who.key:
            sent["Authorization"] = f"Bearer {self.who.key}"
        if data is not None:
            sent["Content-Type"] = media
        return self.who.client.open(f"{self.root}{path}", method=method, data=data, headers=sent)

    def read(self, feature: str, collection: str = "divisions", crs: str = CGCS2000) -> Any:
        return self.send("GET", f"/collections/{collection}/items/{feature}?crs={crs}")

    def put(self, feature: str, body: Any, collection: str = "divisions", **headers: str) -> Any:
        return self.send("PUT", f"/collections/{collection}/items/{feature}", body, **headers)

    def patch(self, feature: str, body: Any, collection: str = "divisions", **headers: str) -> Any:
        path = f"/collections/{collection}/items/{feature}"
        return self.send("PATCH", path, body, MERGE_PATCH, **headers)

    def list_findings(self) -> list[dict[str, Any]]:
        """The properties of the findings."""
        answer = self.send("GET", "/collections/findings/items")
        assert answer.status_code == 200, answer.text
        return [feature["properties"] for feature in json.loads(answer.text)["features"]]

    def list_commands(self) -> list[str]:
        """The commands of the draft's steps."""
        answer = self.who.get(f"/v1/drafts/{self.draft['id']}/steps")
        return [step["command"] for step in json.loads(answer.text)["steps"]]

    def read_revision(self) -> int:
        answer = self.who.get(f"/v1/drafts/{self.draft['id']}")
        self.draft["revision"] = json.loads(answer.text)["revision"]
        return int(self.draft["revision"])


def open_desktop(who: Colleague, **stated: Any) -> Desktop:
    """The program on a new draft."""
    return Desktop(who, who.create_draft(**stated))


def list_vertices(geometry: Any) -> list[Position]:
    """The positions of a polygon, line or point, in order."""
    found: list[Position] = []

    def collect(part: Any) -> None:
        if isinstance(part[0], int | float):
            found.append(tuple(part))
        else:
            for inner in part:
                collect(inner)

    collect(geometry["coordinates"])
    return found


def rewrite(geometry: Any, change: Callable[[Position], list[float]]) -> Any:
    """The geometry with every position changed."""

    def walk(part: Any) -> Any:
        if isinstance(part[0], int | float):
            return change(tuple(part))
        return [walk(inner) for inner in part]

    return {"type": geometry["type"], "coordinates": walk(geometry["coordinates"])}


def move_vertex(
    geometry: Any, at: Position, to: Position, rounded: Callable[[float], float]
) -> Any:
    """The geometry with one vertex moved, and all of them as a program writes them."""
    return rewrite(
        geometry, lambda place: [rounded(part) for part in (to if place == at else place)]
    )


def round_as_patch(value: float) -> float:
    """As QGIS rounds a coordinate in PATCH: one bit of three in ten longitudes is lost."""
    return round(value * 1e17) / 1e17


def round_as_put(value: float) -> float:
    """As QGIS rounds a coordinate in PUT and POST."""
    return round(value, 6)
