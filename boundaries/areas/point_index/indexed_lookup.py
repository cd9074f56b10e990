"""The units over a point from memory: the answers of :mod:`boundaries.areas.reverse_lookup`."""

import math
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import NamedTuple

from boundaries.areas.distance import (
    BORDER_REACH_DEGREES,
    MAX_OWN_ACCURACY_M,
    build_search_box,
    compute_longitude_scale,
    measure_geodesic,
)
from boundaries.areas.point_index.area_index import AreaIndex, DatedUnit, JsonObject
from boundaries.areas.point_index.area_source import AreaVersionRow
from boundaries.layers.coordinates import GeodeticPosition
from gazetteer.ledger.as_of import newest_as_of_fields
from gazetteer.records.levels import UNIT_LEVELS
from gazetteer.search.index.day_ordinals import OPEN_START


class _CoveringArea(NamedTuple):
    """An area in force over a point, by number, with its unit."""

    sort_key: tuple[int, bool, str]
    area: int
    unit: DatedUnit
    on_border: bool


def look_up_points_in_index(
    index: AreaIndex,
    points: Iterable[GeodeticPosition],
    at: date,
    near_boundary_m: float,
    *,
    with_names: bool = True,
) -> Iterator[JsonObject | None]:
    """The answer for each point; None where only the database has it.

    :func:`boundaries.areas.reverse_lookup.look_up_point` explains the answer.

    Args:
        index: A state of a register in which something was published.
        points: Lon, lat in degrees of CGCS2000, with their accuracy.
        at: The day.
        near_boundary_m: Within how many metres of a border a point is near it.
        with_names: Whether the answers have the nearest names.
    """
    assert index.recorded_at is not None
    moment = newest_as_of_fields(at, index.recorded_at)
    for point in points:
        if index.is_in_override_box(point.lon, point.lat):
            yield None
        else:
            yield {
                **_IndexedPointLookup(index, point, at).build_result(near_boundary_m, with_names),
                **moment,
            }


class _IndexedPointLookup:
    """A point on a day."""

    def __init__(self, index: AreaIndex, point: GeodeticPosition, at: date) -> None:
        self.index, self.point = index, point
        self.day = at.toordinal()
        self.longitude_scale = compute_longitude_scale(point.lat)

    def build_result(self, near_boundary_m: float, with_names: bool) -> JsonObject:
        index, point, day = self.index, self.point, self.day
        covering: list[_CoveringArea] = []
        other_times: list[AreaVersionRow] = []
        for area, on_border in index.segment_index.find_covering_areas(point.lon, point.lat):
            row = index.areas[area]
            if not row.start <= day < row.end:
                other_times.append(row)
            elif (unit := index.find_unit(row.unit_id, day)) is not None:
                covering.append(_CoveringArea(unit.sort_key, area, unit, on_border))
        covering += self._find_units_above(covering)
        covering.sort()
        chain = [each.unit.chain_entry for each in covering]
        distance_m, limit_m = None, max(near_boundary_m, point.accuracy_m or 0.0)
        if covering:
            lowest = next(each for each in covering if each.unit.depth == covering[-1].unit.depth)
            distance_m = self._measure_border_distance(lowest.area, BORDER_REACH_DEGREES)
            limit_m = max(limit_m, index.areas[lowest.area].accuracy_m or 0.0)
        near = distance_m is not None and distance_m <= limit_m
        beyond = self._find_nearby_units(limit_m, chain) if near or not chain else []
        if beyond and not chain:
            near, distance_m = True, beyond[0]["distance_m"]
        return {
            "chain": chain,
            "on_boundary": any(each.on_border for each in covering),
            "near_boundary": near,
            "near_boundary_limit_m": limit_m,
            "boundary_distance_m": distance_m,
            "beyond_boundary": beyond,
            "jurisdiction_overrides": [],
            "nearest_names": self._find_nearest_names() if with_names else [],
            "known_since": self._derive_known_since(other_times, chain) if other_times else {},
        }

    def _find_units_above(self, covering: Sequence[_CoveringArea]) -> list[_CoveringArea]:
        """Units above a covering one that do not seem to cover the point themselves.

        Their ground is that of the units below them. Where two of these overlap, the area that is
        assembled from both borders has the overlap twice, as if it lay outside.
        """
        known = {each.unit.chain_entry["unit_id"] for each in covering}
        above: list[_CoveringArea] = []
        for each in covering:
            parent_id = each.unit.parent_id
            while parent_id is not None and parent_id not in known:
                known.add(parent_id)
                unit = self.index.find_unit(parent_id, self.day)
                area = self.index.find_area(parent_id, self.day)
                if unit is None or unit.depth >= each.unit.depth:
                    break
                if area is not None:
                    above.append(_CoveringArea(unit.sort_key, area, unit, each.on_border))
                parent_id = unit.parent_id
        return above

    def _find_nearest_names(self) -> list[JsonObject]:
        lon, lat = self.point.lon, self.point.lat
        return self.index.place_index.find_nearest(lon, lat, self.longitude_scale, self.day)

    def _measure_border_distance(self, area: int, reach: float = math.inf) -> float | None:
        """Metres to the border of an area; None beyond ``reach`` degrees of latitude."""
        lon, lat = self.point.lon, self.point.lat
        degrees, points = self.index.segment_index.find_nearest_points(
            area, lon, lat, self.longitude_scale
        )
        return (
            min(measure_geodesic(lon, lat, *point) for point in points) if degrees < reach else None
        )

    def _find_nearby_units(self, limit_m: float, chain: list[JsonObject]) -> list[JsonObject]:
        """The lowest units within ``limit_m`` metres that do not cover the point, nearest first."""
        index, covering_ids = self.index, {link["unit_id"] for link in chain}
        nearby: list[tuple[float, DatedUnit]] = []
        for area in index.segment_index.find_areas_in_box(*build_search_box(self.point, limit_m)):
            row = index.areas[area]
            unit = (
                index.find_unit(row.unit_id, self.day) if row.start <= self.day < row.end else None
            )
            if unit is None or row.unit_id in covering_ids:
                continue
            distance_m = self._measure_border_distance(area)
            own_accuracy = min(row.accuracy_m or 0.0, MAX_OWN_ACCURACY_M)
            if distance_m is not None and distance_m <= max(limit_m, own_accuracy):
                nearby.append((distance_m, unit))
        parents = {unit.parent_id for _, unit in nearby}
        nearby.sort(key=lambda each: (each[0], -each[1].depth, each[1].sort_key))
        return [
            {
                "unit_id": unit.chain_entry["unit_id"],
                "code": unit.chain_entry["code"],
                "name": unit.chain_entry["name"],
                "level": unit.chain_entry["level"],
                "distance_m": distance_m,
            }
            for distance_m, unit in nearby
            if unit.chain_entry["unit_id"] not in parents
        ]

    def _derive_known_since(
        self, rows: Sequence[AreaVersionRow], chain: list[JsonObject]
    ) -> JsonObject:
        since: dict[int, int] = {}
        for row in rows:
            if row.start <= self.day or row.start == OPEN_START:
                continue
            for unit in self.index.units.get(row.unit_id, ()):
                if unit.start < row.end and row.start < unit.end:
                    since[unit.depth] = min(row.start, since.get(unit.depth, row.start))
        levels = {link["level"] for link in chain}
        return {
            UNIT_LEVELS[depth]: date.fromordinal(since[depth]).isoformat()
            for depth in sorted(since)
            if UNIT_LEVELS[depth] not in levels
        }
