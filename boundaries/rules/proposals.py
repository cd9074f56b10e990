"""Repair proposals for a finding: what they would move, and which unit would gain or lose area.

Nothing is repaired here. A proposal is offered only if validation shows that it removes the finding
and adds no other; a person on each side accepts it or not. Fixed vertices, as those at surveyed
markers, never move.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Literal

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from boundaries.rules.common.measures import Floats
from boundaries.rules.common.spatial_finding import SpatialFinding
from boundaries.rules.edit_extent import widen_box
from boundaries.rules.incremental import ValidatedLevel, revalidate_edit
from boundaries.rules.vertex_displacements import Coordinate, VertexMove, find_vertex_moves
from gazetteer.rules.rule_catalogue import read_catalogue

ProposalWay = Literal["snap", "clean", "fill", "trim"]
Shapes = Mapping[int, BaseGeometry]

_SAME_VERTEX_M = 1e-6
"""Vertices of one construction are identical within a micrometre."""
_WIDTH_MARGIN = 1.01
"""Widths are measured more precisely than to one per cent."""
_MIN_WIDTH_M = 1e-3


@dataclass(frozen=True, slots=True)
class Proposal:
    """One way to resolve a finding.

    ``feature`` is the one whose line stays (snap), that takes the area (fill) or gives it up
    (trim); None for clean. ``shapes`` are the new polygons of the features that change, ``moves``
    the vertices that change, ``gain_m2`` the square metres that each unit gains (negative: loses).
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
    level: ValidatedLevel, finding: SpatialFinding, fixed: Floats | None = None
) -> list[Proposal]:
    """The proposals for a finding; none where geometry alone does not decide, as for duplicates.

    Args:
        level: the validated level.
        finding: one of its findings.
        fixed: coordinates (K, 2) of vertices that must not move.
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
    level: ValidatedLevel, finding: SpatialFinding, place: BaseGeometry
) -> Iterator[_RepairOption]:
    ways = read_catalogue()[finding.rule].proposals
    for feature in finding.features:
        if "snap" in ways:
            yield "snap", feature, partial(snap_to_line, level, place, feature, finding.features)
        if "trim" in ways and finding.kind != "duplicate":
            yield "trim", feature, partial(trim_overlap, level, place, feature)
        if "fill" in ways:
            yield "fill", feature, partial(fill_gap, level, place, feature)
    if "clean" in ways:
        yield "clean", None, partial(clean_coverage, level, place, finding.measured or 0.0)


def snap_to_line(
    level: ValidatedLevel, place: BaseGeometry, reference: int, features: tuple[int, ...]
) -> dict[int, BaseGeometry]:
    """Snap the vertices of the other features at a place to the line of the reference feature.

    They move to its vertices where these are within the tolerance, else to the nearest point of its
    line. Vertices of further units in the same place move with them.
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
    """New places, on a line, for the vertices of a shape at a place that the line does not have."""
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
    """The shape with some of its vertices moved."""
    if not new:
        return shape
    xy = shapely.get_coordinates(shape)
    for old, to in new.items():
        xy[(xy == old).all(axis=1)] = to
    return shapely.set_coordinates(shapely.transform(shape, np.copy), xy)


def fill_gap(level: ValidatedLevel, place: BaseGeometry, feature: int) -> dict[int, BaseGeometry]:
    """Assign an uncovered area to one unit."""
    grown = shapely.union(level.shapes[feature], place)
    return _share_vertices(level, place, {feature: grown})


def trim_overlap(
    level: ValidatedLevel, place: BaseGeometry, feature: int
) -> dict[int, BaseGeometry]:
    """Remove from one unit the area that it shares with another."""
    remaining = shapely.difference(level.shapes[feature], place)
    return _share_vertices(level, place, {feature: remaining})


def clean_coverage(
    level: ValidatedLevel, place: BaseGeometry, width: float
) -> dict[int, BaseGeometry]:
    """The result of ``shapely.coverage_clean`` for the units round a place.

    It snaps vertices, assigns overlaps to the unit with the longest shared boundary, and gaps to
    the neighbour with the longest one. It may also move vertices elsewhere in these polygons and
    fill other holes, enclaves among them: such a result is discarded.
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
    """The vertices of a shape within a distance in metres of a place."""
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
    """The shapes and those round a place, each with the vertices that others have on its lines."""
    near = {f: level.shapes[f] for f in _find_near_features(level, place)}
    concerned = {**near, **shapes}
    size = max(level.tolerances.overlap_m, _MIN_WIDTH_M)
    points = [_select_vertices_near(level, shape, place, size) for shape in concerned.values()]
    corners = np.unique(np.vstack(points), axis=0)
    return {
        f: _snap_vertices(level, shape, corners, _SAME_VERTEX_M) for f, shape in concerned.items()
    }


def _select_changed(
    level: ValidatedLevel, shapes: dict[int, BaseGeometry]
) -> dict[int, BaseGeometry]:
    """The shapes that changed; empty if one of them is no polygon any more."""
    new = {f: s for f, s in shapes.items() if not shapely.equals_identical(s, level.shapes[f])}
    usable = all(
        s.geom_type in ("Polygon", "MultiPolygon") and not s.is_empty for s in new.values()
    )
    return new if usable else {}


def _is_sound(
    level: ValidatedLevel,
    finding: SpatialFinding,
    shapes: dict[int, BaseGeometry],
    fixed: NDArray[np.float64],
) -> bool:
    """Whether new shapes remove the finding, add no other, and leave fixed vertices alone."""
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
