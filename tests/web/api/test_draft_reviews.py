"""What becomes of drafts over HTTP: remarks, hand-over, reversal, the moment of publication."""

from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg

from boundaries.drafts.due_publications import publish_due_drafts
from tests.web.api.draft_people import Colleague, read_body
from tests.web.sign_in import refused

People = dict[str, Colleague]
CONGHUA = "440117"


def rename(people: People, name: str = "从江区", **stated: Any) -> dict[str, Any]:
    """A draft that renames a district of Guangzhou."""
    draft = people["ed1"].create_draft(event_kind="rename", **stated)
    answer = people["ed1"].run(draft, "rename_unit", unit=CONGHUA, name=name)
    assert answer.status_code == 200, answer.json
    return draft


def approve(people: People, draft: dict[str, Any]) -> None:
    assert people["ed1"].move(draft, "submit").status_code == 200
    assert people["rev"].move(draft, "approve").status_code == 200


def test_a_remark_is_tied_to_a_step_and_a_place(people: People) -> None:
    draft = rename(people)
    path = f"/v1/drafts/{draft['id']}/remarks"
    remark = {"words": "请附批复原件", "step": 1, "lon": 113.58, "lat": 23.55}
    answer = people["view"].post(path, remark)
    assert answer.status_code == 201
    event = read_body(answer)["events"][-1]
    assert (event["event"], event["words"]) == ("remarked", "请附批复原件")
    assert event["detail"] == {"step": 1, "lon": 113.58, "lat": 23.55}
    assert event["by"]["login"] == "view"
    assert refused(people["view"].post(path, {**remark, "step": 7}), 400, "invalid_value")[
        "field"
    ] == ("step")


def test_a_rejected_draft_waits_for_its_owner_with_the_reason(people: People) -> None:
    draft = rename(people)
    people["ed1"].move(draft, "submit")
    lists = read_body(people["rev"].get("/v1/waiting"))["lists"]
    assert [one["id"] for one in lists if one["id"] == "drafts_to_review"]
    refused(people["rev"].move(draft, "reject"), 400, "invalid_value")
    back = read_body(people["rev"].move(draft, "reject", words="缺少附件"))
    assert back["state"] == "in_work"
    lists = read_body(people["ed1"].get("/v1/waiting"))["lists"]
    assert [one["id"] for one in lists if one["id"] == "rejected_drafts"]
    events = read_body(people["ed1"].get(f"/v1/drafts/{draft['id']}/events"))["events"]
    assert events[-1]["words"] == "缺少附件"


def test_a_draft_is_discarded_resumed_and_handed_over(people: People) -> None:
    draft = rename(people)
    assert read_body(people["ed1"].move(draft, "discard"))["state"] == "discarded"
    refused(people["ed1"].run(draft, "rename_unit", unit=CONGHUA, name="x区"), 409, "draft_state")
    assert read_body(people["ed1"].move(draft, "resume"))["state"] == "in_work"
    path = f"/v1/drafts/{draft['id']}/hand-over"
    refused(people["ed1"].post(path, {"login": "eds"}), 403, "forbidden")
    assert read_body(people["ed1"].post(path, {"login": "ed2"}))["owner"]["login"] == "ed2"


def test_a_submitted_draft_is_not_edited(people: People) -> None:
    draft = rename(people)
    people["ed1"].move(draft, "submit")
    refused(people["ed1"].run(draft, "rename_unit", unit=CONGHUA, name="x区"), 409, "draft_state")
    refused(people["ed1"].move(draft, "undo"), 409, "draft_state")


def test_a_change_of_the_day_plays_the_steps_again(people: People) -> None:
    draft = rename(people)
    header = {
        "title": "从化更名",
        "unit": "440100",
        "purpose": "act",
        "effective_on": "2027-02-01",
        "act": {"title": "批复"},
        "revision": draft["revision"],
    }
    key = people["ed1"].key
    answer = people["ed1"].client.put(
        f"/v1/drafts/{draft['id']}", json=header, headers={"Authorization": f"Bearer {key}"}
    )
    assert answer.status_code == 200, answer.json
    draft["revision"] = read_body(answer)["revision"]
    approve(people, draft)
    assert people["rev"].move(draft, "publish").status_code == 200
    names = [
        read_body(people["ed1"].get(f"/v1/divisions/{CONGHUA}?at={day}"))["name"]
        for day in ("2027-01-31", "2027-02-01")
    ]
    assert names == ["从化区", "从江区"]


def test_a_published_change_is_taken_back_by_another_draft(people: People) -> None:
    draft = rename(people, effective_on="2026-10-01")
    approve(people, draft)
    changeset = read_body(people["rev"].move(draft, "publish"))["changeset"]
    day = f"/v1/divisions/{CONGHUA}?at=2026-10-02"
    assert read_body(people["ed1"].get(day))["name"] == "从江区"
    answer = people["ed1"].post(f"/v1/changesets/{changeset}/revert", {})
    reverting = read_body(answer)
    assert (answer.status_code, reverting["purpose"]) == (201, "correction")
    approve(people, reverting)
    assert people["rev"].move(reverting, "publish").status_code == 200
    assert read_body(people["ed1"].get(day))["name"] == "从化区"
    refused(people["ed1"].post("/v1/changesets/1/revert", {}), 404, "not_found")


def test_a_change_on_which_others_have_built_is_not_taken_back(people: People) -> None:
    draft = rename(people, effective_on="2026-10-01")
    approve(people, draft)
    changeset = read_body(people["rev"].move(draft, "publish"))["changeset"]
    again = rename(people, "从河区", effective_on="2026-10-01")
    approve(people, again)
    assert people["rev"].move(again, "publish").status_code == 200
    body = refused(people["ed1"].post(f"/v1/changesets/{changeset}/revert", {}), 409, "conflict")
    assert body["field"] == "changeset"


def test_an_approved_draft_waits_for_its_announcement(people: People, register_copy: str) -> None:
    later = (datetime.now(UTC) + timedelta(days=1)).isoformat()
    draft = rename(people, publish_after=later)
    approve(people, draft)
    refused(people["rev"].move(draft, "publish"), 409, "not_yet_due")
    with psycopg.connect(register_copy, autocommit=True) as conn:
        assert publish_due_drafts(conn) == 0
        conn.execute("UPDATE draft SET publish_after = now() - interval '1 minute'")
        assert publish_due_drafts(conn) == 1
        assert publish_due_drafts(conn) == 0
    assert read_body(people["ed1"].get(f"/v1/drafts/{draft['id']}"))["state"] == "published"


def test_why_a_due_draft_was_not_published_is_in_its_history(
    people: People, register_copy: str
) -> None:
    due = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
    draft = rename(people, publish_after=due)
    approve(people, draft)
    other = rename(people, "从河区")
    approve(people, other)
    assert people["rev"].move(other, "publish").status_code == 200
    with psycopg.connect(register_copy, autocommit=True) as conn:
        conn.execute("UPDATE draft SET publish_after = now() WHERE draft_id = %s", (draft["id"],))
        for _ in range(2):
            assert publish_due_drafts(conn) == 0
    assert read_body(people["ed1"].get(f"/v1/drafts/{draft['id']}"))["state"] == "approved"
    events = read_body(people["ed1"].get(f"/v1/drafts/{draft['id']}/events"))["events"]
    remarks = [event for event in events if event["event"] == "remarked"]
    assert [(event["by"], event["detail"]) for event in remarks] == [(None, {"due": True})]
    assert "1" in remarks[0]["words"]
