"""The borders of many areas in flat arrays: who covers a point, and the spot of a border nearest.

Coordinates are degrees (CGCS2000), exactly as they are published. Rings are kept as *runs* of 8
segments, one after another, those of an area together; a grid of cells leads from a place to the
runs there. Each cell has a *mark*, a point in it of which it is known which areas cover it. An
area covers a point if it covers the mark and its border crosses the way from the one to the other
an even number of times, or the reverse of both.

The signs of areas of triangles decide all of this. Rounding may spoil such a sign where its value
is below a bound (Shewchuk 1997, "Adaptive Precision Floating-Point Arithmetic"); there, as on a
border, the whole border is judged in rational numbers.
"""

import math
from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import accumulate

import numpy as np
import shapely
from numpy.typing import NDArray

from boundaries.areas.memory.cells import Cells, cells_of

SEGMENTS = 8
"""In a run."""
_ROUNDING = 2e-15
"""Bounds the rounding of the signs, in squares of the greatest distance that may go into them."""
_SLACK = 1e-12
"""Degrees by which rounding may bring a border nearer than the box around it."""
_TIE = (1 + 1e-9) ** 2
"""Spots whose squared distances differ by less, in parts of them, are equally near."""

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]
Spot = tuple[float, float]
"""Lon, lat."""


@dataclass(frozen=True, slots=True)
class Borders:
    """Area ``a`` has the runs ``first[a]`` to ``first[a + 1]``; ``owners`` tells it of each run.

    ``runs``: (runs, 9, 2) vertices as lon, lat; not a number behind the end of a ring.
    The box around a run reaches as far as ``halves`` from ``centres``, both (2, runs).
    """

    runs: Floats
    centres: Floats
    halves: Floats
    first: Sequence[int]
    owners: Ints
    cells: Cells

    def of(self, area: int) -> Floats:
        """The runs of an area."""
        return self.runs[self.first[area] : self.first[area + 1]]

    def cover(self, lon: float, lat: float) -> list[tuple[int, bool]]:
        """The areas that cover a point, each with whether the point is on its border."""
        cell = self.cells.of(lon, lat)
        inside = set(self.cells.areas_of(cell))
        runs = self.cells.runs_of(cell)
        if not len(runs):
            return [(area, False) for area in sorted(inside)]
        way = self._way(cell, lon, lat)
        doubtful: set[int] = set()
        for area, run in zip(self.owners[runs].tolist(), self.runs[runs].tolist(), strict=True):
            crossed = _crossed(run, way)
            if crossed is None:
                doubtful.add(area)
            elif crossed:
                inside ^= {area}
        found = [(area, False) for area in inside - doubtful]
        for area in doubtful:
            on_border = self.relation(area, lon, lat)
            if on_border is not None:
                found.append((area, on_border))
        return sorted(found)

    def _way(self, cell: int, lon: float, lat: float) -> "_Way":
        to_lon, to_lat = self.cells.mark(cell)
        bound = _ROUNDING * self.cells.reach * self.cells.reach
        return lon, lat, to_lon - lon, to_lat - lat, bound

    def relation(self, area: int, lon: float, lat: float) -> bool | None:
        """Exactly: None if the area does not cover the point, else whether it is on its border."""
        rows = slice(self.first[area], self.first[area + 1])
        east, north = self.centres[:, rows] + self.halves[:, rows] + _SLACK
        south = north - 2 * (self.halves[1, rows] + _SLACK)
        vertices = self.runs[rows][(south <= lat) & (lat <= north) & (lon <= east)]
        starts, ends = vertices[:, :-1].reshape(-1, 2), vertices[:, 1:].reshape(-1, 2)
        low, high = np.minimum(starts, ends), np.maximum(starts, ends)
        level = (low[:, 1] <= lat) & (lat <= high[:, 1])
        east_of = level & (low[:, 0] > lon)
        crossed = int((east_of & (lat < high[:, 1])).sum())  # by the half-open rule
        for i in np.flatnonzero(level & (low[:, 0] <= lon) & (lon <= high[:, 0])):
            turn = _turn(starts[i], ends[i], lon, lat)
            if turn == 0:
                return True
            crossed += lat < high[i, 1] and (turn > 0) == (ends[i, 1] > starts[i, 1])
        return False if crossed % 2 else None

    def around(self, west: float, south: float, east: float, north: float) -> list[int]:
        """The areas whose border may come into a box."""
        runs = self.cells.runs_in(west, south, east, north)
        if not len(runs):
            return []
        middle = np.array(((west + east) / 2, (south + north) / 2))[:, None]
        half = np.array(((east - west) / 2 + _SLACK, (north - south) / 2 + _SLACK))[:, None]
        meets = np.abs(self.centres[:, runs] - middle) <= self.halves[:, runs] + half
        return sorted(set(self.owners[runs[meets[0] & meets[1]]].tolist()))

    def nearest(
        self, area: int, lon: float, lat: float, squeeze: float
    ) -> tuple[float, list[Spot]]:
        """How far the border of an area is, and its nearest spots: several where equally far.

        Distances are those of a plane in which a degree of longitude is ``squeeze`` long, and one
        of latitude 1. Infinite, without spots, if the area has no border.
        """
        first, last = self.first[area], self.first[area + 1]
        if first == last:
            return math.inf, []
        apart = np.abs(self.centres[:, first:last] - np.array(((lon,), (lat,))))
        apart -= self.halves[:, first:last]
        np.maximum(apart, 0.0, out=apart)
        apart[0] *= squeeze
        apart *= apart
        least = apart[0] + apart[1]
        closest = int(least.argmin())
        near = _nearest(self.runs[first + closest].tolist(), lon, lat, squeeze, math.inf)
        reach = (math.sqrt(near[0][0]) + _SLACK) ** 2
        for run in np.flatnonzero(least <= reach).tolist():
            if run != closest:
                near += _nearest(self.runs[first + run].tolist(), lon, lat, squeeze, reach)
        away = min(near)[0]
        tied = [(x / squeeze + lon, y + lat) for each, x, y in near if each <= away * _TIE]
        return math.sqrt(away), tied


_Way = tuple[float, float, float, float, float]
"""From where (lon, lat), how far (lon, lat), and up to what a sign may be wrong."""


def _crossed(run: Sequence[Sequence[float]], way: _Way) -> bool | None:
    """Whether a run crosses a way an odd number of times; None where rounding may deceive."""
    lon, lat, to_x, to_y, bound = way
    odd = False
    x, y = run[0]
    ax, ay = x - lon, y - lat
    a_side = to_x * ay - to_y * ax  # on which side of the way the vertex is
    for x, y in run[1:]:
        if x != x:
            break
        bx, by = x - lon, y - lat
        b_side = to_x * by - to_y * bx
        if not (a_side > bound and b_side > bound) and not (a_side < -bound and b_side < -bound):
            here = ax * by - ay * bx  # of the segment the beginning of the way is
            there = here + a_side - b_side  # and its end
            apart = here * there < 0 and min(abs(here), abs(there)) > bound
            if apart and min(abs(a_side), abs(b_side)) > bound:
                odd = not odd
            elif not (here > bound and there > bound) and not (here < -bound and there < -bound):
                return None
        ax, ay, a_side = bx, by, b_side
    return odd


def _nearest(
    run: Sequence[Sequence[float]], lon: float, lat: float, squeeze: float, reach: float
) -> list[tuple[float, float, float]]:
    """The nearest spots of a run: their squared distance and where they are from the point.

    Only those that are within ``reach``, also squared.
    """
    found: list[tuple[float, float, float]] = []
    x, y = run[0]
    ax, ay = (x - lon) * squeeze, y - lat
    for x, y in run[1:]:
        if x != x:
            break
        bx, by = (x - lon) * squeeze, y - lat
        along_x, along_y = bx - ax, by - ay
        length = along_x * along_x + along_y * along_y
        share = -(ax * along_x + ay * along_y) / length if length else 0.0
        if share <= 0.0:
            to_x, to_y = ax, ay
        elif share >= 1.0:
            to_x, to_y = bx, by
        else:
            to_x, to_y = ax + share * along_x, ay + share * along_y
        away = to_x * to_x + to_y * to_y
        if away <= reach:
            reach = away * _TIE
            found.append((away, to_x, to_y))
        ax, ay = bx, by
    return found


def _turn(a: Floats, b: Floats, lon: float, lat: float) -> Fraction:
    """Exactly: above 0 where the point is left of the way from ``a`` to ``b``, 0 on its line."""
    ax, ay, bx, by, x, y = (Fraction(float(value)) for value in (*a, *b, lon, lat))
    return (bx - ax) * (y - ay) - (by - ay) * (x - ax)


def borders(areas: Iterable[Floats]) -> Borders:
    """Borders of areas whose runs are given; see :func:`runs_of`."""
    each = list(areas)
    first = [0, *accumulate(len(runs) for runs in each)]
    runs = np.concatenate([np.empty((0, SEGMENTS + 1, 2)), *each])
    low, high = np.nanmin(runs, axis=1).T, np.nanmax(runs, axis=1).T
    owners = np.repeat(np.arange(len(each), dtype=np.int32), np.diff(first))
    halves = np.ascontiguousarray(high - low) / 2
    return Borders(runs, low + halves, halves, array("i", first), owners, cells_of(runs, owners))


def runs_of(areas: Sequence[bytes]) -> list[Floats]:
    """The runs of each area, given as WKB of a polygon or multipolygon."""
    polygons, area = shapely.get_parts(shapely.from_wkb(np.array(areas, object)), return_index=True)
    rings, polygon = shapely.get_rings(polygons, return_index=True)
    owners = area[polygon]
    counts = shapely.get_num_coordinates(rings)
    vertices = shapely.get_coordinates(rings)
    last = np.cumsum(counts) - 1
    pieces = -(-(counts - 1) // SEGMENTS)
    ring = np.repeat(np.arange(len(rings)), pieces)
    piece = np.arange(len(ring)) - np.repeat(np.cumsum(pieces) - pieces, pieces)
    start = (last - counts + 1)[ring] + SEGMENTS * piece
    at = start[:, None] + np.arange(SEGMENTS + 1)
    over = at > last[ring][:, None]
    runs = vertices[np.where(over, 0, at)]
    runs[over] = np.nan
    ends = np.searchsorted(owners[ring], np.arange(1, len(areas)))
    return np.split(runs, ends)
