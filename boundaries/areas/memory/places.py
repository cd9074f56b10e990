"""Places with a point in flat arrays, and which of them lie nearest to a point on a day."""

import math
from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from boundaries.areas.memory.source import NameRow, PlaceRow
from boundaries.areas.nearness import NAMES, NAMES_REACH_DEGREES, NAMES_REACH_M, geodesic
from gazetteer.records.levels import LEVELS
from gazetteer.search.texts import StringPool

Answer = dict[str, Any]

_SIDES = (0.01, 0.25)
"""The least and the greatest side of a cell in degrees; in between, two cells a place."""
_ENOUGH = 12
"""Places in a box of which the nearest five are hardly ever farther than its sides."""
_DISTORTED = 0.01
"""The plane in which places are compared errs by less within their reach, in parts of a distance:
by 0.003 times the tangent of the latitude. To be divided by the squeeze of the plane."""


@dataclass(frozen=True, slots=True)
class Places:
    """Versions of places by cells of a grid, the cells row by row from the south-west.

    The places of cell ``c`` are ``at[c]`` to ``at[c + 1]``, the names of place ``p`` by number
    ``names_at[p]`` to ``names_at[p + 1]``, the best first. Days are proleptic ordinals, half-open.
    """

    west: float
    south: float
    side: float
    columns: int
    rows: int
    at: Sequence[int]
    lons: Sequence[float]
    lats: Sequence[float]
    starts: Sequence[int]
    ends: Sequence[int]
    levels: Sequence[int]
    numbers: Sequence[int]
    ids: StringPool
    names_at: Sequence[int]
    names: StringPool
    name_starts: Sequence[int]
    name_ends: Sequence[int]

    def nearest(self, lon: float, lat: float, squeeze: float, day: int) -> list[Answer]:
        """The places nearest to a point, at most five within 20 km, with their distances."""
        near = self._likely(lon, lat, squeeze, day)
        if len(near) > NAMES:  # the plane distorts
            most = near[NAMES - 1][0] * (1 + _DISTORTED / squeeze) ** 2
            near = [each for each in near if each[0] <= most]
        told = []
        for _, row in near:
            metres = geodesic(lon, lat, self.lons[row], self.lats[row])
            if metres <= NAMES_REACH_M:
                told.append((metres, self.ids[self.numbers[row]], row))
        told.sort()
        return [self._told(row, place, metres, day) for metres, place, row in told[:NAMES]]

    def _likely(self, lon: float, lat: float, squeeze: float, day: int) -> list[tuple[float, int]]:
        """Places by the square of their distance in degrees of latitude, the five nearest first.

        The box that is looked at grows until no nearer place can lie outside.
        """
        farthest = NAMES_REACH_DEGREES * (1 + _DISTORTED / squeeze)
        within = min(2 * self.side * squeeze, farthest)
        while True:
            spans = self._around(lon, lat, within, within / squeeze)
            if within == farthest or sum(b - a for a, b in spans) >= _ENOUGH:
                found = sorted(self._distances(spans, lon, lat, squeeze, day))
                surely = (within / (1 + _DISTORTED / squeeze)) ** 2
                if within == farthest or (len(found) >= NAMES and found[NAMES - 1][0] <= surely):
                    return found
            within = min(within * 1.5, farthest)

    def _around(self, lon: float, lat: float, high: float, wide: float) -> list[tuple[int, int]]:
        """The places in the cells that a box around the point meets, from and to."""
        first = max(math.floor((lon - wide - self.west) / self.side), 0)
        last = min(math.floor((lon + wide - self.west) / self.side), self.columns - 1)
        low = max(math.floor((lat - high - self.south) / self.side), 0)
        top = min(math.floor((lat + high - self.south) / self.side), self.rows - 1)
        if first > last:
            return []
        at, rows = self.at, range(low * self.columns, (top + 1) * self.columns, self.columns)
        return [(at[cells + first], at[cells + last + 1]) for cells in rows]

    def _distances(
        self, spans: Iterable[tuple[int, int]], lon: float, lat: float, squeeze: float, day: int
    ) -> list[tuple[float, int]]:
        """The squared distances of places that are there on the day."""
        lons, lats, starts, ends = self.lons, self.lats, self.starts, self.ends
        return [
            (((lons[row] - lon) * squeeze) ** 2 + (lats[row] - lat) ** 2, row)
            for a, b in spans
            for row in range(a, b)
            if starts[row] <= day < ends[row]
        ]

    def _told(self, row: int, place: str, metres: float, day: int) -> Answer:
        return {
            "place_id": place,
            "name": self._name(self.numbers[row], day),
            "level": LEVELS[self.levels[row]],
            "lon": self.lons[row],
            "lat": self.lats[row],
            "distance_m": metres,
        }

    def _name(self, number: int, day: int) -> str | None:
        for name in range(self.names_at[number], self.names_at[number + 1]):
            if self.name_starts[name] <= day < self.name_ends[name]:
                return self.names[name]
        return None


def places(rows: Sequence[PlaceRow], names: Iterable[NameRow]) -> Places:
    """The places with their names; a name of any other place is passed over."""
    number = {place: i for i, place in enumerate(dict.fromkeys(row[0] for row in rows))}
    lons = np.array([row[2] for row in rows] or [0.0])
    lats = np.array([row[3] for row in rows] or [0.0])
    west, south = float(lons.min()), float(lats.min())
    width, height = float(lons.max()) - west, float(lats.max()) - south
    side = min(max(math.sqrt(width * height / len(lons) / 2), _SIDES[0]), _SIDES[1])
    columns, above = int(width // side) + 1, int(height // side) + 1
    cells = ((lats - south) // side * columns + (lons - west) // side).astype(np.intp)[: len(rows)]
    ordered = [rows[i] for i in np.argsort(cells, kind="stable").tolist()]
    named = sorted((number[row[0]], i, *row[1:]) for i, row in enumerate(names) if row[0] in number)
    return Places(
        west=west,
        south=south,
        side=side,
        columns=columns,
        rows=above,
        at=_counted(cells.tolist(), columns * above),
        lons=array("d", (row[2] for row in ordered)),
        lats=array("d", (row[3] for row in ordered)),
        starts=array("i", (row[4] for row in ordered)),
        ends=array("i", (row[5] for row in ordered)),
        levels=array("b", (LEVELS.index(row[1]) for row in ordered)),
        numbers=array("i", (number[row[0]] for row in ordered)),
        ids=StringPool(number),
        names_at=_counted([row[0] for row in named], len(number)),
        names=StringPool(row[2] for row in named),
        name_starts=array("i", (row[3] for row in named)),
        name_ends=array("i", (row[4] for row in named)),
    )


def _counted(owners: Sequence[int], count: int) -> Sequence[int]:
    """Where the rows of each owner begin once they are in order."""
    counts = np.bincount(np.array(owners, np.intp), minlength=count)
    return array("i", [0, *np.cumsum(counts).tolist()])
