"""Cutting one span by another; the result keeps the bound, with its act, of whoever made it."""

from gazetteer.ledger.period import Period, ends_after, starts_before


def clip_period(period: Period, frame: Period) -> Period:
    """The part of ``span`` inside ``frame``.

    Raises:
        ValueError: they share no day.
    """
    start = frame.start if starts_before(period.start, frame.start) else period.start
    end = frame.end if ends_after(period.end, frame.end) else period.end
    return Period(start, end)
