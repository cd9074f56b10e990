"""Which outlines close with each other and with the territories that stay as they are. Pure.

Outlines close where every segment of a border has one unit on each side, to the last bit. Where
there is nobody beyond, as at a coast, an outline may run as it likes between two vertices of it.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from uuid import UUID

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from boundaries.network.commands.day_edges import SAME_PLACE_DEGREES

Place = tuple[float, float]
Segment = tuple[Place, Place]
"""A start and an end, with the territory on the left."""
Areas = Mapping[UUID, BaseGeometry | None]
_LEAST_SQUARE_DEGREES = 1e-13


def list_segments(area: BaseGeometry | None) -> set[Segment]:
    """The segments of all rings of a territory, with it on the left."""
    found: set[Segment] = set()
    for polygon in [] if area is None else shapely.get_parts(area):
        for number, ring in enumerate((polygon.exterior, *polygon.interiors)):
            xy = shapely.get_coordinates(ring)
            places = list(map(tuple, xy.tolist()))
            if shapely.is_ccw(ring) != (number == 0):
                places.reverse()
            found.update((start, end) for start, end in pairwise(places) if start != end)
    return found


def find_closed(outlines: Areas, faces: Areas) -> set[UUID]:
    """The units whose outlines close, if all of these are taken over together.

    Args:
        outlines: what was sent, by unit; None: the unit gives up all its territory.
        faces: the territories as they are, of these units and of all that are near.
    """
    closing = _Closing(outlines, faces)
    chosen = set(outlines)
    while chosen and (broken := closing.find_broken(chosen)):
        chosen -= broken
    return chosen


@dataclass
class _Closing:
    outlines: Areas
    faces: Areas
    old: dict[UUID, set[Segment]] = field(init=False)
    new: dict[UUID, set[Segment]] = field(init=False)

    def __post_init__(self) -> None:
        self.old = {unit: list_segments(face) for unit, face in self.faces.items()}
        self.new = {unit: list_segments(area) for unit, area in self.outlines.items()}
        known = {start for segments in self.old.values() for start, _ in segments}
        added = {start for segments in self.new.values() for start, _ in segments} - known
        self.old = {unit: split_segments(found, added) for unit, found in self.old.items()}
        self.new = {unit: split_segments(found, added) for unit, found in self.new.items()}

    def find_broken(self, chosen: set[UUID]) -> set[UUID]:
        """Those of the chosen units whose outlines leave a segment without its other side."""
        current = {unit: segments for unit, segments in self.old.items() if unit not in chosen}
        current |= {unit: self.new[unit] for unit in chosen}
        coast = self._find_unmatched(self.old)
        open_now = self._find_unmatched(current)
        ends = {place for segments in coast.values() for segment in segments for place in segment}
        broken: set[UUID] = set()
        for unit, segments in open_now.items():
            added = segments - coast.get(unit, set())
            if unit in chosen:
                chains = list(chain_segments(added))
                if not all({chain[0], chain[-1]} <= ends for chain in chains) or (
                    chains and self._overlaps_other(unit, chosen)
                ):
                    broken.add(unit)
            elif added:
                lost = {(end, start) for start, end in added}
                broken |= {one for one in chosen if self.old.get(one, set()) & lost}
        return broken

    def _find_unmatched(self, by_unit: Mapping[UUID, set[Segment]]) -> dict[UUID, set[Segment]]:
        every = set().union(*by_unit.values())
        return {
            unit: {(start, end) for start, end in segments if (end, start) not in every}
            for unit, segments in by_unit.items()
        }

    def _overlaps_other(self, unit: UUID, chosen: set[UUID]) -> bool:
        """Whether an outline with a new coast lies over the territory of another unit."""
        area = self.outlines[unit]
        for other in {*self.faces, *chosen} - {unit}:
            face = self.outlines[other] if other in chosen else self.faces[other]
            if area is not None and face is not None and area.intersects(face):
                common = shapely.intersection(shapely.make_valid(area), shapely.make_valid(face))
                if common.area > _LEAST_SQUARE_DEGREES:
                    return True
        return False


def split_segments(segments: set[Segment], vertices: Iterable[Place]) -> set[Segment]:
    """The segments, divided at those vertices that lie on them.

    A vertex that only one of two neighbours has, on the straight line of the other, changes
    nothing: both get it.
    """
    places = list(vertices)
    ordered = list(segments)
    if not places or not ordered:
        return segments
    points = np.asarray(shapely.points(places), dtype=object)
    lines = np.asarray(shapely.linestrings(np.array(ordered)), dtype=object)
    at, on = shapely.STRtree(points).query(lines, predicate="dwithin", distance=SAME_PLACE_DEGREES)
    inside: dict[int, list[Place]] = {}
    for line, point in zip(at.tolist(), on.tolist(), strict=True):
        if places[point] not in ordered[line]:
            inside.setdefault(line, []).append(places[point])
    divided = segments - {ordered[line] for line in inside}
    for line, found in inside.items():
        start, end = ordered[line]
        found.sort(key=lambda place: (place[0] - start[0]) ** 2 + (place[1] - start[1]) ** 2)
        run = [start, *found, end]
        divided.update(pairwise(run))
    return divided


def chain_segments(segments: Iterable[Segment]) -> Iterator[list[Place]]:
    """Segments that follow each other as lines; one that closes ends where it begins."""
    following: dict[Place, list[Place]] = {}
    arriving: dict[Place, int] = {}
    for start, end in segments:
        following.setdefault(start, []).append(end)
        arriving[end] = arriving.get(end, 0) + 1
    starts = sorted(place for place in following if not arriving.get(place))
    while following:
        place = starts.pop() if starts else min(following)
        if place not in following:
            continue
        chain = [place]
        while place in following:
            ends = following[place]
            after = ends.pop()
            if not ends:
                del following[place]
            chain.append(after)
            place = after
        yield chain
