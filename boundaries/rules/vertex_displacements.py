"""Which vertices two shapes of one unit do not have in common, and how far they lie apart."""

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
    """A vertex of a feature that goes from ``old`` to ``new``.

    Without ``old`` it is inserted, without ``new`` taken out; then ``distance_m`` is how far the
    line itself moves there.
    """

    feature: int
    old: Coordinate | None
    new: Coordinate | None
    distance_m: float


def find_vertex_moves(
    feature: int, before: BaseGeometry, after: BaseGeometry, metric: Metric
) -> Iterator[VertexMove]:
    """What happened to the vertices of a feature.

    A vertex that went and one that came are one that moved when each is the nearest to the other.
    """
    gone, come = _find_unshared_vertices(before, after), _find_unshared_vertices(after, before)
    pairs = _pair_nearest(gone, come)
    for old, new in pairs:
        length = metric.measure_length(shapely.LineString([gone[old], come[new]]))
        yield VertexMove(feature, _to_coordinate(gone[old]), _to_coordinate(come[new]), length)
    unpaired = [k for k in range(len(gone)) if k not in {old for old, _ in pairs}]
    for k in unpaired:
        yield VertexMove(
            feature, _to_coordinate(gone[k]), None, _measure_line_distance(gone[k], after, metric)
        )
    for k in [k for k in range(len(come)) if k not in {new for _, new in pairs}]:
        yield VertexMove(
            feature, None, _to_coordinate(come[k]), _measure_line_distance(come[k], before, metric)
        )


def _find_unshared_vertices(shape: BaseGeometry, other: BaseGeometry) -> Floats:
    mine, others = (set(map(tuple, shapely.get_coordinates(s).tolist())) for s in (shape, other))
    return np.array(sorted(mine - others)).reshape(-1, 2)


def _pair_nearest(gone: Floats, come: Floats) -> list[tuple[int, int]]:
    """The pairs of which each is the nearest to the other."""
    if not len(gone) or not len(come):
        return []
    a, b = (np.asarray(shapely.points(xy), dtype=object) for xy in (gone, come))
    to_b, to_a = (np.asarray(STRtree(to).nearest(of)) for to, of in ((b, a), (a, b)))
    return [(k, int(to_b[k])) for k in range(len(gone)) if to_a[to_b[k]] == k]


def _measure_line_distance(point: Floats, shape: BaseGeometry, metric: Metric) -> float:
    return metric.measure_length(
        shapely.shortest_line(shapely.Point(point), shapely.boundary(shape))
    )


def _to_coordinate(point: Floats) -> Coordinate:
    return float(point[0]), float(point[1])
