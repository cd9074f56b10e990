"""What can be wrong with the geometry of one feature so that no polygon can be had of it."""

import numpy as np
import shapely
from numpy.typing import NDArray

from boundaries.layers.layer import Remark

Floats = NDArray[np.float64]
Geometries = NDArray[np.object_]

RING_POSITIONS = 4
"""The fewest positions of a ring, the closing one included (OGC 06-103r4, RFC 7946)."""


def wrong_type(feature: int, kind: str | None) -> Remark:
    """The feature has no geometry, or one that is no polygon; ``kind`` is its type's name."""
    if kind is None:
        zh, en = "没有几何。", "has no geometry"
    elif "Curve" in kind or "Circular" in kind or kind == "MultiSurface":
        zh = f"含曲线（{kind}）；界线须以折线给出，本程序不代为离散化。"
        en = f"has curves ({kind}); give straight segments, nobody here chooses them for you"
    else:
        zh, en = f"是 {kind}，不是面。", f"is a {kind}, not a polygon"
    return Remark("TOP-GEO-02", "error", zh, en, feature)


def empty(feature: int) -> Remark:
    """The feature has a polygon without any ring."""
    return Remark("TOP-GEO-02", "error", "几何为空。", "has an empty geometry", feature)


def malformed(feature: int, zh: str, en: str) -> Remark:
    """The geometry is not built as its format asks."""
    return Remark("TOP-GEO-01", "error", zh, en, feature)


def of_ring(feature: int, ring: Floats) -> Remark | None:
    """Why ``ring`` (n, 2) is no ring: not a number, too short, not closed; None if it is one."""
    if not np.isfinite(ring).all():
        return _not_finite(feature, ring)
    if len(ring) < RING_POSITIONS:
        zh, en = f"一个环只有 {len(ring)} 个点。", f"a ring has {len(ring)} positions"
        place = (float(ring[0, 0]), float(ring[0, 1])) if len(ring) else None
        return Remark(
            "TOP-GEO-01", "error", zh, en, feature, len(ring), RING_POSITIONS, "positions", place
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


def _not_finite(feature: int, coordinates: Floats) -> Remark:
    fine = np.asarray(np.isfinite(coordinates).all(axis=1))
    bad = int(np.flatnonzero(~fine)[0])
    near = coordinates[fine][max(int(fine[:bad].sum()) - 1, 0)] if fine.any() else None
    place = None if near is None else (float(near[0]), float(near[1]))
    return Remark(
        "TOP-GEO-01",
        "error",
        f"有 {(~fine).sum()} 个坐标不是有限数（NaN 或无穷），首个为第 {bad + 1} 点。",
        f"{(~fine).sum()} positions are not finite (NaN or infinite), the first is no. {bad + 1}",
        feature,
        int((~fine).sum()),
        0,
        "positions",
        place,
    )


def sorted_out(geometries: Geometries) -> tuple[Geometries, list[Remark]]:
    """The geometries that a layer can have, flat; None for the others, and a remark of each.

    What is None already has been told by who read it.
    """
    kept, remarks = geometries.copy(), list[Remark]()
    coordinates, index = shapely.get_coordinates(geometries, return_index=True)
    unsound = np.unique(index[~np.isfinite(coordinates).all(axis=1)])
    remarks += [_not_finite(int(i), coordinates[index == i]) for i in unsound]
    remarks += [empty(int(i)) for i in np.flatnonzero(shapely.is_empty(geometries))]
    for remark in remarks:
        kept[remark.feature] = None
    high = np.asarray(shapely.has_z(kept) | shapely.has_m(kept))
    if high.any():
        kept[high] = shapely.force_2d(kept[high])
        remarks.append(heights(int(np.count_nonzero(high))))
    return kept, remarks


def heights(count: int) -> Remark:
    """Heights or measures were left out; ``count`` features had them."""
    return Remark(
        "TOP-GEO-02",
        "info",
        f"{count} 个要素带高程或量度值，判读只用平面坐标。",
        f"{count} features have heights or measures; only the plane coordinates are used",
        measured=count,
        unit="features",
    )
