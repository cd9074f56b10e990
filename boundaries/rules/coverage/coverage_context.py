"""What all rules on a coverage look at, derived once from the polygons of one level."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import STRtree
from shapely.geometry.base import BaseGeometry

from boundaries.network.segments import Segments, build_segments
from boundaries.rules.common.measures import Metric
from boundaries.rules.common.tolerances import Tolerances
from boundaries.rules.coverage.coverage_faces import CoverageFaces, build_faces
from boundaries.rules.coverage.open_gaps import OpenGap, find_open_gaps
from boundaries.rules.coverage.parallel_segments import ParallelSegments, find_parallel_segments

Shapes = NDArray[np.object_]

_TOUCH_DISTANCE = 1e-9
"""A segment bounds a face when it comes as near as this, in units of the coordinates."""
_ROUNDING_WIDTH_M = 1e-6
"""Faces narrower than a micrometre come from the rounding of crossings."""


@dataclass(frozen=True)
class CoverageContext:
    """The polygons of one level, with what follows from them; each part is derived when needed.

    ``shapes`` (n) are Polygons, MultiPolygons or None; ``names`` (n) name them in messages. A
    finding refers to a feature by its number in these.
    """

    shapes: Shapes
    names: tuple[str, ...]
    metric: Metric
    tolerances: Tolerances

    @cached_property
    def segments(self) -> Segments:
        """The segments of all rings."""
        return build_segments(self.shapes)

    @cached_property
    def invalid_features(self) -> NDArray[np.int64]:
        """The features whose geometry is not valid (OGC 06-103r4)."""
        return np.flatnonzero(~shapely.is_valid(self.shapes) & ~shapely.is_missing(self.shapes))

    @cached_property
    def valid_shapes(self) -> Shapes:
        """The polygons, the invalid ones repaired: for areas only, never returned to a user."""
        return make_valid_copies(self.shapes, self.invalid_features)

    def measure_area(self, feature: int) -> float:
        """The area of a feature, in square units of the coordinates."""
        return float(self.valid_shapes[feature].area)

    @cached_property
    def tree(self) -> STRtree:
        """A spatial index of the polygons."""
        return STRtree(self.valid_shapes)

    @cached_property
    def faces(self) -> CoverageFaces:
        """What no polygon covers, and what several do."""
        return build_faces(
            self.segments.build_merged_lines(self.segments.matching.unmatched), self.tree
        )

    @cached_property
    def unmatched_lines(self) -> Shapes:
        """The unmatched segments as lines."""
        return self.segments.build_lines(self.segments.matching.unmatched)

    @cached_property
    def _unmatched_tree(self) -> STRtree:
        return STRtree(self.unmatched_lines)

    def find_bordering_features(self, face: BaseGeometry) -> tuple[int, ...]:
        """The features along a face between unmatched segments, without those at a corner only."""
        xy, ring = shapely.get_coordinates(shapely.get_rings(face), return_index=True)
        at = shapely.points(((xy[1:] + xy[:-1]) / 2)[ring[1:] == ring[:-1]])
        hits = self._unmatched_tree.query(at, predicate="dwithin", distance=_TOUCH_DISTANCE)[1]
        segments = self.segments
        return tuple(np.unique(segments.feature[segments.matching.unmatched[hits]]).tolist())

    @cached_property
    def parallel_segments(self) -> ParallelSegments:
        """Unmatched segments of two features that run along each other, as far as widths matter."""
        reach = max(2 * self.tolerances.overlap_m, self.tolerances.gap_width_m)
        return find_parallel_segments(self.segments, self.metric, reach)

    @cached_property
    def open_gaps(self) -> list[OpenGap]:
        """The gaps that reach the outside of the layer."""
        return find_open_gaps(self)

    @cached_property
    def widths(self) -> dict[int, float]:
        """Metres across the widest point of each face that is a hole or an overlap."""
        flawed = np.flatnonzero((self.faces.count == 0) | (self.faces.count > 1))
        widths = self.metric.measure_widths(self.faces.shapes[flawed], least=_ROUNDING_WIDTH_M)
        return dict(zip(flawed.tolist(), widths.tolist(), strict=True))

    def list_names(self, features: Iterable[int]) -> list[str]:
        """The names of features, for a message."""
        return [self.names[feature] for feature in features]

    def find_neighbours(self, feature: int) -> tuple[int, ...]:
        """The features that share boundary segments with one."""
        return self._adjacency.get(feature, ())

    @cached_property
    def _adjacency(self) -> dict[int, tuple[int, ...]]:
        partner = self.segments.matching.partner
        with_one = np.flatnonzero(partner >= 0)
        mine, other = self.segments.feature[with_one], self.segments.feature[partner[with_one]]
        size = self.segments.feature_count
        pairs = np.unique(mine * size + other)
        adjacency: dict[int, list[int]] = {}
        for a, b in zip((pairs // size).tolist(), (pairs % size).tolist(), strict=True):
            adjacency.setdefault(a, []).append(b)
        return {a: tuple(others) for a, others in adjacency.items()}


def make_valid_copies(shapes: Shapes, invalid: NDArray[np.int64] | None = None) -> Shapes:
    """The shapes, the invalid ones (by default sought here) made valid."""
    if invalid is None:
        invalid = np.flatnonzero(~shapely.is_valid(shapes) & ~shapely.is_missing(shapes))
    valid = shapes.copy()
    valid[invalid] = [
        extract_polygons(shapely.make_valid(s, method="structure")) for s in shapes[invalid]
    ]
    return valid


def extract_polygons(shape: BaseGeometry) -> BaseGeometry:
    """The polygons among the parts of a shape."""
    parts = shapely.get_parts(shape)
    flat = shapely.get_parts(parts[shapely.get_dimensions(parts) == 2])
    return shapely.MultiPolygon(flat.tolist())
