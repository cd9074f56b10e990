"""The territory of a unit replaced from a file, over HTTP."""

import json
from io import BytesIO
from typing import Any

import pytest

from tests.web.api.draft_people import Colleague, read_body
from tests.web.sign_in import refused

TIANHE, BAIYUN = "440106", "440111"
People = dict[str, Colleague]


def read_area(who: Colleague, code: str) -> Any:
    return read_body(who.get(f"/v1/divisions/{code}/area?at=2026-12-15"))["geometry"]


def build_layer(*areas: tuple[str, Any]) -> bytes:
    features = [
        {"type": "Feature", "properties": {"XZQDM": code}, "geometry": geometry}
        for code, geometry in areas
    ]
    return json.dumps({"type": "FeatureCollection", "features": features}).encode()


def send_file(who: Colleague, draft: dict[str, Any], content: bytes, **other: Any) -> Any:
    form = {"revision": str(draft["revision"]), "unit": TIANHE, **other}
    return who.client.post(
        f"/v1/drafts/{draft['id']}/area-file",
        data={**form, "data": (BytesIO(content), "天河.geojson")},
        headers={"Authorization": f"Bearer {who.key}"},
        content_type="multipart/form-data",
    )


def move_common_vertex(one: Any, other: Any) -> Any:
    """The first of two areas with one vertex of the common border moved."""
    rings = [{tuple(at) for part in area["coordinates"] for at in part[0]} for area in (one, other)]
    lon, lat = sorted(rings[0] & rings[1])[5]
    text = json.dumps(one).replace(f"[{lon}, {lat}]", f"[{lon + 1e-4}, {lat}]")
    return json.loads(text)


def test_the_neighbours_follow_a_territory_from_a_file(people: People) -> None:
    editor = people["ed1"]
    draft = editor.create_draft()
    drawn = move_common_vertex(read_area(editor, TIANHE), read_area(editor, BAIYUN))
    layer = build_layer((TIANHE, drawn), (BAIYUN, read_area(editor, BAIYUN)))
    taken = send_file(editor, draft, layer)
    assert taken.status_code == 200, taken.json
    body = read_body(taken)
    assert {TIANHE, BAIYUN} <= set(body["touched"]["units"])
    assert body["area_m2"][TIANHE] == pytest.approx(-body["area_m2"][BAIYUN], abs=0.01)
    path = f"/drafts/{draft['id']}/ogc/collections/divisions/items/{TIANHE}"
    after = read_body(editor.get(path))["geometry"]
    vertices = {tuple(at) for part in drawn["coordinates"] for at in part[0]}
    assert vertices <= {tuple(at) for part in after["coordinates"] for at in part[0]}


def test_a_file_as_the_register_has_it_changes_nothing(people: People) -> None:
    draft = people["ed1"].create_draft()
    same = build_layer((TIANHE, read_area(people["ed1"], TIANHE)))
    refused(send_file(people["ed1"], draft, same), 409, "conflict")


@pytest.mark.parametrize(
    ("content", "other", "status", "field"),
    [
        (b"no layer", {}, 400, "data"),
        (build_layer(), {}, 400, "data"),
        (build_layer(("1", None), ("2", None)), {}, 400, "data"),
        (build_layer((TIANHE, {"type": "Point", "coordinates": [113, 23]})), {}, 400, "data"),
        (build_layer(), {"unit": "x"}, 400, "unit"),
        (build_layer(), {"revision": "-1"}, 400, "revision"),
    ],
)
def test_a_file_that_has_no_territory_is_refused(
    people: People, content: bytes, other: dict[str, str], status: int, field: str
) -> None:
    draft = people["ed1"].create_draft()
    answer = send_file(people["ed1"], draft, content, **other)
    assert (answer.status_code, read_body(answer)["field"]) == (status, field), answer.json
    steps = read_body(people["ed1"].get(f"/v1/drafts/{draft['id']}/steps"))
    assert (steps["revision"], steps["steps"]) == (0, [])


def test_a_draft_begins_when_its_unit_exists(people: People) -> None:
    body = {
        "title": "x",
        "unit": TIANHE,
        "purpose": "correction",
        "effective_on": "1970-01-01",
    }
    problem = refused(people["ed1"].post("/v1/drafts", body), 409, "conflict")
    assert problem["field"] == "effective_on"
