"""Coverages with exactly one flaw of each kind, and the findings that must be reported."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from tests.boundaries.rules.generated_layers import (
    SIDE,
    Floats,
    Grid,
    insert_vertices,
    make_hexagon,
    move_vertex,
    replace_ring,
)


@dataclass(frozen=True)
class ExpectedFinding:
    """One expected finding at a place; ``width_m`` in metres."""

    rule: str
    kind: str
    features: tuple[int, ...]
    place: BaseGeometry
    width_m: float | None = None


@dataclass(frozen=True)
class FlawedLayer:
    shapes: list[BaseGeometry]
    expected: list[ExpectedFinding]


def measure_width(shape: BaseGeometry) -> float:
    """Across the widest place, by the largest circle within."""
    return 2 * float(
        shapely.maximum_inscribed_circle(shape, tolerance=shape.area / shape.length / 200).length
    )


def _get_border(grid: Grid) -> tuple[int, int, Floats]:
    """Two neighbours and the border between them: the first lies below, the second above."""
    return grid.feature(1, 0), grid.feature(1, 1), grid.across[1, 1]


def _offset_left(border: Floats, at: int, far: float) -> Floats:
    """A place so far to the left of a vertex of a border."""
    way = border[at + 1] - border[at - 1]
    return border[at] + far * np.array([-way[1], way[0]]) / np.hypot(*way)


def _make_quadrilateral(border: Floats, at: int, off: Floats) -> BaseGeometry:
    return shapely.Polygon([border[at - 1], border[at], border[at + 1], off])


def overlap(grid: Grid, size: float) -> FlawedLayer:
    below, above, border = _get_border(grid)
    off = _offset_left(border, 1, size)
    shapes = grid.shapes()
    shapes[below] = move_vertex(shapes[below], border[1], off)
    place = _make_quadrilateral(border, 1, off)
    return FlawedLayer(
        shapes,
        [ExpectedFinding("TOP-COV-01", "overlap", (below, above), place, measure_width(place))],
    )


def duplicate(grid: Grid, size: float) -> FlawedLayer:
    shapes = grid.shapes()
    one = grid.feature(1, 1)
    return FlawedLayer(
        [*shapes, shapes[one]],
        [ExpectedFinding("TOP-COV-01", "duplicate", (one, len(shapes)), shapes[one])],
    )


def inside(grid: Grid, size: float) -> FlawedLayer:
    shapes = grid.shapes()
    place = shapely.Polygon(make_hexagon(grid.middle(1, 1), max(size, 20)))
    expected = ExpectedFinding("TOP-COV-01", "contained", (grid.feature(1, 1), len(shapes)), place)
    return FlawedLayer([*shapes, place], [expected])


def stack(grid: Grid, size: float) -> FlawedLayer:
    """A polygon over the corner of four."""
    shapes = grid.shapes()
    over = shapely.Polygon(make_hexagon(grid.across[1, 1][0], 0.04 * SIDE / 2))
    expected = [
        ExpectedFinding(
            "TOP-COV-01", "overlap", (f, len(shapes)), shapely.intersection(shapes[f], over)
        )
        for f in (grid.feature(i, j) for i in (0, 1) for j in (0, 1))
    ]
    return FlawedLayer([*shapes, over], expected)


def gap(grid: Grid, size: float) -> FlawedLayer:
    below, above, border = _get_border(grid)
    off = _offset_left(border, 1, -size)
    shapes = grid.shapes()
    shapes[below] = move_vertex(shapes[below], border[1], off)
    place = _make_quadrilateral(border, 1, off)
    return FlawedLayer(
        shapes,
        [ExpectedFinding("TOP-COV-02", "between", (below, above), place, measure_width(place))],
    )


def gap_of_three(grid: Grid, size: float) -> FlawedLayer:
    """The middle of three borders is pulled back by one of the units that meet there."""
    shapes = grid.shapes()
    merged = grid.feature(0, 1)
    shapes[merged] = shapely.coverage_union(shapes[merged], shapes[grid.feature(0, 0)])
    shapes[grid.feature(0, 0)] = None
    one, node = grid.feature(1, 1), grid.across[1, 1][0]
    towards = grid.middle(1, 1) - node
    off = node + towards / np.hypot(*towards) * size
    place = shapely.Polygon([grid.across[1, 1][1], node, grid.along[1, 1][1], off])
    shapes[one] = move_vertex(shapes[one], node, off)
    features = tuple(sorted((merged, one, grid.feature(1, 0))))
    return FlawedLayer(
        shapes, [ExpectedFinding("TOP-COV-02", "between", features, place, measure_width(place))]
    )


def lone_vertex(grid: Grid, size: float) -> FlawedLayer:
    below, above, border = _get_border(grid)
    shapes = grid.shapes()
    middle = (border[1] + border[2]) / 2
    shapes[below] = insert_vertices(shapes[below], border[1], border[2], middle[None])
    return FlawedLayer(
        shapes, [ExpectedFinding("TOP-COV-03", "vertices", (below, above), shapely.Point(middle))]
    )


def other_vertices(grid: Grid, size: float) -> FlawedLayer:
    below, above, border = _get_border(grid)
    shapes = grid.shapes()
    for feature, share in ((below, 1 / 3), (above, 3 / 5)):
        at = border[1] + (border[2] - border[1]) * share
        shapes[feature] = insert_vertices(shapes[feature], border[1], border[2], at[None])
    place = shapely.LineString(border[1:3])
    return FlawedLayer(shapes, [ExpectedFinding("TOP-COV-03", "vertices", (below, above), place)])


def _hair(size: float) -> Floats:
    """A tenth of a millimetre, which is 1e-9 degrees, to the one or the other side."""
    return np.array([np.copysign(1e-4, size - 10), 0.0])


def outer_junction(grid: Grid, size: float) -> FlawedLayer:
    """The end of a border at the coast, a hair beside that of the neighbour."""
    shapes = grid.shapes()
    left, right, node = grid.feature(0, 0), grid.feature(1, 0), grid.along[1, 0][0]
    shapes[left] = move_vertex(shapes[left], node, node + _hair(size))
    return FlawedLayer(
        shapes, [ExpectedFinding("TOP-COV-03", "apart", (left, right), shapely.Point(node))]
    )


def inner_junction(grid: Grid, size: float) -> FlawedLayer:
    """The same where four meet: both borders of the one whose corner it is."""
    shapes = grid.shapes()
    own, node = grid.feature(0, 0), grid.across[0, 1][-1]
    shapes[own] = move_vertex(shapes[own], node, node + _hair(size))
    features = (own, grid.feature(0, 1), grid.feature(1, 0))
    return FlawedLayer(
        shapes, [ExpectedFinding("TOP-COV-03", "apart", features, shapely.Point(node))]
    )


def gore(grid: Grid, size: float) -> FlawedLayer:
    """The last stretch of a border opens towards the coast."""
    shapes = grid.shapes()
    left, right = grid.feature(0, 0), grid.feature(1, 0)
    border, coast = grid.along[1, 0], grid.across[0, 0]
    towards = (coast[-2] - coast[-1]) / np.hypot(*(coast[-2] - coast[-1]))
    off = border[0] + towards * size
    shapes[left] = move_vertex(shapes[left], border[0], off)
    place = shapely.Polygon([border[0], border[1], off])
    return FlawedLayer(shapes, [ExpectedFinding("TOP-COV-04", "open", (left, right), place)])


def channel(grid: Grid, size: float) -> FlawedLayer:
    """Two units, with a strip between them from coast to coast."""
    left, right = grid.shapes()[grid.feature(0, 0)], grid.shapes()[grid.feature(1, 0)]
    east_by = np.array([size, 0.0])
    east = shapely.transform(right, lambda xy: xy + east_by)
    border = grid.along[1, 0]
    place = shapely.Polygon([*border, *(border[::-1] + east_by)])
    return FlawedLayer([left, east], [ExpectedFinding("TOP-COV-04", "open", (0, 1), place)])


def kickback(grid: Grid, size: float) -> FlawedLayer:
    below, _, border = _get_border(grid)
    shapes = grid.shapes()
    tip = _offset_left(border, 1, 10 * size)
    ring = shapely.get_coordinates(shapes[below].exterior)
    at = int(np.flatnonzero((ring == border[1]).all(axis=1))[0])
    ring = np.vstack([ring[: at + 1], tip, ring[at:]])
    shapes[below] = replace_ring(shapes[below], ring)
    return FlawedLayer(
        shapes,
        [ExpectedFinding("TOP-GEO-04", "kickback", (below,), shapely.LineString([border[1], tip]))],
    )


def spike(grid: Grid, size: float) -> FlawedLayer:
    """Out into the sea and back, 0.3 degrees wide."""
    shapes = grid.shapes()
    feature, coast = grid.feature(1, 0), grid.across[1, 0]
    foot = (coast[0] + coast[1]) / 2
    along = (coast[1] - coast[0]) / np.hypot(*(coast[1] - coast[0]))
    tip = foot + np.array([along[1], -along[0]]) * 200
    width = 200 * np.radians(0.3)
    shapes[feature] = insert_vertices(
        shapes[feature], coast[0], coast[1], np.array([foot, tip, foot + along * width])
    )
    return FlawedLayer(
        shapes, [ExpectedFinding("TOP-GEO-06", "spike", (feature,), shapely.Point(tip))]
    )


def crossing(grid: Grid, size: float) -> FlawedLayer:
    """Two vertices of the coast change places."""
    shapes = grid.shapes()
    feature, coast = grid.feature(1, 0), grid.across[1, 0]
    one, other = coast[0] + (coast[1] - coast[0]) * 0.3, coast[0] + (coast[1] - coast[0]) * 0.6
    out = np.array([(coast[1] - coast[0])[1], -(coast[1] - coast[0])[0]])
    other, one = other + 0.2 * out, one + 0.3 * out
    shapes[feature] = insert_vertices(shapes[feature], coast[0], coast[1], np.array([other, one]))
    place = shapely.intersection(
        shapely.LineString([coast[0], other]), shapely.LineString([one, coast[1]])
    )
    return FlawedLayer(shapes, [ExpectedFinding("TOP-GEO-01", "crossing", (feature,), place)])


KINDS: tuple[Callable[[Grid, float], FlawedLayer], ...] = (
    overlap,
    duplicate,
    inside,
    stack,
    gap,
    gap_of_three,
    lone_vertex,
    other_vertices,
    outer_junction,
    inner_junction,
    gore,
    channel,
    kickback,
    spike,
    crossing,
)
