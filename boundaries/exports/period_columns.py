"""The period of a row, with how precisely its ends are known, in columns."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from gazetteer.ledger.period import Precision

PERIOD_COLUMNS = (
    *("valid_from", "valid_from_precision", "valid_from_known"),
    *("valid_to", "valid_to_precision", "valid_to_known"),
)
_YEAR_ONLY = (Precision.YEAR, Precision.FIRST_RECORD)


def build_period_columns(
    valid_from: date | None, start: str | None, valid_to: date | None, end: str | None
) -> dict[str, Any]:
    """The columns of a period, given its two ends and their precisions.

    ``valid_from_known`` and ``valid_to_known`` are what is known of the date, as ISO 8601: a day
    or, where it stands for its year or for the beginning of the records, the year. A day that
    stands for a year is thus never taken for a day that is known.
    """
    return {
        **_build_end_columns("valid_from", valid_from, start),
        **_build_end_columns("valid_to", valid_to, end),
    }


def select_period(row: Mapping[str, Any]) -> dict[str, Any]:
    """The columns of the period of a row with ``valid`` dates and ``start_precision``."""
    return build_period_columns(
        row["valid_from"], row["start_precision"], row["valid_to"], row["end_precision"]
    )


def _build_end_columns(name: str, day: date | None, precision: str | None) -> dict[str, Any]:
    if day is None:
        return {name: None, f"{name}_precision": Precision.UNKNOWN.value, f"{name}_known": None}
    known = day.isoformat()
    return {
        name: day,
        f"{name}_precision": precision,
        f"{name}_known": known[:4] if precision in _YEAR_ONLY else known,
    }
