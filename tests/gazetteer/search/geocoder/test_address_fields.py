"""Fields of a structured address: the level of a field says what its name means."""

import pytest

from gazetteer.search.geocoder.address_fields import WrittenAddress, join_address_fields
from gazetteer.search.geocoder.geocoding import geocode
from gazetteer.search.index.day_index import DayIndex


def write_address(**parts: str) -> WrittenAddress:
    rest = parts.pop("address", None)
    return join_address_fields([*(((level,), part) for level, part in parts.items()), ((), rest)])


@pytest.mark.parametrize(
    ("parts", "codes"),
    [
        ({"province": "吉林"}, ["220000"]),
        ({"province": "海南"}, ["460000"]),
        ({"prefecture": "吉林"}, ["220200"]),
        ({"prefecture": "长沙"}, ["430100"]),
        ({"prefecture": "jilin"}, ["220200"]),
        ({"county": "沙田"}, ["810016"]),
        ({"province": "湖南", "county": "邵阳"}, ["430523"]),
        ({"province": "湖南", "prefecture": "邵阳"}, ["430500"]),
        ({"province": "辽宁", "county": "朝阳"}, ["211321"]),
        ({"county": "朝阳"}, ["110105", "211321", "220104"]),
        ({"prefecture": "惠阳地区", "county": "东莞县"}, ["441900"]),
        ({"province": "北京市", "prefecture": "北京市", "county": "朝阳区"}, ["110105"]),
        ({"province": "湖北", "prefecture": "仙桃市"}, ["429004"]),
        ({"county": "东莞市", "township": "虎门"}, ["441900121"]),
        ({"county": "虎门镇"}, ["441900121"]),
        ({"county": "天河区", "address": "五山路381号"}, ["440106"]),
        # What lies elsewhere never leads to a different parent.
        ({"province": "台湾", "prefecture": "台北市", "county": "大安区"}, ["710000"]),
        ({"province": "广东", "prefecture": "长沙市"}, ["440000"]),
        ({"prefecture": "广州市", "county": "福田区"}, ["440100"]),
        ({"province": "四川省", "prefecture": "重庆市", "county": "万县"}, ["510000"]),
        # Codes, in any field and as lists fill them up; of the past too.
        ({"province": "440000", "county": "440106"}, ["440106"]),
        ({"county": "440106", "township": "五山"}, ["440106001"]),
        ({"township": "441900003000"}, ["441900003"]),
        ({"address": "４４０１０６"}, ["440106"]),
        ({"county": "440511"}, ["440511"]),
        ({"county": "440126"}, ["440113"]),
        ({"county": "天河区", "address": "510000"}, ["440106"]),
        ({"county": "999999"}, []),
    ],
)
def test_a_field_names_a_place_of_its_level(
    day_index: DayIndex, parts: dict[str, str], codes: list[str]
) -> None:
    result = geocode(day_index, write_address(**parts))
    assert sorted(match.leaf.code or "" for match in result.matches) == codes


def test_what_does_not_lie_in_the_field_above_is_told_as_unmatched(day_index: DayIndex) -> None:
    for parts in (
        {"province": "台湾", "prefecture": "台北市", "county": "大安区"},
        {"prefecture": "广州市", "county": "福田区"},
    ):
        (match,) = geocode(day_index, write_address(**parts)).matches
        assert match.unmatched.endswith(parts["county"])


def test_fields_that_agree_with_the_text_change_nothing(day_index: DayIndex) -> None:
    parts = {"province": "广东省", "prefecture": "广州市", "county": "天河区"}
    fields = write_address(**parts, address="五山路381号")
    assert geocode(day_index, fields) == geocode(day_index, fields.text)
