"""Findings with a place as runs observed them, and which findings of two runs are the same."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from gazetteer.rules.observation import Observation

_MAX_SHIFT_DEG = 1_000.0 / 111_000.0
"""Degrees (about a kilometre): between the same units, a place that moved less is the same."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SpatialObservation(Observation):
    """A finding at a place as a run observed it.

    ``geometry`` is in lon, lat degrees of CGCS2000; None where the finding has no place.
    """

    area_m2: float | None = None
    geometry: BaseGeometry | None = None


def match_observations(
    before: Sequence[SpatialObservation], now: Sequence[SpatialObservation]
) -> Iterator[tuple[int, int]]:
    """Which findings with one key are the same, as pairs of numbers; each is in one at most.

    First those with the same message, then those with the same fingerprint, then the nearest to
    each other within about a kilometre.
    """
    unmatched_now, unmatched_before = dict(enumerate(now)), dict(enumerate(before))
    for is_same in (_has_same_text, _has_same_fingerprint):
        for i, observation in list(unmatched_before.items()):
            matched = next(
                (j for j, other in unmatched_now.items() if is_same(observation, other)), None
            )
            if matched is not None:
                del unmatched_before[i], unmatched_now[matched]
                yield i, matched
    old, new = list(unmatched_before), list(unmatched_now)
    distances = np.array([[_measure_separation(before[i], now[j]) for j in new] for i in old])
    for k in np.argsort(distances, axis=None, kind="stable"):
        a, b = divmod(int(k), len(new))
        if distances[a, b] <= _MAX_SHIFT_DEG:
            distances[a, :] = distances[:, b] = np.inf
            yield old[a], new[b]


def _has_same_fingerprint(one: SpatialObservation, other: SpatialObservation) -> bool:
    return one.fingerprint == other.fingerprint


def _has_same_text(one: SpatialObservation, other: SpatialObservation) -> bool:
    return _has_same_fingerprint(one, other) and one.reads_like(other)


def _measure_separation(one: SpatialObservation, other: SpatialObservation) -> float:
    """Degrees between two places; 0 where both findings have none, infinite where one has none."""
    if one.geometry is None or other.geometry is None:
        return 0.0 if one.geometry is other.geometry else np.inf
    return float(shapely.distance(one.geometry, other.geometry))
