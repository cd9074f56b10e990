"""Days as the flat arrays of the index hold them: proleptic ordinals, half-open periods."""

from datetime import date

OPEN_START, OPEN_END = 0, 4_000_000
"""Ordinals before the first and after the last day."""


def to_ordinal(day: date | None, default: int) -> int:
    """A day as a number; ``default`` where a period is open."""
    return default if day is None else day.toordinal()


def from_ordinal(ordinal: int) -> date | None:
    """An end of a period as a day; None where the period is open."""
    return None if ordinal in (OPEN_START, OPEN_END) else date.fromordinal(ordinal)
