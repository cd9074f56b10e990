"""The bar of editing over OGC API: a real QGIS moves one vertex that two counties share."""

from typing import Any

import shapely
from shapely.geometry import shape

from tests.interop.conftest import DesktopService
from tests.interop.qgis_process import run_qgis
from tests.web.api.test_drafts import (
    BAIYUN,
    TIANHE,
    find_border,
    publish,
    read_area,
    read_draft_area,
)

FIRST_VERSION_THAT_EDITS = (3, 32)
DAY_BEFORE = "2026-12-14"
BY = 5e-5
Position = tuple[float, ...]


def select_unit(code: str) -> str:
    return f"\"code\" = '{code}'"


def list_moved(before: Any, after: Any) -> tuple[set[Position], set[Position]]:
    """The vertices that only the first geometry has, and those that only the second one has."""
    old, new = (
        {tuple(position) for position in shapely.get_coordinates(shape(geometry)).tolist()}
        for geometry in (before, after)
    )
    return old - new, new - old


def test_the_installed_qgis_edits_over_ogc_api() -> None:
    answer = run_qgis([])
    version = tuple(int(part) for part in answer["version"].split("-")[0].split("."))
    assert version >= FIRST_VERSION_THAT_EDITS
    assert "OAPIF" in answer["providers"]


def test_a_shared_vertex_moved_twice_is_one_vertex_of_the_register(
    desktop_service: DesktopService,
) -> None:
    people = desktop_service.people
    draft = people["ed1"].create_draft()
    _, line = find_border(people["ed1"], draft)
    at = line[len(line) // 2]
    to = [at[0] + BY, at[1] + BY]
    open_findings = desktop_service.open_layer(draft, "findings")
    move = {"do": "move_vertex", "layer": "divisions", "at": at, "to": to}
    commit = {"do": "commit_changes", "layer": "divisions", "go_on": True}
    counties = f"\"code\" IN ('{TIANHE}', '{BAIYUN}')"
    answer = run_qgis([
        desktop_service.open_layer(draft, "divisions", filter=counties),
        {"do": "read_features", "layer": "divisions"},
        {"do": "start_editing", "layer": "divisions"},
        open_findings,
        {**move, "feature": select_unit(TIANHE)},
        commit,
        open_findings,
        {**move, "feature": select_unit(BAIYUN)},
        {**commit, "go_on": False},
        open_findings,
    ])  # fmt: skip
    opened = answer["results"][0]
    assert opened["valid"], answer["messages"]
    assert opened["crs"] == "EPSG:4490"
    assert {"Add Features", "Change Geometries", "Delete Features"} <= set(opened["capabilities"])
    assert {found["attributes"]["code"] for found in answer["results"][1]["features"]} == {
        TIANHE,
        BAIYUN,
    }
    commits = [done for done in answer["results"] if done["did"] == "commit_changes"]
    assert [done["done"] for done in commits] == [True, True], answer["messages"]
    before, between, after = [
        done["count"] for done in answer["results"][3:] if done["did"] == "open_layer"
    ]
    assert between > before == after

    moved = ({tuple(at)}, {tuple(to)})
    for code in (TIANHE, BAIYUN):
        drafted = read_draft_area(people["ed1"], draft, code)
        assert list_moved(read_area(people["ed1"], code), drafted) == moved
    draft["revision"] = people["ed1"].get(f"/v1/drafts/{draft['id']}").get_json()["revision"]
    assert publish(people, draft).status_code == 200
    for code in (TIANHE, BAIYUN):
        states = [read_area(people["ed1"], code, day) for day in (DAY_BEFORE, "2026-12-15")]
        assert list_moved(*states) == moved


def test_the_project_file_opens_register_draft_and_findings(
    desktop_service: DesktopService,
) -> None:
    editor = desktop_service.people["ed1"]
    draft = editor.create_draft()
    path = f"/drafts/{draft['id']}/project.qgs"
    project = editor.client.get(
        path,
        headers={"Authorization": f"Bearer {editor.key}"},
        base_url=desktop_service.proxy.address,
    )
    login = {"username": "ed1", "password": editor.key}
    answer = run_qgis([{"do": "open_project", "content": project.text, **login}])
    opened = answer["results"][0]
    assert opened["opened"], answer["messages"]
    assert (opened["crs"], opened["topological"], opened["snapping"]) == ("EPSG:4490", True, True)
    layers = {layer["id"].split("_")[0]: layer for layer in opened["layers"]}
    assert list(layers) == ["findings", "divisions", "edges", "register"]
    assert [name for name, layer in layers.items() if not layer["read_only"]] == ["divisions"]
    assert all(layer["valid"] for layer in layers.values()), answer["messages"]
    assert layers["divisions"]["count"] == layers["register"]["count"] > 0
    drawn = {name: layer["renderer"] for name, layer in layers.items() if name != "findings"}
    single = "singleSymbol"
    assert drawn == {"divisions": "categorizedSymbol", "edges": single, "register": single}, (
        "findings without a feature have no geometry"
    )
