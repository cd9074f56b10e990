"""The territories of units over time, as the half-edges that bound them.

Time is swept from one day of change to the next; on each day only the units are looked at whose
edges or whose place in the hierarchy changed. A unit has a known territory while it is itself on a
side of an edge, or while all units below it have one. A unit that is new below it, and not drawn
yet, takes nothing away: its ground is still that of others.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from heapq import heapify, heappop, heappush
from itertools import groupby, islice
from uuid import UUID

from boundaries.network.edge_versions import EdgeVersion
from boundaries.network.period_bounds import choose_bound
from boundaries.network.unit_hierarchy import HierarchyEvent, UnitHierarchy, UnitPeriod, list_events
from gazetteer.ledger.period import UNBOUNDED, Period, PeriodEnd

HalfEdge = tuple[EdgeVersion, bool]
"""An edge with an area on its left; True: on its right instead, the edge is to be reversed."""


@dataclass(frozen=True, slots=True)
class Territory:
    """The border of a unit during a period: the half-edges with the unit on their left."""

    period: Period
    border: tuple[HalfEdge, ...]


def derive_territories(
    edges: Sequence[EdgeVersion], units: Iterable[UnitPeriod], targets: frozenset[UUID] | None
) -> dict[UUID, list[Territory]]:
    """The territories of each unit that has any, in the order of days.

    Args:
        edges: Every version of every edge that may bound one of the units.
        units: The periods of these units, of those above and of those below them; villages and
            townships that are on no side of an edge may be missing where a county is above them.
        targets: The units to derive; None: all.
    """
    sweep = _Sweep(targets)
    for day, changes in _group_by_day(edges, list_events(units)):
        sweep.advance_to_day(day, changes)
    return sweep.close_territories()


@dataclass(frozen=True, slots=True)
class _EdgeEvent:
    day: date
    bound: PeriodEnd
    edge: EdgeVersion
    is_start: bool


_Event = _EdgeEvent | HierarchyEvent


def _group_by_day(
    edges: Sequence[EdgeVersion], hierarchy: list[HierarchyEvent]
) -> Iterator[tuple[date, list[_Event]]]:
    events: list[_Event] = list(hierarchy)
    for edge in edges:
        events.append(_EdgeEvent(edge.first_day, edge.period.start, edge, True))
        if edge.period.end.on is not None:
            events.append(_EdgeEvent(edge.last_day, edge.period.end, edge, False))
    events.sort(key=lambda event: (event.day, event.is_start))
    for day, changes in groupby(events, key=lambda event: event.day):
        yield day, list(changes)


@dataclass
class _Sweep:
    """The state on one day: who is above whom, which edges are in force, which areas known."""

    targets: frozenset[UUID] | None
    hierarchy: UnitHierarchy = field(default_factory=UnitHierarchy)
    edges: dict[UUID, dict[int, EdgeVersion]] = field(default_factory=dict)
    known: set[UUID] = field(default_factory=set)
    undivided: set[UUID] = field(default_factory=set)
    open: dict[UUID, tuple[PeriodEnd, tuple[HalfEdge, ...]]] = field(default_factory=dict)
    closed: dict[UUID, list[Territory]] = field(default_factory=dict)

    def advance_to_day(self, day: date, changes: list[_Event]) -> None:
        """Apply the changes of a day, and look again at the units that they affect.

        What ends affects the units that were above it, what starts those that are above it now.
        """
        causes: dict[UUID, list[_Event]] = {}
        had_edges = _list_sides(changes, is_start=False)
        self._add_affected(causes, [change for change in changes if not change.is_start])
        for change in changes:
            if isinstance(change, HierarchyEvent):
                self.hierarchy.apply_event(change)
            else:
                self._apply_edge(change)
        self._add_affected(causes, [change for change in changes if change.is_start])
        self._note_undivided(changes, had_edges)
        self._update_units(causes, day)

    def _note_undivided(self, changes: Sequence[_Event], had_edges: set[UUID]) -> None:
        """Note the units that begin, without ground of their own, below one that is known.

        Their ground is still that of others, unless one of these lost its own on the same day:
        ``had_edges`` are the units of which an edge ends.
        """
        drawn = _list_sides(changes, is_start=True)
        self.undivided.difference_update(unit for unit in drawn if self.edges.get(unit))
        if any(not self.edges.get(unit) for unit in had_edges):
            return
        for change in changes:
            if isinstance(change, HierarchyEvent) and change.is_start:
                unit, parent = change.state.unit, change.state.parent
                if parent in self.known and not self.edges.get(unit) and unit not in self.known:
                    self.undivided.add(unit)

    def _update_units(self, causes: dict[UUID, list[_Event]], day: date) -> None:
        """Update units, the lower ones first: what is known above follows from those below."""
        queue = [(-self.hierarchy.get_depth(unit), unit) for unit in causes]
        heapify(queue)
        while queue:
            unit = heappop(queue)[1]
            was_known = unit in self.known
            self._update_unit(unit, day, causes[unit])
            if was_known != (unit in self.known):
                for above in islice(self.hierarchy.iter_chain(unit), 1, 2):
                    if above not in causes:
                        causes[above] = []
                        heappush(queue, (-self.hierarchy.get_depth(above), above))
                    causes[above] += causes[unit]

    def close_territories(self) -> dict[UUID, list[Territory]]:
        """End the last territories openly; all of them by unit."""
        for unit in list(self.open):
            self._close_territory(unit, UNBOUNDED)
        return self.closed

    def _close_territory(self, unit: UUID, end: PeriodEnd) -> None:
        start, border = self.open.pop(unit)
        self.closed.setdefault(unit, []).append(Territory(Period(start, end), border))

    def _add_affected(self, causes: dict[UUID, list[_Event]], changes: Iterable[_Event]) -> None:
        """Note for each unit that changes affect which of them do."""
        for change in changes:
            for unit in self._list_affected(change):
                causes.setdefault(unit, []).append(change)

    def _list_affected(self, change: _Event) -> set[UUID]:
        """The units on the sides of an edge and those above just one side; those of an event."""
        if isinstance(change, HierarchyEvent):
            state = change.state
            return {*self._iter_chain(state.unit), *self._iter_chain(state.parent)}
        left, right = (list(self._iter_chain(side)) for side in change.edge.side_units)
        return {*left[:1], *right[:1], *{*left}.symmetric_difference(right)}

    def _iter_chain(self, unit: UUID | None) -> Iterator[UUID]:
        if unit is not None:
            yield from self.hierarchy.iter_chain(unit)

    def _apply_edge(self, change: _EdgeEvent) -> None:
        for side in change.edge.side_units:
            if side is not None:
                own = self.edges.setdefault(side, {})
                if change.is_start:
                    own[id(change.edge)] = change.edge
                else:
                    del own[id(change.edge)]

    def _update_unit(self, unit: UUID, day: date, causes: Sequence[_Event]) -> None:
        if self._consists_of_known(unit):
            self.known.add(unit)
        else:
            self.known.discard(unit)
        if self.targets is not None and unit not in self.targets:
            return
        border = self._collect_border(unit) if unit in self.known else ()
        before = self.open[unit][1] if unit in self.open else ()
        if border == before:
            return
        bound = _choose_bound(day, before, border, causes)
        if before:
            self._close_territory(unit, bound)
        if border:
            self.open[unit] = bound, border

    def _consists_of_known(self, unit: UUID) -> bool:
        if self.edges.get(unit):
            return True
        parts = self.hierarchy.list_parts(unit)
        return not self.known.isdisjoint(parts) and parts <= self.known | self.undivided

    def _collect_border(self, unit: UUID) -> tuple[HalfEdge, ...]:
        """The half-edges between the unit, with all below it, and others."""
        inside = set(self.hierarchy.iter_descendants(unit))
        border = {
            id(edge): (edge, edge.right in inside)
            for part in inside
            for edge in self.edges.get(part, {}).values()
            if (edge.left in inside) != (edge.right in inside)
        }
        return tuple(sorted(border.values(), key=lambda half: (half[0].edge, half[0].first_day)))


def _list_sides(changes: Iterable[_Event], *, is_start: bool) -> set[UUID]:
    """The units on the sides of the edges that begin on a day, or that end."""
    return {
        side
        for change in changes
        if isinstance(change, _EdgeEvent) and change.is_start == is_start
        for side in change.edge.side_units
        if side is not None
    }


def _choose_bound(
    day: date,
    before: tuple[HalfEdge, ...],
    after: tuple[HalfEdge, ...],
    causes: Sequence[_Event],
) -> PeriodEnd:
    """The end of a period on a day: that of the edges that came or went, else of a unit.

    Where neither did, units below became known or were no longer. Of several ends the one with an
    act is chosen, then the most precise one.
    """
    if day == date.min:
        return UNBOUNDED
    went, came = ({edge for edge, _ in border} for border in (before, after))
    forms = {edge: _describe_form(edge) for edge in went ^ came}
    changed = {forms[edge] for edge in went - came} ^ {forms[edge] for edge in came - went}
    edges = [c.bound for c in causes if isinstance(c, _EdgeEvent) and forms.get(c.edge) in changed]
    units = [c.bound for c in causes if isinstance(c, HierarchyEvent)]
    return choose_bound(edges or units or [c.bound for c in causes])


def _describe_form(edge: EdgeVersion) -> tuple[UUID, bytes, float | None, str]:
    """What an area has of an edge: equal if only the unit beyond it is another one."""
    return edge.edge, edge.line.tobytes(), edge.accuracy_m, edge.source
