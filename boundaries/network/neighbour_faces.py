"""Known neighbours of a drawing, which follow it where both show the same border.

Where a drawing and the known territory beside it overlap by less than the accuracy of the border,
nothing changes hands: it is the same border, drawn better on one side. The other side follows, or
both would come apart (decision 0022).
"""

from collections.abc import Sequence
from functools import cached_property

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry


class DrawnPolygons:
    """The polygons of a drawing, by place; ``accuracy_m`` is that of its borders in metres."""

    def __init__(self, shapes: Sequence[BaseGeometry], accuracy_m: float) -> None:
        self.shapes: NDArray[np.object_] = np.array([None, *shapes], dtype=object)[1:]
        self.accuracy_m = accuracy_m

    @cached_property
    def _shape_tree(self) -> shapely.STRtree:
        return shapely.STRtree(self.shapes)

    def list_overlapping(self, shape: BaseGeometry) -> NDArray[np.object_]:
        """The polygons that have territory in common with another shape."""
        near = self._shape_tree.query(shape, predicate="intersects")
        common = shapely.area(shapely.intersection(self.shapes[near], shape))
        overlapping: NDArray[np.object_] = self.shapes[near[common > 0.0]]
        return overlapping


def is_same_border(shape: BaseGeometry, drawn: NDArray[np.object_], width: float) -> bool:
    """Whether all that a territory has in common with a drawing is narrow.

    ``width`` is half of the widest that counts, in degrees.
    """
    common = shapely.get_parts(shapely.intersection(shape, shapely.union_all(drawn)))
    polygons = common[shapely.get_dimensions(common) == 2]
    return bool(shapely.is_empty(shapely.buffer(polygons, -width)).all())
