"""What can be wrong with the geometry of one feature so that no polygon can be had of it."""

import numpy as np
import shapely
from numpy.typing import NDArray

from boundaries.layers.polygon_layer import Remark

Floats = NDArray[np.float64]
Geometries = NDArray[np.object_]

MIN_RING_POSITIONS = 4
"""The fewest positions of a ring, the closing one included (OGC 06-103r4, RFC 7946)."""


def report_wrong_type(feature: int, kind: str | None) -> Remark:
    """The feature has no geometry, or one that is no polygon; ``kind`` is its type's name."""
    if kind is None:
        zh, en = "没有几何。", "has no geometry"
    elif "Curve" in kind or "Circular" in kind or kind == "MultiSurface":
        zh = f"含曲线（{kind}）；界线须以折线给出，本程序不代为离散化。"
        en = f"has curves ({kind}); give straight segments, nobody here chooses them for you"
    else:
        zh, en = f"是 {kind}，不是面。", f"is a {kind}, not a polygon"
    return Remark("TOP-GEO-02", "error", zh, en, feature)


def report_empty(feature: int) -> Remark:
    """The feature has a polygon without any ring."""
    return Remark("TOP-GEO-02", "error", "几何为空。", "has an empty geometry", feature)


def report_malformed(feature: int, zh: str, en: str) -> Remark:
    """The geometry is not built as its format asks."""
    return Remark("TOP-GEO-01", "error", zh, en, feature)


def validate_ring(feature: int, ring: Floats) -> Remark | None:
    """Why ``ring`` (n, 2) is no ring: not a number, too short, not closed; None if it is one."""
    if not np.isfinite(ring).all():
        return _report_non_finite(feature, ring)
    if len(ring) < MIN_RING_POSITIONS:
        zh, en = f"一个环只有 {len(ring)} 个点。", f"a ring has {len(ring)} positions"
        place = (float(ring[0, 0]), float(ring[0, 1])) if len(ring) else None
        return Remark(
            "TOP-GEO-01",
            "error",
            zh,
            en,
            feature,
            len(ring),
            MIN_RING_POSITIONS,
            "positions",
            place,
        )
    if (ring[0] == ring[-1]).all():
        return None
    first, last = (tuple(map(float, ring[i])) for i in (0, -1))
    return Remark(
        "TOP-GEO-01",
        "error",
        f"环未闭合：始于 {first[0]:.9g}，{first[1]:.9g}，止于 {last[0]:.9g}，{last[1]:.9g}。",
        f"an open ring: from {first[0]:.9g}, {first[1]:.9g} to {last[0]:.9g}, {last[1]:.9g}",
        feature,
        place=(last[0], last[1]),
    )


def _report_non_finite(feature: int, coordinates: Floats) -> Remark:
    is_finite = np.asarray(np.isfinite(coordinates).all(axis=1))
    bad = int(np.flatnonzero(~is_finite)[0])
    near = (
        coordinates[is_finite][max(int(is_finite[:bad].sum()) - 1, 0)] if is_finite.any() else None
    )
    place = None if near is None else (float(near[0]), float(near[1]))
    return Remark(
        "TOP-GEO-01",
        "error",
        f"有 {(~is_finite).sum()} 个坐标不是有限数（NaN 或无穷），首个为第 {bad + 1} 点。",
        f"{(~is_finite).sum()} positions are not finite (NaN or infinite), the first is no. {bad + 1}",
        feature,
        int((~is_finite).sum()),
        0,
        "positions",
        place,
    )


def split_invalid(geometries: Geometries) -> tuple[Geometries, list[Remark]]:
    """The geometries that a layer can have, flat; None for the others, and a remark of each.

    What is None already has been told by who read it.
    """
    accepted, remarks = geometries.copy(), list[Remark]()
    coordinates, index = shapely.get_coordinates(geometries, return_index=True)
    non_finite = np.unique(index[~np.isfinite(coordinates).all(axis=1)])
    remarks += [_report_non_finite(int(i), coordinates[index == i]) for i in non_finite]
    remarks += [report_empty(int(i)) for i in np.flatnonzero(shapely.is_empty(geometries))]
    for remark in remarks:
        accepted[remark.feature] = None
    has_heights = np.asarray(shapely.has_z(accepted) | shapely.has_m(accepted))
    if has_heights.any():
        accepted[has_heights] = shapely.force_2d(accepted[has_heights])
        remarks.append(report_heights(int(np.count_nonzero(has_heights))))
    return accepted, remarks


def report_heights(count: int) -> Remark:
    """Heights or measures were left out; ``count`` features had them."""
    return Remark(
        "TOP-GEO-02",
        "info",
        f"{count} 个要素带高程或量度值，判读只用平面坐标。",
        f"{count} features have heights or measures; only the plane coordinates are used",
        measured=count,
        unit="features",
    )
