"""Findings in drafts over HTTP: exceptions, repairs as steps, and what a draft ends."""

from typing import Any

import psycopg
import pytest

from boundaries.findings.validation_run import run_validation
from tests.web.api.draft_people import Colleague, read_body
from tests.web.sign_in import refused

People = dict[str, Colleague]
ANSWER = {
    "reason": "原代码恢复使用，已报民政部",
    "document": "粤民函〔2026〕15号",
    "signer": "王处长",
    "expires_on": "2027-12-31",
}


def approve_and_publish(people: People, draft: dict[str, Any]) -> None:
    assert people["edp"].move(draft, "submit").status_code == 200
    assert people["rev"].move(draft, "approve").status_code == 200
    assert people["rev"].move(draft, "publish").status_code == 200


def retire_code(people: People) -> None:
    """龙门县 becomes 龙门区: its code 441324 is not used from 2026-06-01 on."""
    draft = people["edp"].create_draft(
        unit="440000", event_kind="county_to_district", effective_on="2026-06-01"
    )
    converted = people["edp"].run(
        draft, "convert_unit", unit="441324", code="441304", name="龙门区", unit_type="市辖区"
    )
    assert converted.status_code == 200, converted.json
    approve_and_publish(people, draft)


def reissue_code(people: People) -> tuple[dict[str, Any], dict[str, Any]]:
    """A draft that gives the code to another unit, and the finding that it adds."""
    draft = people["edp"].create_draft(
        unit="440000", event_kind="establish", effective_on="2026-09-01"
    )
    established = people["edp"].run(
        draft,
        "establish_unit",
        **{"level": "county", "parent": "441300", "code": "441324", "name": "龙江县"},
    )
    assert established.status_code == 200, established.json
    (found,) = read_body(established)["findings"]["added"]
    return draft, found


def answer(who: Colleague, draft: dict[str, Any], finding: str, **other: Any) -> Any:
    body = {"revision": draft["revision"], "finding": finding, **ANSWER, **other}
    return who.post(f"/v1/drafts/{draft['id']}/exceptions", body)


def run_checks(register: str) -> None:
    with psycopg.connect(register, autocommit=True) as conn:
        run_validation(conn, actor="tests")


def find_stored(who: Colleague, rule: str, state: str, *codes: str) -> dict[str, Any]:
    """The only finding of a rule in a state on certain units."""
    path = f"/v1/findings?rule={rule}&state={state}&limit=1000"
    (found,) = [
        feature
        for feature in read_body(who.get(path))["features"]
        if not codes or {unit["code"] for unit in feature["properties"]["units"]} == set(codes)
    ]
    stored: dict[str, Any] = found
    return stored


def test_a_retired_code_is_not_issued_again(people: People) -> None:
    retire_code(people)
    draft, found = reissue_code(people)
    assert (found["rule"], found["kind"], found["severity"]) == (
        "TOP-VER-05",
        "issued_again",
        "error",
    )
    refused(people["edp"].move(draft, "submit"), 409, "findings_block")


def test_an_answered_error_is_published_and_the_next_run_takes_the_answer_over(
    people: People, register_copy: str
) -> None:
    retire_code(people)
    draft, found = reissue_code(people)
    answered = answer(people["edp"], draft, found["id"])
    assert answered.status_code == 200, answered.json
    body = read_body(answered)
    assert (body["blocking"], body["revision"]) == (0, draft["revision"] + 1)
    assert body["added"][0]["exception"] == ANSWER
    draft["revision"] = body["revision"]
    approve_and_publish(people, draft)
    run_checks(register_copy)
    stored = find_stored(people["rev"], "TOP-VER-05", "answered")
    history = read_body(people["rev"].get(f"/v1/findings/{stored['id']}"))
    last = history["events"][-1]
    assert (last["reason"], last["by"]) == (ANSWER["reason"], "account:edp")
    run_checks(register_copy)
    assert find_stored(people["rev"], "TOP-VER-05", "answered")["id"] == stored["id"]


def test_an_answer_ends_when_the_finding_changes_or_it_is_taken_back(people: People) -> None:
    retire_code(people)
    draft, found = reissue_code(people)
    draft["revision"] = read_body(answer(people["edp"], draft, found["id"]))["revision"]
    withdrawn = people["edp"].post(
        f"/v1/drafts/{draft['id']}/exceptions/withdraw",
        {"revision": draft["revision"], "finding": found["id"]},
    )
    assert read_body(withdrawn)["blocking"] == 1
    draft["revision"] += 1
    draft["revision"] = read_body(answer(people["edp"], draft, found["id"]))["revision"]
    undone = people["edp"].move(draft, "undo")
    draft["revision"] = read_body(undone)["revision"]
    again = people["edp"].run(
        draft,
        "establish_unit",
        **{"level": "county", "parent": "441300", "code": "441324", "name": "龙河县"},
    )
    (other,) = read_body(again)["findings"]["added"]
    assert other["id"] != found["id"]
    refused(people["edp"].move(draft, "submit"), 409, "findings_block")


@pytest.mark.parametrize(
    ("changed", "status", "code", "field"),
    [
        ({"signer": None}, 400, "invalid_value", "signer"),
        ({"document": " "}, 400, "invalid_value", "document"),
        ({"expires_on": "2026-11-01"}, 400, "invalid_value", "expires_on"),
        ({"expires_on": "2026-02-30"}, 400, "invalid_value", "expires_on"),
        ({"finding": "0123456789abcdef"}, 404, "not_found", "finding"),
        ({"finding": "x"}, 400, "invalid_value", "finding"),
        ({"revision": 0}, 409, "draft_moved", "revision"),
    ],
)
def test_an_incomplete_answer_is_refused(
    people: People, changed: dict[str, Any], status: int, code: str, field: str
) -> None:
    draft, found = make_error(people)
    body = {"revision": draft["revision"], "finding": found["id"], **ANSWER, **changed}
    sent = {name: value for name, value in body.items() if value is not None}
    refusal = refused(
        people["ed1"].post(f"/v1/drafts/{draft['id']}/exceptions", sent), status, code
    )
    assert refusal["field"] == field
    path = f"/v1/drafts/{draft['id']}/findings"
    added = read_body(people["ed1"].get(path))["added"]
    assert [one["exception"] for one in added] == [None] * len(added)
    sent = {**sent, **ANSWER, "finding": found["id"], "revision": draft["revision"]}
    refused(people["view"].post(f"/v1/drafts/{draft['id']}/exceptions", sent), 403, "forbidden")


def make_error(people: People) -> tuple[dict[str, Any], dict[str, Any]]:
    """A draft with one error: a border that crosses itself."""
    draft = people["ed1"].create_draft()
    path = f"/drafts/{draft['id']}/ogc/collections/edges/items?bbox=113.2,23.1,113.5,23.3"
    edge = max(
        read_body(people["ed1"].get(path))["features"],
        key=lambda one: len(one["geometry"]["coordinates"]),
    )
    line = edge["geometry"]["coordinates"]
    (lon, lat), (far_lon, far_lat) = line[3], line[-2]
    moved = people["ed1"].run(
        draft,
        "move_vertex",
        **{"edge": edge["id"], "at": line[3], "to": [2 * far_lon - lon, 2 * far_lat - lat]},
    )
    errors = [f for f in read_body(moved)["findings"]["added"] if f["severity"] == "error"]
    return draft, errors[0]


def test_a_proposal_for_a_finding_on_the_register_becomes_a_step(
    people: People, register_copy: str
) -> None:
    run_checks(register_copy)
    finding = find_stored(people["edp"], "TOP-COV-03", "open", "440403", "440705")["id"]
    draft = people["edp"].create_draft(
        **{"unit": "440000", "purpose": "correction", "event_kind": None},
        **{"effective_on": None, "act": None},
    )
    path = f"/v1/drafts/{draft['id']}/proposals"
    offered = read_body(people["edp"].get(f"{path}?finding={finding}"))["proposals"]
    assert {(one["way"], one["unit"]) for one in offered} == {
        ("snap", "440403"),
        ("snap", "440705"),
    }
    choice = {"revision": draft["revision"], "finding": finding, "way": "snap", "unit": "440403"}
    refused(people["edp"].post(path, {**choice, "way": "trim"}), 409, "conflict")
    refused(people["view"].post(path, choice), 403, "forbidden")
    taken = people["edp"].post(path, choice)
    assert taken.status_code == 200, taken.json
    body = read_body(taken)
    assert [(f["rule"], f["units"]) for f in body["findings"]["removed"]] == [
        ("TOP-COV-03", ["440403", "440705"])
    ]
    assert body["findings"]["added"] == []
    kept = offered[0] if offered[0]["unit"] == "440403" else offered[1]
    assert set(kept["areas"]) == {"440403", "440705"}
    assert read_body(people["edp"].get(f"{path}?finding={finding}"))["proposals"] == []
    draft["revision"] = body["revision"]
    approve_and_publish(people, draft)
    run_checks(register_copy)
    state = read_body(people["edp"].get(f"/v1/findings/{finding}"))["properties"]["state"]
    assert state == "verified"


def test_the_impact_lists_exceptions_that_end(people: People, register_copy: str) -> None:
    run_checks(register_copy)
    finding = find_stored(people["edp"], "TOP-COV-03", "open", "440403", "440705")
    path = f"/v1/findings/{finding['id']}/answers"
    granted = people["edp"].post(
        path,
        {**ANSWER, "answer": "exception", "last_event": finding["properties"]["last_event"]},
    )
    assert granted.status_code < 300, granted.json
    draft = people["edp"].create_draft(unit="440000")
    impact = f"/v1/drafts/{draft['id']}/impact"
    assert read_body(people["edp"].get(impact)) == {"exceptions": []}
    choice = {"finding": finding["id"], "way": "snap", "unit": "440403"}
    taken = people["edp"].post(
        f"/v1/drafts/{draft['id']}/proposals", {"revision": draft["revision"], **choice}
    )
    assert taken.status_code == 200, taken.json
    (ending,) = read_body(people["edp"].get(impact))["exceptions"]
    assert (ending["finding_id"], ending["rule"]) == (finding["id"], "TOP-COV-03")
