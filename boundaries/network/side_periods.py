"""The units that had a face, and those on both sides of a border, by periods."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from itertools import pairwise
from typing import TypeVar
from uuid import UUID

from gazetteer.ledger.period import UNBOUNDED, Period, PeriodEnd, ends_after, starts_before
from gazetteer.ledger.versions import periods_overlap

Tenures = Sequence[tuple[UUID, Period]]
"""The units that a face belonged to, one after the other; days in between are not known."""

PeriodValue = TypeVar("PeriodValue")


def derive_side_periods(
    left: Tenures, right: Tenures
) -> Iterator[tuple[Period, UUID | None, UUID | None]]:
    """The periods in which two faces belonged to different units, at least one of them known."""

    def find_sides(day: date) -> tuple[UUID | None, UUID | None] | None:
        one, other = _find_holder(left, day), _find_holder(right, day)
        return None if one == other else (one, other)

    for span, (one, other) in _iter_periods((*left, *right), find_sides):
        yield span, one, other


def overlay_tenures(upper: Tenures, lower: Tenures) -> Tenures:
    """The upper tenures, and the lower ones on days without an upper one."""
    return tuple(
        (unit, span)
        for span, unit in _iter_periods(
            (*upper, *lower), lambda day: _find_holder(upper, day) or _find_holder(lower, day)
        )
    )


def enclose_periods(spans: Sequence[Period]) -> Period:
    """From the first start to the last end."""
    first = min(spans, key=lambda span: span.start.on or date.min)
    last = max(spans, key=lambda span: span.end.on or date.max)
    return Period(first.start, last.end)


def _iter_periods(
    tenures: Tenures, value_on: Callable[[date], PeriodValue | None]
) -> Iterator[tuple[Period, PeriodValue]]:
    """The longest periods with the same value; days with the value None are left out."""
    bounds = collect_period_ends(tenures)
    days: list[date | None] = [None, *sorted(bounds), None]
    previous: tuple[Period, PeriodValue] | None = None
    for start, end in pairwise(days):
        value = value_on(start or date.min)
        if previous and value == previous[1]:
            previous = (Period(previous[0].start, _find_period_end(bounds, end)), previous[1])
            continue
        if previous:
            yield previous
        span = Period(_find_period_end(bounds, start), _find_period_end(bounds, end))
        previous = (span, value) if value is not None else None
    if previous:
        yield previous


def _find_period_end(bounds: dict[date, PeriodEnd], day: date | None) -> PeriodEnd:
    return bounds[day] if day else UNBOUNDED


def collect_period_ends(tenures: Tenures) -> dict[date, PeriodEnd]:
    """The start or end on each day that has one; a start takes precedence."""
    ends = {span.end.on: span.end for _, span in tenures if span.end.on}
    return {**ends, **{span.start.on: span.start for _, span in tenures if span.start.on}}


def _find_holder(tenures: Tenures, day: date) -> UUID | None:
    return next((unit for unit, span in tenures if span.contains_day(day)), None)


def intersect_periods(span: Period, within: Period) -> Period | None:
    """The part of a period within another; None if they share no day."""
    if not periods_overlap(span, within):
        return None
    start = within.start if starts_before(span.start, within.start) else span.start
    end = within.end if ends_after(span.end, within.end) else span.end
    return Period(start, end)


def subtract_periods(span: Period, taken: Iterable[Period]) -> list[Period]:
    """The parts of a period without those of others."""
    parts = [span]
    for period in taken:
        parts = [rest for part in parts for rest in _cut_around(part, period)]
    return parts


def _cut_around(span: Period, taken: Period) -> Iterator[Period]:
    if not periods_overlap(span, taken):
        yield span
        return
    if starts_before(span.start, taken.start):
        yield Period(span.start, taken.start)
    if ends_after(span.end, taken.end):
        yield Period(taken.end, span.end)
