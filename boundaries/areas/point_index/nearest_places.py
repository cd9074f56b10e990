"""Places with a point in flat arrays, and which of them lie nearest to a point on a day."""

import math
from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from boundaries.areas.distance import (
    MAX_NEAREST_NAMES,
    NEAREST_NAMES_REACH_DEGREES,
    NEAREST_NAMES_REACH_M,
    measure_geodesic,
)
from boundaries.areas.point_index.area_source import PlaceNameRow, PlacePointRow
from gazetteer.records.levels import LEVELS
from gazetteer.search.index.string_pool import StringPool

JsonObject = dict[str, Any]

_CELL_SIZES = (0.01, 0.25)
"""The least and the greatest side of a cell in degrees; in between, two cells a place."""
_ENOUGH_PLACES = 12
"""With so many places in a box, the nearest five are hardly ever farther than its sides."""
_MAX_DISTORTION = 0.01
"""The relative error of distances on the plane within their reach is smaller: 0.003 times the
tangent of the latitude. To be divided by the longitude scale of the plane."""


@dataclass(frozen=True, slots=True)
class PlaceIndex:
    """Versions of places by cells of a grid, the cells row by row from the south-west.

    The places of cell ``c`` are ``cell_offsets[c]`` to ``cell_offsets[c + 1]``, the names of place
    ``p`` are ``name_offsets[p]`` to ``name_offsets[p + 1]``, the best first. Days are proleptic
    ordinals, half-open.
    """

    west: float
    south: float
    cell_size: float
    columns: int
    rows: int
    cell_offsets: Sequence[int]
    lons: Sequence[float]
    lats: Sequence[float]
    starts: Sequence[int]
    ends: Sequence[int]
    levels: Sequence[int]
    place_numbers: Sequence[int]
    place_ids: StringPool
    name_offsets: Sequence[int]
    names: StringPool
    name_starts: Sequence[int]
    name_ends: Sequence[int]

    def find_nearest(
        self, lon: float, lat: float, longitude_scale: float, day: int
    ) -> list[JsonObject]:
        """The places nearest to a point, at most five within 20 km, with their distances."""
        candidates = self._find_candidates(lon, lat, longitude_scale, day)
        if len(candidates) > MAX_NEAREST_NAMES:  # the plane distorts
            max_squared = (
                candidates[MAX_NEAREST_NAMES - 1][0] * (1 + _MAX_DISTORTION / longitude_scale) ** 2
            )
            candidates = [each for each in candidates if each[0] <= max_squared]
        hits = []
        for _, row in candidates:
            metres = measure_geodesic(lon, lat, self.lons[row], self.lats[row])
            if metres <= NEAREST_NAMES_REACH_M:
                hits.append((metres, self.place_ids[self.place_numbers[row]], row))
        hits.sort()
        return [
            self._serialize_place(row, place, metres, day)
            for metres, place, row in hits[:MAX_NEAREST_NAMES]
        ]

    def _find_candidates(
        self, lon: float, lat: float, longitude_scale: float, day: int
    ) -> list[tuple[float, int]]:
        """Places by the square of their distance in degrees of latitude, the five nearest first.

        The search box grows until no nearer place can lie outside.
        """
        farthest = NEAREST_NAMES_REACH_DEGREES * (1 + _MAX_DISTORTION / longitude_scale)
        reach = min(2 * self.cell_size * longitude_scale, farthest)
        while True:
            spans = self._find_cell_spans(lon, lat, reach, reach / longitude_scale)
            if reach == farthest or sum(b - a for a, b in spans) >= _ENOUGH_PLACES:
                candidates = sorted(self._measure_distances(spans, lon, lat, longitude_scale, day))
                certain_squared = (reach / (1 + _MAX_DISTORTION / longitude_scale)) ** 2
                if reach == farthest or (
                    len(candidates) >= MAX_NEAREST_NAMES
                    and candidates[MAX_NEAREST_NAMES - 1][0] <= certain_squared
                ):
                    return candidates
            reach = min(reach * 1.5, farthest)

    def _find_cell_spans(
        self, lon: float, lat: float, half_height: float, half_width: float
    ) -> list[tuple[int, int]]:
        """The ranges of places in the cells that a box around the point intersects."""
        first = max(math.floor((lon - half_width - self.west) / self.cell_size), 0)
        last = min(math.floor((lon + half_width - self.west) / self.cell_size), self.columns - 1)
        low = max(math.floor((lat - half_height - self.south) / self.cell_size), 0)
        top = min(math.floor((lat + half_height - self.south) / self.cell_size), self.rows - 1)
        if first > last:
            return []
        offsets, rows = (
            self.cell_offsets,
            range(low * self.columns, (top + 1) * self.columns, self.columns),
        )
        return [(offsets[cells + first], offsets[cells + last + 1]) for cells in rows]

    def _measure_distances(
        self,
        spans: Iterable[tuple[int, int]],
        lon: float,
        lat: float,
        longitude_scale: float,
        day: int,
    ) -> list[tuple[float, int]]:
        """The squared distances of the places that exist on the day."""
        lons, lats, starts, ends = self.lons, self.lats, self.starts, self.ends
        return [
            (((lons[row] - lon) * longitude_scale) ** 2 + (lats[row] - lat) ** 2, row)
            for a, b in spans
            for row in range(a, b)
            if starts[row] <= day < ends[row]
        ]

    def _serialize_place(self, row: int, place_id: str, metres: float, day: int) -> JsonObject:
        return {
            "place_id": place_id,
            "name": self._find_name(self.place_numbers[row], day),
            "level": LEVELS[self.levels[row]],
            "lon": self.lons[row],
            "lat": self.lats[row],
            "distance_m": metres,
        }

    def _find_name(self, number: int, day: int) -> str | None:
        for name in range(self.name_offsets[number], self.name_offsets[number + 1]):
            if self.name_starts[name] <= day < self.name_ends[name]:
                return self.names[name]
        return None


def build_place_index(rows: Sequence[PlacePointRow], names: Iterable[PlaceNameRow]) -> PlaceIndex:
    """The places with their names; names of other places are ignored."""
    number = {place: i for i, place in enumerate(dict.fromkeys(row[0] for row in rows))}
    lons = np.array([row[2] for row in rows] or [0.0])
    lats = np.array([row[3] for row in rows] or [0.0])
    west, south = float(lons.min()), float(lats.min())
    width, height = float(lons.max()) - west, float(lats.max()) - south
    cell_size = min(max(math.sqrt(width * height / len(lons) / 2), _CELL_SIZES[0]), _CELL_SIZES[1])
    columns, row_count = int(width // cell_size) + 1, int(height // cell_size) + 1
    cells = ((lats - south) // cell_size * columns + (lons - west) // cell_size).astype(np.intp)[
        : len(rows)
    ]
    ordered = [rows[i] for i in np.argsort(cells, kind="stable").tolist()]
    named = sorted((number[row[0]], i, *row[1:]) for i, row in enumerate(names) if row[0] in number)
    return PlaceIndex(
        west=west,
        south=south,
        cell_size=cell_size,
        columns=columns,
        rows=row_count,
        cell_offsets=_build_offsets(cells.tolist(), columns * row_count),
        lons=array("d", (row[2] for row in ordered)),
        lats=array("d", (row[3] for row in ordered)),
        starts=array("i", (row[4] for row in ordered)),
        ends=array("i", (row[5] for row in ordered)),
        levels=array("b", (LEVELS.index(row[1]) for row in ordered)),
        place_numbers=array("i", (number[row[0]] for row in ordered)),
        place_ids=StringPool.from_texts(number),
        name_offsets=_build_offsets([row[0] for row in named], len(number)),
        names=StringPool.from_texts(row[2] for row in named),
        name_starts=array("i", (row[3] for row in named)),
        name_ends=array("i", (row[4] for row in named)),
    )


def _build_offsets(owners: Sequence[int], count: int) -> Sequence[int]:
    """Where the rows of each owner begin, once they are sorted."""
    counts = np.bincount(np.array(owners, np.intp), minlength=count)
    return array("i", [0, *np.cumsum(counts).tolist()])
