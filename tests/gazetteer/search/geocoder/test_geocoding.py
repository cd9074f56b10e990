"""Addresses of every class of the field notes (8.2), on the bundled register."""

from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gazetteer.search.geocoder.geocoding import GeocodeStatus, geocode, join_address_parts
from gazetteer.search.index.candidates import NameRelation
from gazetteer.search.index.day_index import DayIndex
from gazetteer.search.index.day_ordinals import from_ordinal
from gazetteer.search.index.name_index import NameIndex
from tests.gazetteer.search.geocoder.geocoded_addresses import (
    format_chain,
    get_sole_match,
    list_fault_kinds,
)


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        # levels missing
        ("广州市天河区", "广东省/广州市/天河区"),
        ("番禺区", "广东省/广州市/番禺区"),
        ("广东省天河区", "广东省/广州市/天河区"),
        ("重庆忠县", "重庆市/忠县"),
        ("北京市市辖区东城区", "北京市/东城区"),
        # no county level at all
        ("东莞市长安镇锦厦村", "广东省/东莞市/长安镇/锦厦社区居民委员会"),
        ("虎门镇沙角社区", "广东省/东莞市/虎门镇/沙角社区居民委员会"),
        ("中山市小榄镇", "广东省/中山市/小榄镇"),
        # abbreviated
        ("廣州天河", "广东省/广州市/天河区"),
        ("广州天河", "广东省/广州市/天河区"),
        ("广东广州番禺", "广东省/广州市/番禺区"),
        ("广州市番禺区市桥街", "广东省/广州市/番禺区/市桥街道"),
        ("佛山市顺德乐从天佑城", "广东省/佛山市/顺德区/乐从镇"),
        ("五山街道办事处", "广东省/广州市/天河区/五山街道"),
        ("北京朝阳区", "北京市/朝阳区"),
        ("吉林省长春朝阳区", "吉林省/长春市/朝阳区"),
        ("恩施土家族苗族自治州恩施市", "湖北省/恩施土家族苗族自治州/恩施市"),
        # repeated
        ("广东省广州市广州市天河区", "广东省/广州市/天河区"),
        ("广东广州天河区广东省广州市天河区五山街道", "广东省/广州市/天河区/五山街道"),
        # in English order, and with marks between
        ("五山街道,天河区,广州市,广东省", "广东省/广州市/天河区/五山街道"),
        ("天河区 广州市", "广东省/广州市/天河区"),
        # widths, gaps, invisible characters, labels
        ("\ufeff广东省\u00a0广州市\u3000天河区", "广东省/广州市/天河区"),
        ("广 州 市 天 河 区", "广东省/广州市/天河区"),
        ("收货地址：广东省广州市天河区 电话：13800138000", "广东省/广州市/天河区"),
        # a short form within another name means no unit
        ("广州市中山大道西", "广东省/广州市"),
        ("广州市北京路", "广东省/广州市"),
        ("新疆伊宁市上海城", "新疆维吾尔自治区/伊犁哈萨克自治州/伊宁市"),
        # what follows a name may be the beginning of the next
        ("浙江台州路桥区", "浙江省/台州市/路桥区"),
        ("云南临沧镇康站前一路", "云南省/临沧市/镇康县"),
        ("惠阳镇隆镇", "广东省/惠州市/惠阳区/镇隆镇"),
        # a generic part of its own, and the country before a province
        ("上海浦东区", "上海市/浦东新区"),
        ("清徐县中国山西太原", "山西省/太原市/清徐县"),
        # a longer name comes before a shorter one within it
        ("东莞市万江街道新谷涌社区居民委员会", "广东省/东莞市/万江街道/新谷涌社区居民委员会"),
        # 市桥 and 广州市 share a character; both are there
        ("广州市桥街道", "广东省/广州市/番禺区/市桥街道"),
        # a new district is a generic part, and no district of 唐山 that once bore that name
        ("广州南沙新区", "广东省/广州市/南沙区"),
        ("深圳市龙华新区民治街道", "广东省/深圳市/龙华区/民治街道"),
        ("珠海横琴新区", "广东省/珠海市/香洲区/横琴镇"),
        ("韶关新区", "广东省/韶关市"),
        # so with the parts that many a city has: they say something beside its name alone
        ("深圳东区", "广东省/深圳市"),
        ("广州市城区", "广东省/广州市"),
        ("苏州工业园区星湖街328号", "江苏省/苏州市"),
        ("新会工业园区", "广东省/江门市/新会区/工业园区"),
        ("湛江开发区", "广东省/湛江市"),
        ("天津滨海新区", "天津市/滨海新区"),
        ("中山市石岐区", "广东省/中山市/石岐街道"),
        ("武汉经济技术开发区", "湖北省/武汉市"),
        ("佛山高新区", "广东省/佛山市"),
        ("汕头高新区", "广东省/汕头市"),
        ("中山火炬开发区张家边社区", "广东省/中山市/中山港街道/张家边社区居民委员会"),
        ("中山市东区", "广东省/中山市/东区街道"),
        ("铜陵郊区", "安徽省/铜陵市/郊区"),
        ("山西省阳泉市城区北大街", "山西省/阳泉市/城区"),
    ],
)
def test_an_address_leads_to_its_unit(day_index: DayIndex, address: str, expected: str) -> None:
    assert format_chain(get_sole_match(geocode(day_index, address))) == expected


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("Tianhe District, Guangzhou, Guangdong", "广东省/广州市/天河区"),
        ("Nanshan Qu, Shenzhen Shi, Guangdong Sheng", "广东省/深圳市/南山区"),
        ("Humen Town, Dongguan, Guangdong Province, China", "广东省/东莞市/虎门镇"),
        ("Jiaocheng County, Lüliang, Shanxi", "山西省/吕梁市/交城县"),
        ("Ximeng Wazu County, Pu'er, Yunnan", "云南省/普洱市/西盟佤族自治县"),
        ("panyu guangzhou", "广东省/广州市/番禺区"),
    ],
)
def test_an_address_in_latin_letters_is_read_by_the_spellings(
    day_index: DayIndex, address: str, expected: str
) -> None:
    assert format_chain(get_sole_match(geocode(day_index, address))) == expected


def test_a_part_of_many_cities_is_ambiguous_alone(day_index: DayIndex) -> None:
    answer = geocode(day_index, "东区")
    assert {format_chain(match) for match in answer.matches} >= {
        "四川省/攀枝花市/东区",
        "广东省/中山市/东区街道",
    }


def test_letters_alone_may_name_several_units(day_index: DayIndex) -> None:
    answer = geocode(day_index, "Chaoyang Qu")
    assert {"北京市/朝阳区", "吉林省/长春市/朝阳区"} <= {
        format_chain(match) for match in answer.matches
    }


def test_a_unit_that_still_bears_the_old_name_is_found(day_index: DayIndex) -> None:
    assert (
        format_chain(get_sole_match(geocode(day_index, "云浮市云安县"))) == "广东省/云浮市/云安区"
    )


@pytest.mark.parametrize(
    ("address", "expected", "via"),
    [
        ("广东省萝岗区科学大道", "广东省/广州市/黄埔区", NameRelation.SUCCESSOR),
        ("茂名市茂港区", "广东省/茂名市/电白区", NameRelation.SUCCESSOR),
        ("广东省电白县", "广东省/茂名市/电白区", NameRelation.SUCCESSOR),
        ("从化市", "广东省/广州市/从化区", NameRelation.SUCCESSOR),
        ("增城市", "广东省/广州市/增城区", NameRelation.SUCCESSOR),
        ("高要市", "广东省/肇庆市/高要区", NameRelation.SUCCESSOR),
        ("顺德市", "广东省/佛山市/顺德区", NameRelation.SUCCESSOR),
        ("南海市", "广东省/佛山市/南海区", NameRelation.PART_OF_SUCCESSOR),  # a part went to 禅城区
        ("斗门县", "广东省/珠海市/斗门区", NameRelation.PART_OF_SUCCESSOR),  # a part went to 金湾区
        ("广州市东山区", "广东省/广州市/越秀区", NameRelation.SUCCESSOR),
        ("襄樊市", "湖北省/襄阳市", NameRelation.FORMER_NAME),
    ],
)
def test_a_name_of_the_past_leads_to_the_unit_of_today(
    day_index: DayIndex, address: str, expected: str, via: NameRelation
) -> None:
    match = get_sole_match(geocode(day_index, address))
    assert format_chain(match) == expected
    assert match.leaf_candidate.relation is via
    assert from_ordinal(match.leaf_candidate.until) is not None


def test_the_period_of_the_name_that_led_there_is_known(day_index: DayIndex) -> None:
    candidate = get_sole_match(geocode(day_index, "萝岗区科学大道")).leaf_candidate
    assert from_ordinal(candidate.since) == date(2005, 4, 28)
    assert from_ordinal(candidate.until) == date(2014, 1, 25)


def test_an_address_is_read_as_of_its_day(index: NameIndex) -> None:
    assert (
        format_chain(get_sole_match(geocode(DayIndex(index, date(2010, 1, 1)), "萝岗区")))
        == "广东省/广州市/萝岗区"
    )
    assert (
        format_chain(get_sole_match(geocode(DayIndex(index, date(1995, 1, 1)), "南海市")))
        == "广东省/佛山市/南海市"
    )


@pytest.mark.parametrize(
    ("day", "address", "expected"),
    [
        (date(2010, 1, 1), "深圳市龙华区", "广东省/深圳市/宝安区"),
        (date(2010, 1, 1), "济南市莱芜区", "山东省/莱芜市/莱城区"),
        (date(2005, 1, 1), "襄阳市", "湖北省/襄樊市"),
        (date(2000, 1, 1), "广州市南沙区", "广东省/广州市/番禺市"),
    ],
)
def test_a_name_that_comes_later_leads_to_what_was_there(
    index: NameIndex, day: date, address: str, expected: str
) -> None:
    match = get_sole_match(geocode(DayIndex(index, day), address))
    assert format_chain(match) == expected
    assert "later_name" in list_fault_kinds(match)


def test_a_unit_comes_before_its_own_part_of_the_same_name(day_index: DayIndex) -> None:
    """Where the unit above is named; 恩施 alone may be the prefecture or the city in it."""
    assert format_chain(get_sole_match(geocode(day_index, "深圳龙华"))) == "广东省/深圳市/龙华区"
    assert (
        format_chain(get_sole_match(geocode(day_index, "湖北恩施")))
        == "湖北省/恩施土家族苗族自治州"
    )


@pytest.mark.parametrize(
    ("address", "deciding", "among"),
    [
        ("朝阳区", "province", {"北京市/朝阳区", "吉林省/长春市/朝阳区"}),
        ("长安镇", "prefecture", {"广东省/东莞市/长安镇", "广东省/肇庆市/封开县/长安镇"}),
        (
            "恩施",
            "county",
            {"湖北省/恩施土家族苗族自治州", "湖北省/恩施土家族苗族自治州/恩施市"},
        ),
    ],
)
def test_what_the_text_does_not_decide_is_ambiguous(
    day_index: DayIndex, address: str, deciding: str, among: set[str]
) -> None:
    answer = geocode(day_index, address)
    assert answer.status is GeocodeStatus.AMBIGUOUS
    assert answer.deciding_level == deciding
    assert among <= {format_chain(match) for match in answer.matches}


def test_of_very_many_candidates_some_are_listed_and_all_are_counted(
    index: NameIndex, day_index: DayIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    every = geocode(day_index, "新村")
    assert every.status is GeocodeStatus.AMBIGUOUS
    assert len(every.matches) == 10 < every.total
    monkeypatch.setattr(
        "gazetteer.search.index.candidate_lookup.MAX_KEY_CANDIDATES", 12
    )  # fewer are examined, no fewer are counted
    assert geocode(DayIndex(index, day_index.at), "新村").total == every.total
    in_guangzhou = geocode(DayIndex(index, day_index.at), "广州市新村")
    assert in_guangzhou.total == geocode(day_index, "广州市新村").total < every.total


@pytest.mark.parametrize("address", ["", " ", "我喜欢猫", "I like cats", "12345", "路", "。。。"])
def test_what_names_no_unit_is_not_found(day_index: DayIndex, address: str) -> None:
    assert geocode(day_index, address).status is GeocodeStatus.NOT_FOUND


def test_a_structured_address_is_read_like_one_text(day_index: DayIndex) -> None:
    text = join_address_parts(["广东省", None, "天河区", " 五山路1号 "])
    assert format_chain(get_sole_match(geocode(day_index, text))) == "广东省/广州市/天河区"


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.text(max_size=60) | st.text(alphabet="广东州市天河区县镇村新长安号路-12 (、", max_size=80)
)
def test_any_text_gets_an_answer(day_index: DayIndex, address: str) -> None:
    answer = geocode(day_index, address)
    assert all(0 <= match.score <= 1 for match in answer.matches)
    assert (answer.status is GeocodeStatus.NOT_FOUND) == (answer.total == 0)


@pytest.mark.parametrize("piece", ["广州市", "新村", "(", "1", "路", "一", " 天", "镇", "a-", "廣"])
def test_an_address_of_ten_thousand_characters_is_read_at_its_beginning(
    day_index: DayIndex, piece: str
) -> None:
    answer = geocode(day_index, (piece * 10_000)[:10_000])
    assert all(
        "overlong" in list_fault_kinds(m) for m in answer.matches if len(answer.text.value) > 500
    )
