"""Why a polygon is not valid, in words, and every place where it is not.

GEOS tells the first place only, rounded, and in English; the places are sought here again, exactly.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import STRtree
from shapely.geometry.base import BaseGeometry

from boundaries.network.segments import Segments

Ints = NDArray[np.int64]

_REASONS = {
    "self-intersection": ("crossing", "边界自相交", "its border crosses itself"),
    "ring self-intersection": ("touch", "一个环自相接触", "a ring touches itself"),
    "hole lies outside shell": ("hole", "洞在外环之外", "a hole lies outside of its outer ring"),
    "holes are nested": ("hole", "洞中有洞", "a hole lies inside another hole"),
    "interior is disconnected": (
        "disconnected",
        "内部被洞切断",
        "its holes cut its interior into pieces",
    ),
    "nested shells": ("nested", "一个部分位于另一部分之内", "a part lies inside another part"),
    "duplicate rings": ("ring", "同一个环出现两次", "it has the same ring twice"),
    "too few points in geometry component": (
        "collapsed",
        "一个环没有面积",
        "a ring has no area",
    ),
}
_REASON = re.compile(r"([^\[]+)(?:\[(\S+) (\S+)\])?")
_CROSSING_KINDS = frozenset({"crossing", "touch"})


@dataclass(frozen=True, slots=True)
class ValidityFlaw:
    """One reason with its places; ``kind`` is a stable word."""

    kind: str
    zh: str
    en: str
    points: shapely.MultiPoint


def find_validity_flaws(
    segments: Segments, feature: int, shape: BaseGeometry
) -> Iterator[ValidityFlaw]:
    """What is wrong with an invalid polygon, apart from running along itself (TOP-GEO-04)."""
    which = np.flatnonzero(segments.feature == feature)
    crossing, touching = _find_self_contacts(segments, which)
    text = shapely.is_valid_reason(shape)
    kind, zh, en, place = _parse_geos_reason(text)
    if crossing:
        yield ValidityFlaw(*_REASONS["self-intersection"], shapely.MultiPoint(crossing))
    if touching and (kind in _CROSSING_KINDS or not crossing):
        yield ValidityFlaw(*_REASONS["ring self-intersection"], shapely.MultiPoint(touching))
    has_doubled = bool(np.isin(segments.matching.doubled, which).any())
    if (
        not crossing
        and not touching
        and not (has_doubled and kind in (*_CROSSING_KINDS, "collapsed"))
    ):
        yield ValidityFlaw(kind, zh, en, shapely.MultiPoint([place]))


def _parse_geos_reason(text: str) -> tuple[str, str, str, tuple[float, float]]:
    """The reason as GEOS gives it, as a kind, in words, and with a place."""
    match = _REASON.match(text)
    reason, x, y = match.groups() if match else (text, None, None)
    words = _REASONS.get(reason.strip().lower())
    kind, zh, en = words or ("other", f"{reason.strip()}", reason.strip())
    return kind, zh, en, (float(x or "nan"), float(y or "nan"))


def _find_self_contacts(
    segments: Segments, which: Ints
) -> tuple[list[tuple[float, float]], list[tuple[float, float]]]:
    """Where a feature's own pieces cross, and at which vertices one ring meets itself."""
    lines = segments.build_lines(which)
    i, j = STRtree(lines).query(lines, predicate="intersects")
    i, j = i[i < j], j[i < j]
    start, end = segments.start_vertex[which], segments.end_vertex[which]
    ends = [(start[i], end[i]), (start[j], end[j])]
    common = np.array([a == b for a in ends[0] for b in ends[1]]).any(axis=0)
    crossing = shapely.intersection(lines[i[~common]], lines[j[~common]])
    points = shapely.get_coordinates(crossing[shapely.get_dimensions(crossing) == 0])
    return [tuple(p) for p in np.unique(points, axis=0).tolist()], _find_revisited_vertices(
        segments, which
    )


def _find_revisited_vertices(segments: Segments, which: Ints) -> list[tuple[float, float]]:
    """Vertices that one ring visits more than once, other than where it turns back."""
    doubled = np.isin(which, segments.matching.doubled)
    alone = which[~doubled]
    alone = alone[segments.start_vertex[alone] != segments.end_vertex[alone]]
    visits = np.column_stack([segments.ring[alone], segments.start_vertex[alone]])
    _, first, count = np.unique(visits, axis=0, return_index=True, return_counts=True)
    revisited = alone[first[count > 1]]
    at = segments.first[revisited] + segments.ring_reversed[revisited]
    return [tuple(p) for p in np.unique(segments.xy[at], axis=0).tolist()]
