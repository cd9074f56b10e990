"""A coverage with exactly one flaw of each kind, and what must be told of it."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from tests.boundaries.rules.generated_layers import (
    SIDE,
    Floats,
    Grid,
    hexagon,
    inserted,
    moved,
    with_ring,
)


@dataclass(frozen=True)
class Told:
    """One expected finding; metres, and square metres of ``place`` where it is ground."""

    rule: str
    kind: str
    features: tuple[int, ...]
    place: BaseGeometry
    width_m: float | None = None


@dataclass(frozen=True)
class Flawed:
    shapes: list[BaseGeometry]
    told: list[Told]


def width_of(shape: BaseGeometry) -> float:
    """Across the widest place, by the largest circle within."""
    return 2 * float(
        shapely.maximum_inscribed_circle(shape, tolerance=shape.area / shape.length / 200).length
    )


def _border(grid: Grid) -> tuple[int, int, Floats]:
    """Two neighbours and the border between them: the first lies below, the second above."""
    return grid.feature(1, 0), grid.feature(1, 1), grid.across[1, 1]


def _aside(border: Floats, at: int, far: float) -> Floats:
    """A place so far to the left of a vertex of a border."""
    way = border[at + 1] - border[at - 1]
    return border[at] + far * np.array([-way[1], way[0]]) / np.hypot(*way)


def _quad(border: Floats, at: int, off: Floats) -> BaseGeometry:
    return shapely.Polygon([border[at - 1], border[at], border[at + 1], off])


def overlap(grid: Grid, size: float) -> Flawed:
    below, above, border = _border(grid)
    off = _aside(border, 1, size)
    shapes = grid.shapes()
    shapes[below] = moved(shapes[below], border[1], off)
    place = _quad(border, 1, off)
    return Flawed(shapes, [Told("TOP-COV-01", "overlap", (below, above), place, width_of(place))])


def duplicate(grid: Grid, size: float) -> Flawed:
    shapes = grid.shapes()
    one = grid.feature(1, 1)
    return Flawed(
        [*shapes, shapes[one]],
        [Told("TOP-COV-01", "duplicate", (one, len(shapes)), shapes[one])],
    )


def inside(grid: Grid, size: float) -> Flawed:
    shapes = grid.shapes()
    place = shapely.Polygon(hexagon(grid.middle(1, 1), max(size, 20)))
    told = Told("TOP-COV-01", "contained", (grid.feature(1, 1), len(shapes)), place)
    return Flawed([*shapes, place], [told])


def stack(grid: Grid, size: float) -> Flawed:
    """A polygon over the corner of four."""
    shapes = grid.shapes()
    over = shapely.Polygon(hexagon(grid.across[1, 1][0], 0.04 * SIDE / 2))
    told = [
        Told("TOP-COV-01", "overlap", (f, len(shapes)), shapely.intersection(shapes[f], over))
        for f in (grid.feature(i, j) for i in (0, 1) for j in (0, 1))
    ]
    return Flawed([*shapes, over], told)


def gap(grid: Grid, size: float) -> Flawed:
    below, above, border = _border(grid)
    off = _aside(border, 1, -size)
    shapes = grid.shapes()
    shapes[below] = moved(shapes[below], border[1], off)
    place = _quad(border, 1, off)
    return Flawed(shapes, [Told("TOP-COV-02", "between", (below, above), place, width_of(place))])


def gap_of_three(grid: Grid, size: float) -> Flawed:
    """The middle of three borders is pulled back by one of the units that meet there."""
    shapes = grid.shapes()
    merged = grid.feature(0, 1)
    shapes[merged] = shapely.coverage_union(shapes[merged], shapes[grid.feature(0, 0)])
    shapes[grid.feature(0, 0)] = None
    one, node = grid.feature(1, 1), grid.across[1, 1][0]
    towards = grid.middle(1, 1) - node
    off = node + towards / np.hypot(*towards) * size
    place = shapely.Polygon([grid.across[1, 1][1], node, grid.along[1, 1][1], off])
    shapes[one] = moved(shapes[one], node, off)
    features = tuple(sorted((merged, one, grid.feature(1, 0))))
    return Flawed(shapes, [Told("TOP-COV-02", "between", features, place, width_of(place))])


def lone_vertex(grid: Grid, size: float) -> Flawed:
    below, above, border = _border(grid)
    shapes = grid.shapes()
    middle = (border[1] + border[2]) / 2
    shapes[below] = inserted(shapes[below], border[1], border[2], middle[None])
    return Flawed(shapes, [Told("TOP-COV-03", "vertices", (below, above), shapely.Point(middle))])


def other_vertices(grid: Grid, size: float) -> Flawed:
    below, above, border = _border(grid)
    shapes = grid.shapes()
    for feature, share in ((below, 1 / 3), (above, 3 / 5)):
        at = border[1] + (border[2] - border[1]) * share
        shapes[feature] = inserted(shapes[feature], border[1], border[2], at[None])
    place = shapely.LineString(border[1:3])
    return Flawed(shapes, [Told("TOP-COV-03", "vertices", (below, above), place)])


def _hair(size: float) -> Floats:
    """A tenth of a millimetre, which is 1e-9 degrees, to the one or the other side."""
    return np.array([np.copysign(1e-4, size - 10), 0.0])


def outer_junction(grid: Grid, size: float) -> Flawed:
    """The end of a border at the coast, a hair beside that of the neighbour."""
    shapes = grid.shapes()
    left, right, node = grid.feature(0, 0), grid.feature(1, 0), grid.along[1, 0][0]
    shapes[left] = moved(shapes[left], node, node + _hair(size))
    return Flawed(shapes, [Told("TOP-COV-03", "apart", (left, right), shapely.Point(node))])


def inner_junction(grid: Grid, size: float) -> Flawed:
    """The same where four meet: both borders of the one whose corner it is."""
    shapes = grid.shapes()
    own, node = grid.feature(0, 0), grid.across[0, 1][-1]
    shapes[own] = moved(shapes[own], node, node + _hair(size))
    features = (own, grid.feature(0, 1), grid.feature(1, 0))
    return Flawed(shapes, [Told("TOP-COV-03", "apart", features, shapely.Point(node))])


def gore(grid: Grid, size: float) -> Flawed:
    """The last stretch of a border opens towards the coast."""
    shapes = grid.shapes()
    left, right = grid.feature(0, 0), grid.feature(1, 0)
    border, coast = grid.along[1, 0], grid.across[0, 0]
    towards = (coast[-2] - coast[-1]) / np.hypot(*(coast[-2] - coast[-1]))
    off = border[0] + towards * size
    shapes[left] = moved(shapes[left], border[0], off)
    place = shapely.Polygon([border[0], border[1], off])
    return Flawed(shapes, [Told("TOP-COV-04", "open", (left, right), place)])


def channel(grid: Grid, size: float) -> Flawed:
    """Two units, with a strip between them from coast to coast."""
    left, right = grid.shapes()[grid.feature(0, 0)], grid.shapes()[grid.feature(1, 0)]
    east_by = np.array([size, 0.0])
    east = shapely.transform(right, lambda xy: xy + east_by)
    border = grid.along[1, 0]
    place = shapely.Polygon([*border, *(border[::-1] + east_by)])
    return Flawed([left, east], [Told("TOP-COV-04", "open", (0, 1), place)])


def kickback(grid: Grid, size: float) -> Flawed:
    below, _, border = _border(grid)
    shapes = grid.shapes()
    tip = _aside(border, 1, 10 * size)
    ring = shapely.get_coordinates(shapes[below].exterior)
    at = int(np.flatnonzero((ring == border[1]).all(axis=1))[0])
    ring = np.vstack([ring[: at + 1], tip, ring[at:]])
    shapes[below] = with_ring(shapes[below], ring)
    return Flawed(
        shapes, [Told("TOP-GEO-04", "kickback", (below,), shapely.LineString([border[1], tip]))]
    )


def spike(grid: Grid, size: float) -> Flawed:
    """Out into the sea and back, 0.3 degrees wide."""
    shapes = grid.shapes()
    feature, coast = grid.feature(1, 0), grid.across[1, 0]
    foot = (coast[0] + coast[1]) / 2
    along = (coast[1] - coast[0]) / np.hypot(*(coast[1] - coast[0]))
    tip = foot + np.array([along[1], -along[0]]) * 200
    width = 200 * np.radians(0.3)
    shapes[feature] = inserted(
        shapes[feature], coast[0], coast[1], np.array([foot, tip, foot + along * width])
    )
    return Flawed(shapes, [Told("TOP-GEO-06", "spike", (feature,), shapely.Point(tip))])


def crossing(grid: Grid, size: float) -> Flawed:
    """Two vertices of the coast change places."""
    shapes = grid.shapes()
    feature, coast = grid.feature(1, 0), grid.across[1, 0]
    one, other = coast[0] + (coast[1] - coast[0]) * 0.3, coast[0] + (coast[1] - coast[0]) * 0.6
    out = np.array([(coast[1] - coast[0])[1], -(coast[1] - coast[0])[0]])
    other, one = other + 0.2 * out, one + 0.3 * out
    shapes[feature] = inserted(shapes[feature], coast[0], coast[1], np.array([other, one]))
    place = shapely.intersection(
        shapely.LineString([coast[0], other]), shapely.LineString([one, coast[1]])
    )
    return Flawed(shapes, [Told("TOP-GEO-01", "crossing", (feature,), place)])


KINDS: tuple[Callable[[Grid, float], Flawed], ...] = (
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
