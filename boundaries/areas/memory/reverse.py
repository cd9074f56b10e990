"""The units over a point from memory: what :mod:`boundaries.areas.reverse` tells, but faster."""

import math
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import NamedTuple

from boundaries.areas.memory.ground import Answer, Ground, State
from boundaries.areas.memory.source import AreaRow
from boundaries.areas.nearness import (
    OWN_ACCURACY_M,
    REACH_DEGREES,
    box_around,
    geodesic,
    squeeze,
)
from boundaries.coordinates import Located
from gazetteer.ledger.asof import newest_as_of_fields
from gazetteer.records.levels import UNIT_LEVELS
from gazetteer.search.days import OPEN_START


class _Over(NamedTuple):
    """An area in force over a point, by number, with its unit."""

    order: tuple[int, bool, str]
    area: int
    state: State
    on_border: bool


def reverse(
    ground: Ground,
    points: Iterable[Located],
    at: date,
    near_boundary_m: float,
    *,
    names: bool = True,
) -> Iterator[Answer | None]:
    """What lies at each point; None where only the database can tell.

    See :func:`boundaries.areas.reverse.reverse` for the answer and ``near_boundary_m``. The ground
    must be of a register in which something was published. ``names`` False leaves the nearest
    names out.
    """
    assert ground.recorded_at is not None
    moment = newest_as_of_fields(at, ground.recorded_at)
    for point in points:
        if ground.overridden(point.lon, point.lat):
            yield None
        else:
            yield {**_Spot(ground, point, at).told(near_boundary_m, names), **moment}


class _Spot:
    """A point on a day."""

    def __init__(self, ground: Ground, point: Located, at: date) -> None:
        self.ground, self.point = ground, point
        self.day = at.toordinal()
        self.squeeze = squeeze(point.lat)

    def told(self, near_boundary_m: float, names: bool) -> Answer:
        ground, point, day = self.ground, self.point, self.day
        found: list[_Over] = []
        other_times: list[AreaRow] = []
        for area, on_border in ground.borders.cover(point.lon, point.lat):
            row = ground.areas[area]
            if not row.start <= day < row.end:
                other_times.append(row)
            elif (state := ground.state(row.unit, day)) is not None:
                found.append(_Over(state.order, area, state, on_border))
        found.sort()
        chain = [each.state.link for each in found]
        metres, limit = None, max(near_boundary_m, point.accuracy_m or 0.0)
        if found:
            lowest = next(each for each in found if each.state.depth == found[-1].state.depth)
            metres = self._metres(lowest.area, REACH_DEGREES)
            limit = max(limit, ground.areas[lowest.area].accuracy_m or 0.0)
        near = metres is not None and metres <= limit
        beyond = self._beyond(limit, chain) if near or not chain else []
        if beyond and not chain:
            near, metres = True, beyond[0]["distance_m"]
        return {
            "chain": chain,
            "on_boundary": any(each.on_border for each in found),
            "near_boundary": near,
            "near_boundary_limit_m": limit,
            "boundary_distance_m": metres,
            "beyond_boundary": beyond,
            "jurisdiction_overrides": [],
            "nearest_names": self._names() if names else [],
            "known_since": self._known_since(other_times, chain) if other_times else {},
        }

    def _names(self) -> list[Answer]:
        lon, lat = self.point.lon, self.point.lat
        return self.ground.places.nearest(lon, lat, self.squeeze, self.day)

    def _metres(self, area: int, reach: float = math.inf) -> float | None:
        """How far the border of an area is; None beyond ``reach`` degrees of latitude."""
        lon, lat = self.point.lon, self.point.lat
        away, spots = self.ground.borders.nearest(area, lon, lat, self.squeeze)
        return min(geodesic(lon, lat, *spot) for spot in spots) if away < reach else None

    def _beyond(self, limit: float, chain: list[Answer]) -> list[Answer]:
        """The lowest units within ``limit`` metres that do not cover the point, nearest first."""
        ground, here = self.ground, {link["unit_id"] for link in chain}
        near: list[tuple[float, State]] = []
        for area in ground.borders.around(*box_around(self.point, limit)):
            row = ground.areas[area]
            state = ground.state(row.unit, self.day) if row.start <= self.day < row.end else None
            if state is None or row.unit in here:
                continue
            metres = self._metres(area)
            own = min(row.accuracy_m or 0.0, OWN_ACCURACY_M)
            if metres is not None and metres <= max(limit, own):
                near.append((metres, state))
        parents = {state.parent for _, state in near}
        near.sort(key=lambda each: (each[0], -each[1].depth, each[1].order))
        return [
            {
                "unit_id": state.link["unit_id"],
                "code": state.link["code"],
                "name": state.link["name"],
                "level": state.link["level"],
                "distance_m": metres,
            }
            for metres, state in near
            if state.link["unit_id"] not in parents
        ]

    def _known_since(self, rows: Sequence[AreaRow], chain: list[Answer]) -> Answer:
        since: dict[int, int] = {}
        for row in rows:
            if row.start <= self.day or row.start == OPEN_START:
                continue
            for state in self.ground.states.get(row.unit, ()):
                if state.start < row.end and row.start < state.end:
                    since[state.depth] = min(row.start, since.get(state.depth, row.start))
        levels = {link["level"] for link in chain}
        return {
            UNIT_LEVELS[depth]: date.fromordinal(since[depth]).isoformat()
            for depth in sorted(since)
            if UNIT_LEVELS[depth] not in levels
        }
