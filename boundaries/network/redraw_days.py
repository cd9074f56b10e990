"""The days on which a drawing holds, and who had its faces on them."""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from itertools import chain
from uuid import UUID

from boundaries.network.edge_changes import DrawnEdge
from boundaries.network.edge_versions import EdgeVersion, is_same_line
from boundaries.network.face_holders import (
    FaceHolders,
    Holder,
    Unclear,
    find_holders_on,
    has_other_division,
    list_spans,
)
from boundaries.network.known_edges import KnownEdges
from boundaries.network.network_builder import OUTSIDE
from boundaries.network.redraw_components import RedrawComponent
from boundaries.network.side_periods import Tenures

Days = tuple[date, date]
"""The first day and the day after the last; ``date.min`` and ``date.max`` are open ends."""


@dataclass
class HeldDays:
    """The days of a component: those on which it holds, and those on which it does not.

    On ``pending`` days new ground has still to be laid into another division; on ``left_out`` days
    known ground keeps its drawing.
    """

    held: list[Days] = field(default_factory=list)
    pending: list[Days] = field(default_factory=list)
    left_out: list[Days] = field(default_factory=list)


@dataclass(frozen=True)
class DivisionHistory:
    """The division of the ground of a component on all days."""

    known: KnownEdges
    component: RedrawComponent
    day: date
    _holders: dict[int, FaceHolders | None] = field(default_factory=dict)

    @cached_property
    def bounding_edges(self) -> list[EdgeVersion]:
        """The edges of the day round the grounds of the component that are not redrawn."""
        if not self.component.impure_edges:
            return []
        units = {self.component.get_base(face) for face in self.component.face_numbers} - {None}
        return [
            edge
            for edge in self.known.list_on_day(self.day)
            if edge.edge not in self.component.edge_ids and not units.isdisjoint(edge.side_units)
        ]

    @cached_property
    def known_days(self) -> list[date]:
        """The days on which something is known to change, in order; the first is ``date.min``."""
        near = set(self.component.edge_ids).union(
            (edge.edge for edge in self.bounding_edges),
            *(self.known.edges_at_node.get(node, ()) for node in self.component.moved_nodes),
        )
        versions = chain.from_iterable(self.known.edges.get(edge, ()) for edge in near)
        return sorted({date.min, *(d for v in versions for d in (v.first_day, v.last_day))})

    def find_holders(self, day: date) -> FaceHolders | None:
        """The holders on a day; None where the ground was divided otherwise."""
        period = bisect_right(self.known_days, day) - 1
        if period not in self._holders:
            self._holders[period] = self._derive_holders(self.known_days[period])
        return self._holders[period]

    def _derive_holders(self, day: date) -> FaceHolders | None:
        replaced = self.component.replaced
        if has_other_division(self.known, day, replaced, self.component.moved_nodes):
            return None
        return find_holders_on(
            self.known, day, replaced, self.bounding_edges, self.component.cut_units
        )

    def sort_days(self, limits: Days, *, is_strict: bool) -> HeldDays:
        """Which days within limits are held; all are looked at if the drawing is strict."""
        result = HeldDays()
        own = (t for region in self.component.new_regions for t in iter_tenure_days(region.tenures))
        for span in list_spans([*self.known_days, *own], limits):
            is_new = any(find_tenant(r.tenures, span[0]) for r in self.component.new_regions)
            if not (is_new or is_strict or self.component.is_correction):
                continue
            if self._is_held(span[0]):
                _append_days(result.held, span)
            else:
                _append_days(result.pending if is_new else result.left_out, span)
        return result

    def _is_held(self, day: date) -> bool:
        found = self.find_holders(day)
        if found is None or self._has_other_neighbours(day):
            return False
        if any(self._runs_otherwise(edge, day) for edge in self._former_edges):
            return False
        if any(self._has_further_edges(unit, found, day) for unit in self.component.cut_units):
            return False
        unclear = {
            face
            for face in self._faces_of_impure
            if isinstance(self.find_face_holder(face, day), Unclear)
        }
        return not unclear or all(
            self._has_clear_sides(edge.left, edge.right, day)
            for edge in self.component.impure_edges
            if edge.left in unclear or edge.right in unclear
        )

    def _has_further_edges(self, unit: UUID, found: FaceHolders, day: date) -> bool:
        """Whether the holder of a face that is cut has edges on a day that are not looked at."""
        holder = found.find_holder(unit)
        lines = {edge.edge: edge.line for edge in (*self.component.replaced, *self.bounding_edges)}
        return any(
            holder in version.side_units
            and not (version.edge in lines and is_same_line(version.line, lines[version.edge]))
            for version in self.known.list_on_day(day)
        )

    def _has_other_neighbours(self, day: date) -> bool:
        """Whether a unit is known on a day where there is none beside the ground that is divided.

        Edges that are only drawn differently keep their sides.
        """
        if not self.component.impure_edges:
            return False
        return any(
            side is None and before is not None
            for edge in self.component.replaced
            if None in edge.side_units and (version := self.known.find_on_day(edge.edge, day))
            for side, before in zip(edge.side_units, version.side_units, strict=True)
        )

    @cached_property
    def _former_edges(self) -> list[DrawnEdge]:
        """Drawn edges that are known, but not on the day of the drawing."""
        return [e for e in self.component.drawn if e.known is None and e.edge in self.known.edges]

    def _runs_otherwise(self, edge: DrawnEdge, day: date) -> bool:
        """Whether an edge is known on a day between other units than it would be."""
        version = self.known.find_on_day(edge.edge, day)
        sides = (self.find_face_holder(face, day) for face in (edge.left, edge.right))
        return version is not None and version.side_units != tuple(sides)

    @cached_property
    def _faces_of_impure(self) -> list[int]:
        sides = {side for edge in self.component.impure_edges for side in (edge.left, edge.right)}
        return [face for face in sides if self.component.get_base(face) is not None]

    def _has_clear_sides(self, left: int, right: int, day: date) -> bool:
        sides = [self.find_face_holder(face, day) for face in (left, right)]
        unclear = [side for side in sides if isinstance(side, Unclear)]
        return not any(u.is_contradictory for u in unclear) and (
            not unclear or sides[0] == sides[1]
        )

    def find_face_holder(self, number: int, day: date) -> Holder:
        """The unit that has a face of the coverage on a day."""
        if number == OUTSIDE:
            return None
        face = self.component.coverage.faces[number]
        if face.region is not None and face.base != face.region.unit:
            tenant = find_tenant(face.region.tenures, day)
            if tenant is not None:
                return tenant
        found = self.find_holders(day)
        if face.base is None or found is None:
            return None
        return found.find_holder(face.base)

    def list_face_holders(self, number: int, held: Sequence[Days]) -> list[tuple[Days, Holder]]:
        """The holders of a face one after the other, on the days that are held."""
        region = self.component.get_region(number)
        days = set(iter_tenure_days(region.tenures)) if region else set()
        if self.component.get_base(number) is not None:
            days.update(self.known_days)
        runs: list[tuple[Days, Holder]] = []
        for limits in held:
            for span in list_spans(days, limits):
                holder = self.find_face_holder(number, span[0])
                if runs and runs[-1][1] == holder and runs[-1][0][1] == span[0]:
                    runs[-1] = (runs[-1][0][0], span[1]), holder
                else:
                    runs.append((span, holder))
        return runs


def find_tenant(tenures: Tenures, day: date) -> UUID | None:
    """Who had the ground on a day by records."""
    return next((unit for unit, period in tenures if period.contains_day(day)), None)


def iter_tenure_days(tenures: Tenures) -> Iterator[date]:
    """The first days of tenures, and the days after the last ones."""
    for _, period in tenures:
        yield from (period.start.on or date.min, period.end.on or date.max)


def _append_days(spans: list[Days], span: Days) -> None:
    if spans and spans[-1][1] == span[0]:
        spans[-1] = spans[-1][0], span[1]
    else:
        spans.append(span)
