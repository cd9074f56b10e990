"""The faces into which the unmatched segments of a layer cut the plane, and who covers each.

How many polygons cover a point changes only across an unmatched segment: across a boundary that
two polygons share, one ends as the other begins. So each face between unmatched segments is covered
equally often throughout, and one point inside shows how often. A face that no polygon covers is a
hole; one that two or more cover is an overlap. Nothing else needs to be compared.
"""

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import STRtree
from shapely.geometry.base import BaseGeometry

Ints = NDArray[np.int64]
Shapes = NDArray[np.object_]

_PREPARE_RATIO = 20
"""From this many points per polygon on, it pays to prepare the polygons."""


@dataclass(frozen=True, slots=True)
class CoverageFaces:
    """``shapes`` (F) are polygons; ``count`` (F) is by how many features each is covered.

    ``cover`` (2, K) are the pairs of a face and a feature that covers it, ascending. A face without
    a point that lies clearly inside has the count -1: it is thinner than floating-point numbers
    can resolve.
    """

    shapes: Shapes
    count: Ints
    cover: Ints

    @property
    def holes(self) -> Ints:
        """The faces that no feature covers."""
        return np.flatnonzero(self.count == 0)

    @property
    def overlaps(self) -> Ints:
        """The faces that several features cover."""
        return np.flatnonzero(self.count > 1)

    def find_covering_features(self, face: int) -> tuple[int, ...]:
        """The features that cover a face, ascending."""
        first, last = np.searchsorted(self.cover[0], [face, face + 1])
        return tuple(self.cover[1, first:last].tolist())


def build_faces(lines: Shapes, tree: STRtree) -> CoverageFaces:
    """The faces between unmatched segments; ``tree`` holds a valid polygon of each feature.

    Segments that cross are cut there, at coordinates rounded to floating-point numbers.
    """
    shapes = shapely.get_parts(shapely.polygonize([shapely.union_all(lines)]))
    count, cover = _count_covering(shapely.point_on_surface(shapes), tree)
    for face in np.flatnonzero(count < 0):
        again, who = _count_at_other_points(shapes[face], tree)
        count[face] = again
        cover = np.hstack([cover, np.array([[face] * len(who), who], dtype=np.int64)])
    return CoverageFaces(shapes, count, cover[:, np.lexsort(cover[::-1])])


def _count_covering(points: Shapes, tree: STRtree) -> tuple[Ints, Ints]:
    """By how many features each point is covered, and by which; -1 for a point on a border."""
    if len(points) > _PREPARE_RATIO * len(tree):  # each polygon is prepared, for all points at once
        of_points, polygons = STRtree(points), tree.geometries
        inside = of_points.query(polygons, predicate="contains")[::-1]
        touched = of_points.query(polygons, predicate="intersects")[::-1]
    else:
        inside = tree.query(points, predicate="within")
        touched = tree.query(points, predicate="intersects")
    count = np.bincount(inside[0], minlength=len(points))
    unclear = count != np.bincount(touched[0], minlength=len(points))
    return np.where(unclear, -1, count), inside[:, ~unclear[inside[0]]]


def _count_at_other_points(face: BaseGeometry, tree: STRtree) -> tuple[int, Ints]:
    """The same at other points of a face whose first one lay on a boundary between two features."""
    triangles = shapely.get_parts(shapely.constrained_delaunay_triangles(face))
    order = np.argsort(-shapely.area(triangles), kind="stable")
    points = shapely.centroid(triangles[order])
    count, cover = _count_covering(points, tree)
    clear = np.flatnonzero(count >= 0)
    if not len(clear):
        return -1, np.empty(0, np.int64)
    return int(count[clear[0]]), cover[1, cover[0] == clear[0]]
