"""Drafts over HTTP, on the shipped register: the way of a moved border to its publication."""

from typing import Any

import pytest

from tests.web.api.draft_people import ACT, Colleague, read_body
from tests.web.sign_in import refused

TIANHE, BAIYUN = "440106", "440111"
BOX = "113.2,23.1,113.5,23.3"


def find_border(who: Colleague, draft: dict[str, Any]) -> tuple[str, list[list[float]]]:
    """The longest edge between two counties of Guangzhou, and its vertices."""
    answer = who.get(f"/drafts/{draft['id']}/ogc/collections/edges/items?bbox={BOX}")
    edges = [
        feature
        for feature in read_body(answer)["features"]
        if {feature["properties"]["left_code"], feature["properties"]["right_code"]}
        == {TIANHE, BAIYUN}
    ]
    longest = max(edges, key=lambda edge: len(edge["geometry"]["coordinates"]))
    return longest["id"], longest["geometry"]["coordinates"]


def move_vertex(who: Colleague, draft: dict[str, Any], number: int, by: float = 5e-5) -> Any:
    edge, line = find_border(who, draft)
    lon, lat = line[number]
    return who.run(draft, "move_vertex", edge=edge, at=[lon, lat], to=[lon + by, lat + by])


def read_area(who: Colleague, code: str, at: str = "2026-12-15") -> Any:
    return read_body(who.get(f"/v1/divisions/{code}/area?at={at}"))["geometry"]


def read_draft_area(who: Colleague, draft: dict[str, Any], code: str) -> Any:
    path = f"/drafts/{draft['id']}/ogc/collections/divisions/items/{code}"
    return read_body(who.get(path))["geometry"]


def publish(people: dict[str, Colleague], draft: dict[str, Any], editor: str = "ed1") -> Any:
    assert people[editor].move(draft, "submit").status_code == 200
    assert people["rev"].move(draft, "approve").status_code == 200
    return people["rev"].move(draft, "publish")


def test_a_draft_begins_in_work_and_needs_a_role_over_its_unit(
    people: dict[str, Colleague],
) -> None:
    draft = people["ed1"].create_draft()
    assert (draft["revision"], draft["state"], draft["steps"]) == (0, "in_work", 0)
    assert draft["number"] >= 1
    same = people["ed1"].create_draft(unit=draft["unit"]["unit_id"])
    assert same["unit"] == draft["unit"]
    body = {"title": "x", "unit": "440300", "purpose": "correction"}
    refused(people["ed1"].post("/v1/drafts", body), 403, "forbidden")
    refused(people["ed1"].client.post("/v1/drafts", json=body), 401, "unauthenticated")


def test_a_draft_is_seen_by_people_of_its_unit_only(people: dict[str, Colleague]) -> None:
    path = f"/v1/drafts/{people['ed1'].create_draft()['id']}"
    refused(people["ed1"].client.get(path), 401, "unauthenticated")
    assert people["view"].get(path).status_code == 200
    refused(people["eds"].get(path), 403, "forbidden")
    assert [d["unit"]["code"] for d in read_body(people["view"].get("/v1/drafts"))["drafts"]] == [
        "440100"
    ]
    assert read_body(people["eds"].get("/v1/drafts"))["drafts"] == []


def test_both_sides_of_a_border_follow_a_vertex_and_nothing_is_public(
    people: dict[str, Colleague],
) -> None:
    editor = people["ed1"]
    draft = editor.create_draft()
    published = read_area(editor, TIANHE)
    answer = read_body(move_vertex(editor, draft, 3))
    assert answer["touched"]["units"] == [TIANHE, BAIYUN]
    assert answer["touched"]["lines"] == [[TIANHE, BAIYUN]]
    assert set(answer["area_m2"]) == {TIANHE, BAIYUN}
    assert abs(sum(answer["area_m2"].values())) < 0.01
    assert answer["findings"] == {"added": [], "removed": []}
    assert read_area(editor, TIANHE) == published
    _, line = find_border(editor, draft)
    rings = str([read_draft_area(editor, draft, code) for code in (TIANHE, BAIYUN)])
    assert rings.count(str(line[3]).strip("[]")) == 2


def test_a_command_over_an_old_revision_changes_nothing(people: dict[str, Colleague]) -> None:
    editor = people["ed1"]
    draft = editor.create_draft()
    move_vertex(editor, draft, 3)
    stale = {**draft, "revision": 0}
    body = refused(move_vertex(editor, stale, 4), 409, "draft_moved")
    assert (body["field"], body["revision"]) == ("revision", 1)
    steps = read_body(editor.get(f"/v1/drafts/{draft['id']}/steps"))
    assert (steps["revision"], len(steps["steps"])) == (1, 1)


def test_undo_and_redo_give_the_same_coordinates(people: dict[str, Colleague]) -> None:
    editor = people["ed1"]
    draft = editor.create_draft()
    before = [read_draft_area(editor, draft, code) for code in (TIANHE, BAIYUN)]
    move_vertex(editor, draft, 3)
    after = [read_draft_area(editor, draft, code) for code in (TIANHE, BAIYUN)]
    assert after != before
    assert editor.move(draft, "undo").status_code == 200
    assert [read_draft_area(editor, draft, code) for code in (TIANHE, BAIYUN)] == before
    draft["revision"] += 1
    assert editor.move(draft, "redo").status_code == 200
    assert [read_draft_area(editor, draft, code) for code in (TIANHE, BAIYUN)] == after
    draft["revision"] += 1
    refused(editor.move(draft, "redo"), 409, "conflict")


def test_three_counties_follow_a_node(people: dict[str, Colleague]) -> None:
    editor = people["ed1"]
    draft = editor.create_draft()
    answer = editor.get(f"/drafts/{draft['id']}/ogc/collections/edges/items?bbox={BOX}")
    ends: dict[str, list[Any]] = {}
    for edge in read_body(answer)["features"]:
        for end, at in (("start_node", 0), ("end_node", -1)):
            ends.setdefault(edge["properties"][end], []).append((edge, at))
    node, meeting = next(
        (node, edges)
        for node, edges in ends.items()
        if len({c for e, _ in edges for c in (e["properties"]["left_code"],
                                              e["properties"]["right_code"])}) == 3
        and all(str(e["properties"]["left_code"]).startswith("4401") for e, _ in edges)
        and all(str(e["properties"]["right_code"]).startswith("4401") for e, _ in edges)
    )  # fmt: skip
    edge, at = meeting[0]
    lon, lat = edge["geometry"]["coordinates"][at]
    result = read_body(editor.run(draft, "move_node", node=node, to=[lon + 2e-5, lat]))
    assert len(result["touched"]["units"]) == 3
    assert len(result["touched"]["edges"]) >= 3
    assert not [f for f in result["findings"]["added"] if f["rule"].startswith("TOP-COV")]


def test_what_a_draft_adds_blocks_it(people: dict[str, Colleague]) -> None:
    editor = people["ed1"]
    draft = editor.create_draft()
    edge, line = find_border(editor, draft)
    (lon, lat), (far_lon, far_lat) = line[3], line[-2]
    moved = editor.run(
        draft, "move_vertex", edge=edge, at=[lon, lat], to=[2 * far_lon - lon, 2 * far_lat - lat]
    )
    assert moved.status_code == 200
    findings = read_body(editor.get(f"/v1/drafts/{draft['id']}/findings"))
    assert findings["blocking"] > 0
    found = findings["added"][0]
    assert found["rule"] in {"TOP-GEO-01", "TOP-COV-01"}
    assert found["geometry"] is not None
    body = refused(editor.move(draft, "submit"), 409, "findings_block")
    assert sum(body["counts"].values()) == findings["blocking"]
    assert read_body(editor.get(f"/v1/drafts/{draft['id']}"))["state"] == "in_work"


def test_nobody_approves_what_they_made_or_may_not_review(people: dict[str, Colleague]) -> None:
    draft = people["ed1"].create_draft()
    move_vertex(people["ed2"], draft, 3)
    assert people["ed1"].move(draft, "submit").status_code == 200
    for maker in ("ed1", "ed2"):
        refused(people[maker].move(draft, "approve"), 403, "own_draft")
    body = refused(people["revc"].move(draft, "approve"), 403, "forbidden")
    assert body["units"] == [BAIYUN]
    assert read_body(people["rev"].move(draft, "approve"))["state"] == "approved"
    assert read_body(people["ed1"].move(draft, "withdraw"))["state"] == "in_work"


def test_a_published_draft_holds_from_its_day(people: dict[str, Colleague]) -> None:
    editor = people["ed1"]
    draft = editor.create_draft()
    before = read_area(editor, TIANHE)
    move_vertex(editor, draft, 3)
    drafted = read_draft_area(editor, draft, TIANHE)
    seq = read_body(editor.get("/v1/checksum"))["seq"]
    published = read_body(publish(people, draft))
    assert read_area(editor, TIANHE, "2026-12-14") == before
    assert read_area(editor, TIANHE, "2026-12-15") == drafted
    changes = read_body(editor.get(f"/v1/changes?after={seq}"))["changes"]
    kinds = sorted(change["kind"] for change in changes)
    assert kinds == ["act", "area", "area", "edge"]
    assert {change["changeset"]["id"] for change in changes} == {published["changeset"]}
    assert changes[0]["changeset"]["acts"][0]["number"] == ACT["number"]
    assert read_body(editor.get(f"/v1/drafts/{draft['id']}"))["state"] == "published"
    refused(people["rev"].move(draft, "publish"), 409, "draft_state")


def test_different_stretches_of_one_border_do_not_conflict(people: dict[str, Colleague]) -> None:
    one, other = people["ed1"].create_draft(), people["ed2"].create_draft()
    move_vertex(people["ed1"], one, 2)
    move_vertex(people["ed2"], other, 6)
    assert publish(people, one).status_code == 200
    assert publish(people, other, "ed2").status_code == 200
    third = people["ed1"].create_draft()
    _, line = find_border(people["ed1"], third)
    assert str(line[2]).strip("[]") in str(read_area(people["ed1"], TIANHE))
    assert str(line[6]).strip("[]") in str(read_area(people["ed1"], TIANHE))


def transfer_at(who: Colleague, draft: dict[str, Any], number: int) -> Any:
    """A square of some metres round a vertex of the border goes from one county to the other."""
    _, line = find_border(who, draft)
    (lon, lat), half = line[number], 2e-4
    ring = [[-half, -half], [half, -half], [half, half], [-half, half], [-half, -half]]
    square = [[lon + x, lat + y] for x, y in ring]
    area = {"type": "Polygon", "coordinates": [square]}
    return who.run(draft, "transfer_area", unit=TIANHE, into=BAIYUN, area=area)


def test_territory_may_pass_at_two_places_of_one_border_by_two_drafts(
    people: dict[str, Colleague],
) -> None:
    first, second = (people[login].create_draft() for login in ("ed1", "ed2"))
    length = len(find_border(people["ed1"], first)[1])
    answers = [
        transfer_at(people["ed1"], first, 3),
        transfer_at(people["ed2"], second, length - 4),
    ]
    assert [answer.status_code for answer in answers] == [200, 200], answers[0].json
    passed = sum(read_body(answer)["area_m2"][BAIYUN] for answer in answers)
    before = read_body(people["ed1"].get(f"/v1/divisions/{BAIYUN}/area?at=2026-12-15"))
    assert publish(people, first).status_code == 200
    assert publish(people, second, "ed2").status_code == 200
    after = read_body(people["ed1"].get(f"/v1/divisions/{BAIYUN}/area?at=2026-12-15"))
    gained = after["properties"]["area_km2"] - before["properties"]["area_km2"]
    assert gained * 1e6 == pytest.approx(passed, abs=0.1)


def test_the_same_vertex_conflicts_until_the_step_is_undone(people: dict[str, Colleague]) -> None:
    one, other = people["ed1"].create_draft(), people["ed2"].create_draft()
    move_vertex(people["ed1"], one, 3)
    move_vertex(people["ed2"], other, 3, 9e-5)
    move_vertex(people["ed2"], other, 6)
    assert publish(people, one).status_code == 200
    body = refused(people["ed2"].move(other, "submit"), 409, "conflict")
    conflict = body["conflicts"][0]
    assert body["step"] == 1
    assert {conflict[name]["type"] for name in ("ancestor", "theirs", "ours")} == {"LineString"}
    assert conflict["theirs"] != conflict["ours"]
    undone = people["ed2"].move(other, "undo", step=1)
    assert undone.status_code == 200, undone.json
    other["revision"] += 1
    steps = read_body(people["ed2"].get(f"/v1/drafts/{other['id']}/steps"))["steps"]
    assert [step["undone"] for step in steps] == [True, False]
    assert publish(people, other, "ed2").status_code == 200


def test_an_earlier_change_holds_until_a_later_known_one_and_both_after_it(
    people: dict[str, Colleague],
) -> None:
    later = people["ed1"].create_draft(effective_on="2027-01-01")
    _, line = find_border(people["ed1"], later)
    move_vertex(people["ed1"], later, 2)
    assert publish(people, later).status_code == 200
    sooner = people["ed2"].create_draft(effective_on="2026-12-20")
    move_vertex(people["ed2"], sooner, 6)
    assert publish(people, sooner, "ed2").status_code == 200
    between, after = (
        str(read_area(people["ed1"], TIANHE, day)) for day in ("2026-12-20", "2027-01-01")
    )
    moved = [str([line[k][0] + 5e-5, line[k][1] + 5e-5]).strip("[]") for k in (2, 6)]
    assert [vertex in between for vertex in moved] == [False, True]
    assert [vertex in after for vertex in moved] == [True, True]


def test_a_later_change_of_the_same_stretch_is_in_the_way(people: dict[str, Colleague]) -> None:
    later = people["ed1"].create_draft(effective_on="2027-01-01")
    move_vertex(people["ed1"], later, 3)
    assert publish(people, later).status_code == 200
    sooner = people["ed2"].create_draft(effective_on="2026-12-20")
    body = refused(move_vertex(people["ed2"], sooner, 3), 409, "later_change")
    assert body["act"]["number"] == ACT["number"]
    assert body["day"] == "2027-01-01"


def test_a_county_becomes_a_district_with_name_code_and_border(
    people: dict[str, Colleague],
) -> None:
    """龙门县 441324: on its day the new unit has the territory, the towns and the succession."""
    editor = people["edp"]
    draft = editor.create_draft(
        unit="440000", event_kind="county_to_district", effective_on="2026-06-01"
    )
    converted = editor.run(
        draft, "convert_unit", unit="441324", code="441304", name="龙门区", unit_type="市辖区"
    )
    assert converted.status_code == 200, converted.json
    assert read_body(converted)["findings"]["added"] == []
    assert publish(people, draft, "edp").status_code == 200
    assert read_body(editor.get("/v1/divisions/441324?at=2026-05-31"))["name"] == "龙门县"
    gone = refused(editor.get("/v1/divisions/441324?at=2026-06-01"), 404, "code_not_in_force")
    assert gone["periods"][-1]["valid"]["to"] == "2026-06-01"
    after = read_body(editor.get("/v1/divisions/441304?at=2026-06-01"))
    assert (after["name"], after["unit_type"]) == ("龙门区", "市辖区")
    assert [(p["code"], p["kind"], p["share"]) for p in after["predecessors"]] == [
        ("441324", "continues", 1.0)
    ]
    path = "/v1/codes/translate?code=441324&from=2026-05-31&to=2026-06-01"
    translated = read_body(editor.get(path))["results"]
    assert [(r["code"], r["share"]) for r in translated] == [("441304", 1.0)]
    towns = read_body(editor.get("/v1/divisions/441304/children?at=2026-06-01"))["children"]
    assert {town["code"][:6] for town in towns} == {"441304"}
    same = [
        read_area(editor, "441324", "2026-05-31"),
        read_area(editor, "441304", "2026-06-01"),
    ]
    assert same[0] == same[1]


def test_a_code_that_another_unit_carries_is_refused(people: dict[str, Colleague]) -> None:
    editor = people["ed1"]
    draft = editor.create_draft()
    body = refused(editor.run(draft, "recode_unit", unit=TIANHE, code=BAIYUN), 409, "conflict")
    assert body["field"] == "code"


def test_a_unit_is_split_by_a_line_and_merged_back(people: dict[str, Colleague]) -> None:
    editor = people["ed1"]
    draft = editor.create_draft(event_kind="split")
    ring = read_draft_area(editor, draft, BAIYUN)["coordinates"][0][0]
    lons, lats = zip(*ring, strict=True)
    middle = (min(lats) + max(lats)) / 2
    line = {
        "type": "LineString",
        "coordinates": [[min(lons) - 0.1, middle], [max(lons) + 0.1, middle + 0.01]],
    }
    new = {"code": "440191", "name": "白南区"}
    at = [(min(lons) + max(lons)) / 2, middle - 0.02]
    split = editor.run(draft, "split_unit", unit=BAIYUN, line=line, at=at, new=new)
    body = read_body(split)
    assert split.status_code == 200, body
    assert body["area_m2"]["440191"] > 1e7
    assert body["findings"]["added"] == []
    merged = editor.run(draft, "merge_units", unit="440191", into=BAIYUN)
    assert merged.status_code == 200, merged.json
    difference = read_body(editor.get(f"/v1/drafts/{draft['id']}/difference"))
    assert sum(f["properties"]["area_m2"] for f in difference["features"]) < 1.0


@pytest.mark.parametrize(
    ("command", "arguments", "status", "field"),
    [
        ("move_vertex", {"edge": "x", "at": [113, 23], "to": [113, 23]}, 400, "edge"),
        ("move_vertex", {"at": [113, 23], "to": [113, 23]}, 400, "edge"),
        ("rename_unit", {"unit": "440199", "name": "无区"}, 404, "unit"),
        ("rename_unit", {"unit": "440106", "name": "天河区"}, 400, "name"),
        ("rename_unit", {"unit": "440106", "name": "天江区", "x": 1}, 400, "x"),
        ("rename_unit", {"unit": "440303", "name": "罗江区"}, 403, "unit"),
        ("move_seat", {"unit": "440106", "to": [300, 23]}, 400, "to.0"),
        ("dance", {}, 400, "command"),
        (
            "replace_area",
            {
                "unit": "440106",
                "area": {
                    "type": "Polygon",
                    "coordinates": [[[113, 23], [114, 24], [114, 23], [113, 24], [113, 23]]],
                },
            },
            400,
            "area",
        ),
    ],
)
def test_bad_input_names_its_field_and_changes_nothing(
    people: dict[str, Colleague], command: str, arguments: dict[str, Any], status: int, field: str
) -> None:
    draft = people["ed1"].create_draft()
    answer = people["ed1"].run(draft, command, **arguments)
    body = read_body(answer)
    assert (answer.status_code, body["field"]) == (status, field), body
    assert read_body(people["ed1"].get(f"/v1/drafts/{draft['id']}"))["revision"] == 0


@pytest.mark.parametrize(
    ("stated", "field"),
    [
        ({"effective_on": "2026-02-30"}, "effective_on"),
        ({"effective_on": None}, "effective_on"),
        ({"act": None}, "act"),
        ({"purpose": "whim"}, "purpose"),
        ({"unit": "999999"}, "unit"),
        ({"unit": "00000000-0000-4000-8000-000000000000"}, "unit"),
        ({"event_kind": "party"}, "event_kind"),
        ({"publish_after": "2026-12-20T09:00:00"}, "publish_after"),
    ],
)
def test_a_draft_is_stated_in_full(
    people: dict[str, Colleague], stated: dict[str, Any], field: str
) -> None:
    body = {
        "title": "x",
        "unit": "440100",
        "purpose": "act",
        "effective_on": "2026-12-15",
        "act": ACT,
        **stated,
    }
    answer = people["ed1"].post("/v1/drafts", body)
    assert answer.status_code in (400, 404)
    assert read_body(answer)["field"] == field


def test_the_last_step_of_a_draft_in_conflict_can_be_undone(people: dict[str, Colleague]) -> None:
    one, other = people["ed1"].create_draft(), people["ed2"].create_draft()
    move_vertex(people["ed1"], one, 3)
    for number in (3, 6):
        move_vertex(people["ed2"], other, number, 9e-5)
    assert publish(people, one).status_code == 200
    for _ in range(2):
        assert people["ed2"].move(other, "undo").status_code == 200
        other["revision"] += 1
    refused(people["ed2"].move(other, "redo"), 409, "conflict")
    assert move_vertex(people["ed2"], other, 3).status_code == 200
    assert publish(people, other, "ed2").status_code == 200


def test_in_a_conflict_a_step_on_which_others_build_is_undone_after_them(
    people: dict[str, Colleague],
) -> None:
    """A district is cut in two and a vertex of the new border moved; a colleague cuts it too."""
    draft, other = (people[login].create_draft(event_kind="split") for login in ("ed1", "ed2"))
    ring = read_draft_area(people["ed1"], draft, BAIYUN)["coordinates"][0][0]
    lons, lats = zip(*ring, strict=True)
    middle = (min(lats) + max(lats)) / 2
    line = [[min(lons) - 0.1, middle], [113.3, middle + 0.004], [max(lons) + 0.1, middle + 0.01]]
    cut = {
        "unit": BAIYUN,
        "line": {"type": "LineString", "coordinates": line},
        "at": [(min(lons) + max(lons)) / 2, middle - 0.02],
    }
    split = people["ed1"].run(draft, "split_unit", **cut, new={"code": "440191", "name": "白南区"})
    assert split.status_code == 200, split.json
    (edge,) = [
        feature
        for feature in read_body(
            people["ed1"].get(f"/drafts/{draft['id']}/ogc/collections/edges/items?bbox={BOX}")
        )["features"]
        if {feature["properties"]["left_code"], feature["properties"]["right_code"]}
        == {BAIYUN, "440191"}
        and len(feature["geometry"]["coordinates"]) > 2
    ]
    at = edge["geometry"]["coordinates"][1]
    moved = people["ed1"].run(
        draft, "move_vertex", edge=edge["id"], at=at, to=[at[0], at[1] + 1e-5]
    )
    assert moved.status_code == 200, moved.json
    lower = {"type": "LineString", "coordinates": [[lon, lat - 0.001] for lon, lat in line]}
    other_cut = people["ed2"].run(
        other,
        "split_unit",
        **{**cut, "line": lower, "new": {"code": "440192", "name": "白东区"}},
    )
    assert other_cut.status_code == 200, other_cut.json
    assert publish(people, other, "ed2").status_code == 200
    refused(people["ed1"].move(draft, "submit"), 409, "conflict")
    body = refused(people["ed1"].move(draft, "undo", step=1), 409, "conflict")
    assert (body["field"], "2" in body["detail"]) == ("step", True)
    for _ in range(2):
        assert people["ed1"].move(draft, "undo").status_code == 200
        draft["revision"] += 1


def test_a_step_on_which_others_build_is_undone_after_them(people: dict[str, Colleague]) -> None:
    editor = people["ed1"]
    draft = editor.create_draft()
    editor.run(draft, "rename_unit", unit=TIANHE, name="天江区")
    editor.run(draft, "rename_unit", unit=TIANHE, name="天湖区")
    body = refused(editor.move(draft, "undo", step=1), 409, "conflict")
    assert body["field"] == "step"
    assert editor.move(draft, "undo", step=2).status_code == 200
