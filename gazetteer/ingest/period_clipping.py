"""Clipping one period to another; each end keeps its act and its precision."""

from gazetteer.ledger.period import Period, ends_after, starts_before


def clip_period(period: Period, frame: Period) -> Period:
    """The part of ``period`` inside ``frame``.

    Raises:
        ValueError: they share no day.
    """
    start = frame.start if starts_before(period.start, frame.start) else period.start
    end = frame.end if ends_after(period.end, frame.end) else period.end
    return Period(start, end)
