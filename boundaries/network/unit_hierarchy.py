"""Which unit was below which, by periods."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from gazetteer.ledger.period import Period, PeriodEnd
from gazetteer.records.levels import LEVELS, Level

_DEPTHS = {level: depth for depth, level in enumerate(LEVELS)}
_COUNTY_DEPTH = _DEPTHS[Level.COUNTY]


@dataclass(frozen=True, slots=True)
class UnitPeriod:
    """A period in which a unit had one level and one parent."""

    unit: UUID
    level: str
    parent: UUID | None
    period: Period

    @property
    def level_depth(self) -> int:
        """The number of the level, the highest is 0."""
        return _DEPTHS[self.level]


@dataclass(frozen=True, slots=True)
class HierarchyEvent:
    """On ``day`` a period of a unit begins or ends; ``date.min``: it is open at its start."""

    day: date
    bound: PeriodEnd
    state: UnitPeriod
    is_start: bool


@dataclass
class UnitHierarchy:
    """The units in force on one day after another; advanced by :class:`HierarchyEvent`."""

    states: dict[UUID, UnitPeriod] = field(default_factory=dict)
    children: dict[UUID, set[UUID]] = field(default_factory=dict)

    def apply_event(self, event: HierarchyEvent) -> None:
        """Move to the day after which the event has happened."""
        state = event.state
        siblings = self.children.setdefault(state.parent, set()) if state.parent else set()
        if event.is_start:
            self.states[state.unit] = state
            siblings.add(state.unit)
        elif self.states.get(state.unit) is state:
            del self.states[state.unit]
            siblings.discard(state.unit)

    def list_parts(self, unit: UUID) -> set[UUID]:
        """The units directly below one that its territory consists of.

        Where there are counties, townships beside them are none: the national list has townships of
        zones directly below a prefecture, and their ground is that of its counties.
        """
        below = self.children.get(unit, set())
        state = self.states.get(unit)
        if state is None or state.level_depth >= _COUNTY_DEPTH:
            return below
        upper = {child for child in below if self.get_depth(child) <= _COUNTY_DEPTH}
        return upper or below

    def iter_chain(self, unit: UUID) -> Iterator[UUID]:
        """The unit and those above it, upwards; a parent that is not above ends the chain."""
        yield unit
        state = self.states.get(unit)
        while state is not None and state.parent is not None:
            above = self.states.get(state.parent)
            if above is None or above.level_depth >= state.level_depth:
                return
            yield above.unit
            state = above

    def iter_descendants(self, unit: UUID) -> Iterator[UUID]:
        """The unit and all units below it."""
        pending = [unit]
        while pending:
            at = pending.pop()
            yield at
            pending += self.children.get(at, ())

    def get_depth(self, unit: UUID) -> int:
        """The number of the level of a unit; beyond all levels if it is not in force."""
        state = self.states.get(unit)
        return len(LEVELS) if state is None else state.level_depth


def list_events(states: Iterable[UnitPeriod]) -> list[HierarchyEvent]:
    """All starts and ends in the order of days; on one day ends come first."""
    events = []
    for state in states:
        start, end = state.period.start, state.period.end
        events.append(HierarchyEvent(start.on or date.min, start, state, True))
        if end.on is not None:
            events.append(HierarchyEvent(end.on, end, state, False))
    events.sort(key=lambda event: (event.day, event.is_start))
    return events
