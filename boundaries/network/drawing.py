"""Polygons of units drawn into the network: from regions to the records that they change."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from uuid import UUID

import numpy as np
import shapely

from boundaries.network.area_assembly import assemble_area
from boundaries.network.edge_changes import Place, get_place
from boundaries.network.edge_versions import EdgeVersion
from boundaries.network.known_edges import KnownEdges
from boundaries.network.local_coverage import (
    DrawnRegion,
    assemble_known_faces,
    build_local_coverage,
    is_same_territory,
    list_wide_parts,
)
from boundaries.network.redraw import DrawingPeriod, Redrawing, redraw_edges
from boundaries.network.redraw_days import Days, find_tenant
from boundaries.network.redraw_timelines import apply_redrawing, build_timelines
from boundaries.network.segments import Floats
from boundaries.network.side_periods import subtract_periods
from boundaries.network.unit_hierarchy import UnitHierarchy, UnitPeriod, list_events
from gazetteer.ledger.versions import Timeline

Faces = Mapping[UUID, shapely.MultiPolygon]


@dataclass
class Drawing:
    """The records that a drawing changes, and what it could not change.

    ``left_out`` are days on which known ground keeps its drawing, since it was divided otherwise;
    ``made_of_parts`` the units of regions that differ from the sum of the units below them, which
    their areas follow from.
    """

    timelines: list[Timeline] = field(default_factory=list)
    left_out: list[Days] = field(default_factory=list)
    made_of_parts: list[UUID] = field(default_factory=list)


def draw_regions(
    known: KnownEdges,
    regions: Sequence[DrawnRegion],
    period: DrawingPeriod,
    units: Sequence[UnitPeriod],
) -> Drawing:
    """Draw regions into the network.

    Args:
        known: The edges round the regions, with those of all units above these.
        regions: What is drawn; none is inside another one.
        period: The day whose state they show, and the days for which they hold.
        units: The periods of the units, and of all units above and below them but villages.

    Raises:
        OtherDivision: the drawing has to hold on a day on which the ground is divided otherwise.
        NotACoverage: a polygon runs along the same segment twice.
        BrokenNetwork: the known edges round a unit do not close.
    """
    result = Drawing()
    view = DayView(known, period.day, advance_hierarchy(units, period.day))
    changed = list(view.iter_changes(regions, result))
    new = _list_pending(known, [region for region in changed if region.unit not in view.faces])
    redrawn = [region for region in changed if region.unit in view.faces]
    current = apply_redrawing(known, view.redraw_regions([*redrawn, *new], period, result))
    pending = _list_pending(current, new)
    while pending:
        day = min(tenure.start.on or date.min for r in pending for _, tenure in r.tenures)
        new = [region for region in pending if find_tenant(region.tenures, day) is not None]
        around = current.select_around([r.shape for r in new], {u for r in new for u in r.chain})
        view = DayView(around, day, advance_hierarchy(units, day))
        redrawing = view.redraw_regions(view.list_new(new), replace(period, day=day), result)
        current = apply_redrawing(current, redrawing)
        pending = _leave_out_day(_list_pending(current, pending), day, result)
    result.timelines = build_timelines(known, current)
    return result


def _list_pending(known: KnownEdges, regions: Iterable[DrawnRegion]) -> list[DrawnRegion]:
    """The regions with their tenures on days on which their ground is not known yet."""
    pending = []
    for region in regions:
        rest = [
            (tenant, part)
            for tenant, tenure in region.tenures
            for part in subtract_periods(tenure, known.list_periods_of_unit(tenant))
        ]
        if rest:
            pending.append(replace(region, tenures=tuple(rest)))
    return pending


def _leave_out_day(regions: Iterable[DrawnRegion], day: date, result: Drawing) -> list[DrawnRegion]:
    """The regions without the periods that could not be drawn from a day on."""
    left = []
    for region in regions:
        missed = [tenure for _, tenure in region.tenures if tenure.contains_day(day)]
        result.left_out += (
            (tenure.start.on or date.min, tenure.end.on or date.max) for tenure in missed
        )
        rest = tuple(t for t in region.tenures if t[1] not in missed)
        if rest:
            left.append(replace(region, tenures=rest))
    return left


def advance_hierarchy(units: Iterable[UnitPeriod], day: date) -> UnitHierarchy:
    """The units in force on a day, with those above and below them."""
    hierarchy = UnitHierarchy()
    for event in list_events(units):
        if event.day <= day:
            hierarchy.apply_event(event)
    return hierarchy


@dataclass
class DayView:
    """The network and the hierarchy of one day."""

    known: KnownEdges
    day: date
    hierarchy: UnitHierarchy
    present: list[EdgeVersion] = field(init=False)
    faces: Faces = field(init=False)

    def __post_init__(self) -> None:
        self.present = self.known.list_on_day(self.day)
        self.faces = assemble_known_faces(self.present, self.known.units)

    def redraw_regions(
        self, regions: Sequence[DrawnRegion], period: DrawingPeriod, result: Drawing
    ) -> Redrawing:
        """What it makes of the edges to lay regions into the network of the day."""
        if not regions:
            return Redrawing()
        coverage = build_local_coverage(
            self.faces, regions, self.count_missing(regions), self.list_node_places()
        )
        redrawing = redraw_edges(self.known, coverage, period)
        result.left_out += redrawing.left_out
        return redrawing

    def iter_changes(
        self, regions: Sequence[DrawnRegion], result: Drawing
    ) -> Iterator[DrawnRegion]:
        """The regions that differ from what is known, without the ground of known units below."""
        own = {region.unit for region in regions}
        for region in regions:
            below = self.faces_below.get(region.unit, set()) - own
            if below:
                yield from self._iter_rest(region, below, result)
            elif region.unit not in self.faces or not is_same_territory(
                region.shape, self.faces[region.unit]
            ):
                yield region

    def _iter_rest(
        self, region: DrawnRegion, below: set[UUID], result: Drawing
    ) -> Iterator[DrawnRegion]:
        """The ground of a region beside that of the known units below it."""
        parts = {*below, region.unit} & self.faces.keys()
        if is_same_territory(region.shape, self._assemble_union(parts)):
            return
        shapes = np.array([self.faces[unit] for unit in below], dtype=object)
        rest = list_wide_parts(region.shape, shapes, region.accuracy_m)
        if rest:
            yield replace(region, shape=shapely.MultiPolygon(rest))
        else:
            result.made_of_parts.append(region.unit)

    def _assemble_union(self, units: set[UUID]) -> shapely.MultiPolygon:
        """The ground of units together, by the edges round them."""
        lines: list[Floats] = []
        for edge in self.present:
            is_left, is_right = edge.left in units, edge.right in units
            if is_left != is_right:
                lines.append(edge.line if is_left else edge.line[::-1])
        return assemble_area(lines)

    @cached_property
    def faces_below(self) -> Mapping[UUID, set[UUID]]:
        """The known faces that are a unit or below it, by unit."""
        found: dict[UUID, set[UUID]] = {}
        for face in self.faces:
            for unit in self.hierarchy.iter_chain(face):
                found.setdefault(unit, set()).add(face)
        return found

    def find_territory(self, unit: UUID) -> shapely.MultiPolygon | None:
        """The ground of a unit, its own or that of the known units below it; None: not known."""
        faces = self.faces_below.get(unit, set())
        if faces == {unit}:
            return self.faces[unit]
        if unit in self.faces or self._consists_of(unit, set(self.faces)):
            return self._assemble_union(faces)
        return None

    def list_new(self, regions: Sequence[DrawnRegion]) -> list[DrawnRegion]:
        """The regions whose tenant of the day has no ground yet."""
        return [
            region
            for region in regions
            if (tenant := find_tenant(region.tenures, self.day)) and tenant not in self.faces
        ]

    def count_missing(self, drawn: Sequence[DrawnRegion]) -> dict[UUID, int]:
        """How many units below each known one are neither known nor drawn; 1 if none is below."""
        found = {*self.faces, *(region.unit for region in drawn)}
        with_found = {above for unit in found for above in self.hierarchy.iter_chain(unit)}
        return {unit: self._count_missing_below(unit, found, with_found) for unit in self.faces}

    def _count_missing_below(self, unit: UUID, found: set[UUID], with_found: set[UUID]) -> int:
        children = self.hierarchy.list_parts(unit)
        if not children:
            return 1
        return sum(
            self._count_missing_below(child, found, with_found) if child in with_found else 1
            for child in children
            if child not in found
        )

    def _consists_of(self, unit: UUID, found: set[UUID]) -> bool:
        parts = self.hierarchy.list_parts(unit)
        return bool(parts) and all(
            part in found or self._consists_of(part, found) for part in parts
        )

    def list_node_places(self) -> Floats:
        """The nodes (n, 2) at which edges stay divided although nothing meets there on the day.

        There edges met on other days, or edges end that are not looked at. Any other node of the
        day is one again if edges still meet there.
        """
        meeting: dict[Place, list[EdgeVersion]] = {}
        for edge in self.present:
            for at in (0, -1):
                meeting.setdefault(get_place(edge.line, at), []).append(edge)
        places = [place for place, edges in meeting.items() if self._is_division(edges)]
        return np.array(sorted(places), dtype=float).reshape(-1, 2)

    def _is_division(self, edges: Sequence[EdgeVersion]) -> bool:
        sides = {frozenset(edge.side_units) for edge in edges}
        is_between_same = len(edges) == 2 and len(sides) == 1
        units = {unit for pair in sides for unit in pair if unit is not None}
        return is_between_same or not self.known.units.issuperset(units)
