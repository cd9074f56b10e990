"""Where rings turn: each piece with the one that follows it, and the angles between them."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from boundaries.network.segments import Segments
from boundaries.rules.metric import Floats, Metric

Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Spikes:
    """``tip`` (K): pieces that lead to the tips; ``degrees`` (K): the angles there."""

    tip: Ints
    degrees: Floats


def length_m(pieces: Segments, metric: Metric) -> Floats:
    """Metres (S) of each piece."""
    a, b = pieces.xy[pieces.first], pieces.xy[pieces.first + 1]
    length: Floats = np.hypot(*((b - a) * metric.scale(a[:, 1])).T)
    return length


def turns(pieces: Segments) -> Ints:
    """The piece (S) that follows each in its ring as it was read, or -1 where it is not there."""
    size = len(pieces.first)
    follows = np.arange(1, size + 1)
    if not size:
        return follows
    begin = np.flatnonzero(np.r_[True, np.diff(pieces.ring) != 0])
    last = np.r_[begin[1:], size] - 1
    follows[last] = begin
    meets = pieces.vertex[pieces.first + 1] == pieces.vertex[pieces.first[follows]]
    return np.where(meets, follows, -1)


def spikes(pieces: Segments, follows: Ints, metric: Metric, degrees: float, leg_m: float) -> Spikes:
    """Vertices where both legs are longer than ``leg_m`` and the angle is below ``degrees``.

    Pieces that lie on each other, there and back, are a kickback and no spike.
    """
    folded = np.zeros(len(follows), bool)
    folded[pieces.pairing.folded] = True
    tip = np.flatnonzero((follows >= 0) & ~folded)
    tip = tip[~folded[follows[tip]]]
    one = pieces.xy[pieces.first[tip]]
    middle, other = pieces.xy[pieces.first[tip] + 1], pieces.xy[pieces.first[follows[tip]] + 1]
    scale = metric.scale(middle[:, 1])
    back, on = (one - middle) * scale, (other - middle) * scale
    dot = np.einsum("ij,ij->i", back, on)
    cross = back[:, 0] * on[:, 1] - back[:, 1] * on[:, 0]
    angle = np.degrees(np.arctan2(np.abs(cross), dot))
    long = (np.hypot(*back.T) > leg_m) & (np.hypot(*on.T) > leg_m)
    sharp = long & (angle < degrees)
    return Spikes(tip[sharp], angle[sharp])
