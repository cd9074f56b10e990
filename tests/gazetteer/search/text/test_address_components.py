"""The components of an address below its units."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gazetteer.records.levels import LEVELS
from gazetteer.search.text.address_components import find_finest_level, parse_components


@pytest.mark.parametrize(
    ("text", "finest"),
    [
        ("", None),
        ("哎呀呀", None),
        ("人民医院", "poi"),
        ("五山路", "road"),
        ("五山路华怡小区", "estate"),
        ("五山路3栋", "building"),
        ("五山路381号人民医院", "door"),
    ],
)
def test_the_finest_component_gives_the_level(text: str, finest: str | None) -> None:
    level = find_finest_level(parse_components(text, 0, len(text)))
    assert (None if level is None else LEVELS[level]) == finest


def test_only_the_given_stretch_is_parsed() -> None:
    text = "天河区 五山路12号 哎呀"
    components = parse_components(text, 3, 11)
    assert [(c.kind, text[c.start : c.end]) for c in components] == [
        ("road", "五山路"),
        ("door", "12号"),
    ]


@given(st.text(max_size=60) | st.text(alphabet="路街号栋单元室-12小区东组A 人民医院", max_size=40))
def test_components_follow_each_other_and_are_parts_of_the_text(text: str) -> None:
    done = 0
    for component in parse_components(text, 0, len(text)):
        assert done <= component.start < component.end <= len(text)
        assert text[component.start : component.end] == component.text
        done = component.end
