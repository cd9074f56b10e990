"""Where rings turn: each segment with the one that follows it, and the angles between them."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from boundaries.network.segments import Segments
from boundaries.rules.common.measures import Floats, Metric

Ints = NDArray[np.int64]
_BLOCK = 1 << 19


@dataclass(frozen=True, slots=True)
class Spikes:
    """``tip`` (K): the segments that lead to the tips; ``degrees`` (K): the angles there."""

    tip: Ints
    degrees: Floats


def measure_segment_lengths(segments: Segments, metric: Metric) -> Floats:
    """The lengths (S) of all segments in metres."""
    length = np.empty(len(segments.first))
    for block in _iter_blocks(len(length)):
        first = segments.first[block]
        a, b = segments.xy[first], segments.xy[first + 1]
        length[block] = np.hypot(*((b - a) * metric.compute_scale(a[:, 1])).T)
    return length


def _iter_blocks(size: int) -> Iterator[slice]:
    """The parts of long arrays, so that no step holds several more of their length."""
    return (slice(begin, begin + _BLOCK) for begin in range(0, size, _BLOCK))


def find_next_segments(segments: Segments) -> Ints:
    """The segment (S) that follows each in its ring as it was read; -1 where there is none."""
    size = len(segments.first)
    follows = np.arange(1, size + 1)
    if not size:
        return follows
    begin = np.flatnonzero(np.r_[True, np.diff(segments.ring) != 0])
    last = np.r_[begin[1:], size] - 1
    follows[last] = begin
    meets = segments.vertex[segments.first + 1] == segments.vertex[segments.first[follows]]
    return np.where(meets, follows, -1)


def find_sharp_vertices(
    segments: Segments, follows: Ints, metric: Metric, degrees: float, leg_m: float
) -> Spikes:
    """Vertices where both legs are longer than ``leg_m`` and the angle is below ``degrees``.

    Segments that double back on each other are no spike; see TOP-GEO-04.
    """
    doubled = np.zeros(len(follows), bool)
    doubled[segments.matching.doubled] = True
    tip = np.flatnonzero((follows >= 0) & ~doubled)
    tip = tip[~doubled[follows[tip]]]
    found = [
        _select_sharp(segments, follows, tip[block], metric, (degrees, leg_m))
        for block in _iter_blocks(len(tip))
    ]
    none = Spikes(tip[:0], np.empty(0))
    return Spikes(
        np.concatenate([part.tip for part in (none, *found)]),
        np.concatenate([part.degrees for part in (none, *found)]),
    )


def _select_sharp(
    segments: Segments, follows: Ints, tip: Ints, metric: Metric, limits: tuple[float, float]
) -> Spikes:
    """Those of some vertices that are sharper than an angle, with legs longer than a length."""
    degrees, leg_m = limits
    one = segments.xy[segments.first[tip]]
    middle, other = (
        segments.xy[segments.first[tip] + 1],
        segments.xy[segments.first[follows[tip]] + 1],
    )
    scale = metric.compute_scale(middle[:, 1])
    back, forward = (one - middle) * scale, (other - middle) * scale
    dot = np.einsum("ij,ij->i", back, forward)
    cross = back[:, 0] * forward[:, 1] - back[:, 1] * forward[:, 0]
    angle = np.degrees(np.arctan2(np.abs(cross), dot))
    long = (np.hypot(*back.T) > leg_m) & (np.hypot(*forward.T) > leg_m)
    sharp = long & (angle < degrees)
    return Spikes(tip[sharp], angle[sharp])
