"""Which vertices two versions of one unit do not share, and how far they are apart."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import shapely
from shapely import STRtree
from shapely.geometry.base import BaseGeometry

from boundaries.rules.common.measures import Floats, Metric

Coordinate = tuple[float, float]


@dataclass(frozen=True, slots=True)
class VertexMove:
    """A vertex of a feature that moves from ``old`` to ``new``.

    Without ``old`` it is inserted, without ``new`` removed; then ``distance_m`` is how far the line
    itself moves there.
    """

    feature: int
    old: Coordinate | None
    new: Coordinate | None
    distance_m: float


def find_vertex_moves(
    feature: int, before: BaseGeometry, after: BaseGeometry, metric: Metric
) -> Iterator[VertexMove]:
    """How the vertices of a feature differ between two versions.

    A removed and an added vertex are one that moved when each is the nearest to the other.
    """
    removed, added = _find_unshared_vertices(before, after), _find_unshared_vertices(after, before)
    pairs = _pair_nearest(removed, added)
    for old, new in pairs:
        length = metric.measure_length(shapely.LineString([removed[old], added[new]]))
        yield VertexMove(feature, _to_coordinate(removed[old]), _to_coordinate(added[new]), length)
    for k in sorted(set(range(len(removed))) - {old for old, _ in pairs}):
        distance = _measure_line_distance(removed[k], after, metric)
        yield VertexMove(feature, _to_coordinate(removed[k]), None, distance)
    for k in sorted(set(range(len(added))) - {new for _, new in pairs}):
        distance = _measure_line_distance(added[k], before, metric)
        yield VertexMove(feature, None, _to_coordinate(added[k]), distance)


def _find_unshared_vertices(shape: BaseGeometry, other: BaseGeometry) -> Floats:
    mine, others = (set(map(tuple, shapely.get_coordinates(s).tolist())) for s in (shape, other))
    return np.array(sorted(mine - others)).reshape(-1, 2)


def _pair_nearest(removed: Floats, added: Floats) -> list[tuple[int, int]]:
    """The pairs of which each is the nearest to the other."""
    if not len(removed) or not len(added):
        return []
    a, b = (np.asarray(shapely.points(xy), dtype=object) for xy in (removed, added))
    to_b, to_a = (np.asarray(STRtree(to).nearest(of)) for to, of in ((b, a), (a, b)))
    return [(k, int(to_b[k])) for k in range(len(removed)) if to_a[to_b[k]] == k]


def _measure_line_distance(point: Floats, shape: BaseGeometry, metric: Metric) -> float:
    return metric.measure_length(
        shapely.shortest_line(shapely.Point(point), shapely.boundary(shape))
    )


def _to_coordinate(point: Floats) -> Coordinate:
    return float(point[0]), float(point[1])
