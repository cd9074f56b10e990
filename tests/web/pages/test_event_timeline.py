"""The timeline of a unit groups its events by act, the newest first."""

from typing import Any

from web.pages.event_timeline import build_timeline, find_next_change, list_years_of_change

TODAY = "2026-01-01"
ACT = {"title": "国务院关于广东省撤销番禺县设立番禺市的批复"}


def event(on: str | None, kind: str, zh: str, act: dict[str, Any] | None = None) -> dict[str, Any]:
    return {
        "on": on,
        "precision": "approved",
        "kind": kind,
        "summary_zh": zh,
        "summary_en": f"{kind} on {on}",
        "act": act,
    }


EVENTS = [
    event("1981-01-01", "first_record", "有记录以来为番禺县"),
    event("1992-05-20", "abolish", "撤销番禺县", ACT),
    event("1992-05-20", "same", "整体延续为番禺市", ACT),
]


def test_the_newest_comes_first_and_the_changes_by_one_act_are_together() -> None:
    newest, oldest = build_timeline(EVENTS, "2020-01-01", TODAY, "zh")
    assert newest.summaries == ("撤销番禺县", "整体延续为番禺市")
    assert newest.act == ACT
    assert oldest.summaries == ("有记录以来为番禺县",)


def test_what_lies_after_the_date_of_the_page_is_marked() -> None:
    assert [entry.is_later for entry in build_timeline(EVENTS, "1985-01-01", TODAY, "en")] == [
        True,
        False,
    ]


def test_what_is_to_come_is_upcoming_and_the_first_of_it_is_next() -> None:
    coming = [event("2026-05-01", "rename", "更名"), event("2027-01-01", "abolish", "撤销")]
    timeline = build_timeline([*EVENTS, *coming], "2026-01-01", TODAY, "zh")
    assert [entry.is_upcoming for entry in timeline] == [True, True, False, False]
    assert find_next_change(timeline) == "2026-05-01"
    seen = build_timeline([*EVENTS, *coming], "2026-05-01", TODAY, "zh")
    assert find_next_change(seen) == "2027-01-01"


def test_what_lies_between_the_date_of_the_page_and_today_is_no_change_to_come() -> None:
    assert find_next_change(build_timeline(EVENTS, "1985-01-01", TODAY, "zh")) is None


def test_the_beginning_of_the_records_is_no_year_of_change() -> None:
    assert list_years_of_change([*EVENTS, event(None, "abolish", "撤销")]) == [1992]
