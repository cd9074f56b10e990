"""Rules TOP-CRS-02, 03 and 05: a layer lies where it should and has the required precision."""

import numpy as np
import shapely

from boundaries.layers.datum_shifts import LayerShift, detect_shift
from boundaries.layers.geometry_faults import Floats
from boundaries.layers.polygon_layer import Layer, Remark
from gazetteer.ingest.coordinate_checks import LAT_RANGE, LON_RANGE
from gazetteer.messages import Message, message

MIN_SHIFT_M = 5.0
"""Up to this displacement of a whole layer two sources of the same units normally differ."""

REQUIRED_DECIMALS = 8
"""Decimals of a degree that legal data must have: 1 mm."""

REQUIRED_DECIMALS_M = 3
"""Decimals of a metre that legal data must have: 1 mm."""

_SAMPLE_SIZE = 10_000
_ROUNDING_NOISE_M = 1e-6
_ROUNDING_NOISE = 1e-11
"""Degrees below which a difference is rounding noise, not a digit: a micrometre. Float64 resolves
180 degrees to 3e-14."""
_DEGREE_M = 111_000.0
_MAX_DATUM_SHIFT_M = 10_000.0
"""A larger shift has another cause than a datum."""

_CHINA = {"west": LON_RANGE[0], "east": LON_RANGE[1], "south": LAT_RANGE[0], "north": LAT_RANGE[1]}


def validate_positions(layer: Layer, reference: Layer | None = None) -> list[Remark]:
    """The systematic faults of the coordinates of a whole layer; none of a planar layer.

    ``reference`` is a layer with the same units (by code or by place) in their right places;
    without one a shift cannot be detected.
    """
    if layer.planar:
        return []
    points = shapely.get_coordinates(layer.geometries)
    if not len(points):
        return []
    swapped = _report_swapped_axes(points)
    if swapped:
        return [*swapped, *_report_low_precision(points)]
    remarks = [*_report_outside_china(layer, points), *_report_low_precision(points)]
    layer_shift = detect_shift(layer, reference, MIN_SHIFT_M) if reference is not None else None
    return [*remarks, _report_shift(layer_shift)] if layer_shift else remarks


def _is_in_china(points: Floats) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
    """Which of ``points`` (n, 2) lie in China with its seas."""
    lon, lat = points.T
    inside = (
        (lon >= LON_RANGE[0])
        & (lon <= LON_RANGE[1])
        & (lat >= LAT_RANGE[0])
        & (lat <= LAT_RANGE[1])
    )
    return np.asarray(inside)


def _report_swapped_axes(points: Floats) -> list[Remark]:
    """A remark if latitude comes first: no latitude of China is also a longitude of it."""
    if not (_is_in_china(points[:, ::-1]).all() or np.abs(points[:, 1]).max() > 90):
        return []
    x, y = _as_place(points[0])
    detail = message("finding.TOP-CRS-02.axes_swapped", x=x, y=y)
    return [Remark("TOP-CRS-02", "error", detail, place=(x, y))]


def _report_outside_china(layer: Layer, points: Floats) -> list[Remark]:
    """A remark on each feature with positions outside China; one if all of them are outside."""
    inside = _is_in_china(points)
    if inside.all():
        return []
    if not inside.any():
        detail = message("finding.TOP-CRS-02.layer_outside", **_CHINA)
        return [Remark("TOP-CRS-02", "warning", detail, place=_as_place(points[0]))]
    _, of_feature = shapely.get_coordinates(layer.geometries, return_index=True)
    features, first, count = np.unique(of_feature[~inside], return_index=True, return_counts=True)
    return [
        Remark(
            "TOP-CRS-02",
            "error",
            message("finding.TOP-CRS-02.positions_outside", n=int(n), **_CHINA),
            int(i),
            measured=int(n),
            limit=0,
            unit="positions",
            place=_as_place(points[~inside][at]),
        )
        for i, at, n in zip(features, first, count, strict=True)
    ]


def _as_place(position: Floats) -> tuple[float, float]:
    return float(position[0]), float(position[1])


def _report_decimals(detail: Message, decimals: int, required: int) -> Remark:
    return Remark(
        "TOP-CRS-05", "warning", detail, measured=decimals, limit=required, unit="decimals"
    )


def _report_low_precision(points: Floats) -> list[Remark]:
    decimals = count_decimals(points)
    if decimals is None or decimals >= REQUIRED_DECIMALS:
        return []
    detail = message(
        "finding.TOP-CRS-05.few_decimals",
        n=decimals, resolution=_DEGREE_M * 10.0**-decimals, required=REQUIRED_DECIMALS,
    )  # fmt: skip
    return [_report_decimals(detail, decimals, REQUIRED_DECIMALS)]


def report_low_projected_precision(points: Floats) -> list[Remark]:
    """A remark on projected coordinates (n, 2) in metres that are cut off."""
    decimals = count_decimals(points, REQUIRED_DECIMALS_M, _ROUNDING_NOISE_M)
    if not len(points) or decimals is None or decimals >= REQUIRED_DECIMALS_M:
        return []
    detail = message(
        "finding.TOP-CRS-05.few_decimals_projected",
        n=decimals, resolution=10.0**-decimals, required=REQUIRED_DECIMALS_M,
    )  # fmt: skip
    return [_report_decimals(detail, decimals, REQUIRED_DECIMALS_M)]


def count_decimals(
    points: Floats, most: int = REQUIRED_DECIMALS, noise: float = _ROUNDING_NOISE
) -> int | None:
    """How many decimals suffice for all ``points`` (n, 2), up to ``most``; None if more.

    Differences below ``noise`` are rounding, not digits.
    """
    step = max(len(points) // _SAMPLE_SIZE, 1)
    for decimals in range(most + 1):
        if _is_rounded_to(points[::step], decimals, noise) and _is_rounded_to(
            points, decimals, noise
        ):
            return decimals
    return None


def _is_rounded_to(points: Floats, decimals: int, noise: float) -> bool:
    return bool((np.abs(points - np.round(points, decimals)) < noise).all())


def _report_shift(layer_shift: LayerShift) -> Remark:
    if layer_shift.cause:
        kind = "provider_offset"
    elif layer_shift.distance_m > _MAX_DATUM_SHIFT_M:
        kind = "wrong_zone"
    else:
        kind = "unexplained"
    detail = message(
        f"finding.TOP-CRS-03.{kind}",
        azimuth=layer_shift.azimuth,
        distance=layer_shift.distance_m,
        error=layer_shift.error_m,
        n=layer_shift.pairs,
        cause=layer_shift.cause,
    )
    return Remark(
        "TOP-CRS-03",
        "warning" if kind == "unexplained" else "error",
        detail,
        measured=layer_shift.distance_m,
        limit=MIN_SHIFT_M,
        unit="m",
    )
