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

from boundaries.rules.common.layer_finding import Finding
from boundaries.rules.common.measures import Floats
from boundaries.rules.edit_extent import widen_box
from boundaries.rules.incremental import ValidatedLevel, revalidate_edit
from boundaries.rules.vertex_displacements import Coordinate, VertexMove, find_vertex_moves

ProposalWay = Literal["snap", "clean", "fill", "trim"]
Shapes = Mapping[int, BaseGeometry]

_SAME_VERTEX_M = 1e-6
"""Vertices that come out of one construction are the same within a micrometre."""
_WIDTH_MARGIN = 1.01
"""A width is measured to less than a hundredth of itself."""
_MIN_WIDTH_M = 1e-3
_AREA_RULES = ("TOP-COV-01", "TOP-COV-02", "TOP-COV-04")


@dataclass(frozen=True, slots=True)
class Proposal:
    """One way to settle a finding.

    ``feature`` is whose line stays (snap), who gets the ground (fill) or gives it up (trim); None
    for clean. ``shapes`` are the new polygons of the features that change; ``moves`` tells what
    happens to which vertex; ``gain_m2`` the square metres that each unit wins, or loses.
    """

    way: ProposalWay
    feature: int | None
    shapes: Shapes
    moves: tuple[VertexMove, ...]
    gain_m2: Mapping[int, float]

    @property
    def furthest_m(self) -> float:
        """The greatest distance that any vertex moves, in metres."""
        return max((move.distance_m for move in self.moves), default=0.0)


def propose_repairs(
    level: ValidatedLevel, finding: Finding, fixed: Floats | None = None
) -> list[Proposal]:
    """What can be proposed for one of the findings of a judged level; none where nobody can tell.

    ``fixed`` (K, 2) are coordinates of vertices that must not move. Duplicates have no proposal:
    which of two units a piece of ground belongs to is no question of geometry.
    """
    place = finding.geometry
    if place is None or place.is_empty:
        return []
    fixed_xy = np.empty((0, 2)) if fixed is None else np.asarray(fixed, dtype=np.float64)
    offered: list[Proposal] = []
    for way, feature, make in _iter_repair_options(level, finding, place):
        shapes = _select_changed(level, make())
        proposal = _build_proposal(level, way, feature, shapes)
        new = shapes and all(proposal.moves != other.moves for other in offered)
        if new and _is_sound(level, finding, shapes, fixed_xy):
            offered.append(proposal)
    return offered


_RepairOption = tuple[ProposalWay, int | None, Callable[[], dict[int, BaseGeometry]]]


def _iter_repair_options(
    level: ValidatedLevel, finding: Finding, place: BaseGeometry
) -> Iterator[_RepairOption]:
    for feature in finding.features:
        if finding.rule == "TOP-COV-03":
            yield "snap", feature, partial(snap_to_line, level, place, feature, finding.features)
        elif finding.rule == "TOP-COV-01" and finding.kind != "duplicate":
            yield "trim", feature, partial(trim_overlap, level, place, feature)
        elif finding.rule in ("TOP-COV-02", "TOP-COV-04"):
            yield "fill", feature, partial(fill_gap, level, place, feature)
    if finding.rule in (*_AREA_RULES, "TOP-COV-03"):
        yield "clean", None, partial(clean_coverage, level, place, finding.measured or 0.0)


def snap_to_line(
    level: ValidatedLevel, place: BaseGeometry, reference: int, features: tuple[int, ...]
) -> dict[int, BaseGeometry]:
    """The line of one unit stays; the vertices of the others at the place go onto it.

    They go to its vertices where those are within the tolerance, else to the nearest point of its
    line. A vertex that further units have in the same place goes with it.
    """
    tolerance, line = level.tolerances.overlap_m, level.shapes[reference]
    points = _select_vertices_near(level, line, place, tolerance)
    shapes = {f: level.shapes[f] for f in (*_find_near_features(level, place), *features)}
    for feature in features:
        if feature != reference:
            shapes[feature] = _snap_vertices(level, shapes[feature], points, tolerance)
            new = _find_targets_on_line(level, shapes[feature], line, place)
            shapes = {
                f: s if f == reference else _replace_vertices(s, new) for f, s in shapes.items()
            }
    return _share_vertices(level, place, shapes)


def _find_targets_on_line(
    level: ValidatedLevel, shape: BaseGeometry, line: BaseGeometry, place: BaseGeometry
) -> dict[Coordinate, Coordinate]:
    """Where the vertices of a shape at a place go that are none of another's, nearest on it."""
    tolerance = level.tolerances.overlap_m
    mine = _select_vertices_near(level, shape, place, tolerance)
    alone = mine[~_mask_vertices(line, mine)]
    points = np.asarray(shapely.points(alone), dtype=object)
    paths = np.asarray(shapely.shortest_line(points, shapely.boundary(line)), dtype=object)
    near = shapely.length(paths) <= level.metric.convert_to_units(tolerance)
    ends = shapely.get_coordinates(paths[near]).reshape(-1, 2, 2)[:, 1]
    pairs = zip(alone[near].tolist(), ends.tolist(), strict=True)
    return {(old[0], old[1]): (new[0], new[1]) for old, new in pairs}


def _replace_vertices(shape: BaseGeometry, new: Mapping[Coordinate, Coordinate]) -> BaseGeometry:
    """The shape with other places for some of its vertices."""
    if not new:
        return shape
    xy = shapely.get_coordinates(shape)
    for old, to in new.items():
        xy[(xy == old).all(axis=1)] = to
    return shapely.set_coordinates(shapely.transform(shape, np.copy), xy)


def fill_gap(level: ValidatedLevel, place: BaseGeometry, feature: int) -> dict[int, BaseGeometry]:
    """One unit gets nobody's ground."""
    grown = shapely.union(level.shapes[feature], place)
    return _share_vertices(level, place, {feature: grown})


def trim_overlap(
    level: ValidatedLevel, place: BaseGeometry, feature: int
) -> dict[int, BaseGeometry]:
    """One unit gives up the ground that another has too."""
    remaining = shapely.difference(level.shapes[feature], place)
    return _share_vertices(level, place, {feature: remaining})


def clean_coverage(
    level: ValidatedLevel, place: BaseGeometry, width: float
) -> dict[int, BaseGeometry]:
    """What ``shapely.coverage_clean`` makes of the units round the place.

    It snaps vertices together, gives overlaps to the unit with the longest common border, and gaps
    to the neighbour with the longest one. It may also move vertices elsewhere in these polygons
    and fill other holes of theirs, enclaves among them: a result that does so is not offered.
    """
    near = _find_near_features(level, place)
    width = max(width, _MIN_WIDTH_M) * _WIDTH_MARGIN
    size = level.metric.convert_to_units(width)
    thin = level.metric.convert_to_units(min(width, level.tolerances.overlap_m))
    before = level.shapes[near]
    after = shapely.coverage_clean(before, snapping_distance=thin, gap_width=size)  # type: ignore[attr-defined]
    around = shapely.box(*widen_box(place.bounds, 2 * width, level.metric))
    difference = shapely.symmetric_difference(before, after)
    if not (shapely.is_empty(difference) | shapely.covered_by(difference, around)).all():
        return {}
    is_unchanged = shapely.equals_identical(shapely.normalize(before), shapely.normalize(after))
    return {f: s for f, s, is_same in zip(near, after, is_unchanged, strict=True) if not is_same}


def _find_near_features(level: ValidatedLevel, place: BaseGeometry) -> list[int]:
    box = widen_box(place.bounds, level.tolerances.overlap_m, level.metric)
    return [f for f in level.find_features_near(box) if f not in level.invalid]


def _select_vertices_near(
    level: ValidatedLevel, shape: BaseGeometry, place: BaseGeometry, metres: float
) -> Floats:
    """The vertices of a shape within so many metres of a place."""
    xy = shapely.get_coordinates(shape)
    xmin, ymin, xmax, ymax = widen_box(place.bounds, metres, level.metric)
    x, y = xy.T
    xy = xy[(x >= xmin) & (x <= xmax) & (y >= ymin) & (y <= ymax)]
    reach = level.metric.convert_to_units(metres)
    near: Floats = np.unique(xy[shapely.dwithin(shapely.points(xy), place, reach)], axis=0)
    return near


def _snap_vertices(
    level: ValidatedLevel, shape: BaseGeometry, points: Floats, metres: float
) -> BaseGeometry:
    if not len(points):
        return shape
    onto = shapely.MultiPoint(points)
    snapped: BaseGeometry = shapely.snap(shape, onto, level.metric.convert_to_units(metres))
    return snapped


def _share_vertices(
    level: ValidatedLevel, place: BaseGeometry, shapes: dict[int, BaseGeometry]
) -> dict[int, BaseGeometry]:
    """The shapes and those round the place, each with the vertices that the others have on it."""
    near = {f: level.shapes[f] for f in _find_near_features(level, place)}
    all_ = {**near, **shapes}
    size = max(level.tolerances.overlap_m, _MIN_WIDTH_M)
    points = [_select_vertices_near(level, shape, place, size) for shape in all_.values()]
    corners = np.unique(np.vstack(points), axis=0)
    return {f: _snap_vertices(level, shape, corners, _SAME_VERTEX_M) for f, shape in all_.items()}


def _select_changed(
    level: ValidatedLevel, shapes: dict[int, BaseGeometry]
) -> dict[int, BaseGeometry]:
    """The shapes that are not what they were; none at all if one of them is no polygon."""
    new = {f: s for f, s in shapes.items() if not shapely.equals_identical(s, level.shapes[f])}
    usable = all(
        s.geom_type in ("Polygon", "MultiPolygon") and not s.is_empty for s in new.values()
    )
    return new if usable else {}


def _is_sound(
    level: ValidatedLevel,
    finding: Finding,
    shapes: dict[int, BaseGeometry],
    fixed: NDArray[np.float64],
) -> bool:
    """Whether the finding is gone, nothing else comes, and what is fixed stays."""
    for feature, shape in shapes.items():
        old, new = (_mask_vertices(s, fixed) for s in (level.shapes[feature], shape))
        if (old & ~new).any():
            return False
    change = revalidate_edit(level, shapes)
    return not change.added and finding in change.removed


def _mask_vertices(shape: BaseGeometry, points: Floats) -> NDArray[np.bool_]:
    """Which of the points are vertices of a shape, to the last bit."""
    own = {tuple(xy) for xy in shapely.get_coordinates(shape).tolist()} if len(points) else set()
    return np.array([tuple(point) in own for point in points.tolist()], dtype=bool)


def _build_proposal(
    level: ValidatedLevel, way: ProposalWay, feature: int | None, shapes: Shapes
) -> Proposal:
    old = {f: level.shapes[f] for f in shapes}
    moved = [
        move
        for f in sorted(shapes)
        for move in find_vertex_moves(f, old[f], shapes[f], level.metric)
    ]
    order = sorted(shapes)
    areas = [level.metric.measure_areas(np.array([of[f] for f in order])) for of in (old, shapes)]
    gain = dict(zip(order, (areas[1] - areas[0]).tolist(), strict=True))
    return Proposal(way, feature, dict(shapes), tuple(moved), gain)
