"""One area from the directed lines that bound it, in the one form in which areas are stored.

Shells run counter-clockwise and holes clockwise. Every ring begins at its westernmost vertex (of
several the southernmost), the larger shells come first, and holes follow in the order of their
first vertices: the form depends on the ground only, and not on how its border is divided.
"""

from collections.abc import Sequence

import numpy as np
import shapely

from boundaries.network.segments import Floats

_Corner = tuple[float, float]


class BrokenNetwork(ValueError):
    """Edges that do not close: the network was changed outside of the program."""


class CrossingBorder(BrokenNetwork):
    """Edges that close, but cross each other, so that a hole lies in no shell."""


def assemble_area(lines: Sequence[Floats]) -> shapely.MultiPolygon:
    """The area on the left of lines (n, 2) that close together, in canonical form.

    Rings that touch themselves are split, so that the area is valid if its faces do not overlap.

    Raises:
        BrokenNetwork: lines are missing.
    """
    bounding = _drop_cracks(lines)
    rings = [_join_lines([bounding[k] for k in loop]) for loop in _trace_loops(bounding)]
    return _assemble_polygons(rings)


def assemble_area_unchecked(lines: Sequence[Floats]) -> shapely.MultiPolygon:
    """As :func:`assemble_area`, also for borders that cross themselves: the area is then invalid.

    Raises:
        BrokenNetwork: lines are missing.
    """
    try:
        return assemble_area(lines)
    except CrossingBorder:
        return _assemble_rings(lines)


def _assemble_rings(lines: Sequence[Floats]) -> shapely.MultiPolygon:
    """The rings on the left of lines that close together, each as a polygon of its own."""
    rings = [_join_lines([lines[k] for k in loop]) for loop in _trace_loops(lines)]
    return shapely.MultiPolygon([shapely.Polygon(ring) for ring in rings])


def _drop_cracks(lines: Sequence[Floats]) -> Sequence[Floats]:
    """The lines without those that have the area on both sides: one there, another one back."""
    remaining: dict[bytes, list[Floats]] = {}
    for line in lines:
        opposite = remaining.get(line[::-1].tobytes())
        if opposite:
            opposite.pop()
        else:
            remaining.setdefault(line.tobytes(), []).append(line)
    return [line for same in remaining.values() for line in same]


def canonicalize_area(area: shapely.MultiPolygon) -> shapely.MultiPolygon:
    """The same area in canonical form; repeated vertices are left out."""
    rings = []
    for polygon in area.geoms:
        for number, ring in enumerate((polygon.exterior, *polygon.interiors)):
            xy = shapely.get_coordinates(ring)
            if shapely.is_ccw(ring) != (number == 0):
                xy = xy[::-1]
            is_new = np.r_[True, (xy[1:] != xy[:-1]).any(axis=1)]
            rings.append(_rotate_ring(xy[is_new]))
    return _assemble_polygons(rings)


def encode_area(area: shapely.MultiPolygon) -> str:
    """An area in the form in which the ledger stores it: little-endian WKB in lowercase hex."""
    wkb: bytes = shapely.to_wkb(area, byte_order=1)
    return wkb.hex()


def _trace_loops(lines: Sequence[Floats]) -> list[list[int]]:
    """The lines as closed walks that visit no place twice."""
    starts = [_get_corner(line, 0) for line in lines]
    ends = [_get_corner(line, -1) for line in lines]
    leaving: dict[_Corner, list[int]] = {}
    for number, start in enumerate(starts):
        leaving.setdefault(start, []).append(number)
    used = [False] * len(lines)
    loops: list[list[int]] = []
    for first in range(len(lines)):
        if used[first]:
            continue
        walk, at = [first], first
        while (at := _choose_onward(lines, at, leaving.get(ends[at], ()), used)) != first:
            used[at] = True
            walk.append(at)
        used[first] = True
        loops += _split_loops(walk, starts, ends)
    return loops


def _choose_onward(
    lines: Sequence[Floats], arrived: int, leaving: Sequence[int], used: Sequence[bool]
) -> int:
    """The next line of a walk, or its first one where it closes; each line is walked once."""
    onward = [line for line in leaving if not used[line]]
    if not onward:
        raise BrokenNetwork(f"the edges do not close at {_get_corner(lines[arrived], -1)}")
    return onward[0] if len(onward) == 1 else _choose_leftmost(lines, arrived, onward)


def _get_corner(line: Floats, position: int) -> _Corner:
    x, y = line[position].tolist()
    return x, y


def _choose_leftmost(lines: Sequence[Floats], arrived: int, onward: Sequence[int]) -> int:
    """The next line where an area touches itself: the one that stays closest to it."""
    back = _measure_heading(lines[arrived][-1], lines[arrived][-2])
    return min(
        onward,
        key=lambda line: (
            (back - _measure_heading(lines[line][0], lines[line][1])) % (2 * np.pi) or 2 * np.pi
        ),
    )


def _measure_heading(start: Floats, end: Floats) -> float:
    """The direction from one vertex to another, in radians."""
    dx, dy = (end - start).tolist()
    return float(np.arctan2(dy, dx))


def _split_loops(
    walk: Sequence[int], starts: Sequence[_Corner], ends: Sequence[_Corner]
) -> list[list[int]]:
    """A walk as loops that visit no place twice."""
    loops: list[list[int]] = []
    pending: list[int] = []
    positions: dict[_Corner, int] = {}
    for line in walk:
        positions[starts[line]] = len(pending)
        pending.append(line)
        reached = positions.get(ends[line])
        if reached is not None:
            loops.append(pending[reached:])
            for passed in loops[-1]:
                del positions[starts[passed]]
            del pending[reached:]
    return loops


def _join_lines(lines: Sequence[Floats]) -> Floats:
    """A closed ring of lines that follow each other."""
    return _rotate_ring(np.vstack([*(line[:-1] for line in lines), lines[0][:1]]))


def _rotate_ring(ring: Floats) -> Floats:
    """A closed ring that begins at its westernmost, then southernmost vertex."""
    vertices = ring[:-1]
    west = np.flatnonzero(vertices[:, 0] == vertices[:, 0].min())
    first = int(west[np.argmin(vertices[west, 1])])
    return np.vstack([vertices[first:], vertices[: first + 1]])


def _assemble_polygons(rings: Sequence[Floats]) -> shapely.MultiPolygon:
    """Shells with the holes that lie in them."""
    polygons = [shapely.Polygon(ring) for ring in rings]
    first = [tuple(ring[0].tolist()) for ring in rings]
    order = sorted(range(len(rings)), key=lambda k: (-polygons[k].area, first[k]))
    shells = [k for k in order if shapely.is_ccw(polygons[k].exterior)]
    holes = sorted(set(order).difference(shells), key=lambda k: first[k])
    if not holes:
        return shapely.MultiPolygon([polygons[k] for k in shells])
    holes_by_shell: dict[int, list[Floats]] = {shell: [] for shell in shells}
    for hole in holes:
        shell = _find_enclosing_shell(polygons[hole], polygons, shells)
        holes_by_shell[shell].append(rings[hole])
    return shapely.MultiPolygon([shapely.Polygon(rings[k], holes_by_shell[k]) for k in shells])


def _find_enclosing_shell(
    hole: shapely.Polygon, polygons: Sequence[shapely.Polygon], shells: Sequence[int]
) -> int:
    """The smallest shell round a hole; ``shells`` are in the order of their sizes."""
    if len(shells) == 1:
        return shells[0]
    point = hole.representative_point()  # it may lie in an island, which is smaller than the hole
    containing = [
        shell
        for shell in shells
        if polygons[shell].area > hole.area and polygons[shell].contains(point)
    ]
    if not containing:
        raise CrossingBorder("a hole lies in no shell: edges round this area cross or are missing")
    return containing[-1]
