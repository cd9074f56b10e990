"""Who lay on either side of a border, day by day: the lives of two faces laid over each other."""

from collections.abc import Iterator, Sequence
from datetime import date
from itertools import pairwise
from uuid import UUID

from gazetteer.ledger.bounds import OPEN, Bound, Span

Lives = Sequence[tuple[UUID, Span]]
"""The units that a face belonged to, one after the other; of days in between nothing is known."""


def sides(left: Lives, right: Lives) -> Iterator[tuple[Span, UUID | None, UUID | None]]:
    """The periods in which at least one side is known, each with the units on both sides.

    Periods follow each other in time, and differ from the one before.
    """
    bounds = _bounds((*left, *right))
    days: list[date | None] = [None, *sorted(bounds), None]
    before: tuple[Span, UUID | None, UUID | None] | None = None
    for start, end in pairwise(days):
        day = start or _eve(end)
        here = (_on(left, day), _on(right, day))
        if here[0] == here[1]:
            if before:
                yield before
            before = None
            continue
        span = Span(bounds[start] if start else OPEN, bounds[end] if end else OPEN)
        if before and before[1:] == here:
            before = (Span(before[0].start, span.end), *here)
            continue
        if before:
            yield before
        before = (span, *here)
    if before:
        yield before


def whole(spans: Sequence[Span]) -> Span:
    """From the first start to the last end."""
    first = min(spans, key=lambda span: span.start.on or date.min)
    last = max(spans, key=lambda span: span.end.on or date.max)
    return Span(first.start, last.end)


def _bounds(lives: Lives) -> dict[date, Bound]:
    """The bound of each day on which something begins or ends; what begins says more."""
    ends = {span.end.on: span.end for _, span in lives if span.end.on}
    return {**ends, **{span.start.on: span.start for _, span in lives if span.start.on}}


def _on(lives: Lives, day: date) -> UUID | None:
    return next((unit for unit, span in lives if span.covers(day)), None)


def _eve(end: date | None) -> date:
    """A day before anything was known."""
    return date.min if end else date.max
