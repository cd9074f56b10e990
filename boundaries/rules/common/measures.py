"""Lengths, widths and areas in metres: on the ellipsoid, or planar for planar coordinates."""

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from boundaries.layers.metres import geodesic_area, local_scale

Floats = NDArray[np.float64]
Shapes = NDArray[np.object_]

_THIN_RATIO = 400.0
"""Perimeter² / area of a shape that counts as thin: a strip a hundred times longer than wide."""
_WIDTH_PRECISION = 1e-4
"""Relative precision of a measured width."""


@dataclass(frozen=True, slots=True)
class Metric:
    """Conversion of coordinates to metres; ``planar``: the coordinates are metres already.

    Near a point, degrees times the local scale are metres to 1e-4 of a length of up to 10 km:
    enough for widths and distances of flaws. Areas are geodesic (CGCS2000 ellipsoid).
    """

    planar: bool = False

    def compute_scale(self, y: Floats) -> Floats:
        """Metres (K, 2) in one unit of x and of y at the given y."""
        if self.planar:
            return np.ones((len(y), 2))
        return np.column_stack(local_scale(np.clip(y, -89.0, 89.0)))

    def convert_to_units(self, metres: float) -> float:
        """A length in metres in units of the coordinates, roughly (as degrees of latitude)."""
        return metres if self.planar else metres / float(local_scale(0.0)[1])

    def project_locally(self, shape: BaseGeometry) -> BaseGeometry:
        """The shape in metres, with the origin in the middle of its bounding box."""
        x0, y0, x1, y1 = shape.bounds
        middle = np.array([(x0 + x1) / 2, (y0 + y1) / 2])
        scale = self.compute_scale(middle[1:])[0]
        projected: BaseGeometry = shapely.transform(shape, lambda xy: (xy - middle) * scale)
        return projected

    def measure_areas(self, shapes: Shapes) -> Floats:
        """Areas (K) in square metres."""
        areas: Floats = shapely.area(shapes) if self.planar else geodesic_area(shapes)
        return areas

    def measure_length(self, shape: BaseGeometry) -> float:
        """The length of lines, or the perimeter of polygons, in metres."""
        return float(shapely.length(self.project_locally(shape)))

    def measure_widths(self, polygons: Shapes, least: float = 0.0) -> Floats:
        """Metres (K) across the widest point of each: the diameter of the largest inscribed circle.

        The width of a strip does not depend on its length. A polygon that cannot be wider than
        ``least`` is not measured; its width is returned as 0.
        """
        local = np.array([self.project_locally(polygon) for polygon in polygons], dtype=object)
        area, around = shapely.area(local), shapely.length(local)
        wide: Floats = np.zeros(len(local))
        is_measurable = (2 * np.sqrt(area / np.pi) > least) & (area > 0)
        thin = is_measurable & (around * around > _THIN_RATIO * area)
        wide[thin] = 2 * _find_inscribed_radii(local[thin])
        for k in np.flatnonzero(is_measurable & ~thin):
            circle = shapely.maximum_inscribed_circle(local[k], tolerance=area[k] / around[k] / 50)
            wide[k] = 2 * circle.length
        return wide


def _find_inscribed_radii(polygons: Shapes) -> Floats:
    """Radii (K) of the largest inscribed circles of thin shapes: how far they can be eroded.

    The radius is at least area / perimeter, and at most that of a circle of the same area. A
    search for the circle itself takes hundreds of times longer in a shape kilometres long.
    """
    area = shapely.area(polygons)
    low, high = area / shapely.length(polygons), np.sqrt(area / np.pi)
    while np.any(high > low * (1 + _WIDTH_PRECISION)):
        middle = np.sqrt(low * high)
        is_gone = shapely.is_empty(shapely.buffer(polygons, -middle))
        low, high = np.where(is_gone, low, middle), np.where(is_gone, middle, high)
    return low
