"""The events of a unit, derived from its states and its links, in both languages."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

import pytest

from gazetteer.records.unit_events import UnitEvent, UnitState, derive_events

ACT = UUID(int=1)
FOUNDED, CHANGED, ENDED = date(1985, 1, 1), date(1992, 5, 20), date(2000, 6, 30)

COUNTY = UnitState(
    code="440126",
    name="番禺县",
    romanized_name="Panyu Xian",
    level="county",
    unit_type="县",
    parent_id=UUID(int=9),
    parent_name="广州市",
    parent_romanized_name="Guangzhou Shi",
    start=FOUNDED,
    stop=None,
    start_precision="day",
    end_precision="unknown",
    started_by=ACT,
    ended_by=None,
)


def link(kind: str, on: date = CHANGED, first_day: date | None = CHANGED) -> Mapping[str, Any]:
    return {
        "unit_id": str(UUID(int=2)),
        "code": "440181",
        "name": "番禺市",
        "romanized_name": "Panyu Shi",
        "first_day": first_day,
        "kind": kind,
        "share": None,
        "on": on.isoformat(),
        "precision": "day",
        "act_id": None,
    }


def summaries(events: list[UnitEvent], lang: str) -> list[str]:
    return [event.summary.text(lang) for event in events]


def test_a_unit_is_named_in_pinyin_and_characters_for_english_readers() -> None:
    (event,) = derive_events([COUNTY], [], [])
    assert (event.kind, event.on, event.act) == ("establish", FOUNDED, ACT)
    assert event.summary.text("zh") == "设立番禺县"
    assert event.summary.text("en") == "Panyu Xian (番禺县) established"


def test_a_name_without_pinyin_stands_alone() -> None:
    (event,) = derive_events([replace(COUNTY, romanized_name=None)], [], [])
    assert event.summary.text("en") == "番禺县 established"


def test_the_start_of_the_records_is_no_establishment() -> None:
    (event,) = derive_events([replace(COUNTY, start_precision="first_record")], [], [])
    assert (event.kind, event.summary.id) == ("first_record", "event.first_record")


def test_each_attribute_that_changes_is_an_event_of_its_own() -> None:
    city = replace(
        COUNTY,
        start=CHANGED,
        stop=ENDED,
        name="番禺市",
        romanized_name="Panyu Shi",
        code="440181",
        unit_type="县级市",
        parent_name=None,
        parent_romanized_name=None,
    )
    events = derive_events([replace(COUNTY, stop=CHANGED), city], [], [])
    assert [event.kind for event in events] == [
        "establish",
        "rename",
        "code_change",
        "subordination_change",
        "type_change",
        "abolish",
    ]
    assert [(event.before, event.after) for event in events[1:5]] == [
        ("番禺县", "番禺市"),
        ("440126", "440181"),
        ("广州市", None),
        ("县", "县级市"),
    ]
    assert summaries(events[1:], "zh") == [
        "由番禺县更名为番禺市",
        "区划代码由 440126 变更为 440181",
        "上级单位由广州市变更为无",
        "建制由县变更为县级市",
        "撤销番禺市",
    ]
    assert summaries(events[1:], "en") == [
        "Renamed from Panyu Xian (番禺县) to Panyu Shi (番禺市)",
        "Division code changed from 440126 to 440181",
        "Parent unit changed from Guangzhou Shi (广州市) to none",
        "Type changed from county to county-level city",
        "Panyu Shi (番禺市) abolished",
    ]


@pytest.mark.parametrize(
    ("kind", "first_day", "chinese"),
    [
        ("same", CHANGED, "整体延续为番禺市（440181）"),
        ("continues", CHANGED, "改设为番禺市（440181）"),
        ("absorbed", FOUNDED, "并入番禺市（440181）"),
        ("part_of", FOUNDED, "部分区域划入番禺市（440181）"),
        ("split_off", CHANGED, "析出设立番禺市（440181）"),
        ("split_off", FOUNDED, "部分区域划入番禺市（440181）"),
    ],
)
def test_a_successor_is_established_only_on_its_first_day(
    kind: str, first_day: date, chinese: str
) -> None:
    event = derive_events([COUNTY], [], [link(kind, first_day=first_day)])[-1]
    assert (event.kind, event.after) == (kind, "440181")
    assert event.summary.text("zh") == chinese
    assert "Panyu Shi (番禺市, 440181)" in event.summary.text("en")


def test_a_predecessor_on_the_first_day_is_the_one_it_was_separated_from() -> None:
    begun = derive_events([COUNTY], [link("split_off", on=FOUNDED)], [])[-1]
    assert begun.summary.text("zh") == "由番禺市（440181）析出设立"
    assert begun.act == ACT, "the act of the state that begins on that day"
    enlarged = derive_events([COUNTY], [link("split_off")], [])[-1]
    assert enlarged.summary.text("zh") == "由番禺市（440181）划入部分区域"
    assert enlarged.act is None
