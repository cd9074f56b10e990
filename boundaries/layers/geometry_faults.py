"""The faults that keep the geometry of a feature from being a polygon."""

import numpy as np
import shapely
from numpy.typing import NDArray

from boundaries.layers.polygon_layer import Remark
from gazetteer.messages import Message, message

Floats = NDArray[np.float64]
Geometries = NDArray[np.object_]

MIN_RING_POSITIONS = 4
"""The fewest positions of a ring, the closing one included (OGC 06-103r4, RFC 7946)."""


def report_wrong_type(feature: int, kind: str | None) -> Remark:
    """The feature has no geometry (``kind`` is None) or one of a type that is no polygon."""
    if kind is None:
        detail = message("layer.no_geometry")
    elif "Curve" in kind or "Circular" in kind or kind == "MultiSurface":
        detail = message("layer.curved_geometry", type=kind)
    else:
        detail = message("layer.not_a_polygon", type=kind)
    return Remark("TOP-GEO-02", "error", detail, feature)


def report_empty(feature: int) -> Remark:
    """The feature has a polygon without any ring."""
    return Remark("TOP-GEO-02", "error", message("layer.empty_geometry"), feature)


def report_malformed(feature: int, detail: Message) -> Remark:
    """The geometry does not follow its format."""
    return Remark("TOP-GEO-01", "error", detail, feature)


def validate_ring(feature: int, ring: Floats) -> Remark | None:
    """Why ``ring`` (n, 2) is no ring: not finite, too short or not closed; None if it is one."""
    if not np.isfinite(ring).all():
        return _report_non_finite(feature, ring)
    if len(ring) < MIN_RING_POSITIONS:
        return _report_short_ring(feature, ring)
    if (ring[0] == ring[-1]).all():
        return None
    start, end = _as_place(ring[0]), _as_place(ring[-1])
    detail = message(
        "layer.ring_not_closed",
        start_x=start[0], start_y=start[1], end_x=end[0], end_y=end[1],
    )  # fmt: skip
    return Remark("TOP-GEO-01", "error", detail, feature, place=end)


def _report_short_ring(feature: int, ring: Floats) -> Remark:
    return Remark(
        "TOP-GEO-01",
        "error",
        message("layer.ring_too_short", n=len(ring), minimum=MIN_RING_POSITIONS),
        feature,
        measured=len(ring),
        limit=MIN_RING_POSITIONS,
        unit="positions",
        place=_as_place(ring[0]) if len(ring) else None,
    )


def _report_non_finite(feature: int, coordinates: Floats) -> Remark:
    """The place is the last finite position before the first that is not, or the nearest to it."""
    is_finite = np.asarray(np.isfinite(coordinates).all(axis=1))
    bad_count, first_bad = int((~is_finite).sum()), int(np.flatnonzero(~is_finite)[0])
    place = None
    if is_finite.any():
        place = _as_place(coordinates[is_finite][max(int(is_finite[:first_bad].sum()) - 1, 0)])
    return Remark(
        "TOP-GEO-01",
        "error",
        message("layer.positions_not_finite", n=bad_count, first=first_bad + 1),
        feature,
        measured=bad_count,
        limit=0,
        unit="positions",
        place=place,
    )


def _as_place(position: Floats) -> tuple[float, float]:
    return float(position[0]), float(position[1])


def split_invalid(geometries: Geometries) -> tuple[Geometries, list[Remark]]:
    """The geometries that a layer can have, two-dimensional; None for the others.

    There is a remark on each geometry that becomes None here. Geometries that are None already
    are reported by the reader of the format.
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
    """The Z or M values of ``count`` features were left out."""
    detail = message("layer.heights_ignored", n=count)
    return Remark("TOP-GEO-02", "info", detail, measured=count, unit="features")
