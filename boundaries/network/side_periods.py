"""Who had a face when, and who lay on either side of a border: lives laid over each other."""

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from itertools import pairwise
from typing import TypeVar
from uuid import UUID

from gazetteer.ledger.period import UNBOUNDED, Period, PeriodEnd, ends_after, starts_before
from gazetteer.ledger.versions import periods_overlap

Tenures = Sequence[tuple[UUID, Period]]
"""The units that a face belonged to, one after the other; of days in between nothing is known."""

PeriodValue = TypeVar("PeriodValue")


def derive_side_periods(
    left: Tenures, right: Tenures
) -> Iterator[tuple[Period, UUID | None, UUID | None]]:
    """The periods in which two faces belonged to different units, one of them known at least."""

    def find_sides(day: date) -> tuple[UUID | None, UUID | None] | None:
        one, other = _find_holder(left, day), _find_holder(right, day)
        return None if one == other else (one, other)

    for span, (one, other) in _iter_periods((*left, *right), find_sides):
        yield span, one, other


def overlay_tenures(upper: Tenures, lower: Tenures) -> Tenures:
    """The upper lives, and the lower ones on days on which those say nothing."""
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
    """The longest periods in which the same is told; None is nothing."""
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
    """The bound of each day on which something begins or ends; what begins says more."""
    ends = {span.end.on: span.end for _, span in tenures if span.end.on}
    return {**ends, **{span.start.on: span.start for _, span in tenures if span.start.on}}


def _find_holder(tenures: Tenures, day: date) -> UUID | None:
    return next((unit for unit, span in tenures if span.contains_day(day)), None)


def intersect_periods(span: Period, within: Period) -> Period | None:
    """The part of a span within another; None if they share no day."""
    if not periods_overlap(span, within):
        return None
    start = within.start if starts_before(span.start, within.start) else span.start
    end = within.end if ends_after(span.end, within.end) else span.end
    return Period(start, end)
