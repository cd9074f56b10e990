"""What a step makes of what is known: played on its day, and again on each later day of change.

A command knows one day only. The days for which its result holds follow from what is known: from
the day on which the draft takes effect to the next day on which a record that it looked at is known
to change; there it is played again. A correction without a day holds for as long as the records
were as it met them, backward too. Pure.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from uuid import UUID, uuid5

from gazetteer.ledger.drafts.day_records import DayRecords, Footprint
from gazetteer.ledger.drafts.known_records import KnownRecords, RecordKey
from gazetteer.ledger.drafts.step_timelines import PlayedSpan, compose_versions
from gazetteer.ledger.period import UNBOUNDED, PeriodEnd, Precision
from gazetteer.ledger.versions import Version
from gazetteer.problems import NotFound, Problem

Days = tuple[date, date]
"""The first day, and the day after the last; ``date.min`` and ``date.max`` where open."""


class StepIds:
    """The ids of the records that a step creates: the same whenever it is played."""

    def __init__(self, step_id: UUID) -> None:
        self._step_id, self._count = step_id, 0

    def create_id(self) -> UUID:
        """The next id; no other step ever has it."""
        self._count += 1
        return uuid5(self._step_id, str(self._count))


PlayCommand = Callable[[DayRecords, StepIds], None]
"""A command with its arguments.

Raises:
    Problem: it cannot be done on this day.
"""


class StepDoesNotFit(Exception):
    """A step met something else than when it was taken; ``bound`` is the change in its way.

    ``problem`` is what the command said, if it could not be played at all.
    """

    def __init__(self, day: date, bound: PeriodEnd | None, problem: Problem | None) -> None:
        super().__init__(f"the step does not fit on {day}")
        self.day, self.bound, self.problem = day, bound, problem


@dataclass(frozen=True, slots=True)
class EffectiveDays:
    """For which days a draft holds.

    ``first_day``: from this day on, by the ``act`` if there is one; None: for as long as the
    records were as on the ``reference_day``.
    """

    reference_day: date
    first_day: date | None = None
    act: UUID | None = None

    @property
    def start_bound(self) -> PeriodEnd | None:
        """The bound on the first day; None without one."""
        if self.first_day is None:
            return None
        if self.act is None:
            return PeriodEnd(self.first_day)
        return PeriodEnd(self.first_day, self.act, Precision.DAY)


@dataclass(frozen=True)
class PlayedStep:
    """The timelines that a step changes, before and after; what it met on its day.

    ``left_out`` are days on which a correction did not fit, so that what is known there stays.
    """

    footprint: Footprint
    before: dict[RecordKey, tuple[Version, ...]]
    after: dict[RecordKey, tuple[Version, ...]]
    left_out: tuple[Days, ...] = ()


def play_step(
    known: KnownRecords,
    command: PlayCommand,
    step_id: UUID,
    days: EffectiveDays,
    expected: Footprint | None = None,
) -> PlayedStep:
    """Play a step over what is known.

    Args:
        known: the records before the step.
        command: what the step does on one day.
        step_id: gives the records that it creates their ids.
        days: the days for which it shall hold.
        expected: what the step met when it was taken; None: it is taken now.

    Raises:
        Problem: the step cannot be taken.
        StepDoesNotFit: it meets something else than ``expected``, or a later change is in its way.
    """
    return _Play(known, command, step_id, days).play_all_days(expected)


@dataclass
class _Play:
    known: KnownRecords
    command: PlayCommand
    step_id: UUID
    days: EffectiveDays
    spans: list[PlayedSpan] = field(default_factory=list)
    left_out: list[Days] = field(default_factory=list)
    looked_at: set[RecordKey] = field(default_factory=set)

    def play_all_days(self, expected: Footprint | None) -> PlayedStep:
        """Play on the day of reference, then on the days to come, then on those before."""
        first = self._play_first_day(expected)
        self._play_forward(first)
        if self.days.first_day is None:
            self._play_backward(first)
        keys = {key: None for span in self.spans for key in span.changes}
        before = {key: self.known.load_versions(key) for key in keys}
        own = (
            frozenset({self.days.start_bound}) if self.days.start_bound else frozenset[PeriodEnd]()
        )
        after = {key: compose_versions(key, before[key], self.spans, own) for key in keys}
        changed = {key: versions for key, versions in after.items() if versions != before[key]}
        left_out = tuple(sorted(self.left_out))
        return PlayedStep(
            first.observed_footprint, {k: before[k] for k in changed}, changed, left_out
        )

    def _play_first_day(self, expected: Footprint | None) -> DayRecords:
        day = self.days.first_day or self.days.reference_day
        if expected is None:
            return self._play_on(day)
        try:
            first = self._play_on(day)
        except Problem as problem:
            raise StepDoesNotFit(day, None, problem) from None
        if first.observed_footprint != expected:
            raise StepDoesNotFit(day, None, None)
        return first

    def _play_on(self, day: date) -> DayRecords:
        records = DayRecords(self.known, day)
        try:
            self.command(records, StepIds(self.step_id))
        finally:
            self.looked_at |= records.looked_at
        return records

    def _play_forward(self, first: DayRecords) -> None:
        day = first.day
        played: DayRecords | None = first
        start = self.days.start_bound or self._find_last_bound(day)
        while True:
            end = self._find_next_bound(day)
            self._add_span(start, end, played)
            if end.on is None:
                return
            day, start = end.on, end
            played = self._play_again(day, end, first)

    def _play_backward(self, first: DayRecords) -> None:
        end = self.spans[0].start
        while end.on is not None:
            eve = end.on - timedelta(days=1)
            played = self._play_again(eve, None, first)
            if played is None and not self._is_left_out(eve):
                return
            start = self._find_last_bound(eve)
            self._add_span(start, end, played)
            end = start

    def _add_span(self, start: PeriodEnd, end: PeriodEnd, played: DayRecords | None) -> None:
        if played is not None:
            self.spans.append(PlayedSpan(start, end, played.list_changes()))

    def _play_again(
        self, day: date, bound: PeriodEnd | None, first: DayRecords
    ) -> DayRecords | None:
        """The step on another day; None where it has no object or is left out.

        Raises:
            StepDoesNotFit: a legal change cannot leave days out.
        """
        problem: Problem | None = None
        try:
            records = self._play_on(day)
        except Problem as raised:
            problem = raised
        else:
            if records.observed_footprint == first.observed_footprint:
                return records
        if self._is_void(day, first, problem):
            return None
        if self.days.first_day is not None and self.days.act is not None:
            raise StepDoesNotFit(day, bound, problem)
        first_day, last_day = self._find_last_bound(day).on, self._find_next_bound(day).on
        self.left_out.append((first_day or date.min, last_day or date.max))
        return None

    def _is_void(self, day: date, first: DayRecords, problem: Problem | None) -> bool:
        """Whether there is nothing on a day that the step could be about."""
        if first.changed_keys:
            return DayRecords(self.known, day).is_void(first.changed_keys)
        return isinstance(problem, NotFound)

    def _is_left_out(self, day: date) -> bool:
        return any(start <= day < stop for start, stop in self.left_out)

    def _find_next_bound(self, day: date) -> PeriodEnd:
        """The first change after a day of the records that were looked at; open: there is none."""
        bounds = [bound for on, bound in self._iter_bounds() if on > day]
        return min(bounds, key=_order_bound, default=UNBOUNDED)

    def _find_last_bound(self, day: date) -> PeriodEnd:
        """The last change up to a day of the records that were looked at; open: there is none."""
        bounds = [(on, bound) for on, bound in self._iter_bounds() if on <= day]
        latest = max((on for on, _ in bounds), default=None)
        same_day = (bound for on, bound in bounds if on == latest)
        return min(same_day, key=_order_bound, default=UNBOUNDED)

    def _iter_bounds(self) -> Iterator[tuple[date, PeriodEnd]]:
        for key in self.looked_at:
            for version in self.known.load_versions(key):
                for bound in (version.period.start, version.period.end):
                    if bound.on is not None:
                        yield bound.on, bound


def _order_bound(bound: PeriodEnd) -> tuple[date, bool, str]:
    """The earliest first; of several on one day one with an act."""
    return bound.on or date.min, bound.act is None, str(bound.act)
