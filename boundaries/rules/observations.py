"""A finding as one run saw it, and which findings of two runs are the same one."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from uuid import UUID

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from boundaries.layers.polygon_layer import Severity

_MAX_SHIFT_DEG = 1_000.0 / 111_000.0
"""Degrees (about a kilometre): a place that moved less, between the same units, is the same one."""


@dataclass(frozen=True, slots=True)
class FindingKey:
    """What a finding is about: a rule, its special case, and the units, ascending."""

    rule: str
    kind: str
    units: tuple[UUID, ...]


@dataclass(frozen=True, slots=True)
class SpatialObservation:
    """A finding as a run saw it; see :class:`boundaries.rules.common.layer_finding.Finding`."""

    key: FindingKey
    severity: Severity
    zh: str
    en: str
    measured: float | None
    limit: float | None
    unit: str | None
    area_m2: float | None
    geometry: BaseGeometry | None
    fingerprint: str

    def differs_from(self, other: "SpatialObservation") -> bool:
        """Whether the same finding is to be told otherwise."""
        return (self.severity, self.zh, self.en, self.fingerprint) != (
            (other.severity, other.zh, other.en, other.fingerprint)
        )


def match_observations(
    before: Sequence[SpatialObservation], now: Sequence[SpatialObservation]
) -> Iterator[tuple[int, int]]:
    """Which findings on one subject are the same, as pairs of numbers; each is in one at most.

    First those that are told alike, then those that are like they were, then the nearest to each
    other, if they are near.
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
    return _has_same_fingerprint(one, other) and one.zh == other.zh


def _measure_separation(one: SpatialObservation, other: SpatialObservation) -> float:
    """Degrees between the places; what has no place fits what has none."""
    if one.geometry is None or other.geometry is None:
        return 0.0 if one.geometry is other.geometry else np.inf
    return float(shapely.distance(one.geometry, other.geometry))
