"""Random coverages for the rules: boundaries are shared to the last bit by construction.

A grid of cells with winding boundaries; corners, winding and everything else come from a seed.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from boundaries.layers.metres import local_scale
from boundaries.layers.polygon_layer import EPSG_4490, PLANAR, Layer, Remark

Floats = NDArray[np.float64]
Shape = BaseGeometry | None

SIDE = 2000.0
"""Metres of a cell, roughly."""
_ORIGIN = (500_000.0, 2_500_000.0)
_LON, _LAT = 113.0, 23.0


def make_layer(
    shapes: Iterable[Shape],
    planar: bool = True,
    attributes: Iterable[dict[str, object]] | None = None,
    codes: Iterable[str | None] | None = None,
    remarks: tuple[Remark, ...] = (),
    columns: dict[str, str] | None = None,
) -> Layer:
    given = np.array([None, *shapes], dtype=object)[1:]
    count = len(given)
    own = tuple(codes) if codes else (None,) * count
    return Layer(
        geometries=given,
        names=tuple(code or str(i) for i, code in enumerate(own)),
        attributes=tuple(attributes) if attributes else ({},) * count,
        codes=own,
        crs=PLANAR if planar else EPSG_4490,
        declared_crs=None,
        source="made",
        remarks=remarks,
        columns=columns or {},
    )


def convert_to_degrees(xy: Floats) -> Floats:
    """Metres as degrees near Guangzhou; equal coordinates stay equal."""
    return (np.asarray(xy) - _ORIGIN) / local_scale(_LAT) + (_LON, _LAT)


def place_near_guangzhou(shape: BaseGeometry) -> BaseGeometry:
    return shapely.transform(shape, convert_to_degrees)


@dataclass(frozen=True)
class Grid:
    """``columns`` x ``rows`` cells; the cell in column i, row j is the feature i * rows + j.

    ``across[i, j]`` is the border below cell (i, j), from west to east; ``along[i, j]`` the one to
    the west of it, from south to north; each has ``bends`` vertices between its ends.
    """

    columns: int
    rows: int
    across: dict[tuple[int, int], Floats]
    along: dict[tuple[int, int], Floats]

    def feature(self, i: int, j: int) -> int:
        return i * self.rows + j

    def ring(self, i: int, j: int) -> Floats:
        """Counter-clockwise, closed."""
        south, north = self.across[i, j], self.across[i, j + 1][::-1]
        west, east = self.along[i, j][::-1], self.along[i + 1, j]
        return np.vstack([south[:-1], east[:-1], north[:-1], west])

    def middle(self, i: int, j: int) -> Floats:
        corners = [self.across[i, j][[0, -1]], self.across[i, j + 1][[0, -1]]]
        return np.vstack(corners).mean(axis=0)

    def shapes(self) -> list[BaseGeometry]:
        return [
            shapely.Polygon(self.ring(i, j)) for i in range(self.columns) for j in range(self.rows)
        ]


def make_grid(columns: int, rows: int, bends: int, seed: int) -> Grid:
    random = np.random.default_rng(seed)
    base = np.stack(np.meshgrid(np.arange(columns + 1), np.arange(rows + 1), indexing="ij"), -1)
    nodes = (base + random.uniform(-0.15, 0.15, base.shape)) * SIDE + _ORIGIN

    def border(a: Floats, b: Floats) -> Floats:
        at = np.linspace(0, 1, bends + 2)[1:-1, None]
        normal = np.array([a[1] - b[1], b[0] - a[0]])
        aside = random.uniform(0.01, 0.05, (bends, 1)) * random.choice([-1, 1], (bends, 1))
        return np.vstack([a, a + (b - a) * at + normal * aside, b])

    across = {
        (i, j): border(nodes[i, j], nodes[i + 1, j])
        for i in range(columns)
        for j in range(rows + 1)
    }
    along = {
        (i, j): border(nodes[i, j], nodes[i, j + 1])
        for i in range(columns + 1)
        for j in range(rows)
    }
    return Grid(columns, rows, across, along)


def replace_ring(shape: BaseGeometry, ring: Floats) -> BaseGeometry:
    """The polygon with another outer ring."""
    return shapely.Polygon(ring, [hole.coords for hole in shape.interiors])


def move_vertex(shape: BaseGeometry, old: Floats, new: Floats) -> BaseGeometry:
    """The shape with its vertex at ``old`` at ``new``."""
    xy = shapely.get_coordinates(shape)
    which = (xy == old).all(axis=1)
    assert which.any(), "there is no such vertex"
    xy[which] = new
    return shapely.set_coordinates(shapely.from_wkb(shapely.to_wkb(shape)), xy)


def insert_vertices(
    shape: BaseGeometry, after: Floats, before: Floats, new: Floats
) -> BaseGeometry:
    """The polygon with vertices between two that follow each other in its outer ring."""
    ring = shapely.get_coordinates(shape.exterior)
    for k in range(len(ring) - 1):
        for a, b, more in ((after, before, new), (before, after, new[::-1])):
            if (ring[k] == a).all() and (ring[k + 1] == b).all():
                return replace_ring(shape, np.vstack([ring[: k + 1], more, ring[k + 1 :]]))
    raise AssertionError("these vertices do not follow each other")


def make_hexagon(middle: Floats, radius: float) -> Floats:
    angle = np.radians(np.arange(0, 361, 60) + 7)
    ring = middle + radius * np.column_stack([np.cos(angle), np.sin(angle)])
    ring[-1] = ring[0]
    return ring


def make_voronoi_cells(count: int, seed: int) -> list[BaseGeometry]:
    """Cells round points, within a winding outline; nodes where cells meet the outline too."""
    random = np.random.default_rng(seed)
    side = int(np.ceil(np.sqrt(count)))
    base = np.stack(np.meshgrid(np.arange(side), np.arange(side)), -1).reshape(-1, 2)[:count]
    points = (base + random.uniform(-0.3, 0.3, base.shape)) * SIDE + _ORIGIN
    angle = np.sort(random.uniform(0, 2 * np.pi, 40))
    radius = random.uniform(0.8, 1.1, 40) * side * SIDE
    outline = shapely.Polygon(
        points.mean(axis=0) + np.column_stack([np.cos(angle), np.sin(angle)]) * radius[:, None]
    )
    edges = shapely.voronoi_polygons(
        shapely.multipoints(points), extend_to=outline, only_edges=True
    )
    lines = shapely.union_all([edges, outline.boundary])
    cells = shapely.get_parts(shapely.polygonize([lines]))
    inside = shapely.contains_properly(outline, shapely.point_on_surface(cells))
    return list(cells[inside])
