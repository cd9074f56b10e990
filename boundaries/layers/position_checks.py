"""Rules TOP-CRS-02, 03 and 05: is a layer where it should be, and as exact as it should be."""

import numpy as np
import shapely

from boundaries.layers.datum_shifts import LayerShift, detect_shift
from boundaries.layers.geometry_faults import Floats
from boundaries.layers.polygon_layer import Layer, Remark
from gazetteer.ingest.coordinate_checks import LAT_RANGE, LON_RANGE

MIN_SHIFT_M = 5.0
"""Displacements of a whole layer up to this are those of ordinary drawings."""

REQUIRED_DECIMALS = 8
"""Decimals of a degree that legal data should have: 1 mm."""

_SAMPLE_SIZE = 10_000
_ROUNDING_NOISE = 1e-11
"""Degrees that are no digit any more but the rounding of computers: a micrometre. Float64 knows
180 degrees to 3e-14."""
_DEGREE_M = 111_000.0
_MAX_DATUM_SHIFT_M = 10_000.0  # no datum lies that far off


def validate_positions(layer: Layer, reference: Layer | None = None) -> list[Remark]:
    """What is systematically wrong with the coordinates of a whole layer.

    ``reference`` is a layer that shows the same units (by code or by place) at the right place;
    without one a shift cannot be seen. A planar layer has nothing to be examined.
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
    """Which positions (n, 2) lie in China with its seas."""
    lon, lat = points.T
    inside = (
        (lon >= LON_RANGE[0])
        & (lon <= LON_RANGE[1])
        & (lat >= LAT_RANGE[0])
        & (lat <= LAT_RANGE[1])
    )
    return np.asarray(inside)


def _report_swapped_axes(points: Floats) -> list[Remark]:
    """Latitude before longitude: no latitude of China is also a longitude of it."""
    if not (_is_in_china(points[:, ::-1]).all() or np.abs(points[:, 1]).max() > 90):
        return []
    lon, lat = points[0]
    return [
        Remark(
            "TOP-CRS-02",
            "error",
            f"纬度在前、经度在后（首点 {lon:g}，{lat:g}）；请互换后再送。",
            f"latitude comes before longitude (first position {lon:g}, {lat:g}); swap them",
            place=(float(lon), float(lat)),
        )
    ]


def _report_outside_china(layer: Layer, points: Floats) -> list[Remark]:
    """Features with positions outside China; one remark if the layer as a whole lies elsewhere."""
    inside = _is_in_china(points)
    if inside.all():
        return []
    window = f"{LON_RANGE[0]:g}-{LON_RANGE[1]:g} E, {LAT_RANGE[0]:g}-{LAT_RANGE[1]:g} N"
    if not inside.any():
        zh, en = f"整个图层不在中国范围（{window}）内。", f"the layer lies outside China ({window})"
        return [Remark("TOP-CRS-02", "warning", zh, en, place=_as_place(points[0]))]
    _, of_feature = shapely.get_coordinates(layer.geometries, return_index=True)
    features, first, count = np.unique(of_feature[~inside], return_index=True, return_counts=True)
    return [
        Remark(
            "TOP-CRS-02",
            "error",
            f"有 {n} 个坐标不在中国范围（{window}）内。",
            f"{n} positions lie outside China ({window})",
            int(i),
            int(n),
            0,
            "positions",
            _as_place(points[~inside][at]),
        )
        for i, at, n in zip(features, first, count, strict=True)
    ]


def _as_place(position: Floats) -> tuple[float, float]:
    return float(position[0]), float(position[1])


def _report_low_precision(points: Floats) -> list[Remark]:
    decimals = count_decimals(points)
    if decimals is None or decimals >= REQUIRED_DECIMALS:
        return []
    resolution_m = _DEGREE_M * 10.0**-decimals
    return [
        Remark(
            "TOP-CRS-05",
            "warning",
            f"坐标只有 {decimals} 位小数，一位约 {resolution_m:.2g} 米；法定数据应不少于 {REQUIRED_DECIMALS} 位。",
            f"coordinates have {decimals} decimals, the last is {resolution_m:.2g} m; legal data should"
            f" have {REQUIRED_DECIMALS}",
            measured=decimals,
            limit=REQUIRED_DECIMALS,
            unit="decimals",
        )
    ]


def count_decimals(points: Floats) -> int | None:
    """How many decimals all positions get along with, up to 8; None if more."""
    step = max(len(points) // _SAMPLE_SIZE, 1)
    for decimals in range(REQUIRED_DECIMALS + 1):
        if _is_rounded_to(points[::step], decimals) and _is_rounded_to(points, decimals):
            return decimals
    return None


def _is_rounded_to(points: Floats, decimals: int) -> bool:
    return bool((np.abs(points - np.round(points, decimals)) < _ROUNDING_NOISE).all())


def _report_shift(layer_shift: LayerShift) -> Remark:
    far, toward = f"{layer_shift.distance_m:.0f}", f"{layer_shift.azimuth:.0f}"
    pairs, error = layer_shift.pairs, f"{layer_shift.error_m:.0f}"
    zh = f"整层向方位角 {toward}° 偏 {far} 米（{pairs} 个单位的中位数，±{error} 米）"
    en = f"the whole layer lies {far} m toward {toward}° (median of {pairs} units, ±{error} m)"
    if layer_shift.cause:
        zh += f"，与 {layer_shift.cause} 加偏一致。请提供未加偏的原始成果，勿以公式还原作法定数据。"
        en += f": that is {layer_shift.cause}. Bring the unshifted original; the public formula's inverse"
        en += " is no legal data"
    elif layer_shift.distance_m > _MAX_DATUM_SHIFT_M:
        zh += "；可能用错了中央子午线或带号。"
        en += "; perhaps another central meridian or zone was meant"
    else:
        zh += "；可能未经转换的北京54、西安80坐标，或参照层本身有偏。"
        en += "; perhaps untransformed Beijing 1954 or Xian 1980, or the reference itself is off"
    return Remark(
        "TOP-CRS-03",
        "error" if layer_shift.cause else "warning",
        zh,
        en,
        measured=layer_shift.distance_m,
        limit=MIN_SHIFT_M,
        unit="m",
    )
