"""Why a polygon is not valid, as a message, and every place where it is not.

GEOS reports the first place only, rounded and in English; here all places are found, exactly.
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
from gazetteer.messages import Message, message

Ints = NDArray[np.int64]
Coordinate = tuple[float, float]

_KIND_OF_REASON = {
    "self_intersection": "crossing",
    "ring_self_intersection": "touch",
    "hole_lies_outside_shell": "hole",
    "holes_are_nested": "hole",
    "interior_is_disconnected": "disconnected",
    "nested_shells": "nested",
    "duplicate_rings": "ring",
    "too_few_points_in_geometry_component": "collapsed",
}
"""The kind of finding for each reason of GEOS, in snake case; it ends the id of its message."""
_REASON = re.compile(r"([^\[]+)(?:\[(\S+) (\S+)\])?")
MAX_PLACES = 10_000
"""More places of one feature are not listed, and it is not compared with others."""
_MAX_CONTACTS = 5
_BLOCK = 1024
_CROSSING_KINDS = frozenset({"crossing", "touch"})


@dataclass(frozen=True, slots=True)
class ValidityFlaw:
    """One reason with its places; ``kind`` is the kind of the finding."""

    kind: str
    reason: Message
    points: shapely.MultiPoint


def find_validity_flaws(
    segments: Segments, feature: int, shape: BaseGeometry
) -> Iterator[ValidityFlaw]:
    """What is wrong with an invalid polygon, apart from doubled segments (TOP-GEO-04)."""
    which = np.flatnonzero(segments.feature == feature)
    crossing, touching = _find_self_contacts(segments, which)
    flaw = _parse_geos_reason(shapely.is_valid_reason(shape))
    if crossing:
        yield _build_flaw("self_intersection", crossing)
    if touching and (flaw.kind in _CROSSING_KINDS or not crossing):
        yield _build_flaw("ring_self_intersection", touching)
    has_doubled = bool(np.isin(segments.matching.doubled, which).any())
    is_doubled_only = has_doubled and flaw.kind in (*_CROSSING_KINDS, "collapsed")
    if not crossing and not touching and not is_doubled_only:
        yield flaw


def _build_flaw(reason: str, places: list[Coordinate]) -> ValidityFlaw:
    words = message(f"finding.TOP-GEO-01.reason.{reason}")
    return ValidityFlaw(_KIND_OF_REASON[reason], words, shapely.MultiPoint(places))


def _parse_geos_reason(text: str) -> ValidityFlaw:
    """The reason and its first place from the words of GEOS, such as ``Nested shells[300 300]``."""
    match = _REASON.match(text)
    reason, x, y = match.groups() if match else (text, None, None)
    place = float(x or "nan"), float(y or "nan")
    id_ = reason.strip().lower().replace("-", " ").replace(" ", "_")
    if id_ in _KIND_OF_REASON:
        return _build_flaw(id_, [place])
    words = message("finding.TOP-GEO-01.reason.other", text=reason.strip())
    return ValidityFlaw("other", words, shapely.MultiPoint([place]))


def _find_self_contacts(
    segments: Segments, which: Ints
) -> tuple[list[Coordinate], list[Coordinate]]:
    """Where the segments of a feature cross, and at which vertices a ring meets itself."""
    lines = segments.build_lines(which)
    blocks = list(_iter_contacts(lines))
    i, j = np.hstack(blocks) if blocks else np.empty((2, 0), np.int64)
    start, end = segments.start_vertex[which], segments.end_vertex[which]
    ends = [(start[i], end[i]), (start[j], end[j])]
    common = np.array([a == b for a in ends[0] for b in ends[1]]).any(axis=0)
    crossing = shapely.intersection(lines[i[~common]], lines[j[~common]])
    points = shapely.get_coordinates(crossing[shapely.get_dimensions(crossing) == 0])
    crossings = [tuple(p) for p in np.unique(points, axis=0)[:MAX_PLACES].tolist()]
    return crossings, _find_revisited_vertices(segments, which)


def _iter_contacts(lines: NDArray[np.object_]) -> Iterator[Ints]:
    """Pairs (2, K) of lines that meet, block by block, until there are far too many."""
    tree, total = STRtree(lines), 0
    for begin in range(0, len(lines), _BLOCK):
        pairs = tree.query(lines[begin : begin + _BLOCK], predicate="intersects")
        pairs[0] += begin
        yield pairs[:, pairs[0] < pairs[1]]
        total += pairs.shape[1]
        if total > _MAX_CONTACTS * MAX_PLACES + 3 * len(lines):
            return


def count_crossings(segments: Segments, feature: int) -> int:
    """In how many places the segments of a feature cross: at least, where there are very many."""
    lines = segments.build_lines(np.flatnonzero(segments.feature == feature))
    pairs = sum(len(block[0]) for block in _iter_contacts(lines))
    return int(max(pairs - len(lines), 0))


def _find_revisited_vertices(segments: Segments, which: Ints) -> list[Coordinate]:
    """Vertices that one ring visits more than once, other than where it doubles back."""
    doubled = np.isin(which, segments.matching.doubled)
    alone = which[~doubled]
    alone = alone[segments.start_vertex[alone] != segments.end_vertex[alone]]
    visits = np.column_stack([segments.ring[alone], segments.start_vertex[alone]])
    _, first, count = np.unique(visits, axis=0, return_index=True, return_counts=True)
    revisited = alone[first[count > 1]]
    at = segments.first[revisited] + segments.ring_reversed[revisited]
    return [tuple(p) for p in np.unique(segments.xy[at], axis=0).tolist()]
