"""The timeline of a unit groups its events by act, the newest first."""

from typing import Any

from web.pages.event_timeline import build_timeline, list_years_of_change

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
    newest, oldest = build_timeline(EVENTS, "2020-01-01", "zh")
    assert newest.summaries == ("撤销番禺县", "整体延续为番禺市")
    assert newest.act == ACT
    assert oldest.summaries == ("有记录以来为番禺县",)


def test_what_lies_after_the_date_of_the_page_is_marked() -> None:
    assert [entry.is_later for entry in build_timeline(EVENTS, "1985-01-01", "en")] == [
        True,
        False,
    ]


def test_the_beginning_of_the_records_is_no_year_of_change() -> None:
    assert list_years_of_change([*EVENTS, event(None, "abolish", "撤销")]) == [1992]
