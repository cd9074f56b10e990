"""Suggestions for a few characters, on the bundled register."""

from datetime import date

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gazetteer.records.levels import LEVELS
from gazetteer.search.autocomplete import ranking
from gazetteer.search.autocomplete.filters import Filters
from gazetteer.search.autocomplete.fuzzy import compile_fuzzy_prefix
from gazetteer.search.autocomplete.suggestions import find_suggestions
from gazetteer.search.index.day_index import DayIndex
from gazetteer.search.index.division_lookup import find_node_of_state, find_state_by_code
from gazetteer.search.index.name_index import NameIndex
from gazetteer.search.text.romanized_keys import extract_initials


def suggest_names(day_index: DayIndex, typed: str, limit: int = 10) -> list[str]:
    return [suggestion.leaf.name for suggestion in find_suggestions(day_index, typed, limit)]


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("广", "广东省"),
        ("天", "天津市"),
        ("广州", "广州市"),  # and not a road or village of that name
        ("廣州", "广州市"),
        ("guangzhou", "广州市"),
        ("Guǎngzhōu", "广州市"),
        ("panyu", "番禺区"),
        ("machong", "麻涌镇"),
        ("dongchong", "东涌镇"),
        ("dabu", "大埔县"),
        ("gd", "广东省"),
        ("gz天河", "天河区"),
        ("guangz天河", "天河区"),
        ("sz宝安", "宝安区"),
        ("gzth", "天河区"),
        ("guangzhoutianhe", "天河区"),
        ("guangzhou tianhe", "天河区"),
        ("Tianhe Qu", "天河区"),
        ("guangzhou天河", "天河区"),
        ("茂港", "电白区"),
        ("白云", "白云区"),  # and not the street of that name in 越秀区
        ("Lo-ching", "罗镜"),  # a Latin alias of a place
        ("luojing", "罗镜镇"),
        ("广州天河", "天河区"),
        ("东莞麻", "麻涌镇"),
        ("深圳 南山", "南山区"),
        ("顺德市", "顺德区"),
        ("萝岗区", "黄埔区"),
        ("tianhw", "天河区"),
        # Characters and pinyin mixed inside one name.
        ("天he", "天河区"),
        ("天 he", "天河区"),
        ("天河qu", "天河区"),
        ("tian河", "天河区"),
        ("panyu区", "番禺区"),
        ("番Yu", "番禺区"),
        ("深zhèn", "深圳市"),
        ("dong莞", "东莞市"),
        ("虎men", "虎门镇"),
        ("茂gang", "电白区"),
        ("guangdong省", "广东省"),
        # Spelled by ear, a letter missing or doubled.
        ("guangzou", "广州市"),
        ("guangzu", "广州市"),
        ("zhongsan", "中山市"),  # and not 中三合村 only
        ("meizou", "梅州市"),
        ("donguan", "东莞市"),
        ("guagzhou", "广州市"),
        ("guaangzhou", "广州市"),
        ("zanjiang", "湛江市"),
        ("lanhai", "南海区"),
        ("fuizhou", "福州市"),
        ("luliang", "吕梁市"),
        # One character for a province or city.
        ("粤", "广东省"),
        ("沪", "上海市"),
        ("滬", "上海市"),
        ("穗", "广州市"),
        # Codes.
        ("440106", "天河区"),
        ("４４０１０６", "天河区"),
        ("4401", "广州市"),
        ("44", "广东省"),
        ("440126", "番禺区"),
        ("441900003000", "东城街道"),
        # Digits for characters.
        ("3元里", "三元里街道"),
        ("12岭", "十二岭办事处社区"),
        ("49镇", "四九镇"),
        # The unit before a settlement of its name.
        ("Canton", "广州市"),
        ("Macau", "澳门特别行政区"),
        ("fosan", "佛山市"),
        ("Kwai Tsing", "葵青区"),
        ("Tianhe District", "天河区"),
        ("广卅市", "广州市"),
        ("番玉区", "番禺区"),
    ],
)
def test_the_expected_place_comes_first(day_index: DayIndex, typed: str, first: str) -> None:
    assert suggest_names(day_index, typed)[0] == first


def test_a_county_elsewhere_comes_before_villages_by_less_than_their_names(
    day_index: DayIndex,
) -> None:
    home = Filters(home=find_unit_id(day_index, "440000"))
    found = [s.leaf.code for s in find_suggestions(day_index, "沙田", 10, home)]
    assert found.index("810016") == 4


def test_what_is_wrong_is_sought_only_where_nothing_is_right(day_index: DayIndex) -> None:
    for typed in ("guangz", "天河", "tianhe", "44010", "shanxi"):
        ways = {s.matched_by for s in find_suggestions(day_index, typed, 20)}
        assert not ways & {"similar", "fuzzy"}
    assert find_suggestions(day_index, "guaangdong", 1)[0].matched_by == "similar"


def test_initials_find_every_place_that_has_them(day_index: DayIndex) -> None:
    assert "广州市" in suggest_names(day_index, "gz")
    assert "天河区" in suggest_names(day_index, "thq", 50)


def test_what_was_found_by_a_former_name_says_so(day_index: DayIndex) -> None:
    (found,) = find_suggestions(day_index, "萝岗区", 1)
    assert (found.is_former_name, found.matched_by) == (True, "former")


def test_the_day_decides_what_is_suggested(index: NameIndex) -> None:
    then = DayIndex(index, date(2010, 1, 1))
    (found,) = find_suggestions(then, "萝岗区", 1)
    assert (found.leaf.name, found.is_former_name) == ("萝岗区", False)
    assert [s.matched_by for s in find_suggestions(then, "龙华区", 2)] == [
        "standard",
        "later",
    ]  # 海口's, 深圳's
    now = find_suggestions(DayIndex(index, date(2026, 1, 1)), "龙华区", 2)
    assert [s.matched_by for s in now] == ["standard", "standard"]


def test_a_level_filters(day_index: DayIndex) -> None:
    found = find_suggestions(day_index, "天河", 10, Filters(level="township"))
    assert found
    assert {suggestion.leaf.name for suggestion in found} >= {"天河南街道"}


def find_unit_id(day_index: DayIndex, code: str) -> str:
    state = find_state_by_code(day_index.index, code, day_index.day)
    assert state is not None
    return day_index.index.ids[find_node_of_state(day_index.index, state)]


@pytest.mark.parametrize(
    ("typed", "first"), [("gz", "广州市"), ("th", "天河区"), ("南山", "深圳市")]
)
def test_at_home_the_places_of_home_come_first(day_index: DayIndex, typed: str, first: str) -> None:
    home = Filters(home=find_unit_id(day_index, "440000"))
    (found,) = find_suggestions(day_index, typed, 1, home)
    assert first in [unit.name for unit in found.chain]


def test_only_what_lies_in_the_unit_is_found_however_many_have_the_name(
    day_index: DayIndex,
) -> None:
    guangzhou = find_unit_id(day_index, "440100")
    found = find_suggestions(day_index, "新", 50, Filters(within=guangzhou))
    assert len(found) == 50
    assert all("广州市" in [unit.name for unit in s.chain] for s in found)
    everywhere = find_suggestions(day_index, "石牌", 50)
    inside = find_suggestions(day_index, "石牌", 50, Filters(within=guangzhou))
    assert {s.leaf for s in inside} == {
        s.leaf for s in everywhere if "广州市" in [unit.name for unit in s.chain]
    }


def test_a_unit_is_searched_as_it_was_on_the_day(index: NameIndex) -> None:
    then = DayIndex(index, date(1990, 1, 1))
    foshan = Filters(within=find_unit_id(then, "440600"))
    first = find_suggestions(then, "三水", 1, foshan)[0]
    assert (first.leaf.name, first.leaf.code) == ("三水县", "440621")


def test_a_name_that_a_filter_excludes_is_no_typing_error(day_index: DayIndex) -> None:
    assert (
        find_suggestions(day_index, "天河区", 10, Filters(within=find_unit_id(day_index, "440300")))
        == []
    )


def test_a_class_filters(day_index: DayIndex) -> None:
    found = find_suggestions(day_index, "大", 50, Filters(legal_class="facility"))
    assert found
    attributes = day_index.index.attributes
    assert {attributes.words[attributes.legal_classes[s.state]] for s in found} == {"facility"}
    assert find_suggestions(day_index, "大", 50, Filters(legal_class="no such class")) == []


def test_a_box_holds_what_has_its_point_there(day_index: DayIndex) -> None:
    found = find_suggestions(day_index, "大", 50, Filters(bbox=(113.0, 22.0, 114.0, 23.5)))
    assert found
    for suggestion in found:
        point = day_index.index.points.find_point(suggestion.leaf.node, day_index.day)
        assert point is not None
        assert 113.0 <= point[0] <= 114.0
        assert 22.0 <= point[1] <= 23.5


def test_what_is_near_comes_first_and_what_has_no_point_lies_where_its_unit_does(
    index: NameIndex, day_index: DayIndex
) -> None:
    far, near = (113.26, 23.13), (110.36, 21.27)  # 广州, 湛江
    there = find_suggestions(day_index, "罗镜", 10, Filters(near=(111.44, 22.54)))
    assert there[0].leaf.name in ("罗镜", "罗镜镇")
    orders = [
        [s.leaf for s in find_suggestions(day_index, "龙潭", 10, Filters(near=at))]
        for at in (far, near)
    ]
    assert orders[0] != orders[1]


def test_the_costs_are_those_of_the_table() -> None:
    levels = np.arange(len(LEVELS))
    assert ranking.compute_level_costs(levels).tolist() == [0, 4, 8, 12, 16] + [20] * (
        len(LEVELS) - 5
    )
    assert ranking.compute_prefix_costs(levels)[:4].tolist() == [6, 6, 6, 24]
    assert ranking.compute_missing_costs(np.array([0, 4, 100])).tolist() == [0, 1, 2]
    nowhere, here = float("nan"), 113.0
    away = ranking.compute_distance_costs(
        np.array([here, nowhere]), np.array([23.0, 23.0]), (113.0, 23.0)
    )
    assert away.tolist() == [0.0, ranking.MAX_DISTANCE_COST]
    half = ranking.compute_distance_costs(
        np.array([113.0]), np.array([23.0 + ranking.HALF_COST_KM / 111.2]), (113.0, 23.0)
    )
    assert half[0] == pytest.approx(ranking.MAX_DISTANCE_COST / 2, rel=0.01)


@pytest.mark.parametrize(
    ("name", "latin", "expected"),
    [
        ("天河区", "tianhequ", "thq"),
        ("西安市", "xianshi", "xas"),
        ("仙市", "xianshi", "xs"),
        ("绿春县", "lvchunxian", "lcx"),
        ("天河区", "nonsense", None),
    ],
)
def test_initials_follow_the_spelling_of_the_register(
    name: str, latin: str, expected: str | None
) -> None:
    assert extract_initials(name, latin) == expected


@pytest.mark.parametrize(
    ("typed", "text", "near"),
    [
        ("tianhw", "tianhequ", True),  # wrong
        ("tinhe", "tianhequ", True),  # missing
        ("tiianhe", "tianhequ", True),  # extra
        ("tainhe", "tianhequ", True),  # swapped
        ("tinhq", "tianhequ", False),
        ("abc", "tianhequ", False),
    ],
)
def test_one_edit_is_near(typed: str, text: str, near: bool) -> None:
    assert bool(compile_fuzzy_prefix(typed).match(text)) is near


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.text(min_size=1, max_size=100) | st.text(alphabet="gzth'v天河广州 1", max_size=100))
def test_whatever_is_typed_gets_an_answer(day_index: DayIndex, typed: str) -> None:
    assert len(find_suggestions(day_index, typed, 5)) <= 5
