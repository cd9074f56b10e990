"""Which part of the plane an edit can have changed, and the coverage context of that part."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from boundaries.network.segments import Segments, build_segments
from boundaries.rules.common.measures import Metric
from boundaries.rules.coverage.coverage_context import (
    CoverageContext,
    Shapes,
    extract_polygons,
    make_valid_copies,
)

Floats = NDArray[np.float64]
Box = tuple[float, float, float, float]
"""xmin, ymin, xmax, ymax."""


@dataclass(frozen=True)
class WindowedCoverageContext(CoverageContext):
    """The context of the segments that meet a box.

    ``known_invalid`` are the features known to be invalid. What lies wholly inside the box is found
    as it would be in the whole layer; results that reach beyond the box are unreliable.
    """

    box: Box
    known_invalid: tuple[int, ...]

    @cached_property
    def segments(self) -> Segments:
        """The segments that meet the box."""
        return build_segments(self.shapes).select_in_box(self.box)

    @cached_property
    def invalid_features(self) -> NDArray[np.int64]:
        """The invalid features, which are known already."""
        return np.array(self.known_invalid, dtype=np.int64)

    @cached_property
    def valid_shapes(self) -> Shapes:
        """The part of each polygon inside the box."""
        cut = shapely.intersection(
            make_valid_copies(self.shapes, self.invalid_features), shapely.box(*self.box)
        )
        mixed = np.flatnonzero(shapely.get_type_id(cut) != 3)
        cut[mixed] = [extract_polygons(shape) for shape in cut[mixed]]
        return np.asarray(cut, dtype=object)

    def measure_area(self, feature: int) -> float:
        """The area of a whole feature, in square units of the coordinates."""
        return float(self.shapes[feature].area)


def find_changed_box(old: BaseGeometry | None, new: BaseGeometry | None) -> Box | None:
    """The box of all segments that only one of two versions of a feature has; None if equal.

    Common vertices at the start and at the end of both have not changed. A ring that starts at
    another vertex counts as changed altogether.
    """
    if old is None or new is None:
        one = new if old is None else old
        return None if one is None else _bound_points(np.reshape(one.bounds, (2, 2)))
    a, b = _tag_vertices(old), _tag_vertices(new)
    if len(a) == len(b) and (a[:, 2] == b[:, 2]).all():
        differs = np.flatnonzero((a != b).any(axis=1))
        rows = np.unique(np.clip(np.r_[differs - 1, differs, differs + 1], 0, len(a) - 1))
        return _bound_points(np.vstack([a[rows, :2], b[rows, :2]])) if len(differs) else None
    size = min(len(a), len(b))
    head = _count_common_rows(a[:size], b[:size])
    a[:, 2] -= a[-1, 2]
    b[:, 2] -= b[-1, 2]  # from here on, rings are counted from the end
    tail = _count_common_rows(a[::-1][: size - head], b[::-1][: size - head])
    first = max(head - 1, 0)
    changed_rows = [ends[first : len(ends) - tail + 1, :2] for ends in (a, b)]
    rings = [_select_inner_rings(ends, first, len(ends) - tail + 1) for ends in (a, b)]
    return _bound_points(np.vstack([*changed_rows, *rings]))


def _bound_points(points: Floats) -> Box:
    (xmin, ymin), (xmax, ymax) = points.min(axis=0).tolist(), points.max(axis=0).tolist()
    return xmin, ymin, xmax, ymax


def _count_common_rows(a: Floats, b: Floats) -> int:
    """How many rows at the start of two arrays are equal."""
    differs = np.flatnonzero((a != b).any(axis=1))
    return int(differs[0]) if len(differs) else len(a)


def _select_inner_rings(tagged: Floats, begin: int, end: int) -> Floats:
    """All vertices of the rings that start within the rows, as of a hole that came or went."""
    rows = tagged[begin:end]
    inner = np.unique(rows[:, 2])[1:] if len(rows) else np.empty(0)
    return tagged[np.isin(tagged[:, 2], inner), :2]


def _tag_vertices(shape: BaseGeometry) -> Floats:
    """The vertices of all rings, each with the number of its ring."""
    parts = shapely.get_parts(shape)
    rings, of_part = shapely.get_rings(parts, return_index=True)
    xy, ring = shapely.get_coordinates(rings, return_index=True)
    return np.column_stack([xy, ring + 1e6 * of_part[ring]])


def union_boxes(boxes: list[Box]) -> Box:
    """The box of several boxes, at least one."""
    return _bound_points(np.array(boxes).reshape(-1, 2))


def widen_box(box: Box, metres: float, metric: Metric) -> Box:
    """The box with a margin in metres all round."""
    middle = np.array([(box[1] + box[3]) / 2])
    dx, dy = (metres / metric.compute_scale(middle)[0]).tolist()
    return box[0] - dx, box[1] - dy, box[2] + dx, box[3] + dy


def is_inside(inner: Box, outer: Box) -> bool:
    """Whether a box lies within another."""
    return all(inner[k] >= outer[k] for k in (0, 1)) and all(inner[k] <= outer[k] for k in (2, 3))
