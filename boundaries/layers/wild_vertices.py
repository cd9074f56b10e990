"""Single vertices that cannot be positions: they concern their feature, not the whole layer.

Programs write -9999 for no value, or lose a decimal point. Where most vertices make sense, these
say nothing about the coordinate system.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from boundaries.layers.geometry_faults import Floats, Geometries
from boundaries.layers.polygon_layer import Remark
from gazetteer.messages import message

Bools = NDArray[np.bool_]

_MAX_WILD_SHARE = 0.05
"""Were more vertices impossible, the coordinate system would be."""
_MAX_DEGREES, _MAX_LATITUDE, _LATITUDE_OF_CHINA = 360.0, 90.0, 55.0
_MAX_DISTANCE = 1e7
"""Metres: nothing of one layer is a quarter round the Earth away from the rest."""


@dataclass(frozen=True, slots=True)
class WildVertex:
    """The first impossible vertex of a feature: its number from 1, and one near it that is not."""

    feature: int
    number: int
    position: tuple[float, float]
    neighbour: tuple[float, float]
    count: int

    def build_remark(self, transform: Callable[[Floats], Floats] | None = None) -> Remark:
        """The remark on the feature; ``transform`` takes positions to those of the layer."""
        neighbour = np.array([self.neighbour])
        place = (neighbour if transform is None else transform(neighbour))[0]
        x, y = self.position
        return Remark(
            "TOP-GEO-01",
            "error",
            message("layer.wild_vertex", number=self.number, x=x, y=y, n=self.count),
            self.feature,
            measured=self.count,
            limit=0,
            unit="positions",
            place=(float(place[0]), float(place[1])) if np.isfinite(place).all() else None,
        )


def set_wild_aside(geometries: Geometries) -> tuple[Geometries, list[WildVertex]]:
    """The geometries, None for those with impossible vertices; and these."""
    return set_aside(geometries, _mask_wild)


def set_aside(
    geometries: Geometries, mask_impossible: Callable[[Floats], Bools]
) -> tuple[Geometries, list[WildVertex]]:
    """The geometries, None for those with vertices of a mask, if these are few; and these."""
    points = shapely.get_coordinates(geometries)
    impossible = mask_impossible(points)
    if not impossible.any() or impossible.mean() > _MAX_WILD_SHARE:
        return geometries, []
    of_feature = np.repeat(np.arange(len(geometries)), shapely.get_num_coordinates(geometries))
    remaining, features = geometries.copy(), np.unique(of_feature[impossible]).tolist()
    remaining[features] = None
    return remaining, [
        _describe_vertex(i, points[of_feature == i], impossible[of_feature == i]) for i in features
    ]


def _describe_vertex(feature: int, own: Floats, is_bad: Bools) -> WildVertex:
    first, good = int(np.flatnonzero(is_bad)[0]), np.flatnonzero(~is_bad)
    near = own[good[np.abs(good - first).argmin()]] if len(good) else np.full(2, np.nan)
    (x, y), (near_x, near_y) = own[first].tolist(), near.tolist()
    return WildVertex(feature, first + 1, (x, y), (near_x, near_y), int(is_bad.sum()))


def _mask_wild(points: Floats) -> Bools:
    """Which positions (n, 2) can be neither degrees nor metres, whichever most are."""
    if not len(points):
        return np.zeros(0, dtype=bool)
    size = np.abs(points)
    if _is_most(np.asarray((size <= _MAX_DEGREES).all(axis=1))):
        limits = [
            _MAX_LATITUDE if _is_most(axis <= _LATITUDE_OF_CHINA) else _MAX_DEGREES
            for axis in size.T
        ]
        return np.asarray((size > limits).any(axis=1))
    middle = np.median(points, axis=0)
    return np.asarray((np.abs(points - middle) > _MAX_DISTANCE).any(axis=1))


def _is_most(which: Bools) -> bool:
    return bool(which.mean() >= 1 - _MAX_WILD_SHARE)
