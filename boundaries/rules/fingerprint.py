"""Fingerprints of findings: whether the boundaries at the place of a finding have changed.

An exception is granted for what a person looked at: the course of the boundaries at that place. It
ends as soon as they run differently, and outlives all changes elsewhere.
"""

import hashlib
import json
from collections.abc import Mapping
from typing import Generic, TypeVar

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from boundaries.rules.common.spatial_finding import SpatialFinding
from gazetteer.messages import Message

UnitKey = TypeVar("UnitKey")
Floats = NDArray[np.float64]

_NEAR_DEG = 1.0 / 111_000.0
"""Degrees (about a metre): a boundary no farther from a place than this is at the place."""
_DECIMALS = 9
"""Places are computed and may differ in the last bits from one processor to another, so these are
rounded to a tenth of a millimetre. Stored boundaries are compared to the last bit."""


class BorderLookup(Generic[UnitKey]):
    """Finds the boundary segments of units near a place, in lon, lat degrees."""

    def __init__(self, shapes: Mapping[UnitKey, BaseGeometry]) -> None:
        self._shapes = shapes
        self._segments: dict[UnitKey, Floats] = {}

    def find_segments_near(self, unit: UnitKey, place: BaseGeometry) -> Floats:
        """The whole segments (K, 4) of the boundary of a unit at a place, without direction."""
        if unit not in self._shapes or place.is_empty:
            return np.empty((0, 4))
        if unit not in self._segments:
            self._segments[unit] = _extract_segments(self._shapes[unit])
        return _select_near(self._segments[unit], place)


def compute_fingerprint(
    finding: SpatialFinding, units: tuple[UnitKey, ...], borders: BorderLookup[UnitKey]
) -> str:
    """A digest of the place, of what was measured, and of the unit boundaries at the place.

    A finding without a place, as of a code that was assigned twice, is identified by its message:
    id and parameters, which a better wording does not change.

    Args:
        finding: its ``features`` are numbers in ``units``.
        units: the units that the features stand for.
        borders: the boundaries of the units, as far as they have any.
    """
    place = finding.geometry
    measured_text = "-" if finding.measured is None else f"{finding.measured:.6g}"
    content = hashlib.blake2s(measured_text.encode(), digest_size=16)
    if place is None:
        content.update(_encode_message(finding.message))
    else:
        content.update(_encode_rounded(place))
        for unit in sorted({units[feature] for feature in finding.features}, key=str):
            content.update(f"|{unit}|".encode())
            content.update(borders.find_segments_near(unit, place).astype("<f8").tobytes())
    return content.hexdigest()


def _encode_message(words: Message) -> bytes:
    """A message as canonical JSON."""
    text = json.dumps(words.as_json(), sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return text.encode()


def _encode_rounded(place: BaseGeometry) -> bytes:
    """A place as bytes that do not depend on where its rings start, nor on the sign of zeros."""
    plain = shapely.transform(shapely.force_2d(place), lambda xy: np.round(xy, _DECIMALS) + 0.0)
    return shapely.to_wkb(shapely.normalize(plain), byte_order=1)


def _extract_segments(shape: BaseGeometry) -> Floats:
    rings = shapely.get_rings(shapely.get_parts(shape))
    xy, ring = shapely.get_coordinates(rings, return_index=True)
    same_ring = ring[1:] == ring[:-1]
    start, end = xy[:-1][same_ring], xy[1:][same_ring]
    backward = (start[:, 0] > end[:, 0]) | ((start[:, 0] == end[:, 0]) & (start[:, 1] > end[:, 1]))
    start[backward], end[backward] = end[backward], start[backward]
    return np.unique(np.column_stack([start, end]), axis=0)


def _select_near(segments: Floats, place: BaseGeometry) -> Floats:
    x0, y0, x1, y1 = shapely.bounds(shapely.box(*place.bounds).buffer(_NEAR_DEG))
    low, high = (
        np.minimum(segments[:, :2], segments[:, 2:]),
        np.maximum(segments[:, :2], segments[:, 2:]),
    )
    nearby = segments[((low <= (x1, y1)) & (high >= (x0, y0))).all(axis=1)]
    shapely.prepare(place)
    near: Floats = nearby[
        shapely.dwithin(shapely.linestrings(nearby.reshape(-1, 2, 2)), place, _NEAR_DEG)
    ]
    return near
