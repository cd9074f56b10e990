"""Unmatched segments of two features that run along each other: near-identical borders, and gaps.

Segments of different features, directed so that each has its polygon on the left, face each other
when they run in opposite directions and overlap lengthwise. How far the one lies to the right of
the other is the width of the gap between them; to the left, of the overlap.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import STRtree

from boundaries.network.segments import Segments
from boundaries.rules.common.measures import Metric

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

_RUN_LENGTH = 16
"""How many successive segments of a ring share one entry of the spatial index."""
_PAIRS_AT_ONCE = 200_000
"""How many pairs of segments are measured at once."""
_ZERO_LENGTH_M = 1e-9
"""Lengths in metres below this count as zero."""


@dataclass(frozen=True, slots=True)
class ParallelSegments:
    """Pairs (K) of unmatched segments ``a`` and ``b`` that run along each other.

    ``along`` (K, 2): from where to where, in metres from the start of ``a``; ``beyond`` (K): how
    much of ``a`` follows after that. ``gap`` (K, 2): how far ``b`` lies to the right of ``a`` at
    both ends of the common stretch, in metres; negative where the polygons overlap.
    """

    a: Ints
    b: Ints
    along: Floats
    beyond: Floats
    gap: Floats

    @property
    def length(self) -> Floats:
        """The length (K) of the common stretch, in metres."""
        return self.along[:, 1] - self.along[:, 0]

    @property
    def max_distance(self) -> Floats:
        """The greatest distance (K) between the two, in metres."""
        farthest: Floats = np.abs(self.gap).max(axis=1, initial=0.0)
        return farthest

    def select_pairs(self, which: NDArray[np.bool_] | Ints) -> "ParallelSegments":
        """The pairs where a mask (K) is true, or of some numbers."""
        return ParallelSegments(
            self.a[which], self.b[which], self.along[which], self.beyond[which], self.gap[which]
        )


def find_parallel_segments(segments: Segments, metric: Metric, reach: float) -> ParallelSegments:
    """All pairs of unmatched segments that come within ``reach`` metres while facing each other.

    Each pair is returned once, with the stretch on which both are within reach.
    """
    runs = _build_runs(segments, metric, reach)
    measured = [
        _measure_pairs(segments, metric, *pairs, reach)
        for pairs in _iter_candidate_pairs(segments, runs)
    ]
    if not measured:
        none = np.empty(0, np.int64)
        return ParallelSegments(none, none, np.empty((0, 2)), np.empty(0), np.empty((0, 2)))
    return ParallelSegments(
        np.concatenate([f.a for f in measured]),
        np.concatenate([f.b for f in measured]),
        np.vstack([f.along for f in measured]),
        np.concatenate([f.beyond for f in measured]),
        np.vstack([f.gap for f in measured]),
    )


@dataclass(frozen=True, slots=True)
class _SegmentRuns:
    """Runs of unmatched segments that follow each other in a ring, with their bounding boxes."""

    begin: Ints
    size: Ints
    feature: Ints
    boxes: NDArray[np.object_]


def _build_runs(segments: Segments, metric: Metric, reach: float) -> _SegmentRuns:
    unmatched = segments.matching.unmatched
    if not len(unmatched):
        return _SegmentRuns(unmatched, unmatched, unmatched, np.empty(0, object))
    ring = segments.ring[unmatched]
    new = np.r_[True, (np.diff(unmatched) != 1) | (ring[1:] != ring[:-1])]
    new[::_RUN_LENGTH] = True
    begin = np.flatnonzero(new)
    a, b = segments.get_endpoints(unmatched)
    low = np.minimum.reduceat(np.minimum(a, b), begin)
    high = np.maximum.reduceat(np.maximum(a, b), begin)
    around = reach / metric.compute_scale((low[:, 1] + high[:, 1]) / 2)
    boxes = np.asarray(shapely.box(*(low - around).T, *(high + around).T), dtype=object)
    size = np.diff(np.r_[begin, len(unmatched)])
    return _SegmentRuns(begin, size, segments.feature[unmatched[begin]], boxes)


def _iter_candidate_pairs(segments: Segments, runs: _SegmentRuns) -> Iterator[tuple[Ints, Ints]]:
    """Pairs of segments of different features whose runs come near each other, in portions."""
    i, j = STRtree(runs.boxes).query(runs.boxes)
    is_pair = (i < j) & (runs.feature[i] != runs.feature[j])
    i, j = i[is_pair], j[is_pair]
    each = runs.size[i] * runs.size[j]
    portion = np.cumsum(each) // _PAIRS_AT_ONCE
    for number in np.unique(portion):
        p = np.flatnonzero(portion == number)
        pair = np.repeat(p, each[p])
        k = np.arange(len(pair)) - np.repeat(np.cumsum(each[p]) - each[p], each[p])
        columns = runs.size[j[pair]]
        unmatched = segments.matching.unmatched
        yield (
            unmatched[runs.begin[i[pair]] + k // columns],
            unmatched[runs.begin[j[pair]] + k % columns],
        )


def _measure_pairs(
    segments: Segments, metric: Metric, a: Ints, b: Ints, reach: float
) -> ParallelSegments:
    """The pairs that face each other within reach, with the common stretch and the distance."""
    a0, a1 = segments.get_endpoints(a)
    scale = metric.compute_scale(a0[:, 1])
    axis = (a1 - a0) * scale
    size = np.hypot(*axis.T)
    axis /= np.where(size > 0, size, 1.0)[:, None]
    b0, b1 = ((end - a0) * scale for end in segments.get_endpoints(b))
    along0, along1 = (np.einsum("ij,ij->i", end, axis) for end in (b0, b1))
    right0, right1 = (end[:, 0] * axis[:, 1] - end[:, 1] * axis[:, 0] for end in (b0, b1))
    run = along0 - along1  # positive when b runs against a
    opposite = (run > _ZERO_LENGTH_M) & (along1 < size) & (along0 > 0)
    slope = np.where(opposite, (right0 - right1) / np.where(opposite, run, 1.0), 0.0)
    start, stop = _clip_to_reach(
        np.maximum(along1, 0.0), np.minimum(along0, size), right1, along1, slope, reach
    )
    near = opposite & (stop - start > _ZERO_LENGTH_M)
    along = np.column_stack([start, stop])[near]
    gap = right1[near, None] + slope[near, None] * (along - along1[near, None])
    return ParallelSegments(a[near], b[near], along, size[near] - along[:, 1], gap)


def _clip_to_reach(
    start: Floats, stop: Floats, right: Floats, at: Floats, slope: Floats, reach: float
) -> tuple[Floats, Floats]:
    """The part of each interval on which ``right + slope * (x - at)`` is within +-reach."""
    with np.errstate(divide="ignore", invalid="ignore"):
        one, other = at + (-reach - right) / slope, at + (reach - right) / slope
    flat = slope == 0
    low = np.where(flat, -np.inf, np.fmin(one, other))
    high = np.where(flat, np.where(np.abs(right) <= reach, np.inf, -np.inf), np.fmax(one, other))
    return np.maximum(start, low), np.minimum(stop, high)


def iter_connections(
    segments: Segments, pairs: ParallelSegments, members: Iterable[int]
) -> Iterator[tuple[int, tuple[int, int]]]:
    """Some of the pairs, each with what connects it to others: its segments and their ends."""
    for k in members:
        for segment in (int(pairs.a[k]), int(pairs.b[k])):
            yield k, (0, segment)
            yield k, (1, int(segments.start_vertex[segment]))
            yield k, (1, int(segments.end_vertex[segment]))


def compute_midpoints(
    segments: Segments, metric: Metric, pairs: ParallelSegments
) -> NDArray[np.object_]:
    """A point (K) in the middle between the two segments of each pair."""
    along, gap = pairs.along.mean(axis=1), pairs.gap.mean(axis=1)
    points = shapely.points(offset_points(segments, metric, pairs.a, along, gap / 2))
    return np.asarray(points, dtype=object)


def build_strips(
    segments: Segments, metric: Metric, pairs: ParallelSegments
) -> NDArray[np.object_]:
    """The areas (K) between the two segments of each pair, as quadrilaterals."""
    (start, stop), (gap0, gap1) = pairs.along.T, pairs.gap.T
    nothing = np.zeros(len(pairs.a))
    corners = [
        offset_points(segments, metric, pairs.a, along, right)
        for along, right in ((start, nothing), (stop, nothing), (stop, gap1), (start, gap0))
    ]
    return np.asarray(shapely.polygons(np.stack([*corners, corners[0]], axis=1)), dtype=object)


def offset_points(
    segments: Segments, metric: Metric, which: Ints, along: Floats, right: Floats
) -> Floats:
    """Coordinates (K, 2) at distances in metres along segments, and to the right of these."""
    begin, end = segments.get_endpoints(which)
    scale = metric.compute_scale(begin[:, 1])
    axis = (end - begin) * scale
    axis /= np.hypot(*axis.T)[:, None]
    across = np.column_stack([axis[:, 1], -axis[:, 0]])
    shifted: Floats = begin + (axis * along[:, None] + across * right[:, None]) / scale
    return shifted


def find_lone_vertices(segments: Segments, pairs: ParallelSegments) -> tuple[Ints, Ints]:
    """Vertices that only one of two segments has where both run along each other.

    Returned are the numbers of the pairs, and the positions of the vertices in ``xy``. At both
    ends of a common stretch one of the segments ends; its vertex is alone there unless the other
    segment ends in the same place.
    """
    first, ring_reversed = segments.first, segments.ring_reversed.astype(np.int64)
    number = np.arange(len(pairs.a))
    b_ends_first = pairs.along[:, 0] > _ZERO_LENGTH_M
    at_begin = np.where(
        b_ends_first,
        first[pairs.b] + 1 - ring_reversed[pairs.b],
        first[pairs.a] + ring_reversed[pairs.a],
    )
    b_begins_last = pairs.beyond > _ZERO_LENGTH_M
    at_end = np.where(
        b_begins_last,
        first[pairs.b] + ring_reversed[pairs.b],
        first[pairs.a] + 1 - ring_reversed[pairs.a],
    )
    apart_at_begin = segments.start_vertex[pairs.a] != segments.end_vertex[pairs.b]
    apart_at_end = segments.end_vertex[pairs.a] != segments.start_vertex[pairs.b]
    return (
        np.r_[number[apart_at_begin], number[apart_at_end]],
        np.r_[at_begin[apart_at_begin], at_end[apart_at_end]],
    )
