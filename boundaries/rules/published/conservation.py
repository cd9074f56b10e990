"""TOP-VER-04: what the units of a change had together before, they have together after it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import groupby
from uuid import UUID

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from boundaries.rules.coverage.evidence import polygons_of
from boundaries.rules.finding import Finding
from boundaries.rules.groups import grouped
from boundaries.rules.metric import Metric
from boundaries.rules.published.past import AreaLife, Link, Past
from boundaries.rules.registry import judges, severity
from boundaries.rules.tolerances import Tolerances

_METRIC = Metric()
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Event:
    """A change of a day: the areas of everybody concerned, on the eve and on the day."""

    on: date
    before: tuple[AreaLife, ...]
    after: tuple[AreaLife, ...]


def events(past: Past) -> Iterator[Event]:
    """The changes of which all areas are known, before and after; of others nothing can be said."""
    areas: dict[UUID, list[AreaLife]] = {}
    for area in past.areas:
        areas.setdefault(area.unit, []).append(area)
    for on, together in groupby(past.links, key=lambda link: link.on):
        if on > past.until or on == date.min:
            continue
        for units in _concerned(list(together)):
            before = _known(past, areas, units, on - _DAY)
            after = _known(past, areas, units, on)
            if before and after:
                yield Event(on, before, after)


def _concerned(links: Sequence[Link]) -> Iterator[list[UUID]]:
    """The units of links that hang together through units they have in common."""
    ends = [(k, unit) for k, link in enumerate(links) for unit in (link.giver, link.taker)]
    for run in grouped(ends):
        met = (unit for k in run for unit in (links[k].giver, links[k].taker))
        yield list(dict.fromkeys(met))


def _known(
    past: Past, areas: Mapping[UUID, list[AreaLife]], units: Sequence[UUID], day: date
) -> tuple[AreaLife, ...]:
    """The areas of those units that were in force on a day; none, if one is not known."""
    found = []
    for unit in units:
        if past.state(unit, day) is None:
            continue
        mine = [area for area in areas.get(unit, ()) if area.life.covers(day)]
        if len(mine) != 1:
            return ()
        found.append(mine[0])
    return tuple(found)


@judges("TOP-VER-04")
def conserved(
    past: Past, happened: Sequence[Event], shapes: Mapping[int, BaseGeometry], limits: Tolerances
) -> Iterator[Finding]:
    """Ground that was lost or won by everybody concerned together, or did not move at all.

    ``shapes`` are those of all areas of the events, by version. Areas of different sources may
    differ by their accuracy.
    """
    for event in happened:
        if set(event.before) == set(event.after):
            yield _unchanged(past, event, shapes)
            continue
        before, after = (
            shapely.union_all([shapes[area.version] for area in areas])
            for areas in (event.before, event.after)
        )
        width_m = _allowed(event, limits)
        for kind, ground in (
            ("lost", shapely.difference(before, after)),
            ("won", shapely.difference(after, before)),
        ):
            yield from _told(past, event, kind, ground, width_m)


def _unchanged(past: Past, event: Event, shapes: Mapping[int, BaseGeometry]) -> Finding:
    """Ground passed on, and every area stayed as it was: they are wrong on one side of the day."""
    units = [area.unit for area in event.after]
    zh, en = past.called(units)
    return Finding(
        "TOP-VER-04",
        "unchanged",
        "warning",
        past.features(units),
        shapely.union_all([shapes[area.version] for area in event.after]),
        f"{event.on} {zh} 之间有区域划转，而边界面前后相同：至少在其中一侧的日期不实。",
        f"ground passed between {en} on {event.on}, and their areas are the same before and after:"
        " they cannot be true of both",
    )


def _allowed(event: Event, limits: Tolerances) -> float:
    every = (*event.before, *event.after)
    if len({area.source for area in every}) == 1:
        return limits.overlap_m
    worst = max((area.accuracy_m for area in every if area.accuracy_m is not None), default=0.0)
    return replace(limits, accuracy_m=max(limits.accuracy_m, worst)).line_m


def _told(
    past: Past, event: Event, kind: str, ground: BaseGeometry, width_m: float
) -> Iterator[Finding]:
    parts = np.asarray(shapely.get_parts(polygons_of(ground)), dtype=object)
    if not len(parts):
        return
    widths = _METRIC.widths(parts, least=width_m)
    wide = widths > width_m
    if not wide.any():
        return
    area = float(_METRIC.area(parts[wide]).sum())
    units = dict.fromkeys(area.unit for area in (*event.before, *event.after))
    zh, en = past.called(units)
    lost = kind == "lost"
    yield Finding(
        "TOP-VER-04",
        kind,
        severity("TOP-VER-04"),
        past.features(units),
        shapely.MultiPolygon(parts[wide].tolist()),
        f"{event.on} 的变更使 {zh} 的总范围{'减少' if lost else '增加'} {area:.0f} 平方米，"
        f"最宽处 {widths.max():.2f} 米。",
        f"the change of {event.on} made {en} together {'smaller' if lost else 'larger'} by"
        f" {area:.0f} m2, {widths.max():.2f} m at the widest place",
        measured=float(widths.max()),
        limit=width_m,
        unit="m",
        area_m2=area,
    )
