"""The act and the precision of a day of change, from what is known of that day."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from gazetteer.ledger.period import UNBOUNDED, Period, PeriodEnd, Precision

_PRECISIONS = list(Precision)


Bounds = Mapping[date, PeriodEnd]


def index_bounds(periods: Iterable[Period], *, with_bare: bool = False) -> Bounds:
    """The ends of periods by their days; bare days, without act and precision, only on demand."""
    ends: dict[date, set[PeriodEnd]] = {}
    for period in periods:
        for end in (period.start, period.end):
            if end.on is not None and (with_bare or end != PeriodEnd(end.on)):
                ends.setdefault(end.on, set()).add(end)
    return {day: choose_bound(found) for day, found in ends.items()}


@dataclass(frozen=True, slots=True)
class BoundSources:
    """Known ends of periods in groups: those of the first group that has the day count."""

    groups: tuple[Bounds, ...]

    def find_bound(self, day: date) -> PeriodEnd:
        """The end of a period on a day; ``date.min`` and ``date.max`` are open ends."""
        if day in (date.min, date.max):
            return UNBOUNDED
        return next((bounds[day] for bounds in self.groups if day in bounds), PeriodEnd(day))

    def build_period(self, days: tuple[date, date]) -> Period:
        """The period of days, with the ends that are known of them."""
        return Period(self.find_bound(days[0]), self.find_bound(days[1]))


def choose_bound(ends: Iterable[PeriodEnd]) -> PeriodEnd:
    """Of several ends on one day the one with an act, then the most precise one."""
    return min(
        ends,
        key=lambda end: (end.act is None, _PRECISIONS.index(end.precision), str(end.act)),
    )
