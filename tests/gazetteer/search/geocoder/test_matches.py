"""The faults, components and unmatched text of matches, on the bundled register."""

import pytest

from gazetteer.search.geocoder.faults import FaultKind, compute_score
from gazetteer.search.geocoder.geocoding import geocode
from gazetteer.search.index.day_index import DayIndex
from tests.gazetteer.search.geocoder.geocoded_addresses import (
    format_chain,
    get_sole_match,
    list_fault_kinds,
)


def test_an_alias_of_the_seat_is_one_of_its_town(day_index: DayIndex) -> None:
    match = get_sole_match(geocode(day_index, "东莞市道窖镇"))
    assert format_chain(match) == "广东省/东莞市/道滘镇"
    assert list_fault_kinds(match) == {"not_written", "alias"}


@pytest.mark.parametrize(
    ("address", "expected", "against"),
    [
        ("广州市南山区", "广东省/广州市", "南山区"),
        ("深圳市天河区五山街道", "广东省/深圳市", "天河区"),
        ("吉林省北京市", "吉林省", "北京市"),
    ],
)
def test_a_wrong_parent_is_a_fault_and_never_followed(
    day_index: DayIndex, address: str, expected: str, against: str
) -> None:
    match = get_sole_match(geocode(day_index, address))
    assert format_chain(match) == expected
    faults = [f for f in match.faults if f.kind is FaultKind.CONTRADICTION]
    assert [fault.text for fault in faults] == [against]
    assert against in match.unmatched


def test_the_parent_of_the_past_is_a_fault_of_its_own(day_index: DayIndex) -> None:
    match = get_sole_match(geocode(day_index, "宝安区龙华街道"))
    assert format_chain(match) == "广东省/深圳市/龙华区/龙华街道"
    assert "former_parent" in list_fault_kinds(match)


@pytest.mark.parametrize(
    ("address", "expected"),
    [("东莞市麻冲镇", "广东省/东莞市/麻涌镇"), ("深圳市罗糊区", "广东省/深圳市/罗湖区")],
)
def test_one_wrong_character_under_a_known_parent_is_a_fault(
    day_index: DayIndex, address: str, expected: str
) -> None:
    match = get_sole_match(geocode(day_index, address))
    assert format_chain(match) == expected
    assert "spelled_wrong" in list_fault_kinds(match)


def test_the_components_of_the_rest_are_distinguished(day_index: DayIndex) -> None:
    match = get_sole_match(
        geocode(day_index, "广东省广州市天河区五山街道五山路３８１号之一Ａ栋2单元三层301室")
    )
    assert [(e.kind, e.text) for e in match.components] == [
        ("road", "五山路"),
        ("door", "381号之1"),
        ("building", "A栋"),
        ("unit", "2单元"),
        ("floor", "3层"),
        ("room", "301室"),
    ]
    assert match.match_level == "door"
    assert match.leaf.name == "五山街道"
    assert match.score == 1.0


@pytest.mark.parametrize(
    ("rest", "parts"),
    [
        ("科学大道12-18号", [("road", "科学大道"), ("door", "12-18号")]),
        (
            "新沪路58弄11-802",
            [("road", "新沪路"), ("lane", "58弄"), ("building", "11"), ("room", "802")],
        ),
        ("31-1-101", [("building", "31"), ("unit", "1"), ("room", "101")]),
        ("华怡小区8号楼", [("estate", "华怡小区"), ("building", "8号楼")]),
        ("3组", [("group", "3组")]),
        ("人民路对面", [("road", "人民路"), ("relation", "对面")]),
        ("人民路往东200米", [("road", "人民路"), ("relation", "往东200米")]),
    ],
)
def test_the_elements_below_the_units(
    day_index: DayIndex, rest: str, parts: list[tuple[str, str]]
) -> None:
    match = get_sole_match(geocode(day_index, "广东省广州市天河区" + rest))
    assert [(e.kind, e.text) for e in match.components] == parts


def test_what_was_not_recognised_is_reported(day_index: DayIndex) -> None:
    match = get_sole_match(geocode(day_index, "广州市天河区哎呀呀"))
    assert match.unmatched == "哎呀呀"
    assert "unmatched" in list_fault_kinds(match)


def test_the_score_is_one_less_the_penalties(day_index: DayIndex) -> None:
    match = get_sole_match(geocode(day_index, "广州天河哎呀呀"))
    assert list_fault_kinds(match) == {"not_written", "short_form", "unmatched"}
    assert match.score == pytest.approx(1 - 0.02 - 2 * 0.01 - 0.05)
    assert compute_score([]) == 1.0
    assert compute_score(match.faults * 30) == 0.0
