"""Vertices that another program has rounded, given back to the last bit. Pure.

QGIS writes six decimals, or alters the last bit of three in ten longitudes, in every polygon of
which it moves one vertex. What lies within such a rounding of a known vertex is that vertex.
"""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from boundaries.network.segments import Floats

LEAST_TOLERANCE = 1e-11
"""Degrees: what a conversion to text and back may change."""
PROJECTED_TOLERANCE = 1e-8
"""Degrees, a millimetre: what a conversion to another system and back may change."""
_MOST_TOLERANCE = 5e-7
_MARGIN = 1.02
Place = tuple[float, float]


def find_rounding(geometry: BaseGeometry) -> float:
    """By how many degrees the coordinates of a geometry may have been rounded.

    Half a unit of the last decimal that any of them has, six at least: 5e-7 to 1e-11 degrees.
    """
    xy = shapely.get_coordinates(geometry)
    for decimals in range(6, 11):
        if (np.round(xy, decimals) == xy).all():
            return _MOST_TOLERANCE * 10.0 ** (6 - decimals) * _MARGIN
    return LEAST_TOLERANCE


def restore_vertices(
    geometry: BaseGeometry, known: Sequence[Floats], tolerance: float
) -> BaseGeometry:
    """The geometry with known vertices in the place of rounded ones.

    Where several known vertices are near enough, it is the one that follows the vertex before on a
    known line: two that are closer than the rounding are not confused.

    Args:
        geometry: a LineString, Polygon or MultiPolygon in lon, lat degrees of CGCS2000.
        known: lines (n, 2) whose vertices may be meant.
        tolerance: the largest difference of a coordinate in degrees.
    """
    lines = _VertexIndex(known)
    if lines.is_empty:
        return geometry
    if isinstance(geometry, shapely.LineString):
        return shapely.LineString(lines.restore_line(geometry, tolerance))
    parts = shapely.get_parts(geometry)
    return shapely.MultiPolygon([_restore_polygon(part, lines, tolerance) for part in parts])


def _restore_polygon(
    polygon: shapely.Polygon, lines: "_VertexIndex", tolerance: float
) -> shapely.Polygon:
    rings = [
        _close_ring(lines.restore_line(ring, tolerance)) for ring in shapely.get_rings(polygon)
    ]
    return shapely.Polygon(rings[0], rings[1:])


def _close_ring(ring: Floats) -> Floats:
    return np.vstack([ring[:-1], ring[:1]])


class _VertexIndex:
    """Known vertices, and which of them follow each other."""

    def __init__(self, known: Sequence[Floats]) -> None:
        every = np.vstack([np.empty((0, 2)), *known])
        self._places, numbers = np.unique(every, axis=0, return_inverse=True)
        self._neighbours: set[tuple[int, int]] = set()
        start = 0
        for line in known:
            run = numbers.reshape(-1)[start : start + len(line)].tolist()
            self._neighbours.update(pairwise(run))
            start += len(line)
        self._tree = shapely.STRtree(np.asarray(shapely.points(self._places), dtype=object))

    @property
    def is_empty(self) -> bool:
        """Whether nothing is known."""
        return not len(self._places)

    def restore_line(self, geometry: BaseGeometry, tolerance: float) -> Floats:
        """The vertices (n, 2) of a line or ring, known ones in the place of near ones."""
        xy = shapely.get_coordinates(geometry)
        reach = tolerance * 2**0.5
        at, found = self._tree.query(shapely.points(xy), predicate="dwithin", distance=reach)
        near: dict[int, list[int]] = {}
        for vertex, place in zip(at.tolist(), found.tolist(), strict=True):
            if (np.abs(self._places[place] - xy[vertex]) <= tolerance).all():
                near.setdefault(vertex, []).append(place)
        restored = xy.copy()
        before: int | None = None
        for vertex in range(len(xy)):
            before = self._choose_place(near.get(vertex, []), before, xy[vertex])
            if before is not None:
                restored[vertex] = self._places[before]
        return restored

    def _choose_place(self, near: Sequence[int], before: int | None, vertex: Floats) -> int | None:
        if not near:
            return None
        follows = [
            place
            for place in near
            if before is not None
            and {(before, place), (place, before)} & self._neighbours
            and place != before
        ]
        distances = {
            place: float(np.abs(self._places[place] - vertex).max()) for place in follows or near
        }
        return min(distances, key=distances.__getitem__)
