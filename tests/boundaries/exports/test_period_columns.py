"""Ends of periods in columns: the day, how precisely it is known, and its known digits."""

from datetime import date

import pytest

from boundaries.exports.period_columns import PERIOD_COLUMNS, build_period_columns

DAY = date(1983, 1, 1)


@pytest.mark.parametrize(
    ("precision", "known"),
    [
        ("day", "1983-01-01"),
        ("approved", "1983-01-01"),
        ("inferred", "1983-01-01"),
        ("year", "1983"),
        ("first_record", "1983"),
    ],
)
def test_only_known_digits_are_stated(precision: str, known: str) -> None:
    columns = build_period_columns(DAY, precision, DAY, precision)
    assert tuple(columns) == PERIOD_COLUMNS
    assert tuple(columns.values()) == (DAY, precision, known) * 2


def test_an_open_end_has_no_date_and_no_precision() -> None:
    columns = build_period_columns(None, None, None, "day")
    assert tuple(columns.values()) == (None, "unknown", None) * 2
