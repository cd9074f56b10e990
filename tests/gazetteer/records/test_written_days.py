"""Days of a table as people write them."""

from datetime import date

import pytest

from gazetteer.problems import InvalidValue
from gazetteer.records.written_days import parse_written_day

TODAY = date(2026, 11, 1)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("1990-06-01", date(1990, 6, 1)),
        ("1990/6/1", date(1990, 6, 1)),
        ("1990年6月1日", date(1990, 6, 1)),
        ("1990-06-01T00:00:00Z", date(1990, 6, 1)),
        ("1990", date(1990, 12, 31)),
        ("1990年", date(1990, 12, 31)),
        ("1992-02", date(1992, 2, 29)),
        ("1990年6月", date(1990, 6, 30)),
        ("2026", TODAY),
        ("2026-11", TODAY),
        ("2026-10", date(2026, 10, 31)),
        ("2027", date(2027, 12, 31)),
    ],
)
def test_a_day_may_be_written_in_many_ways_and_a_year_stands_for_its_end(
    text: str, day: date
) -> None:
    assert parse_written_day(text, TODAY) == day


@pytest.mark.parametrize("text", ["", "x", "1990-13", "1990-02-30", "0000", "90", "19900601"])
def test_what_is_no_day_is_refused(text: str) -> None:
    with pytest.raises(InvalidValue) as refused:
        parse_written_day(text, TODAY)
    assert refused.value.message.id == "reconcile.not_a_day"
    assert refused.value.message.params == {"value": text}
