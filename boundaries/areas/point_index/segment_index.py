"""The borders of many areas in flat arrays: which areas cover a point, how near a border is.

Coordinates are degrees (CGCS2000), exactly as published. Rings are stored as *blocks* of 8
consecutive segments, those of an area together; a grid leads from a position to the blocks near
it. Each cell has a *reference point*, of which it is known which areas cover it. An area covers a
point if it covers the reference point and its border crosses the segment between the two (the
*ray*) an even number of times, or if neither is true.

Signs of triangle areas decide all of this. Rounding may flip such a sign where its value is below
a bound (Shewchuk 1997, "Adaptive Precision Floating-Point Arithmetic"); there, as on a border, the
whole border is tested in rational arithmetic.
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

from boundaries.areas.point_index.segment_grid import SegmentGrid, build_segment_grid

BLOCK_SEGMENTS = 8
"""Segments in a block."""

_ROUNDING_BOUND = 2e-15
"""Bound of the rounding error of a sign, in squares of the greatest distance in its terms."""

_SLACK = 1e-12
"""Degrees by which rounding may bring a border nearer than its bounding box."""

_TIE_RATIO = (1 + 1e-9) ** 2
"""Points whose squared distances have a smaller ratio are equally near."""

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]
LonLat = tuple[float, float]
"""Lon, lat in degrees."""


@dataclass(frozen=True, slots=True)
class SegmentIndex:
    """Area ``a`` has the blocks ``first_block[a]`` to ``first_block[a + 1]``.

    ``blocks`` (B, 9, 2) are vertices as lon, lat; NaN behind the end of a ring. ``block_areas``
    (B) is the area of each block; its bounding box extends ``halves`` from ``centres``, both
    (2, B).
    """

    blocks: Floats
    centres: Floats
    halves: Floats
    first_block: Sequence[int]
    block_areas: Ints
    grid: SegmentGrid

    def get_blocks(self, area: int) -> Floats:
        """The blocks of an area."""
        return self.blocks[self.first_block[area] : self.first_block[area + 1]]

    def find_covering_areas(self, lon: float, lat: float) -> list[tuple[int, bool]]:
        """The areas that cover a point, and whether the point is on the border of each."""
        cell = self.grid.find_cell(lon, lat)
        inside = set(self.grid.get_reference_areas(cell))
        block_numbers = self.grid.get_block_numbers(cell)
        if not len(block_numbers):
            return [(area, False) for area in sorted(inside)]
        ray = self._build_ray(cell, lon, lat)
        doubtful: set[int] = set()
        for area, block in zip(
            self.block_areas[block_numbers].tolist(),
            self.blocks[block_numbers].tolist(),
            strict=True,
        ):
            crosses = _test_ray_crossing(block, ray)
            if crosses is None:
                doubtful.add(area)
            elif crosses:
                inside ^= {area}
        covering = [(area, False) for area in inside - doubtful]
        for area in doubtful:
            on_border = self.relate_exactly(area, lon, lat)
            if on_border is not None:
                covering.append((area, on_border))
        return sorted(covering)

    def _build_ray(self, cell: int, lon: float, lat: float) -> "_Ray":
        reference_lon, reference_lat = self.grid.get_reference_point(cell)
        bound = _ROUNDING_BOUND * self.grid.max_vertex_distance * self.grid.max_vertex_distance
        return lon, lat, reference_lon - lon, reference_lat - lat, bound

    def relate_exactly(self, area: int, lon: float, lat: float) -> bool | None:
        """Exactly: None if the area does not cover the point, else whether it is on the border."""
        rows = slice(self.first_block[area], self.first_block[area + 1])
        east, north = self.centres[:, rows] + self.halves[:, rows] + _SLACK
        south = north - 2 * (self.halves[1, rows] + _SLACK)
        vertices = self.blocks[rows][(south <= lat) & (lat <= north) & (lon <= east)]
        starts, ends = vertices[:, :-1].reshape(-1, 2), vertices[:, 1:].reshape(-1, 2)
        low, high = np.minimum(starts, ends), np.maximum(starts, ends)
        at_latitude = (low[:, 1] <= lat) & (lat <= high[:, 1])
        east_of = at_latitude & (low[:, 0] > lon)
        crossings = int((east_of & (lat < high[:, 1])).sum())  # by the half-open rule
        for i in np.flatnonzero(at_latitude & (low[:, 0] <= lon) & (lon <= high[:, 0])):
            orientation = _compute_orientation(starts[i], ends[i], lon, lat)
            if orientation == 0:
                return True
            crossings += lat < high[i, 1] and (orientation > 0) == (ends[i, 1] > starts[i, 1])
        return False if crossings % 2 else None

    def find_areas_in_box(self, west: float, south: float, east: float, north: float) -> list[int]:
        """The areas whose border may intersect a box."""
        block_numbers = self.grid.find_blocks_in_box(west, south, east, north)
        if not len(block_numbers):
            return []
        middle = np.array(((west + east) / 2, (south + north) / 2))[:, None]
        half = np.array(((east - west) / 2 + _SLACK, (north - south) / 2 + _SLACK))[:, None]
        meets = (
            np.abs(self.centres[:, block_numbers] - middle) <= self.halves[:, block_numbers] + half
        )
        return sorted(set(self.block_areas[block_numbers[meets[0] & meets[1]]].tolist()))

    def find_nearest_points(
        self, area: int, lon: float, lat: float, longitude_scale: float
    ) -> tuple[float, list[LonLat]]:
        """The distance to the border of an area, and its nearest points: several where tied.

        Distances are on a plane in which a degree of longitude has the length
        ``longitude_scale``, and one of latitude 1. Infinite, without points, if the area has no
        border.
        """
        first, last = self.first_block[area], self.first_block[area + 1]
        if first == last:
            return math.inf, []
        offsets = np.abs(self.centres[:, first:last] - np.array(((lon,), (lat,))))
        offsets -= self.halves[:, first:last]
        np.maximum(offsets, 0.0, out=offsets)
        offsets[0] *= longitude_scale
        offsets *= offsets
        least_squared = offsets[0] + offsets[1]
        closest = int(least_squared.argmin())
        candidates = _find_nearest_points(
            self.blocks[first + closest].tolist(), lon, lat, longitude_scale, math.inf
        )
        reach = (math.sqrt(candidates[0][0]) + _SLACK) ** 2
        for block_number in np.flatnonzero(least_squared <= reach).tolist():
            if block_number != closest:
                candidates += _find_nearest_points(
                    self.blocks[first + block_number].tolist(), lon, lat, longitude_scale, reach
                )
        squared_distance = min(candidates)[0]
        tied = [
            (x / longitude_scale + lon, y + lat)
            for each, x, y in candidates
            if each <= squared_distance * _TIE_RATIO
        ]
        return math.sqrt(squared_distance), tied


_Ray = tuple[float, float, float, float, float]
"""Start (lon, lat), extent (lon, lat), and the bound below which a sign may be wrong."""


def _test_ray_crossing(block: Sequence[Sequence[float]], ray: _Ray) -> bool | None:
    """Whether a block crosses a ray an odd number of times; None where rounding may decide."""
    lon, lat, to_x, to_y, bound = ray
    odd = False
    x, y = block[0]
    ax, ay = x - lon, y - lat
    a_side = to_x * ay - to_y * ax  # the side of the ray on which the vertex is
    for x, y in block[1:]:
        if math.isnan(x):
            break
        bx, by = x - lon, y - lat
        b_side = to_x * by - to_y * bx
        if not (a_side > bound and b_side > bound) and not (a_side < -bound and b_side < -bound):
            ray_start_side = ax * by - ay * bx  # the side of the segment on which the ray starts
            ray_end_side = ray_start_side + a_side - b_side  # and ends
            ends_apart = (
                ray_start_side * ray_end_side < 0
                and min(abs(ray_start_side), abs(ray_end_side)) > bound
            )
            if ends_apart and min(abs(a_side), abs(b_side)) > bound:
                odd = not odd
            elif not (ray_start_side > bound and ray_end_side > bound) and not (
                ray_start_side < -bound and ray_end_side < -bound
            ):
                return None
        ax, ay, a_side = bx, by, b_side
    return odd


def _find_nearest_points(
    block: Sequence[Sequence[float]], lon: float, lat: float, longitude_scale: float, reach: float
) -> list[tuple[float, float, float]]:
    """The nearest points of a block: squared distance and offset from the given point.

    Only those within ``reach``, a squared distance.
    """
    candidates: list[tuple[float, float, float]] = []
    x, y = block[0]
    ax, ay = (x - lon) * longitude_scale, y - lat
    for x, y in block[1:]:
        if math.isnan(x):
            break
        bx, by = (x - lon) * longitude_scale, y - lat
        along_x, along_y = bx - ax, by - ay
        length = along_x * along_x + along_y * along_y
        share = -(ax * along_x + ay * along_y) / length if length else 0.0
        if share <= 0.0:
            to_x, to_y = ax, ay
        elif share >= 1.0:
            to_x, to_y = bx, by
        else:
            to_x, to_y = ax + share * along_x, ay + share * along_y
        squared_distance = to_x * to_x + to_y * to_y
        if squared_distance <= reach:
            reach = squared_distance * _TIE_RATIO
            candidates.append((squared_distance, to_x, to_y))
        ax, ay = bx, by
    return candidates


def _compute_orientation(a: Floats, b: Floats, lon: float, lat: float) -> Fraction:
    """The exact orientation: positive if the point is left of ``a`` to ``b``, 0 on the line."""
    ax, ay, bx, by, x, y = (Fraction(float(value)) for value in (*a, *b, lon, lat))
    return (bx - ax) * (y - ay) - (by - ay) * (x - ax)


def build_segment_index(areas: Iterable[Floats]) -> SegmentIndex:
    """The index of areas whose blocks are given; see :func:`build_blocks`."""
    blocks_by_area = list(areas)
    first_block = [0, *accumulate(len(blocks) for blocks in blocks_by_area)]
    blocks = np.concatenate([np.empty((0, BLOCK_SEGMENTS + 1, 2)), *blocks_by_area])
    low, high = np.nanmin(blocks, axis=1).T, np.nanmax(blocks, axis=1).T
    block_areas = np.repeat(np.arange(len(blocks_by_area), dtype=np.int32), np.diff(first_block))
    halves = np.ascontiguousarray(high - low) / 2
    return SegmentIndex(
        blocks,
        low + halves,
        halves,
        array("i", first_block),
        block_areas,
        build_segment_grid(blocks, block_areas),
    )


def build_blocks(areas: Sequence[bytes]) -> list[Floats]:
    """The blocks of each area, given as WKB of a polygon or multipolygon."""
    polygons, area = shapely.get_parts(shapely.from_wkb(np.array(areas, object)), return_index=True)
    rings, polygon = shapely.get_rings(polygons, return_index=True)
    owners = area[polygon]
    counts = shapely.get_num_coordinates(rings)
    vertices = shapely.get_coordinates(rings)
    last = np.cumsum(counts) - 1
    pieces = -(-(counts - 1) // BLOCK_SEGMENTS)
    ring = np.repeat(np.arange(len(rings)), pieces)
    piece = np.arange(len(ring)) - np.repeat(np.cumsum(pieces) - pieces, pieces)
    start = (last - counts + 1)[ring] + BLOCK_SEGMENTS * piece
    at = start[:, None] + np.arange(BLOCK_SEGMENTS + 1)
    after_ring_end = at > last[ring][:, None]
    blocks = vertices[np.where(after_ring_end, 0, at)]
    blocks[after_ring_end] = np.nan
    ends = np.searchsorted(owners[ring], np.arange(1, len(areas)))
    return np.split(blocks, ends)
