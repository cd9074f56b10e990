"""Units of several levels where nothing states which: told by the polygons that others make up.

A prefecture and its counties in one layer without levels are no overlaps.
"""

from collections.abc import Sequence

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import STRtree

Ints = NDArray[np.int64]
Shapes = NDArray[np.object_]

_MIN_PARTS = 2
_MIN_AREA_RATIO = 1.001
"""A unit that contains another is larger by at least this factor; else it is the same one."""
_TILED_SHARE = 0.1
"""By how much of its area the parts of a unit may be more or less than it."""


def find_tiers(shapes: Shapes, units: Sequence[int]) -> dict[int, int]:
    """How many units, made up of others, each of some units lies in; those in none are left out.

    Args:
        shapes: the polygons of all features.
        units: the features to compare.
    """
    which = np.array([i for i in units if shapes[i] is not None], dtype=np.int64)
    which = which[shapely.is_valid(shapes[which])] if len(which) else which
    if len(which) <= _MIN_PARTS:
        return {}
    container, part = _find_containment(shapes[which])
    composed = _select_composed(shapely.area(shapes[which]), container, part)
    tier = np.bincount(part[composed[container]], minlength=len(which))
    return {int(which[k]): int(tier[k]) for k in np.flatnonzero(tier)}


def find_composed_units(shapes: Shapes, tiers: dict[int, int], units: Sequence[int]) -> list[int]:
    """Of the units that were compared, those that others make up."""
    inside = [unit for unit in units if unit in tiers]
    points = shapely.point_on_surface(shapes[inside])
    outer = [unit for unit in units if shapes[unit] is not None]
    hits = STRtree(points).query(shapes[outer], predicate="contains")
    above = {
        outer[a]
        for a, b in zip(*hits.tolist(), strict=True)
        if tiers.get(outer[a], 0) < tiers[inside[b]]
    }
    return sorted(above)


def _find_containment(shapes: Shapes) -> tuple[Ints, Ints]:
    """The pairs of a unit and a smaller one whose inner point it contains."""
    area = shapely.area(shapes)
    _, first = np.unique(
        np.column_stack([area, shapely.bounds(shapes)]), axis=0, return_index=True
    )  # of congruent units one is enough, or thousands of them would make millions of pairs
    points = shapely.point_on_surface(shapes[first])
    container, part = STRtree(points).query(shapes[first], predicate="contains")
    container, part = first[container], first[part]
    larger = area[container] > area[part] * _MIN_AREA_RATIO
    return container[larger], part[larger]


def _select_composed(area: NDArray[np.float64], container: Ints, part: Ints) -> NDArray[np.bool_]:
    """Which units (n) others make up: their direct parts are as large as they are."""
    depth = np.bincount(part, minlength=len(area))
    direct = depth[part] == depth[container] + 1
    total = np.bincount(container[direct], weights=area[part[direct]], minlength=len(area))
    number = np.bincount(container[direct], minlength=len(area))
    return (number >= _MIN_PARTS) & (np.abs(total - area) <= _TILED_SHARE * area)
