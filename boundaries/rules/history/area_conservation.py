"""TOP-VER-04: the units of a change cover the same total area before and after it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import groupby
from uuid import UUID

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from boundaries.network.connected_components import find_components
from boundaries.rules.common.measures import Metric
from boundaries.rules.common.spatial_finding import SpatialFinding, build_finding
from boundaries.rules.common.tolerances import Tolerances
from boundaries.rules.coverage.coverage_context import extract_polygons
from boundaries.rules.history.history_context import (
    AreaTenure,
    HistoryContext,
    SuccessionTransfer,
    ValidityPeriod,
)
from gazetteer.rules.rule_registry import rule_check

_METRIC = Metric()
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class AreaChangeEvent:
    """A change of a day: the areas of all units concerned, on the day before and on the day."""

    on: date
    before: tuple[AreaTenure, ...]
    after: tuple[AreaTenure, ...]


def iter_change_events(history: HistoryContext) -> Iterator[AreaChangeEvent]:
    """The changes of which all areas are known before and after; others cannot be checked.

    Whoever had a border with one of the units redrawn on the same day takes part in its change.
    """
    known = _WholeAreas(history)
    for on, together in groupby(history.links, key=lambda link: link.on):
        if not history.covers_change(on):
            continue
        redrawn = history.network.list_redrawn_pairs(on)
        for linked in _iter_connected_units(list(together)):
            units = _add_redrawn(linked, redrawn)
            before = known.find_areas_on(units, on - _DAY)
            after = known.find_areas_on(units, on)
            if before and after:
                yield AreaChangeEvent(on, before, after)


def _iter_connected_units(links: Sequence[SuccessionTransfer]) -> Iterator[list[UUID]]:
    """The units of links that are connected by units they have in common."""
    ends = [(k, unit) for k, link in enumerate(links) for unit in (link.giver, link.taker)]
    for group in find_components(ends):
        members = (unit for k in group for unit in (links[k].giver, links[k].taker))
        yield list(dict.fromkeys(members))


def _add_redrawn(units: Sequence[UUID], redrawn: Sequence[frozenset[UUID]]) -> list[UUID]:
    """The units, with those beyond their redrawn borders, and beyond theirs."""
    found = dict.fromkeys(units)
    while more := [u for pair in redrawn if pair & found.keys() for u in pair if u not in found]:
        found |= dict.fromkeys(sorted(more))
    return list(found)


class _WholeAreas:
    """The areas that are known in full.

    That of a unit above others is the union of theirs, as far as these are known: it grows with
    each of them that becomes known, while no ground changes hands. A unit that is divided into
    others for the first time has given them ground that it held itself.
    """

    def __init__(self, history: HistoryContext) -> None:
        self._history = history
        self._areas: dict[UUID, list[AreaTenure]] = {}
        for area in history.areas:
            self._areas.setdefault(area.unit, []).append(area)
        self._below: dict[UUID, list[tuple[UUID, ValidityPeriod]]] = {}
        for unit, states in history.states.items():
            for state in states:
                if state.parent is not None:
                    self._below.setdefault(state.parent, []).append((unit, state.period))
        self._divided = {
            (link.giver, link.on - _DAY) for link in history.links if self._is_division(link)
        }

    def _is_division(self, link: SuccessionTransfer) -> bool:
        """Whether a unit passes ground to one below it."""
        below = self._below.get(link.giver, ())
        return any(link.taker == unit and period.covers_day(link.on) for unit, period in below)

    def find_areas_on(self, units: Sequence[UUID], day: date) -> tuple[AreaTenure, ...]:
        """The areas of those units that were in force on a day; empty if one is not known."""
        in_force = [unit for unit in units if self._history.find_state(unit, day) is not None]
        found = [self._find_whole_area(unit, day, frozenset()) for unit in in_force]
        known = tuple(area for area in found if area is not None)
        return known if len(known) == len(found) else ()

    def _find_whole_area(self, unit: UUID, day: date, above: frozenset[UUID]) -> AreaTenure | None:
        """``above`` are the units already passed: a wrong hierarchy may go round in a circle."""
        mine = [area for area in self._areas.get(unit, ()) if area.period.covers_day(day)]
        if len(mine) != 1:
            return None
        if self._history.network.is_face_on(unit, day):
            return mine[0]
        if (unit, day) in self._divided:
            return None
        above |= {unit}
        below = {part for part, period in self._below.get(unit, ()) if period.covers_day(day)}
        parts = (self._find_whole_area(part, day, above) for part in below - above)
        return None if any(part is None for part in parts) else mine[0]


@rule_check("TOP-VER-04")
def find_unconserved_areas(
    history: HistoryContext,
    changes: Sequence[AreaChangeEvent],
    shapes: Mapping[int, BaseGeometry],
    limits: Tolerances,
) -> Iterator[SpatialFinding]:
    """Changes by which the total area of the units shrank or grew, or that moved no boundary.

    Args:
        history: where the units and their names come from.
        changes: the changes to check.
        shapes: of all areas of the changes, by version; lon, lat degrees of CGCS2000.
        limits: areas of different sources may differ by their accuracy.
    """
    for event in changes:
        if set(event.before) == set(event.after):
            yield _build_unchanged_finding(history, event, shapes)
            continue
        before, after = (
            shapely.union_all([shapes[area.version] for area in areas])
            for areas in (event.before, event.after)
        )
        width_m = _derive_allowed_width(event, limits)
        for kind, difference in (
            ("lost", shapely.difference(before, after)),
            ("won", shapely.difference(after, before)),
        ):
            yield from _find_net_change(history, event, kind, difference, width_m)


def _build_unchanged_finding(
    history: HistoryContext, event: AreaChangeEvent, shapes: Mapping[int, BaseGeometry]
) -> SpatialFinding:
    """Territory passed on, yet no area changed: the areas are wrong before or after the day."""
    units = [area.unit for area in event.after]
    return build_finding(
        "TOP-VER-04",
        "unchanged",
        {"units": history.list_names(units), "day": event.on},
        features=history.number_units(units),
        geometry=shapely.union_all([shapes[area.version] for area in event.after]),
        severity="warning",
    )


def _derive_allowed_width(event: AreaChangeEvent, limits: Tolerances) -> float:
    every = (*event.before, *event.after)
    if len({area.source for area in every}) == 1:
        return limits.overlap_m
    worst = max((area.accuracy_m for area in every if area.accuracy_m is not None), default=0.0)
    return replace(limits, accuracy_m=max(limits.accuracy_m, worst)).line_m


def _find_net_change(
    history: HistoryContext,
    event: AreaChangeEvent,
    kind: str,
    difference: BaseGeometry,
    width_m: float,
) -> Iterator[SpatialFinding]:
    parts = np.asarray(shapely.get_parts(extract_polygons(difference)), dtype=object)
    if not len(parts):
        return
    widths = _METRIC.measure_widths(parts, least=width_m)
    wide = widths > width_m
    if not wide.any():
        return
    area = float(_METRIC.measure_areas(parts[wide]).sum())
    units = dict.fromkeys(area.unit for area in (*event.before, *event.after))
    width = float(widths.max())
    yield build_finding(
        "TOP-VER-04",
        kind,
        {"units": history.list_names(units), "day": event.on, "area": area, "width": width},
        features=history.number_units(units),
        geometry=shapely.MultiPolygon(parts[wide].tolist()),
        measured=width,
        limit=width_m,
        unit="m",
        area_m2=area,
    )
