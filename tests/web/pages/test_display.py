"""Dates, periods, measures and code-list values are worded as far as they are known."""

from typing import Any

import pytest

from gazetteer.messages import Lang
from web.pages import display


@pytest.mark.parametrize(
    ("precision", "chinese", "english"),
    [
        ("day", "1985年5月24日", "24 May 1985"),
        ("approved", "1985年5月24日（批准日期）", "24 May 1985 (date of approval)"),
        (
            "inferred",
            "1985年5月24日（据相关文件推定）",
            "24 May 1985 (inferred from related documents)",
        ),
        ("year", "1985年（日期不详）", "1985 (day unknown)"),
        ("first_record", "1985年或更早（记录起点）", "1985 or earlier (start of records)"),
        ("unknown", "日期不详", "date unknown"),
    ],
)
def test_a_date_is_shown_only_as_well_as_it_is_known(
    precision: str, chinese: str, english: str
) -> None:
    assert display.format_period_end("1985-05-24", precision, "zh") == chinese
    assert display.format_period_end("1985-05-24", precision, "en") == english


@pytest.mark.parametrize(
    ("start", "end", "lang", "shown"),
    [
        ("1985-05-24", None, "zh", "1985年5月24日起"),
        ("1985-05-24", None, "en", "since 24 May 1985"),
        (None, "2004-05-29", "zh", "至2004年5月29日"),
        ("1985-05-24", "2004-05-29", "en", "24 May 1985 to 29 May 2004"),
        (None, None, "en", "dates unknown"),
    ],
)
def test_a_period_may_be_open_at_either_end(
    start: str | None, end: str | None, lang: Lang, shown: str
) -> None:
    valid: dict[str, Any] = {
        "from": start,
        "to": end,
        "from_precision": "day" if start else "unknown",
        "to_precision": "day" if end else "unknown",
    }
    assert display.format_period(valid, lang) == shown


def test_a_share_without_evidence_is_unknown_and_not_zero() -> None:
    assert display.format_share(None, "zh") == "划转面积比例不详"
    assert display.format_share(0.0, "en") == "0% of the area"
    assert display.format_share(0.254, "en") == "25% of the area"


def test_areas_have_as_many_figures_as_they_deserve() -> None:
    assert [display.format_area_km2(value) for value in (179724.4, 137.6, 2.345)] == [
        "179,724",
        "138",
        "2.3",
    ]


@pytest.mark.parametrize(
    ("value", "unit", "chinese", "english"),
    [
        (0.05, "m", "0.05 米", "0.05 m"),
        (1234.5678, "m2", "1234.57 平方米", "1234.57 m²"),
        (0.8, "deg", "0.8°", "0.8°"),
        (0.012, "share", "1.2%", "1.2%"),
        (1.0, "paths", "1 段", "1 path"),
        (3, "paths", "3 段", "3 paths"),
        (7, "decimals", "7 位小数", "7 decimal places"),
        (2.5, None, "2.5", "2.5"),
        (2.5, "furlongs", "2.5 furlongs", "2.5 furlongs"),
    ],
)
def test_a_measured_value_has_its_unit_in_the_language_of_the_reader(
    value: float, unit: str | None, chinese: str, english: str
) -> None:
    assert display.format_measure(value, unit, "zh") == chinese
    assert display.format_measure(value, unit, "en") == english


def test_readers_of_english_get_the_romanised_name_with_the_chinese() -> None:
    unit = {"name": "天河区", "romanized_name": "Tianhe Qu", "code": "440106"}
    assert display.format_unit_name(unit, "en") == "Tianhe Qu (天河区)"
    assert display.format_unit_name(unit, "zh") == "天河区"
    assert display.format_unit_name({"name": "天河区"}, "en") == "天河区"


def test_values_of_code_lists_have_words_and_unknown_ones_stay_as_they_are() -> None:
    english = display.Display("en")
    assert english.unit_type("市辖区") == "district"
    assert display.Display("zh").unit_type("市辖区") == "市辖区"
    assert english.unit_type("特区") == "特区"
    assert english.unit_type(None) == ""
    assert english.known("level", "county") == "County"


def test_a_check_has_a_title_and_a_check_by_a_rule_that_of_the_rule() -> None:
    chinese = display.Display("zh")
    assert chinese.check_title("unit_without_area") == "单位缺少边界面"
    assert chinese.check_title("TOP-COV-01") == "同级单位不得重叠"
    assert chinese.check_title("no_such_check") == "no_such_check"
