"""Names of units taken apart."""

import pytest

from gazetteer.records.name_parts import derive_unit_type, split_name


@pytest.mark.parametrize(
    ("name", "level", "specific", "generic", "short"),
    [
        ("天河区", "county", "天河", "区", "天河"),
        ("梅县", "county", "梅", "县", None),
        ("梅县区", "county", "梅县", "区", "梅县"),
        ("城区", "county", "城", "区", None),
        ("郊区", "county", "郊", "区", None),
        ("连南瑶族自治县", "county", "连南瑶族", "自治县", "连南"),
        ("连山壮族瑶族自治县", "county", "连山壮族瑶族", "自治县", "连山"),
        ("东乡族自治县", "county", "东乡族", "自治县", "东乡"),
        ("内蒙古自治区", "province", "内蒙古", "自治区", "内蒙古"),
        ("新疆维吾尔自治区", "province", "新疆维吾尔", "自治区", "新疆"),
        ("香港特别行政区", "province", "香港", "特别行政区", "香港"),
        ("井陉矿区", "county", "井陉", "矿区", "井陉"),
        ("神农架林区", "county", "神农架", "林区", "神农架"),
        ("碑林区", "county", "碑林", "区", "碑林"),
        ("万柏林区", "county", "万柏林", "区", "万柏林"),
        ("管城回族区", "county", "管城回族", "区", "管城"),
        ("西沙群岛", "county", None, None, None),
        ("麻涌镇", "township", "麻涌", "镇", "麻涌"),
        ("岳洲社区居委会", "village", "岳洲", "社区居委会", None),
    ],
)
def test_a_name_is_taken_apart(
    name: str, level: str, specific: str | None, generic: str | None, short: str | None
) -> None:
    taken = split_name(name, level)
    assert (taken.specific, taken.generic, taken.short) == (specific, generic, short)
    assert "".join(taken.words) == name


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("浦东新区", ("浦东", "新区")),
        ("清新区", ("清新", "区")),
        ("科尔沁右翼中旗", ("科尔沁", "右翼", "中旗")),
        ("土默特左旗", ("土默特", "左旗")),
        ("达尔罕茂明安联合旗", ("达尔罕茂明安", "联合旗")),
        ("四子王旗", ("四子王", "旗")),
        ("管城回族区", ("管城", "回族", "区")),
        ("城区", ("城区",)),
        ("东区", ("东", "区")),
    ],
)
def test_what_qualifies_a_generic_term_is_written_with_it(
    name: str, words: tuple[str, ...]
) -> None:
    assert split_name(name, "county").words == words


def test_the_wing_of_a_banner_is_a_word_in_an_autonomous_county() -> None:
    words = ("喀喇沁", "左翼", "蒙古族", "自治县")
    assert split_name("喀喇沁左翼蒙古族自治县", "county").words == words


@pytest.mark.parametrize(
    ("name", "level", "code", "expected"),
    [
        ("北京市", "province", "110000", "直辖市"),
        ("广东省", "province", "440000", "省"),
        ("广州市", "prefecture", "440100", "地级市"),
        ("汕头地区", "prefecture", "442300", "地区"),
        ("汕头市", "county", "442301", "县级市"),
        ("天河区", "county", "440106", "市辖区"),
        ("沙田区", "county", "810016", "区"),
        ("神农架林区", "county", "429021", "林区"),
        ("六枝特区", "county", "520203", "特区"),
        ("西沙群岛", "county", "469031", None),
        ("五山街道", "township", "440106001", "街道"),
        ("麻涌镇", "township", "441900119", "镇"),
        ("连山瑶族乡", "township", "441825201", "民族乡"),
        ("黄龙带水库", "township", "440117404", None),
        ("福田保税区", "township", "440304400", None),
        ("岳洲社区居委会", "village", "440106001001", "居民委员会"),
        ("南村村委会", "village", "440106001201", "村民委员会"),
        ("西部林场生活区", "village", "440106001501", None),
    ],
)
def test_the_type_of_a_unit_follows_from_name_and_code(
    name: str, level: str, code: str, expected: str | None
) -> None:
    assert derive_unit_type(name, level, code) == expected
