"""Whether a layer lies beside the truth as a whole: measured against a reference, and named.

Two drawings of one unit never have the same centroid; but their differences point anywhere, while
a shifted datum moves all units alike. So the median of many displacements is judged by its own
standard error, and a shift that the public formulas of GCJ-02 and BD-09 explain gets their name.
"""

from dataclasses import dataclass

import numpy as np
import shapely

from boundaries.coordinates import bd09, gcj02
from boundaries.layers.faults import Floats, Geometries
from boundaries.layers.layer import Layer
from boundaries.layers.metres import geodesic_area, local_scale

MIN_PAIRS = 5
"""Fewer units in common than this say nothing about a shift."""

SIGNIFICANT = 4.0
"""How many standard errors of the median a shift must have."""

SCATTER = 0.2
"""A shift that no formula explains must be this uniform: scatter as a share of the shift."""

_ALIKE = 0.75
"""The smaller area of a pair must be this share of the larger one: at coasts one layer may count
the sea and the other not, which moves the centroid by kilometres."""

_FORMULAS = {"GCJ-02": gcj02, "BD-09": bd09}


@dataclass(frozen=True, slots=True)
class Shift:
    """The common displacement of a layer: metres east and north, with its standard error.

    ``cause`` is ``GCJ-02`` or ``BD-09`` where their formula explains it; ``pairs`` is how many
    units were compared.
    """

    east_m: float
    north_m: float
    error_m: float
    pairs: int
    cause: str | None

    @property
    def distance_m(self) -> float:
        """How far the layer lies off."""
        return float(np.hypot(self.east_m, self.north_m))

    @property
    def azimuth(self) -> float:
        """In which direction, in degrees from north over east."""
        return float(np.degrees(np.arctan2(self.east_m, self.north_m)) % 360)


def shift(layer: Layer, reference: Layer, least_m: float) -> Shift | None:
    """How ``layer`` is displaced against ``reference``; None if not, or not by ``least_m``.

    Units are paired by their codes, or, where they have none in common, by what covers what.
    """
    ours, theirs = _pairs(layer, reference)
    if len(ours) < MIN_PAIRS:
        return None
    truth = shapely.get_coordinates(shapely.centroid(theirs))
    metres = np.column_stack(local_scale(truth[:, 1]))
    moved = (shapely.get_coordinates(shapely.centroid(ours)) - truth) * metres
    median, sigma = _median(moved)
    error = sigma * 1.2533 / len(moved) ** 0.5  # of a median, if the scatter is normal
    limit = max(least_m, SIGNIFICANT * error)
    if np.hypot(*median) <= limit:
        return None
    left = {
        name: float(np.hypot(*_median(moved - _shifted(name, truth, metres))[0]))
        for name in _FORMULAS
    }
    cause = min(left, key=lambda name: left[name])
    explained = left[cause] <= min(limit, np.hypot(*median) / 2)
    if not explained and sigma > SCATTER * np.hypot(*median):
        return None
    return Shift(float(median[0]), float(median[1]), error, len(ours), cause if explained else None)


def _shifted(name: str, truth: Floats, metres: Floats) -> Floats:
    """By how many metres the formula moves each position."""
    formula = _FORMULAS[name]
    return (np.array([formula(lon, lat) for lon, lat in truth]) - truth) * metres


def _median(moved: Floats) -> tuple[Floats, float]:
    """The median vector and the scatter about it, from the median absolute deviation."""
    median = np.median(moved, axis=0)
    return median, float(np.hypot(*np.median(np.abs(moved - median), axis=0)) * 1.4826)


def _pairs(layer: Layer, reference: Layer) -> tuple[Geometries, Geometries]:
    """Valid geometries of both that show the same unit, in the same order."""
    pairs = _by_code(layer, reference)
    if len(pairs) < MIN_PAIRS:
        pairs = _by_place(layer, reference)
    index = np.array(pairs, dtype=np.intp).reshape(-1, 2)
    ours, theirs = layer.geometries[index[:, 0]], reference.geometries[index[:, 1]]
    valid = np.asarray(shapely.is_valid(ours) & shapely.is_valid(theirs))
    ours, theirs = ours[valid], theirs[valid]
    areas = np.sort(np.column_stack([geodesic_area(ours), geodesic_area(theirs)]), axis=1)
    alike = areas[:, 0] >= _ALIKE * areas[:, 1]
    return ours[alike], theirs[alike]


def _by_code(layer: Layer, reference: Layer) -> list[tuple[int, int]]:
    known = {code: i for i, code in enumerate(reference.codes) if code}
    return [(i, known[code]) for i, code in enumerate(layer.codes) if code and code in known]


def _by_place(layer: Layer, reference: Layer) -> list[tuple[int, int]]:
    """Pairs that both cover the other's inner point: one unit, drawn twice."""
    ours, theirs = _inner(layer.geometries), _inner(reference.geometries)
    there = set(zip(*shapely.STRtree(reference.geometries).query(ours, "within"), strict=True))
    here = set(zip(*shapely.STRtree(layer.geometries).query(theirs, "within"), strict=True))
    return [(int(i), int(j)) for i, j in sorted(there) if (j, i) in here]


def _inner(geometries: Geometries) -> Geometries:
    """A point inside each valid geometry; None for the others."""
    valid = np.asarray(shapely.is_valid(geometries))
    points = np.full(len(geometries), None, dtype=object)
    points[valid] = shapely.point_on_surface(geometries[valid])
    return points
