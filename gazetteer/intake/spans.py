"""Cutting one span by another; the result keeps the bound, with its act, of whoever made it."""

from gazetteer.ledger.bounds import Period, ends_after, starts_before


def clip(span: Period, frame: Period) -> Period:
    """The part of ``span`` inside ``frame``.

    Raises:
        ValueError: they share no day.
    """
    start = frame.start if starts_before(span.start, frame.start) else span.start
    end = frame.end if ends_after(span.end, frame.end) else span.end
    return Period(start, end)
