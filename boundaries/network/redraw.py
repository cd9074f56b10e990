"""New polygons laid into the known network: what that makes known of edges.

Only the ground that is drawn is touched. A *correction* says how the same border is drawn better,
for as long as it is known in the same division; a *change* says that from a day on the border runs
here. On days on which the ground was divided otherwise, what is known stays.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from itertools import chain
from typing import Any
from uuid import UUID

from boundaries.network.edge_changes import DrawnEdge, find_edge_changes
from boundaries.network.edge_versions import (
    EdgeVersion,
    find_worst_accuracy,
    is_same_line,
    join_sources,
)
from boundaries.network.face_holders import Holder, Unclear
from boundaries.network.known_edges import KnownEdges
from boundaries.network.local_coverage import LocalCoverage
from boundaries.network.network_builder import OUTSIDE
from boundaries.network.period_bounds import Bounds, BoundSources, index_bounds
from boundaries.network.redraw_components import RedrawComponent, split_components
from boundaries.network.redraw_days import Days, DivisionHistory
from boundaries.schema.network_kinds import MissingSide
from gazetteer.ledger.period import UNBOUNDED, Period, PeriodEnd


@dataclass(frozen=True, slots=True)
class DrawingPeriod:
    """The days for which a drawing holds: on ``day`` it is compared with the network.

    ``is_strict``: it has to hold on all days between ``start`` and ``end``, and not only on those
    on which the ground is divided as on ``day``.
    """

    day: date
    start: PeriodEnd = UNBOUNDED
    end: PeriodEnd = UNBOUNDED
    is_strict: bool = False

    @property
    def day_limits(self) -> Days:
        """Start and end as days."""
        return self.start.on or date.min, self.end.on or date.max


class OtherDivision(Exception):
    """A drawing would have to hold on a day on which the ground of units is divided otherwise."""

    def __init__(self, bound: PeriodEnd, units: Sequence[UUID]) -> None:
        super().__init__(f"divided otherwise from {bound.on} on")
        self.bound = bound
        self.units = tuple(units)


@dataclass
class Redrawing:
    """The new versions of edges, and the days of each edge on which they replace what is known.

    ``pending`` are days on which new ground has still to be laid in, because the ground round it
    is divided otherwise; on ``left_out`` days known ground keeps its drawing.
    """

    versions: dict[UUID, list[EdgeVersion]] = field(default_factory=dict)
    days: dict[UUID, list[Days]] = field(default_factory=dict)
    bounds: dict[UUID, BoundSources] = field(default_factory=dict)
    pending: list[Days] = field(default_factory=list)
    left_out: list[Days] = field(default_factory=list)


def redraw_edges(known: KnownEdges, coverage: LocalCoverage, period: DrawingPeriod) -> Redrawing:
    """Lay a coverage into the network of a day, and find the days on which it holds.

    Raises:
        OtherDivision: the drawing is strict, and the ground is divided otherwise on some day.
    """
    result = Redrawing()
    for component in split_components(coverage, find_edge_changes(coverage, known, period.day)):
        history = DivisionHistory(known, component, period.day)
        _ComponentRedrawing(component, history, period).write_to(result)
    return result


@dataclass(frozen=True)
class _ComponentRedrawing:
    component: RedrawComponent
    history: DivisionHistory
    period: DrawingPeriod

    def write_to(self, result: Redrawing) -> None:
        """Add the versions of the component's edges on the days on which it holds."""
        days = self.history.sort_days(self.period.day_limits, is_strict=self.period.is_strict)
        missed = [*days.pending, *days.left_out]
        if self.period.is_strict and missed:
            raise self._build_refusal(min(missed)[0])
        result.pending += days.pending
        result.left_out += days.left_out
        for edge in self.component.edge_ids:
            result.days.setdefault(edge, []).extend(days.held)
            result.bounds[edge] = self._list_bound_sources(edge, ())
        holders = {
            face: self.history.list_face_holders(face, days.held) for face in self._impure_faces
        }
        for drawn in self.component.drawn:
            bounds = self._list_bound_sources(drawn.edge, (drawn.left, drawn.right))
            versions = (
                self._iter_pure_versions(drawn, days.held, bounds)
                if self.component.is_pure(drawn)
                else self._iter_versions(drawn, holders, bounds)
            )
            result.versions.setdefault(drawn.edge, []).extend(versions)

    def _build_refusal(self, day: date) -> OtherDivision:
        units = {unit for edge in self.component.replaced for unit in edge.side_units if unit}
        return OtherDivision(self._list_bound_sources(None, ()).find_bound(day), sorted(units))

    @property
    def _impure_faces(self) -> list[int]:
        sides = {side for edge in self.component.impure_edges for side in (edge.left, edge.right)}
        return sorted(sides)

    def _list_bound_sources(self, edge: UUID | None, faces: Sequence[int]) -> BoundSources:
        """Where the act and the precision of a day are known from, the nearest first."""
        known = self.history.known.edges
        own = [version.period for version in known.get(edge, ())] if edge else []
        regions = [region for region in map(self.component.get_region, faces) if region]
        tenures = [tenure for region in regions for _, tenure in region.tenures]
        return BoundSources(
            (
                index_bounds(own, with_bare=True),
                self._drawing_bounds,
                index_bounds(tenures),
                self._near_bounds,
            )
        )

    @cached_property
    def _drawing_bounds(self) -> Bounds:
        return index_bounds([Period(self.period.start, self.period.end)])

    @cached_property
    def _near_bounds(self) -> Bounds:
        """Of the other edges and regions of the component."""
        near = chain(self.component.replaced, self.history.bounding_edges)
        known = self.history.known.edges
        regions = (self.component.get_region(face) for face in self.component.face_numbers)
        return {
            **index_bounds(t for region in regions if region for _, t in region.tenures),
            **index_bounds(v.period for edge in near for v in known.get(edge.edge, ())),
        }

    def _iter_pure_versions(
        self, drawn: DrawnEdge, held: Sequence[Days], bounds: BoundSources
    ) -> Iterator[EdgeVersion]:
        """A known edge drawn differently: its versions with the same sides and the same bounds."""
        assert drawn.known is not None
        for version in self.history.known.edges[drawn.edge]:
            if not is_same_line(version.line, drawn.known.line):
                continue
            for first, last in held:
                days = max(first, version.first_day), min(last, version.last_day)
                if days[0] < days[1]:
                    yield replace(
                        version,
                        line=drawn.line,
                        start_node=drawn.start_node,
                        end_node=drawn.end_node,
                        period=bounds.build_period(days),
                        **self._describe_origin(drawn),
                    )

    def _iter_versions(
        self,
        drawn: DrawnEdge,
        holders: dict[int, list[tuple[Days, Holder]]],
        bounds: BoundSources,
    ) -> Iterator[EdgeVersion]:
        """An edge by the holders of its sides; on days with one holder on both it is not there."""
        origin = self._describe_origin(drawn)
        for days, left, right in _iter_side_runs(holders[drawn.left], holders[drawn.right]):
            if left == right:
                continue
            assert not isinstance(left, Unclear)
            assert not isinstance(right, Unclear)
            yield EdgeVersion(
                drawn.edge,
                drawn.start_node,
                drawn.end_node,
                left,
                right,
                _name_missing_side(drawn, left, right),
                drawn.line,
                period=bounds.build_period(days),
                **origin,
            )

    def _describe_origin(self, drawn: DrawnEdge) -> dict[str, Any]:
        """Source and accuracy: of the known line if it is the same, else of what was drawn.

        Where only one side was drawn, the known edge counts too.
        """
        for version in self.history.known.edges.get(drawn.edge, ()):
            if is_same_line(version.line, drawn.line):
                return {"accuracy_m": version.accuracy_m, "source": version.source}
        faces = [face for face in (drawn.left, drawn.right) if face != OUTSIDE]
        regions = [region for region in map(self.component.get_region, faces) if region]
        origins = [(region.accuracy_m, region.source) for region in regions]
        if drawn.known and len(regions) < len(faces):
            origins.append((drawn.known.accuracy_m, drawn.known.source))
        if not origins:
            origins = [(edge.accuracy_m, edge.source) for edge in self.component.replaced]
        accuracies, sources = zip(*origins, strict=True)
        return {"accuracy_m": find_worst_accuracy(accuracies), "source": join_sources(sources)}


def _iter_side_runs(
    left: Sequence[tuple[Days, Holder]], right: Sequence[tuple[Days, Holder]]
) -> Iterator[tuple[Days, Holder, Holder]]:
    """The days on which both holders stay the same; both sides hold on the same days."""
    i = j = 0
    while i < len(left) and j < len(right):
        (start, end), one = left[i]
        (other_start, other_end), other = right[j]
        days = max(start, other_start), min(end, other_end)
        if days[0] < days[1]:
            yield days, one, other
        i, j = i + (end <= other_end), j + (other_end <= end)


def _name_missing_side(drawn: DrawnEdge, left: UUID | None, right: UUID | None) -> str | None:
    if left is not None and right is not None:
        return None
    face = drawn.left if left is None else drawn.right
    missing = MissingSide.OUTSIDE if face == OUTSIDE else MissingSide.UNKNOWN
    return missing.value
