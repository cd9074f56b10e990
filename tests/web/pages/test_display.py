from typing import Any

import pytest

from web.http.language import Lang
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
        ("year", "1985年（日期不详）", "1985 (day not known)"),
        ("first_record", "1985年或更早（名录起始）", "1985 or earlier (records begin)"),
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
    assert display.format_share(None, "zh") == "占比未知"
    assert display.format_share(0.0, "en") == "share 0%"
    assert display.format_share(0.254, "en") == "share 25%"


def test_areas_have_as_many_figures_as_they_deserve() -> None:
    assert [display.format_area_km2(value) for value in (179724.4, 137.6, 2.345)] == [
        "179,724",
        "138",
        "2.3",
    ]
