"""Whole drafts of random commands over HTTP: undone they are nothing, reverted they never were."""

import json
import random
from collections.abc import Callable
from typing import Any

import psycopg

from boundaries.drafts.open_draft import open_draft
from tests.web.api.draft_people import Colleague, read_body

People = dict[str, Colleague]
COUNT = 200
SHIFT = 2e-5
COUNTIES = ("440103", "440104", "440105", "440106", "440111", "440112")
BOX = "113.2,23.0,113.5,23.3"
Choose = random.Random


def list_edges(who: Colleague, draft: dict[str, Any]) -> list[Any]:
    answer = who.get(f"/drafts/{draft['id']}/ogc/collections/edges/items?bbox={BOX}")
    edges = read_body(answer)["features"]
    return [
        edge
        for edge in edges
        if all(str(edge["properties"][f"{side}_code"])[:4] == "4401" for side in ("left", "right"))
    ]


def move_vertex(who: Colleague, draft: dict[str, Any], choose: Choose) -> Any:
    edge = choose.choice([e for e in list_edges(who, draft) if inner_vertices(e)])
    lon, lat = choose.choice(inner_vertices(edge))
    to = [lon + choose.uniform(-1, 1) * SHIFT, lat + choose.uniform(-1, 1) * SHIFT]
    return who.run(draft, "move_vertex", edge=edge["id"], at=[lon, lat], to=to)


def insert_vertex(who: Colleague, draft: dict[str, Any], choose: Choose) -> Any:
    edge = choose.choice(list_edges(who, draft))
    line = edge["geometry"]["coordinates"]
    at = choose.randrange(len(line) - 1)
    here, there = line[at], line[at + 1]
    to = [
        (one + other) / 2 + choose.uniform(-1, 1) * SHIFT
        for one, other in zip(here, there, strict=True)
    ]
    return who.run(draft, "insert_vertex", edge=edge["id"], at=here, next_at=there, to=to)


def delete_vertex(who: Colleague, draft: dict[str, Any], choose: Choose) -> Any:
    edge = choose.choice([e for e in list_edges(who, draft) if len(inner_vertices(e)) > 1])
    return who.run(draft, "delete_vertex", edge=edge["id"], at=choose.choice(inner_vertices(edge)))


def inner_vertices(edge: Any) -> list[Any]:
    vertices: list[Any] = edge["geometry"]["coordinates"][1:-1]
    return vertices


def rename_unit(who: Colleague, draft: dict[str, Any], choose: Choose) -> Any:
    name = f"{choose.choice('东南西北上下')}{choose.choice('江山河岭湖海')}区"
    return who.run(draft, "rename_unit", unit=choose.choice(COUNTIES), name=name)


def move_seat(who: Colleague, draft: dict[str, Any], choose: Choose) -> Any:
    to = [choose.uniform(113.2, 113.4), choose.uniform(23.1, 23.3)]
    return who.run(draft, "move_seat", unit=choose.choice(COUNTIES), to=to)


COMMANDS: tuple[Callable[..., Any], ...] = (
    move_vertex,
    move_vertex,
    insert_vertex,
    delete_vertex,
    rename_unit,
    move_seat,
)


def test_two_hundred_commands_undone_leave_what_is_published(
    people: People, register_copy: str
) -> None:
    editor, choose = people["edp"], random.Random(200)
    draft = editor.create_draft(unit="440000")
    published = list_edges(editor, draft)
    taken = 0
    while taken < COUNT:
        answer = choose.choice(COMMANDS)(editor, draft, choose)
        same_name = answer.status_code == 400 and read_body(answer)["field"] == "name"
        assert same_name or answer.status_code in (200, 409), answer.json
        taken += answer.status_code == 200
    assert list_edges(editor, draft) != published
    for _ in range(COUNT):
        undone = editor.move(draft, "undo")
        assert undone.status_code == 200, undone.json
        draft["revision"] = read_body(undone)["revision"]
    assert list_edges(editor, draft) == published
    with psycopg.connect(register_copy) as conn:
        opened = open_draft(conn, draft["id"])
        assert opened.result == {}
    difference = read_body(editor.get(f"/v1/drafts/{draft['id']}/difference"))
    assert (difference["features"], difference["records"]) == ([], [])


def test_a_reverted_border_gives_the_areas_back_byte_for_byte(people: People) -> None:
    editor, choose = people["edp"], random.Random(1)
    before = read_areas(editor)
    draft = editor.create_draft(unit="440000", effective_on="2026-10-01")
    for command in (move_vertex, insert_vertex, delete_vertex, move_vertex):
        assert command(editor, draft, choose).status_code == 200
    changeset = publish(people, draft)
    assert read_areas(editor) != before
    reverted = editor.post(f"/v1/changesets/{changeset}/revert", {})
    assert reverted.status_code == 201, reverted.json
    publish(people, read_body(reverted))
    assert read_areas(editor) == before
    changes = read_body(editor.get("/v1/changes?after=0&limit=1"))
    assert changes["changes"]
    numbers = {
        change["changeset"]["id"]
        for change in read_body(editor.get(f"/v1/changes?after={changes_before(editor)}"))[
            "changes"
        ]
    }
    assert numbers == {changeset, changeset + 1}


def changes_before(who: Colleague) -> int:
    """The last sequence number of the shipped data, which is one changeset."""
    first = read_body(who.get("/v1/changes?after=0&limit=1"))["changes"][0]
    return int(first["changeset"]["last_seq"])


def publish(people: People, draft: dict[str, Any]) -> int:
    assert people["edp"].move(draft, "submit").status_code == 200
    assert people["rev"].move(draft, "approve").status_code == 200
    published = people["rev"].move(draft, "publish")
    assert published.status_code == 200, published.json
    return int(read_body(published)["changeset"])


def read_areas(who: Colleague) -> list[str]:
    """The areas of the units round about, at every level, as they are sent.

    But for the moment at which they are known, which every publication moves on.
    """
    areas = []
    for code in (*COUNTIES, "440100", "440000"):
        area = read_body(who.get(f"/v1/divisions/{code}/area?at=2026-11-01"))
        del area["properties"]["known_at"]
        areas.append(json.dumps(area))
    return areas
