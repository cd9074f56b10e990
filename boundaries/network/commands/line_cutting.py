"""Lines laid over edges: both get a vertex wherever they meet, and are cut there. Pure."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import shapely

from boundaries.network.commands.day_edges import SAME_PLACE_DEGREES, DayEdge
from boundaries.network.segments import Floats

Place = tuple[float, float]


@dataclass(frozen=True, eq=False)
class LinePart:
    """A part of an edge, or of a line that was laid over edges (``edge`` None)."""

    line: Floats
    edge: DayEdge | None = None


def cut_lines(
    edges: Sequence[DayEdge], drawn: Sequence[Floats], *, cut_crossings: bool = False
) -> list[LinePart]:
    """The edges and the drawn lines, cut wherever a drawn line meets an edge or another one.

    Where a drawn line runs along an edge or an earlier one, only that remains. A place where they
    cross becomes a vertex of both, unless either has one within a tenth of a millimetre, which is
    then that place.

    Args:
        edges: the edges round about.
        drawn: lines (n, 2) in lon, lat degrees of CGCS2000.
        cut_crossings: edges are cut where they cross each other or themselves as well.
    """
    known = [edge.line for edge in edges]
    lines = known + [_drop_repeated(_snap_vertices(line, known)) for line in drawn]
    places = _find_meeting_places(lines, len(edges))
    crossings = _find_crossings(known) if cut_crossings else {}
    for number, found in crossings.items():
        places.setdefault(number, []).extend(found)
    noded = [_insert_vertices(line, places.get(k, [])) for k, line in enumerate(lines)]
    known_segments = {key for line in noded[: len(edges)] for key in _iter_segment_keys(line)}
    new_lines: list[Floats] = []
    for line in noded[len(edges) :]:
        new_lines += _iter_runs_beside(line, known_segments)
        known_segments.update(_iter_segment_keys(line))
    ends = _find_cuts(new_lines, noded[: len(edges)]).union(*crossings.values())
    parts = [LinePart(run) for line in new_lines for run in _split_line(line, ends)]
    for edge, line in zip(edges, noded[: len(edges)], strict=True):
        parts += [LinePart(run, edge) for run in _split_line(line, ends)]
    return parts


def get_place(line: Floats, position: int) -> Place:
    """The coordinates of a vertex."""
    x, y = line[position].tolist()
    return x, y


def _snap_vertices(line: Floats, known: Sequence[Floats]) -> Floats:
    """A drawn line whose vertices are those of edges where they are at the same place."""
    low, high = line.min(axis=0) - SAME_PLACE_DEGREES, line.max(axis=0) + SAME_PLACE_DEGREES
    near = [xy[((xy >= low) & (xy <= high)).all(axis=1)] for xy in known]
    targets = np.vstack([np.empty((0, 2)), *near])
    if not len(targets):
        return line
    tree = shapely.STRtree(np.asarray(shapely.points(targets), dtype=object))
    at, found = tree.query(shapely.points(line), predicate="dwithin", distance=SAME_PLACE_DEGREES)
    snapped = line.copy()
    snapped[at] = targets[found]
    return snapped


def _drop_repeated(line: Floats) -> Floats:
    return line[np.r_[True, (line[1:] != line[:-1]).any(axis=1)]]


def _find_meeting_places(lines: Sequence[Floats], edge_count: int) -> dict[int, list[Place]]:
    """The places at which a drawn line meets another line, by the numbers of both lines."""
    shapes = np.array([None, *map(shapely.LineString, lines)], dtype=object)[1:]
    tree = shapely.STRtree(shapes)
    found: dict[int, list[Place]] = {}
    for own in range(edge_count, len(lines)):
        near = tree.query(shapes[own], predicate="dwithin", distance=SAME_PLACE_DEGREES)
        for other in near.tolist():
            if other == own or edge_count <= other < own:
                continue
            for place in _list_common_places((lines[other], lines[own])):
                for number in (own, other):
                    found.setdefault(number, []).append(place)
    return found


def _find_crossings(edges: Sequence[Floats]) -> dict[int, list[Place]]:
    """The places at which edges cross each other or themselves, by their numbers."""
    shapes = np.array([None, *map(shapely.LineString, edges)], dtype=object)[1:]
    found: dict[int, list[Place]] = {}
    pairs = shapely.STRtree(shapes).query(shapes, predicate="crosses").T
    for own, other in pairs[pairs[:, 0] < pairs[:, 1]].tolist():
        for place in _list_common_places((edges[own], edges[other])):
            for number in (own, other):
                found.setdefault(number, []).append(place)
    for own in np.flatnonzero(~shapely.is_simple(shapes)).tolist():
        runs = shapely.get_parts(shapely.node(shapes[own]))
        ends = Counter(
            get_place(shapely.get_coordinates(run), at) for run in runs for at in (0, -1)
        )
        found.setdefault(own, []).extend(place for place, count in ends.items() if count > 1)
    return found


def _list_common_places(lines: tuple[Floats, Floats]) -> list[Place]:
    """Where two lines meet: crossings, and all vertices of one that lie on the other."""
    one, other = map(shapely.LineString, lines)
    crossings = shapely.get_coordinates(shapely.intersection(one, other))
    touching = [
        line[shapely.dwithin(shapely.points(line), target, SAME_PLACE_DEGREES)]
        for line, target in zip(lines, (other, one), strict=True)
    ]
    places = map(tuple, np.vstack([crossings, *touching]).tolist())
    return list(dict.fromkeys(_find_known_vertex(place, lines) or place for place in places))


def _find_known_vertex(place: Place, lines: Sequence[Floats]) -> Place | None:
    for line in lines:
        distances = np.abs(line - np.asarray(place)).max(axis=1)
        nearest = int(np.argmin(distances))
        if distances[nearest] <= SAME_PLACE_DEGREES:
            return get_place(line, nearest)
    return None


def _insert_vertices(line: Floats, places: Sequence[Place]) -> Floats:
    """The line with further vertices, each in the segment on which it lies."""
    known = {get_place(line, k) for k in range(len(line))}
    missing = sorted(set(places) - known)
    if not missing:
        return line
    start, end = line[:-1], line[1:]
    inserted: dict[int, list[tuple[float, Place]]] = {}
    for place in missing:
        direction = end - start
        length = (direction**2).sum(axis=1)
        along = ((np.asarray(place) - start) * direction).sum(axis=1)
        share = np.clip(along / np.where(length > 0.0, length, 1.0), 0.0, 1.0)
        distance = np.hypot(*(start + share[:, None] * direction - place).T)
        segment = int(np.argmin(distance))
        inserted.setdefault(segment, []).append((float(share[segment]), place))
    pieces = [line[:1]]
    for k in range(len(line) - 1):
        pieces += [np.array([place]) for _, place in sorted(inserted.get(k, []))]
        pieces.append(line[k + 1 : k + 2])
    return np.vstack(pieces)


def _iter_segment_keys(line: Floats) -> Iterator[tuple[Place, Place]]:
    """Each segment of a line, the same in both directions."""
    for one, other in pairwise(map(tuple, line.tolist())):
        yield (one, other) if one < other else (other, one)


def _iter_runs_beside(line: Floats, along: set[tuple[Place, Place]]) -> Iterator[Floats]:
    """The runs of a line that are not along known segments."""
    run: list[int] = []
    for k, key in enumerate(_iter_segment_keys(line)):
        if key not in along:
            run.append(k)
        elif run:
            yield line[run[0] : run[-1] + 2]
            run = []
    if run:
        yield line[run[0] : run[-1] + 2]


def _find_cuts(drawn: Sequence[Floats], edges: Sequence[Floats]) -> set[Place]:
    """The vertices at which drawn lines end, meet each other or meet an edge."""
    if not drawn:
        return set()
    counts = Counter(place for line in drawn for place in map(tuple, line.tolist()))
    cuts = {place for place, count in counts.items() if count > 1}
    cuts |= {get_place(line, at) for line in drawn for at in (0, -1)}
    every = np.vstack(drawn)
    low, high = every.min(axis=0), every.max(axis=0)
    for line in edges:
        near = line[((line >= low) & (line <= high)).all(axis=1)]
        cuts |= {place for place in map(tuple, near.tolist()) if place in counts}
    return cuts


def _split_line(line: Floats, ends: set[Place]) -> Iterator[Floats]:
    """The runs of a line between the places at which it is cut."""
    cuts = [k for k, place in enumerate(map(tuple, line.tolist())) if place in ends]
    bounds = sorted({0, len(line) - 1, *cuts})
    for first, last in pairwise(bounds):
        yield line[first : last + 1]
