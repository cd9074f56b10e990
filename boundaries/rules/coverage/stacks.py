"""Units that lie on each other: states of several dates in one layer, or one polygon many times.

To compare each with each would take the square of their number.
"""

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import STRtree

from boundaries.network.connected_components import find_components

Ints = NDArray[np.int64]
Shapes = NDArray[np.object_]
Floats = NDArray[np.float64]

MIN_STACK = 4
"""With fewer units each overlap is a finding of its own."""
_SAME_SHARE = 0.5
"""Units may be at the same place if their boxes have this share of the larger one in common."""
_CELLS = 4
"""Into how many cells the side of a box is divided, to find boxes at nearly the same place."""
_SAMPLE_SIZE = 100


def find_stacks(shapes: Shapes) -> list[list[int]]:
    """Groups of at least :data:`MIN_STACK` units that cover the same place, ascending.

    ``shapes`` are valid polygons or None.
    """
    present = np.flatnonzero(~shapely.is_missing(shapes) & ~shapely.is_empty(shapes))
    if len(present) < MIN_STACK:
        return []
    polygons = shapes[present]
    pairs = _find_close_pairs(shapely.bounds(polygons), shapely.area(polygons))
    pairs = pairs[:, _have_common_middle(polygons, pairs)]
    links = [(unit, number) for ends in pairs.tolist() for number, unit in enumerate(ends)]
    groups = find_components(links)
    return [present[group].tolist() for group in groups if len(group) >= MIN_STACK]


def measure_crowding(shapes: Shapes) -> float:
    """How many other units each box meets, on average; measured of a sample."""
    boxes = _build_boxes(shapely.bounds(shapes[~shapely.is_missing(shapes)]).reshape(-1, 4))
    sample = boxes[:: max(len(boxes) // _SAMPLE_SIZE, 1)]
    return len(STRtree(boxes).query(sample)[0]) / max(len(sample), 1) - 1


def _build_boxes(bounds: Floats) -> Shapes:
    return np.asarray(shapely.box(*bounds.T), dtype=object).reshape(-1)


def _find_close_pairs(boxes: Floats, areas: Floats) -> Ints:
    """Pairs (2, K) of units with nearly the same boxes and sizes; of each cell, with one only."""
    _, first, cell = np.unique(
        _compute_cells(boxes, areas), axis=0, return_index=True, return_inverse=True
    )
    of_first = first[cell.reshape(-1)]
    others = np.flatnonzero(of_first != np.arange(len(boxes)))
    firsts = _build_boxes(boxes[first])
    one, two = STRtree(firsts).query(firsts)
    one, two = first[one[one < two]], first[two[one < two]]
    low, high = (
        np.maximum(boxes[one, :2], boxes[two, :2]),
        np.minimum(boxes[one, 2:], boxes[two, 2:]),
    )
    common = np.prod(np.maximum(high - low, 0), axis=1)
    size = np.prod(boxes[:, 2:] - boxes[:, :2], axis=1)
    same = common >= _SAME_SHARE * np.maximum(size[one], size[two])
    pairs = np.array([np.r_[of_first[others], one[same]], np.r_[others, two[same]]])
    smaller, larger = np.sort(areas[pairs], axis=0)
    return pairs[:, smaller >= _SAME_SHARE * larger]


def _compute_cells(boxes: Floats, areas: Floats) -> Floats:
    """Numbers (n, 5) that are equal for boxes at nearly the same place and of like size."""
    size = 2.0 ** np.round(np.log2(np.maximum(boxes[:, 2:] - boxes[:, :2], 1e-300)))
    middle = (boxes[:, 2:] + boxes[:, :2]) / 2
    area = np.round(np.log2(np.maximum(areas, 1e-300)))
    return np.column_stack([np.floor(middle / size * _CELLS), size, area])


def _have_common_middle(polygons: Shapes, pairs: Ints) -> NDArray[np.bool_]:
    """Whether of each pair one contains a point inside the other, and the reverse."""
    units, where = np.unique(pairs, return_inverse=True)
    points = shapely.point_on_surface(polygons[units])[where.reshape(pairs.shape)]
    inside = shapely.contains(polygons[pairs], points[::-1])
    return np.asarray(inside.all(axis=0))
