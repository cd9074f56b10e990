"""Proposals for a finding: what could be done, what it would move, and who would win or lose.

Nothing is repaired here. A proposal is offered only if judging it shows that the finding is gone
and that no other comes; a person of each side accepts it or not. Vertices that are fixed, as those
at surveyed markers, never move.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Literal

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from boundaries.rules.finding import Finding
from boundaries.rules.incremental import Judged, edit
from boundaries.rules.metric import Floats
from boundaries.rules.moves import Move, Place, moves
from boundaries.rules.window import widened

Way = Literal["snap", "clean", "fill", "trim"]
Shapes = Mapping[int, BaseGeometry]

_SAME_M = 1e-6
"""Vertices that come out of one construction are the same within a micrometre."""
_ROOM = 1.01
"""A width is measured to less than a hundredth of itself."""
_LEAST_M = 1e-3
_GROUND = ("TOP-COV-01", "TOP-COV-02", "TOP-COV-04")


@dataclass(frozen=True, slots=True)
class Proposal:
    """One way to settle a finding.

    ``feature`` is whose line stays (snap), who gets the ground (fill) or gives it up (trim); None
    for clean. ``shapes`` are the new polygons of the features that change; ``moves`` tells what
    happens to which vertex; ``gain_m2`` the square metres that each unit wins, or loses.
    """

    way: Way
    feature: int | None
    shapes: Shapes
    moves: tuple[Move, ...]
    gain_m2: Mapping[int, float]

    @property
    def furthest_m(self) -> float:
        """The greatest distance that any vertex moves, in metres."""
        return max((move.distance_m for move in self.moves), default=0.0)


def proposals(judged: Judged, finding: Finding, fixed: Floats | None = None) -> list[Proposal]:
    """What can be proposed for one of the findings of a judged level; none where nobody can tell.

    ``fixed`` (K, 2) are coordinates of vertices that must not move. Duplicates have no proposal:
    which of two units a piece of ground belongs to is no question of geometry.
    """
    place = finding.geometry
    if place is None or place.is_empty:
        return []
    kept = np.empty((0, 2)) if fixed is None else np.asarray(fixed, dtype=np.float64)
    found: list[Proposal] = []
    for way, feature, make in _ways(judged, finding, place):
        shapes = _changed(judged, make())
        proposal = _proposal(judged, way, feature, shapes)
        new = shapes and all(proposal.moves != other.moves for other in found)
        if new and _sound(judged, finding, shapes, kept):
            found.append(proposal)
    return found


_Made = tuple[Way, int | None, Callable[[], dict[int, BaseGeometry]]]


def _ways(judged: Judged, finding: Finding, place: BaseGeometry) -> Iterator[_Made]:
    for feature in finding.features:
        if finding.rule == "TOP-COV-03":
            yield "snap", feature, partial(snap, judged, place, feature, finding.features)
        elif finding.rule == "TOP-COV-01" and finding.kind != "duplicate":
            yield "trim", feature, partial(trim, judged, place, feature)
        elif finding.rule in ("TOP-COV-02", "TOP-COV-04"):
            yield "fill", feature, partial(fill, judged, place, feature)
    if finding.rule in (*_GROUND, "TOP-COV-03"):
        yield "clean", None, partial(clean, judged, place, finding.measured or 0.0)


def snap(
    judged: Judged, place: BaseGeometry, reference: int, features: tuple[int, ...]
) -> dict[int, BaseGeometry]:
    """The line of one unit stays; the vertices of the others at the place go onto it.

    They go to its vertices where those are within the tolerance, else to the nearest point of its
    line. A vertex that further units have in the same place goes with it.
    """
    tolerance, line = judged.tolerances.overlap_m, judged.shapes[reference]
    points = _vertices(judged, line, place, tolerance)
    shapes = {f: judged.shapes[f] for f in (*_near(judged, place), *features)}
    for feature in features:
        if feature != reference:
            shapes[feature] = _snapped(judged, shapes[feature], points, tolerance)
            new = _onto(judged, shapes[feature], line, place)
            shapes = {f: s if f == reference else _replaced(s, new) for f, s in shapes.items()}
    return _agreed(judged, place, shapes)


def _onto(
    judged: Judged, shape: BaseGeometry, line: BaseGeometry, place: BaseGeometry
) -> dict[Place, Place]:
    """Where the vertices of a shape at a place go that are none of another's, nearest on it."""
    tolerance = judged.tolerances.overlap_m
    mine = _vertices(judged, shape, place, tolerance)
    alone = mine[~_among(line, mine)]
    points = np.asarray(shapely.points(alone), dtype=object)
    paths = np.asarray(shapely.shortest_line(points, shapely.boundary(line)), dtype=object)
    near = shapely.length(paths) <= judged.metric.units(tolerance)
    ends = shapely.get_coordinates(paths[near]).reshape(-1, 2, 2)[:, 1]
    pairs = zip(alone[near].tolist(), ends.tolist(), strict=True)
    return {(old[0], old[1]): (new[0], new[1]) for old, new in pairs}


def _replaced(shape: BaseGeometry, new: Mapping[Place, Place]) -> BaseGeometry:
    """The shape with other places for some of its vertices."""
    if not new:
        return shape
    xy = shapely.get_coordinates(shape)
    for old, to in new.items():
        xy[(xy == old).all(axis=1)] = to
    return shapely.set_coordinates(shapely.transform(shape, np.copy), xy)


def fill(judged: Judged, place: BaseGeometry, feature: int) -> dict[int, BaseGeometry]:
    """One unit gets nobody's ground."""
    grown = shapely.union(judged.shapes[feature], place)
    return _agreed(judged, place, {feature: grown})


def trim(judged: Judged, place: BaseGeometry, feature: int) -> dict[int, BaseGeometry]:
    """One unit gives up the ground that another has too."""
    left = shapely.difference(judged.shapes[feature], place)
    return _agreed(judged, place, {feature: left})


def clean(judged: Judged, place: BaseGeometry, width: float) -> dict[int, BaseGeometry]:
    """What ``shapely.coverage_clean`` makes of the units round the place.

    It snaps vertices together, gives overlaps to the unit with the longest common border, and gaps
    to the neighbour with the longest one. It may also move vertices elsewhere in these polygons
    and fill other holes of theirs, enclaves among them: a result that does so is not offered.
    """
    near = _near(judged, place)
    width = max(width, _LEAST_M) * _ROOM
    size = judged.metric.units(width)
    thin = judged.metric.units(min(width, judged.tolerances.overlap_m))
    before = judged.shapes[near]
    after = shapely.coverage_clean(before, snapping_distance=thin, gap_width=size)  # type: ignore[attr-defined]
    around = shapely.box(*widened(place.bounds, 2 * width, judged.metric))
    apart = shapely.symmetric_difference(before, after)
    if not (shapely.is_empty(apart) | shapely.covered_by(apart, around)).all():
        return {}
    same = shapely.equals_identical(shapely.normalize(before), shapely.normalize(after))
    return {f: s for f, s, alike in zip(near, after, same, strict=True) if not alike}


def _near(judged: Judged, place: BaseGeometry) -> list[int]:
    box = widened(place.bounds, judged.tolerances.overlap_m, judged.metric)
    return [f for f in judged.near(box) if f not in judged.invalid]


def _vertices(judged: Judged, shape: BaseGeometry, place: BaseGeometry, metres: float) -> Floats:
    """The vertices of a shape within so many metres of a place."""
    xy = shapely.get_coordinates(shape)
    xmin, ymin, xmax, ymax = widened(place.bounds, metres, judged.metric)
    x, y = xy.T
    xy = xy[(x >= xmin) & (x <= xmax) & (y >= ymin) & (y <= ymax)]
    reach = judged.metric.units(metres)
    near: Floats = np.unique(xy[shapely.dwithin(shapely.points(xy), place, reach)], axis=0)
    return near


def _snapped(judged: Judged, shape: BaseGeometry, points: Floats, metres: float) -> BaseGeometry:
    if not len(points):
        return shape
    onto = shapely.MultiPoint(points)
    snapped: BaseGeometry = shapely.snap(shape, onto, judged.metric.units(metres))
    return snapped


def _agreed(
    judged: Judged, place: BaseGeometry, shapes: dict[int, BaseGeometry]
) -> dict[int, BaseGeometry]:
    """The shapes and those round the place, each with the vertices that the others have on it."""
    near = {f: judged.shapes[f] for f in _near(judged, place)}
    all_ = {**near, **shapes}
    size = max(judged.tolerances.overlap_m, _LEAST_M)
    points = [_vertices(judged, shape, place, size) for shape in all_.values()]
    corners = np.unique(np.vstack(points), axis=0)
    return {f: _snapped(judged, shape, corners, _SAME_M) for f, shape in all_.items()}


def _changed(judged: Judged, shapes: dict[int, BaseGeometry]) -> dict[int, BaseGeometry]:
    """The shapes that are not what they were; none at all if one of them is no polygon."""
    new = {f: s for f, s in shapes.items() if not shapely.equals_identical(s, judged.shapes[f])}
    usable = all(
        s.geom_type in ("Polygon", "MultiPolygon") and not s.is_empty for s in new.values()
    )
    return new if usable else {}


def _sound(
    judged: Judged, finding: Finding, shapes: dict[int, BaseGeometry], fixed: NDArray[np.float64]
) -> bool:
    """Whether the finding is gone, nothing else comes, and what is fixed stays."""
    for feature, shape in shapes.items():
        old, new = (_among(s, fixed) for s in (judged.shapes[feature], shape))
        if (old & ~new).any():
            return False
    change = edit(judged, shapes)
    return not change.added and finding in change.removed


def _among(shape: BaseGeometry, points: Floats) -> NDArray[np.bool_]:
    """Which of the points are vertices of a shape, to the last bit."""
    own = {tuple(xy) for xy in shapely.get_coordinates(shape).tolist()} if len(points) else set()
    return np.array([tuple(point) in own for point in points.tolist()], dtype=bool)


def _proposal(judged: Judged, way: Way, feature: int | None, shapes: Shapes) -> Proposal:
    old = {f: judged.shapes[f] for f in shapes}
    moved = [move for f in sorted(shapes) for move in moves(f, old[f], shapes[f], judged.metric)]
    order = sorted(shapes)
    areas = [judged.metric.area(np.array([of[f] for f in order])) for of in (old, shapes)]
    gain = dict(zip(order, (areas[1] - areas[0]).tolist(), strict=True))
    return Proposal(way, feature, dict(shapes), tuple(moved), gain)
