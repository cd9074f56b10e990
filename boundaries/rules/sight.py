"""A finding as one run saw it, and which findings of two runs are the same one."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from uuid import UUID

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from boundaries.layers.layer import Severity

_NEAR = 1_000.0 / 111_000.0
"""Degrees (about a kilometre): a place that moved less, between the same units, is the same one."""


@dataclass(frozen=True, slots=True)
class Subject:
    """What a finding is about: a rule, its special case, and the units, ascending."""

    rule: str
    kind: str
    units: tuple[UUID, ...]


@dataclass(frozen=True, slots=True)
class Sight:
    """A finding as a run saw it; see :class:`boundaries.rules.finding.Finding`."""

    subject: Subject
    severity: Severity
    zh: str
    en: str
    measured: float | None
    limit: float | None
    unit: str | None
    area_m2: float | None
    place: BaseGeometry | None
    fingerprint: str

    def differs(self, other: "Sight") -> bool:
        """Whether the same finding is to be told otherwise."""
        return (self.severity, self.zh, self.en, self.fingerprint) != (
            (other.severity, other.zh, other.en, other.fingerprint)
        )


def same(before: Sequence[Sight], now: Sequence[Sight]) -> Iterator[tuple[int, int]]:
    """Which findings on one subject are the same, as pairs of numbers; each is in one at most.

    First those that are told alike, then those that are like they were, then the nearest to each
    other, if they are near.
    """
    left, moved = dict(enumerate(now)), dict(enumerate(before))
    for alike in (_told_alike, _alike):
        for i, sight in list(moved.items()):
            found = next((j for j, other in left.items() if alike(sight, other)), None)
            if found is not None:
                del moved[i], left[found]
                yield i, found
    old, new = list(moved), list(left)
    far = np.array([[_apart(before[i], now[j]) for j in new] for i in old])
    for k in np.argsort(far, axis=None, kind="stable"):
        a, b = divmod(int(k), len(new))
        if far[a, b] <= _NEAR:
            far[a, :] = far[:, b] = np.inf
            yield old[a], new[b]


def _alike(one: Sight, other: Sight) -> bool:
    return one.fingerprint == other.fingerprint


def _told_alike(one: Sight, other: Sight) -> bool:
    return _alike(one, other) and one.zh == other.zh


def _apart(one: Sight, other: Sight) -> float:
    """Degrees between the places; what has no place fits what has none."""
    if one.place is None or other.place is None:
        return 0.0 if one.place is other.place else np.inf
    return float(shapely.distance(one.place, other.place))
