"""What is suggested for a few characters, on the shipped register."""

from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gazetteer.search.filters import Filters
from gazetteer.search.index import Index
from gazetteer.search.latin import initials
from gazetteer.search.near import near_prefix
from gazetteer.search.suggest import suggest
from gazetteer.search.view import View


def names(view: View, typed: str, limit: int = 10) -> list[str]:
    return [suggestion.leaf.name for suggestion in suggest(view, typed, limit)]


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
        ("广州天河", "天河区"),
        ("东莞麻", "麻涌镇"),
        ("深圳 南山", "南山区"),
        ("顺德市", "顺德区"),
        ("萝岗区", "黄埔区"),
        ("tianhw", "天河区"),
        ("广卅市", "广州市"),
        ("番玉区", "番禺区"),
    ],
)
def test_the_expected_place_comes_first(view: View, typed: str, first: str) -> None:
    assert names(view, typed)[0] == first


def test_initials_find_every_place_that_has_them(view: View) -> None:
    assert "广州市" in names(view, "gz")
    assert "天河区" in names(view, "thq", 50)


def test_what_was_found_by_a_former_name_says_so(view: View) -> None:
    (found,) = suggest(view, "萝岗区", 1)
    assert (found.former, found.by) == (True, "former")


def test_the_day_decides_what_is_suggested(index: Index) -> None:
    then = View(index, date(2010, 1, 1))
    (found,) = suggest(then, "萝岗区", 1)
    assert (found.leaf.name, found.former) == ("萝岗区", False)
    assert [s.by for s in suggest(then, "龙华区", 2)] == ["standard", "later"]  # 海口's, 深圳's
    now = suggest(View(index, date(2026, 1, 1)), "龙华区", 2)
    assert [s.by for s in now] == ["standard", "standard"]


def test_a_level_can_be_asked_for(view: View) -> None:
    found = suggest(view, "天河", 10, Filters(level="township"))
    assert found
    assert {suggestion.leaf.name for suggestion in found} >= {"天河南街道"}


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
    assert initials(name, latin) == expected


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
    assert bool(near_prefix(typed).match(text)) is near


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.text(min_size=1, max_size=100) | st.text(alphabet="gzth'v天河广州 1", max_size=100))
def test_whatever_is_typed_gets_an_answer(view: View, typed: str) -> None:
    assert len(suggest(view, typed, 5)) <= 5
