"""What stands behind a name decides how it is meant, on the bundled register."""

import pytest

from gazetteer.search.geocoder.mentions import find_key_hits, find_mentions
from gazetteer.search.geocoder.name_context import is_part_of_other
from gazetteer.search.index.day_index import DayIndex


@pytest.mark.parametrize(
    ("text", "name", "expected"),
    [
        ("北京路12号", "北京", True),
        ("北京市", "北京", False),
        ("中山大道西", "中山", True),
        ("上海大厦", "上海", True),
        ("上海浦东", "上海", False),
        ("台州路桥区", "台州", False),  # 路桥区 is a name of its own
        ("广州市路", "广州市", False),  # names with a generic part stand for themselves
    ],
)
def test_a_short_form_may_be_part_of_another_name(
    day_index: DayIndex, text: str, name: str, expected: bool
) -> None:
    hits = find_key_hits(day_index, text)
    hit = next(hit for hit in hits if text[hit[1] : hit[2]] == name)
    assert is_part_of_other(day_index, text, hits, hit) is expected


@pytest.mark.parametrize(
    ("text", "mentioned", "generic"),
    [
        ("锦厦村", "锦厦村", "村"),
        ("五山街道办事处", "五山街道办事处", ""),
        ("天河区人民政府", "天河区人民政府", ""),
        ("石岐区", "石岐区", "区"),
        ("天河区", "天河区", ""),
    ],
)
def test_a_generic_part_or_an_office_behind_a_name_belongs_to_it(
    day_index: DayIndex, text: str, mentioned: str, generic: str
) -> None:
    first = find_mentions(day_index, text)[0]
    assert (text[first.start : first.end], first.generic) == (mentioned, generic)


def test_a_suffix_restricts_the_levels_that_a_short_form_may_mean(day_index: DayIndex) -> None:
    assert find_mentions(day_index, "天河")
    assert find_mentions(day_index, "天河街道") == ()  # no way to write 天河区
