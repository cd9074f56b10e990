"""Periods of validity; each end has its day, its act and the precision of the day."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID


class Precision(StrEnum):
    """How precisely the day of an end of a period is known."""

    DAY = "day"  # the effective date is stated in the act
    APPROVED = "approved"  # the date of approval, taken as the effective date
    INFERRED = "inferred"  # taken from the dated documents of related records
    YEAR = "year"  # only the year is known; represented by 1 January
    FIRST_RECORD = "first_record"  # already in force when the records begin
    UNKNOWN = "unknown"  # no day known: the end is open


@dataclass(frozen=True, slots=True)
class PeriodEnd:
    """One end of a period. ``on`` is None where the period is open at this end."""

    on: date | None = None
    act: UUID | None = None
    precision: Precision = Precision.UNKNOWN


UNBOUNDED = PeriodEnd()


@dataclass(frozen=True, slots=True)
class Period:
    """A half-open period of validity ``[start.on, end.on)``, dates of Asia/Shanghai.

    Raises:
        ValueError: the period would be empty or inverted; the ledger has no such periods.
    """

    start: PeriodEnd = UNBOUNDED
    end: PeriodEnd = UNBOUNDED

    def __post_init__(self) -> None:
        if self.start.on and self.end.on and self.start.on >= self.end.on:
            raise ValueError(f"empty period: {self.start.on} to {self.end.on}")

    def contains_day(self, day: date) -> bool:
        """Whether ``day`` lies in the period."""
        after_start = self.start.on is None or self.start.on <= day
        return after_start and (self.end.on is None or day < self.end.on)


def starts_before(a: PeriodEnd, b: PeriodEnd) -> bool:
    """Whether the start ``a`` lies before the start ``b`` (an open start before all)."""
    return b.on is not None and (a.on is None or a.on < b.on)


def ends_after(a: PeriodEnd, b: PeriodEnd) -> bool:
    """Whether the end ``a`` lies after the end ``b`` (an open end after all)."""
    return b.on is not None and (a.on is None or a.on > b.on)


def extends_past(end: PeriodEnd, start: PeriodEnd) -> bool:
    """Whether a period that ends at ``end`` has days on or after ``start``."""
    return end.on is None or start.on is None or start.on < end.on
