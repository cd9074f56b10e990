"""The segments of all rings of a layer, and which of them two polygons have in common.

The topology of a coverage follows from this one table: a segment that two polygons have in
opposite directions is a border between them; a segment without such a partner is *unmatched*: a
coast, or a flaw. Coordinates are compared bit for bit; no tolerance is involved.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class Segments:
    """The segments of all rings, in the order of features, parts, rings and vertices.

    ``xy`` (N, 2) are the vertices of all rings, including the closing ones; ``vertex`` (N) are
    their ids: equal coordinates have the same id. Of each segment (S), ``first`` is the position in
    ``xy`` of its first vertex, which the second one follows; ``feature`` and ``ring`` are those it
    belongs to; ``ring_reversed`` is whether the polygon lies on its right instead of its left.
    """

    xy: Floats
    vertex: Ints
    first: Ints
    feature: Ints
    ring: Ints
    ring_reversed: Bools
    feature_count: int

    @cached_property
    def start_vertex(self) -> Ints:
        """The vertex where each segment begins, with its polygon on the left."""
        return self.vertex[self.first + self.ring_reversed]

    @cached_property
    def end_vertex(self) -> Ints:
        """The vertex where each segment ends, with its polygon on the left."""
        return self.vertex[self.first + ~self.ring_reversed]

    @cached_property
    def matching(self) -> "SegmentMatching":
        """Which segments match each other."""
        return _match_segments(self)

    def select_in_box(self, box: tuple[float, float, float, float]) -> "Segments":
        """The segments whose bounding boxes meet a box (xmin, ymin, xmax, ymax)."""
        a, b = self.xy[self.first], self.xy[self.first + 1]
        meets = (np.maximum(a, b) >= box[:2]).all(axis=1) & (np.minimum(a, b) <= box[2:]).all(
            axis=1
        )
        return Segments(
            self.xy,
            self.vertex,
            self.first[meets],
            self.feature[meets],
            self.ring[meets],
            self.ring_reversed[meets],
            self.feature_count,
        )

    def get_endpoints(self, numbers: Ints) -> tuple[Floats, Floats]:
        """Coordinates (K, 2) of the starts and of the ends of segments, polygon on the left."""
        first, ring_reversed = self.first[numbers], self.ring_reversed[numbers]
        return self.xy[first + ring_reversed], self.xy[first + ~ring_reversed]

    def build_lines(self, numbers: Ints) -> NDArray[np.object_]:
        """Segments as geometries, polygon on the left."""
        return np.asarray(
            shapely.linestrings(np.stack(self.get_endpoints(numbers), axis=1)), dtype=object
        )

    def build_merged_lines(self, numbers: Ints) -> NDArray[np.object_]:
        """Segments, ascending, as geometries; consecutive ones of a ring are merged.

        Operations on few long lines take a tenth of the time.
        """
        first, ring = self.first[numbers], self.ring[numbers]
        begin = np.r_[True, (np.diff(first) != 1) | (ring[1:] != ring[:-1])][: len(numbers)]
        size = np.diff(np.r_[np.flatnonzero(begin), len(numbers)])
        of_run = np.repeat(np.arange(len(size)), size + 1)
        last = np.cumsum(size + 1) - 1
        at = np.empty(len(of_run), np.int64)
        at[np.delete(np.arange(len(at)), last)] = first
        at[last] = first[np.cumsum(size) - 1] + 1
        return np.asarray(shapely.linestrings(self.xy[at], indices=of_run), dtype=object)


@dataclass(frozen=True)
class SegmentMatching:
    """``partner`` (S) is the matching segment of another polygon, or -1.

    ``unmatched`` are segments without a partner. On both sides of ``doubled`` ones is the same
    polygon, which runs along there twice. ``zero_length`` ones have equal ends.
    """

    partner: Ints
    unmatched: Ints
    doubled: Ints
    zero_length: Ints


def build_segments(geometries: Sequence[BaseGeometry | None] | NDArray[np.object_]) -> Segments:
    """The segments of polygons; features without a geometry have none.

    ``geometries`` are shapely Polygons, MultiPolygons or None, with closed rings of finite
    coordinates; they need not be valid.
    """
    geometry_array = np.asarray(geometries, dtype=object)
    present = np.flatnonzero(
        ~(shapely.is_missing(geometry_array) | shapely.is_empty(geometry_array))
    )
    if not len(present):
        none = np.empty(0, np.int64)
        return Segments(
            np.empty((0, 2)), none, none, none, none, none.astype(bool), len(geometry_array)
        )
    xy, rings, polygons, owners = _flatten_rings(geometry_array[present])
    owner_of_polygon = np.repeat(present, np.diff(owners))
    feature_of_ring = np.repeat(owner_of_polygon, np.diff(polygons))
    is_hole = np.ones(len(rings) - 1, bool)
    is_hole[polygons[:-1][np.diff(polygons) > 0]] = False
    ends = np.zeros(len(xy), bool)
    ends[rings[1:] - 1] = True
    first = np.flatnonzero(~ends)
    ring = np.repeat(np.arange(len(rings) - 1), np.diff(rings) - 1)
    ring_reversed = (_measure_signed_areas(xy, rings, first, ring) > 0) == is_hole
    return Segments(
        xy,
        assign_vertex_ids(xy),
        first,
        feature_of_ring[ring],
        ring,
        ring_reversed[ring],
        len(geometry_array),
    )


def _flatten_rings(geometries: NDArray[np.object_]) -> tuple[Floats, Ints, Ints, Ints]:
    """Vertices, and the offsets of rings in them, polygons in rings, features in polygons."""
    kind, xy, offsets = shapely.to_ragged_array(geometries, include_z=False)
    if kind == shapely.GeometryType.POLYGON:
        rings, polygons = (part.astype(np.int64) for part in offsets)
        return xy, rings, polygons, np.arange(len(geometries) + 1)
    rings, polygons, owners = (part.astype(np.int64) for part in offsets)
    return xy, rings, polygons, owners


def _measure_signed_areas(xy: Floats, rings: Ints, first: Ints, ring: Ints) -> Floats:
    """Twice the area of each ring, relative to its first vertex; counter-clockwise is positive."""
    if not len(first):
        return np.empty(0)
    begin = np.searchsorted(ring, np.arange(len(rings) - 1))
    origin = rings[:-1][ring]
    (ax, bx), (ay, by) = (
        (column[first] - column[origin], column[first + 1] - column[origin]) for column in xy.T
    )
    areas: Floats = np.add.reduceat(ax * by - bx * ay, begin)
    return areas


_HASH_MULTIPLIERS = (
    np.uint64(0x9E3779B97F4A7C15),
    np.uint64(0xC2B2AE3D27D4EB4F),
    np.uint64(0xBF58476D1CE4E5B9),
)


def assign_vertex_ids(xy: Floats) -> Ints:
    """Ids of coordinates (N, 2), equal for equal ones: by a hash of their bits, then verified.

    Sorting one number for each vertex takes a quarter of the time of sorting two.
    """
    mixed = _hash_positions(xy)
    order = np.argsort(mixed)
    differs = np.zeros(max(len(xy) - 1, 0), bool)
    for column in xy.T:  # one after the other: there are millions
        sorted_ = column[order]
        differs |= sorted_[1:] != sorted_[:-1]
    if np.any(differs & (mixed[order[1:]] == mixed[order[:-1]])):  # one hash, two positions
        return np.unique(xy, axis=0, return_inverse=True)[1].reshape(-1)
    vertex_ids = np.empty(len(xy), np.int64)
    vertex_ids[order] = np.r_[0, np.cumsum(differs)]
    return vertex_ids


def _hash_positions(xy: Floats) -> NDArray[np.uint64]:
    x, y = ((column + 0.0).view(np.uint64) for column in xy.T)  # -0.0 is 0.0
    mixed: NDArray[np.uint64] = (x * _HASH_MULTIPLIERS[0]) ^ (y * _HASH_MULTIPLIERS[1])
    mixed = (mixed ^ (mixed >> np.uint64(29))) * _HASH_MULTIPLIERS[2]
    mixed ^= mixed >> np.uint64(32)
    return mixed


def _match_segments(segments: Segments) -> SegmentMatching:
    start, end = segments.start_vertex, segments.end_vertex
    order, begin = _group_by_ends(start, end, segments.vertex.max(initial=0) + 1)
    count = np.diff(np.r_[begin, len(order)])
    two = begin[count == 2]
    a, b = order[two], order[two + 1]
    opposite = start[a] != start[b]
    own = segments.feature[a] == segments.feature[b]
    shared, doubled = opposite & ~own, own
    partner = np.full(len(order), -1)
    partner[a[shared]], partner[b[shared]] = b[shared], a[shared]
    zero_length = np.flatnonzero(start == end)
    unmatched = partner == -1
    unmatched[a[doubled]] = unmatched[b[doubled]] = False
    unmatched[zero_length] = False
    doubled_pairs = np.r_[a[doubled], b[doubled]]
    return SegmentMatching(
        partner,
        np.flatnonzero(unmatched),
        np.sort(doubled_pairs[start[doubled_pairs] != end[doubled_pairs]]),
        zero_length,
    )


def _group_by_ends(start: Ints, end: Ints, vertex_count: int) -> tuple[Ints, Ints]:
    """The segments in an order in which those with the same ends follow each other.

    And where each group begins in it.
    """
    key = np.minimum(start, end) * vertex_count + np.maximum(start, end)
    order = np.argsort(key, kind="stable")
    sorted_ = key[order]
    begin = np.flatnonzero(np.r_[True, sorted_[1:] != sorted_[:-1]][: len(sorted_)])
    return order, begin
