"""Who had a face when, and who lay on either side of a border: lives laid over each other."""

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from itertools import pairwise
from typing import TypeVar
from uuid import UUID

from gazetteer.ledger.bounds import UNBOUNDED, Period, PeriodEnd, ends_after, starts_before
from gazetteer.ledger.versions import periods_overlap

Lives = Sequence[tuple[UUID, Period]]
"""The units that a face belonged to, one after the other; of days in between nothing is known."""

Told = TypeVar("Told")


def sides(left: Lives, right: Lives) -> Iterator[tuple[Period, UUID | None, UUID | None]]:
    """The periods in which two faces belonged to different units, one of them known at least."""

    def beside(day: date) -> tuple[UUID | None, UUID | None] | None:
        one, other = _on(left, day), _on(right, day)
        return None if one == other else (one, other)

    for span, (one, other) in _periods((*left, *right), beside):
        yield span, one, other


def layered(upper: Lives, lower: Lives) -> Lives:
    """The upper lives, and the lower ones on days on which those say nothing."""
    return tuple(
        (unit, span)
        for span, unit in _periods((*upper, *lower), lambda day: _on(upper, day) or _on(lower, day))
    )


def whole(spans: Sequence[Period]) -> Period:
    """From the first start to the last end."""
    first = min(spans, key=lambda span: span.start.on or date.min)
    last = max(spans, key=lambda span: span.end.on or date.max)
    return Period(first.start, last.end)


def _periods(lives: Lives, told: Callable[[date], Told | None]) -> Iterator[tuple[Period, Told]]:
    """The longest periods in which the same is told; None is nothing."""
    bounds = bounds_of(lives)
    days: list[date | None] = [None, *sorted(bounds), None]
    before: tuple[Period, Told] | None = None
    for start, end in pairwise(days):
        here = told(start or date.min)
        if before and here == before[1]:
            before = (Period(before[0].start, _at(bounds, end)), before[1])
            continue
        if before:
            yield before
        span = Period(_at(bounds, start), _at(bounds, end))
        before = (span, here) if here is not None else None
    if before:
        yield before


def _at(bounds: dict[date, PeriodEnd], day: date | None) -> PeriodEnd:
    return bounds[day] if day else UNBOUNDED


def bounds_of(lives: Lives) -> dict[date, PeriodEnd]:
    """The bound of each day on which something begins or ends; what begins says more."""
    ends = {span.end.on: span.end for _, span in lives if span.end.on}
    return {**ends, **{span.start.on: span.start for _, span in lives if span.start.on}}


def _on(lives: Lives, day: date) -> UUID | None:
    return next((unit for unit, span in lives if span.contains_day(day)), None)


def clipped(span: Period, within: Period) -> Period | None:
    """The part of a span within another; None if they share no day."""
    if not periods_overlap(span, within):
        return None
    start = within.start if starts_before(span.start, within.start) else span.start
    end = within.end if ends_after(span.end, within.end) else span.end
    return Period(start, end)
