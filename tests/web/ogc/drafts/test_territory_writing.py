"""Territories of a draft replaced, updated, added and deleted by another program."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import shapely
from shapely.geometry import mapping, shape

from tests.web.api.draft_people import Colleague
from tests.web.api.test_drafts import BAIYUN, TIANHE, publish, read_area
from tests.web.ogc.drafts.desktop import (
    CGCS2000,
    Desktop,
    Position,
    list_vertices,
    move_vertex,
    open_desktop,
    round_as_patch,
    round_as_put,
)
from tests.web.sign_in import refused

People = dict[str, Colleague]
HUANGPU = "440112"


@pytest.fixture
def desktop(people: People) -> Desktop:
    return open_desktop(people["ed1"])


def find_shared_vertex(desktop: Desktop) -> Position:
    """A vertex that two counties have in common, and no third one."""
    query = f"/collections/divisions/items?limit=1000&level=county&crs={CGCS2000}"
    features = json.loads(desktop.send("GET", query).text)["features"]
    vertices = {
        feature["properties"]["code"]: set(list_vertices(feature["geometry"]))
        for feature in features
    }
    others = set().union(*(vertices[code] for code in vertices if code not in (TIANHE, BAIYUN)))
    shared = sorted((vertices[TIANHE] & vertices[BAIYUN]) - others)
    return shared[len(shared) // 2]


def read_geometry(desktop: Desktop, code: str) -> Any:
    answer = desktop.read(code)
    assert answer.status_code == 200, answer.text
    return json.loads(answer.text)["geometry"]


@pytest.mark.parametrize(("rounded", "method"), [(round_as_patch, "patch"), (round_as_put, "put")])
@pytest.mark.parametrize("by", [5e-5, -5e-5])
def test_one_vertex_moved_in_two_polygons_is_one_vertex_of_the_register(
    people: People,
    desktop: Desktop,
    rounded: Callable[[float], float],
    method: str,
    by: float,
) -> None:
    at = find_shared_vertex(desktop)
    to = tuple(round(part + by, 6) for part in at)
    before = {code: read_geometry(desktop, code) for code in (TIANHE, BAIYUN)}
    findings = [len(desktop.list_findings())]
    for code in (TIANHE, BAIYUN):
        geometry = move_vertex(before[code], at, to, rounded)
        body = {"type": "Feature", "geometry": geometry, "properties": {}}
        answer = getattr(desktop, method)(code, body, Content_Crs=f"<{CGCS2000}>")
        assert answer.status_code == 204, answer.text
        findings.append(len(desktop.list_findings()))
    assert findings[0] == findings[2] == 0
    assert findings[1] > 0
    assert desktop.list_commands() == ["reshape_edge"]
    for code, geometry in before.items():
        after = list_vertices(read_geometry(desktop, code))
        assert set(list_vertices(geometry)) ^ set(after) == {at, to}
    desktop.read_revision()
    answer = publish(people, desktop.draft)
    assert answer.status_code == 200, answer.text
    for code in (TIANHE, BAIYUN):
        old, new = (
            set(list_vertices(read_area(people["ed1"], code, day)))
            for day in ("2026-12-14", "2026-12-15")
        )
        assert old ^ new == {at[::-1], to[::-1]}


@pytest.mark.parametrize("rounded", [round_as_patch, round_as_put])
def test_an_unchanged_polygon_sent_back_changes_nothing(
    desktop: Desktop, rounded: Callable[[float], float]
) -> None:
    read = desktop.read(TIANHE)
    geometry = move_vertex(json.loads(read.text)["geometry"], (0.0,), (0.0,), rounded)
    answer = desktop.patch(TIANHE, {"geometry": geometry}, Content_Crs=CGCS2000)
    assert (answer.status_code, answer.headers["ETag"]) == (204, read.headers["ETag"])
    assert desktop.list_commands() == []
    assert desktop.read_revision() == 0


def test_an_outline_waits_is_shown_as_drawn_and_can_be_taken_back(
    people: People, desktop: Desktop
) -> None:
    before = read_geometry(desktop, TIANHE)
    at = find_shared_vertex(desktop)
    moved = move_vertex(before, at, tuple(part + 1e-4 for part in at), float)
    body = {"geometry": moved}
    assert desktop.patch(TIANHE, body, Content_Crs=CGCS2000).status_code == 204
    assert read_geometry(desktop, TIANHE)["coordinates"] == moved["coordinates"]
    assert at in list_vertices(read_geometry(desktop, BAIYUN)), "the neighbour did not move"
    desktop.read_revision()
    problem = refused(people["ed1"].move(desktop.draft, "submit"), 409, "outlines_wait")
    assert problem["units"] == [TIANHE]
    desktop.patch(TIANHE, {"geometry": before}, Content_Crs=CGCS2000)
    assert desktop.list_findings() == []
    assert desktop.list_commands() == []


def test_whoever_drew_an_outline_does_not_review_the_draft(people: People) -> None:
    first, second = (people[login] for login in ("edp", "ed1"))
    desktop = open_desktop(second)
    at = find_shared_vertex(desktop)
    to = tuple(part + 1e-4 for part in at)
    for who, code in ((first, TIANHE), (second, BAIYUN)):
        own = Desktop(who, desktop.draft)
        geometry = move_vertex(read_geometry(own, code), at, to, float)
        assert own.patch(code, {"geometry": geometry}, Content_Crs=CGCS2000).status_code == 204
    desktop.read_revision()
    assert second.move(desktop.draft, "submit").status_code == 200
    refused(first.move(desktop.draft, "approve"), 403, "own_draft")


def iter_cuts(polygon: shapely.Polygon) -> Iterator[tuple[float, list[shapely.Polygon]]]:
    """Ways to cut a polygon in two from vertex to vertex, with the area of the smaller part."""
    ring = list(polygon.exterior.coords)
    for first in range(len(ring) - 1):
        for last in range(first + 2, len(ring) - 1):
            if polygon.covers(shapely.LineString([ring[first], ring[last]])):
                one = shapely.Polygon([*ring[first : last + 1], ring[first]])
                other = shapely.Polygon([*ring[last:-1], *ring[: first + 1], ring[last]])
                yield min(one.area, other.area), [one, other]


def read_area_in_degrees(desktop: Desktop, code: str) -> shapely.Polygon:
    answer = desktop.send("GET", f"/collections/divisions/items/{code}")
    (polygon,) = shape(json.loads(answer.text)["geometry"]).geoms
    return polygon


def test_a_polygon_split_in_two_becomes_two_units_and_one_again(desktop: Desktop) -> None:
    whole = read_area_in_degrees(desktop, TIANHE)
    _, (rest, part) = max(iter_cuts(whole), key=lambda cut: cut[0])
    new = {"code": "440119", "name": "新天区", "level": "county"}
    desktop.patch(TIANHE, {"geometry": mapping(rest)})
    assert {found["rule"] for found in desktop.list_findings()} == {"TOP-COV-02"}
    body = {"type": "Feature", "geometry": mapping(part), "properties": new}
    created = desktop.send("POST", "/collections/divisions/items", body)
    assert created.status_code == 201, created.text
    assert desktop.list_commands() == ["split_unit"]
    assert desktop.list_findings() == []
    unit = created.headers["Location"].rsplit("/", 1)[-1]
    answer = desktop.read(unit)
    assert answer.headers["ETag"]
    assert json.loads(answer.text)["properties"] | new == json.loads(answer.text)["properties"]

    assert desktop.send("DELETE", f"/collections/divisions/items/{unit}").status_code == 204
    refused(desktop.read(unit), 404, "not_found")
    assert desktop.patch(TIANHE, {"geometry": mapping(whole)}).status_code == 204
    assert desktop.list_commands() == ["split_unit", "merge_units"]
    assert desktop.list_findings() == []
    assert read_area_in_degrees(desktop, TIANHE).equals(whole)


def test_a_unit_drawn_before_the_other_shrinks_has_the_same_id_afterwards(
    desktop: Desktop,
) -> None:
    whole = read_area_in_degrees(desktop, TIANHE)
    _, (rest, part) = max(iter_cuts(whole), key=lambda cut: cut[0])
    new = {"code": "440119", "name": "新天区", "level": "county"}
    body = {"type": "Feature", "geometry": mapping(part), "properties": new}
    created = desktop.send("POST", "/collections/divisions/items", body)
    unit = created.headers["Location"].rsplit("/", 1)[-1]
    assert json.loads(desktop.read(unit).text)["properties"]["name"] == "新天区"
    assert {found["rule"] for found in desktop.list_findings()} == {"TOP-COV-01"}
    assert desktop.patch(TIANHE, {"geometry": mapping(rest)}).status_code == 204
    assert json.loads(desktop.read(unit).text)["id"] == unit
    assert desktop.list_commands() == ["split_unit"]


def test_deleting_a_unit_that_a_neighbour_takes_is_a_merger(desktop: Desktop) -> None:
    union = shapely.union(*(read_area_in_degrees(desktop, code) for code in (TIANHE, BAIYUN)))
    assert desktop.send("DELETE", f"/collections/divisions/items/{TIANHE}").status_code == 204
    assert desktop.list_commands() == []
    assert len(desktop.list_findings()) == 1
    assert desktop.patch(BAIYUN, {"geometry": mapping(union)}).status_code == 204
    assert desktop.list_commands() == ["merge_units"]
    rules = {found["rule"] for found in desktop.list_findings()}
    assert rules == {"TOP-VER-06"}, "townships that change their parent have their codes still"


def test_attributes_of_a_unit_change_by_the_commands_for_them(desktop: Desktop) -> None:
    answer = desktop.patch(TIANHE, {"properties": {"name": "天和区", "code": "440119"}})
    assert answer.status_code == 204, answer.text
    assert sorted(desktop.list_commands()) == ["recode_unit", "rename_unit"]
    named = json.loads(desktop.read("440119").text)["properties"]
    assert (named["name"], named["romanized_name"]) == ("天和区", "Tianhe Qu")
    refused(desktop.read(TIANHE), 404, "not_found")


def test_an_update_of_all_properties_repeats_what_was_read(desktop: Desktop) -> None:
    """QGIS sends it after merging: the area is that before the geometry was enlarged."""
    properties = json.loads(desktop.read(TIANHE).text)["properties"]
    stale = {**properties, "area_km2": properties["area_km2"] + 1}
    assert desktop.patch(TIANHE, {"properties": stale}).status_code == 204
    assert desktop.list_commands() == []
    for sent in ({"area_km2": stale["area_km2"]}, dict.fromkeys(stale)):
        refused(desktop.patch(TIANHE, {"properties": sent}), 400, "invalid_value")


def test_an_edge_is_drawn_otherwise_and_its_node_goes_with_its_end(desktop: Desktop) -> None:
    query = f"/collections/edges/items?limit=1000&left_code={TIANHE}"
    edges = json.loads(desktop.send("GET", query).text)["features"]
    edge = max(edges, key=lambda one: len(one["geometry"]["coordinates"]))
    line = edge["geometry"]["coordinates"]
    line[len(line) // 2] = [part + 1e-5 for part in line[len(line) // 2]]
    assert desktop.put(edge["id"], edge, "edges").status_code == 204
    line[0] = [part + 1e-5 for part in line[0]]
    assert desktop.patch(edge["id"], {"geometry": edge["geometry"]}, "edges").status_code == 204
    after = desktop.read(edge["id"], "edges", "http://www.opengis.net/def/crs/OGC/1.3/CRS84")
    assert json.loads(after.text)["geometry"]["coordinates"] == line
    assert desktop.list_commands() == ["reshape_edge", "move_node"]
    assert desktop.list_findings() == []


def test_methods_are_allowed_to_those_who_may_write(people: People, desktop: Desktop) -> None:
    items, item = "/collections/divisions/items", f"/collections/divisions/items/{TIANHE}"
    reads = "GET, HEAD, OPTIONS"
    allowed = {path: desktop.send("OPTIONS", path).headers["Allow"] for path in (items, item)}
    assert allowed == {items: f"{reads}, POST", item: f"{reads}, PUT, PATCH, DELETE"}
    for login in ("view", "eds", "rev"):
        answer = Desktop(people[login], desktop.draft).send("OPTIONS", item)
        assert (answer.status_code, answer.headers["Allow"]) == (200, reads)
    nobody = Desktop(Colleague(people["ed1"].client, ""), desktop.draft)
    assert desktop.send("OPTIONS", "/collections/findings/items").headers["Allow"] == reads
    for method in ("GET", "OPTIONS"):
        answer = nobody.send(method, item)
        refused(answer, 401, "unauthenticated")
    assert answer.headers["Allow"] == reads


def test_tags_guard_what_somebody_else_has_changed(desktop: Desktop) -> None:
    read = desktop.read(TIANHE)
    body = json.loads(read.text)
    same = desktop.read(TIANHE)
    assert same.headers["ETag"] == read.headers["ETag"]
    assert not same.headers["ETag"].startswith("W/")
    path = f"/collections/divisions/items/{TIANHE}?crs={CGCS2000}"
    unchanged = desktop.send("GET", path, If_None_Match=read.headers["ETag"])
    assert unchanged.status_code == 304
    sent = {"Content_Crs": CGCS2000}
    refused(desktop.put(TIANHE, body, If_Match='"stale"', **sent), 412, "precondition_failed")
    assert desktop.put(TIANHE, body, If_Match=read.headers["ETag"], **sent).status_code == 204
    assert desktop.put(TIANHE, body, **sent).status_code == 204
    assert desktop.read_revision() == 0
    refused(desktop.put("440999", body, If_Match='"x"', **sent), 412, "precondition_failed")


def cross_ring(geometry: Any) -> Any:
    """The polygon with two of its vertices exchanged, so that it crosses itself."""
    ring = geometry["coordinates"][0][0]
    third = len(ring) // 3
    ring[1], ring[third] = ring[third], ring[1]
    return geometry


def test_bad_input_is_a_problem_and_changes_nothing(desktop: Desktop) -> None:
    read = json.loads(desktop.read(TIANHE).text)
    whole = json.dumps(read)
    crs = {"Content_Crs": CGCS2000}
    crossed = {**read, "geometry": cross_ring(json.loads(whole)["geometry"])}
    point = {**read, "geometry": {"type": "Point", "coordinates": [23.1, 113.3]}}
    cut = {"geometry": {"type": "Polygon", "coordinates": [[[23.1, 113.3], [23.2]]]}}
    other = json.loads(desktop.read("440304").text)
    refused(desktop.put("440999", read, **crs), 404, "not_found")
    refused(desktop.put("440304", other, **crs), 403, "forbidden")
    problem = refused(desktop.put(TIANHE, crossed, **crs), 400, "invalid_value")
    assert problem["field"] == "geometry"
    assert len(problem["place"]) == 2
    expected = [
        (desktop.put(TIANHE, point, **crs), "geometry.type"),
        (desktop.put(TIANHE, read), "geometry"),
        (desktop.put(TIANHE, read, Content_Crs="http://example.org/crs/1"), "Content-Crs"),
        (desktop.put(TIANHE, whole[: len(whole) // 2], **crs), "body"),
        (desktop.put(TIANHE, [1], **crs), "body"),
        (desktop.put(TIANHE, {**read, "type": "Polygon"}, **crs), "type"),
        (desktop.patch(TIANHE, cut, **crs), "geometry"),
        (desktop.patch(TIANHE, {"id": "x"}), "id"),
        (desktop.patch(TIANHE, {"colour": "red"}), "colour"),
        (desktop.patch(TIANHE, {"properties": {"area_km2": 3}}), "properties.area_km2"),
        (desktop.patch(TIANHE, {"properties": {"name": None}}), "properties.name"),
        (desktop.patch(TIANHE, {"properties": {"colour": "red"}}), "properties.colour"),
        (desktop.patch(TIANHE, {"properties": {"code": "12"}}), "code"),
        (desktop.send("POST", "/collections/divisions/items", read, **crs), "code"),
    ]
    for answer, field in expected[:-1]:
        assert refused(answer, 400, "invalid_value")["field"] == field
    assert expected[-1][0].status_code == 409, "another unit carries the code"
    refused(desktop.put(TIANHE, b"x" * 34_000_000), 413, "too_large")
    text = desktop.send("PUT", f"/collections/divisions/items/{TIANHE}", "x", "text/plain")
    refused(text, 415, "unsupported_media_type")
    refused(desktop.put(read["id"], {}, "nodes"), 405, "method_not_allowed")
    assert desktop.read_revision() == 0
    assert desktop.list_commands() == []


def test_an_outline_that_waits_is_listed_and_can_be_discarded(
    people: People, desktop: Desktop
) -> None:
    at = find_shared_vertex(desktop)
    moved = move_vertex(
        read_geometry(desktop, TIANHE), at, tuple(part + 1e-4 for part in at), float
    )
    desktop.patch(TIANHE, {"geometry": moved}, Content_Crs=CGCS2000)
    path = f"/v1/drafts/{desktop.draft['id']}/outlines"
    (outline,) = json.loads(people["ed1"].get(path).text)["outlines"]
    assert (outline["code"], outline["is_new"]) == (TIANHE, False)
    assert {place[::-1] for place in list_vertices(outline["area"])} == set(list_vertices(moved))
    body = {"revision": desktop.read_revision(), "unit_id": outline["unit_id"]}
    other = {**body, "unit_id": desktop.draft["id"]}
    assert refused(people["ed1"].post(f"{path}/discard", other), 404, "not_found")
    refused(people["view"].post(f"{path}/discard", body), 403, "forbidden")
    discarded = people["ed1"].post(f"{path}/discard", body)
    assert json.loads(discarded.text)["outlines"] == []
    assert at in list_vertices(read_geometry(desktop, TIANHE))
    assert desktop.list_findings() == []


def test_a_unit_of_a_draft_is_in_force_since_its_last_change(desktop: Desktop) -> None:
    def read_days() -> tuple[str | None, str | None]:
        properties = json.loads(desktop.read(TIANHE).text)["properties"]
        return properties["valid_from"], properties["valid_to"]

    before = read_days()
    desktop.patch(TIANHE, {"properties": {"name": "天和区"}})
    assert before != read_days() == ("2026-12-15", None)
    neighbour = json.loads(desktop.read(BAIYUN).text)["properties"]
    assert neighbour["valid_from"] < "2026-12-15"


def test_the_territory_of_a_city_is_not_deleted_but_that_of_its_counties(
    desktop: Desktop,
) -> None:
    answer = desktop.send("DELETE", "/collections/divisions/items/440100")
    assert refused(answer, 409, "conflict")["field"] == "feature"
    assert desktop.read_revision() == 0
