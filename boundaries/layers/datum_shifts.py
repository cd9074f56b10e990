"""Detecting the displacement of a whole layer against a reference, and its cause.

Two sources never draw a unit with the same centroid; but these differences have no common
direction, while a shifted datum moves all units alike. So the median of many displacements is
compared with its own standard error, and with the public formulas of GCJ-02 and BD-09.
"""

from dataclasses import dataclass

import numpy as np
import shapely

from boundaries.layers.coordinates import shift_to_bd09, shift_to_gcj02
from boundaries.layers.geometry_faults import Floats, Geometries
from boundaries.layers.metres import geodesic_area, local_scale
from boundaries.layers.polygon_layer import Layer

MIN_PAIRS = 5
"""With fewer units in common a shift is detected only of units with the very same shapes."""

MIN_STANDARD_ERRORS = 4.0
"""How many standard errors of the median a shift must exceed."""

MAX_SCATTER = 0.2
"""The largest scatter of a shift that no formula explains, as a share of the shift."""

_FORMULA_ACCURACY = 0.05
"""By which share of a shift a formula may miss it: BD-09 varies by 20 m within a county."""

_MIN_COMMON_SHARE = 0.97
"""The common share of two shapes, the one moved onto the other, from which they are the same."""

_MIN_AREA_RATIO = 0.75
"""The smaller area of a pair must be this share of the larger one: at coasts one layer may include
the sea and the other not, which moves the centroid by kilometres."""

_FORMULAS = {"GCJ-02": shift_to_gcj02, "BD-09": shift_to_bd09}


@dataclass(frozen=True, slots=True)
class LayerShift:
    """The common displacement of a layer in metres east and north, with its standard error.

    ``cause`` is ``GCJ-02`` or ``BD-09`` where their formula explains it; ``pairs`` is the number of
    units compared.
    """

    east_m: float
    north_m: float
    error_m: float
    pairs: int
    cause: str | None

    @property
    def distance_m(self) -> float:
        """The length of the displacement in metres."""
        return float(np.hypot(self.east_m, self.north_m))

    @property
    def azimuth(self) -> float:
        """The direction of the displacement in degrees, clockwise from north."""
        return float(np.degrees(np.arctan2(self.east_m, self.north_m)) % 360)


def detect_shift(layer: Layer, reference: Layer, min_distance_m: float) -> LayerShift | None:
    """The displacement of ``layer`` against ``reference``; None if it is not significant.

    Displacements up to ``min_distance_m`` metres are never significant. Units are paired by their
    codes or, where too few codes are common, by mutual coverage. Both layers are in degrees.
    """
    ours, theirs = _pair_units(layer, reference)
    if not len(ours) or (len(ours) < MIN_PAIRS and not _have_same_shapes(ours, theirs)):
        return None
    truth = shapely.get_coordinates(shapely.centroid(theirs))
    metres = np.column_stack(local_scale(truth[:, 1]))
    displacements = (shapely.get_coordinates(shapely.centroid(ours)) - truth) * metres
    median, sigma = _compute_median(displacements)
    error = sigma * 1.2533 / len(displacements) ** 0.5  # of a median, if the scatter is normal
    limit = max(min_distance_m, MIN_STANDARD_ERRORS * error)
    if np.hypot(*median) <= limit:
        return None
    residuals = {
        name: float(
            np.hypot(
                *_compute_median(displacements - _compute_formula_shift(name, truth, metres))[0]
            )
        )
        for name in _FORMULAS
    }
    cause = min(residuals, key=lambda name: residuals[name])
    distance = float(np.hypot(*median))
    is_explained = residuals[cause] <= min(max(limit, _FORMULA_ACCURACY * distance), distance / 2)
    if not is_explained and sigma > MAX_SCATTER * np.hypot(*median):
        return None
    return LayerShift(
        float(median[0]), float(median[1]), error, len(ours), cause if is_explained else None
    )


def _have_same_shapes(ours: Geometries, theirs: Geometries) -> bool:
    """Whether all units have the same shapes as their counterparts, once moved onto them."""
    offsets = shapely.get_coordinates(shapely.centroid(theirs)) - shapely.get_coordinates(
        shapely.centroid(ours)
    )
    moved = theirs.copy()
    for k, by in enumerate(offsets):
        moved[k] = shapely.transform(ours[k], by.__add__)
    common = shapely.area(shapely.intersection(moved, theirs))
    union = shapely.area(moved) + shapely.area(theirs) - common
    return bool((common >= _MIN_COMMON_SHARE * union).all())


def _compute_formula_shift(name: str, truth: Floats, metres: Floats) -> Floats:
    """The displacement (n, 2) of each position by the formula, in metres east and north."""
    formula = _FORMULAS[name]
    return (np.array([formula(lon, lat) for lon, lat in truth]) - truth) * metres


def _compute_median(displacements: Floats) -> tuple[Floats, float]:
    """The median vector and the scatter about it, from the median absolute deviation."""
    median = np.median(displacements, axis=0)
    return median, float(np.hypot(*np.median(np.abs(displacements - median), axis=0)) * 1.4826)


def _pair_units(layer: Layer, reference: Layer) -> tuple[Geometries, Geometries]:
    """The valid geometries of the units that are in both layers, in the same order."""
    pairs = _pair_by_code(layer, reference)
    if len(pairs) < min(MIN_PAIRS, len(layer)):
        pairs = _pair_by_place(layer, reference)
    index = np.array(pairs, dtype=np.intp).reshape(-1, 2)
    ours, theirs = layer.geometries[index[:, 0]], reference.geometries[index[:, 1]]
    valid = np.asarray(shapely.is_valid(ours) & shapely.is_valid(theirs))
    ours, theirs = ours[valid], theirs[valid]
    areas = np.sort(np.column_stack([geodesic_area(ours), geodesic_area(theirs)]), axis=1)
    is_similar = areas[:, 0] >= _MIN_AREA_RATIO * areas[:, 1]
    return ours[is_similar], theirs[is_similar]


def _pair_by_code(layer: Layer, reference: Layer) -> list[tuple[int, int]]:
    reference_index = {code: i for i, code in enumerate(reference.codes) if code}
    return [
        (i, reference_index[code])
        for i, code in enumerate(layer.codes)
        if code and code in reference_index
    ]


def _pair_by_place(layer: Layer, reference: Layer) -> list[tuple[int, int]]:
    """Pairs in which each covers the inner point of the other: the same unit in both layers."""
    ours, theirs = (
        _derive_inner_points(layer.geometries),
        _derive_inner_points(reference.geometries),
    )
    there = set(zip(*shapely.STRtree(reference.geometries).query(ours, "within"), strict=True))
    here = set(zip(*shapely.STRtree(layer.geometries).query(theirs, "within"), strict=True))
    return [(int(i), int(j)) for i, j in sorted(there) if (j, i) in here]


def _derive_inner_points(geometries: Geometries) -> Geometries:
    """A point inside each valid geometry; None for the others."""
    valid = np.asarray(shapely.is_valid(geometries))
    points = np.full(len(geometries), None, dtype=object)
    points[valid] = shapely.point_on_surface(geometries[valid])
    return points
