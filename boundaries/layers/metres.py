"""Lengths and areas of geometries in degrees, measured on the CGCS2000 ellipsoid.

The ellipsoid's figures are those of GB 22021-2008 (semi-major axis, inverse flattening).
"""

from collections.abc import Sequence

import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray
from pyproj import Geod
from shapely.geometry.base import BaseGeometry

SEMI_MAJOR_M, INVERSE_FLATTENING = 6378137.0, 298.257222101

_GEOD = Geod(a=SEMI_MAJOR_M, rf=INVERSE_FLATTENING)
_E2 = (2 - 1 / INVERSE_FLATTENING) / INVERSE_FLATTENING  # first eccentricity, squared

Floats = NDArray[np.float64]
GeometryInput = BaseGeometry | NDArray[np.object_] | Sequence[BaseGeometry | None]


def local_scale(lat: ArrayLike) -> tuple[Floats, Floats]:
    """Metres per degree of longitude and per degree of latitude at latitudes in degrees.

    Exact at the latitude itself (radii of curvature N cos φ and M). Differences of coordinates
    multiplied by them are lengths in metres, with a relative error of about 1e-4 over 10 km.
    """
    phi = np.radians(np.asarray(lat, dtype=np.float64))
    w2 = 1 - _E2 * np.sin(phi) ** 2
    normal = SEMI_MAJOR_M / np.sqrt(w2)
    meridian = normal * (1 - _E2) / w2
    return np.radians(normal * np.cos(phi)), np.radians(meridian)


def geodesic_area(geometries: GeometryInput) -> Floats:
    """The area of each geometry in lon, lat degrees, in square metres; edges are geodesics.

    Holes are subtracted. Geometries without rings (None, points, lines) have the area 0. The
    result has the shape of the array. Rings that cross themselves count by their signed area:
    geometries should be valid.
    """
    geometry_array = np.asarray(geometries, dtype=object)
    polygons, of_geometry = _extract_polygons(geometry_array.ravel())
    rings, of_polygon = shapely.get_rings(polygons, return_index=True)
    coordinates, of_ring = shapely.get_coordinates(rings, return_index=True)
    starts = np.searchsorted(of_ring, np.arange(1, len(rings)))
    pieces = np.split(coordinates, starts) if len(rings) else []
    areas = np.array([abs(_GEOD.polygon_area_perimeter(*piece.T)[0]) for piece in pieces])
    is_hole = np.r_[False, of_polygon[1:] == of_polygon[:-1]][: len(rings)]
    signed = np.where(is_hole, -areas, areas) if len(rings) else areas
    total: Floats = np.zeros(geometry_array.size)
    np.add.at(total, of_geometry[of_polygon], signed)
    return total.reshape(geometry_array.shape)


def geodesic_length(lines: GeometryInput) -> Floats:
    """The length of each line (K) in lon, lat degrees, in metres; segments are geodesics.

    Parts of one geometry are added up; None and points have the length 0.
    """
    line_array = np.asarray(lines, dtype=object).ravel()
    parts, of_line = shapely.get_parts(line_array, return_index=True)
    xy, of_part = shapely.get_coordinates(parts, return_index=True)
    is_same_part = of_part[1:] == of_part[:-1]
    _, _, metres = _GEOD.inv(*xy[:-1][is_same_part].T, *xy[1:][is_same_part].T)
    total: Floats = np.zeros(len(line_array))
    np.add.at(total, of_line[of_part[1:][is_same_part]], metres)
    return total


def _extract_polygons(
    geometries: NDArray[np.object_],
) -> tuple[NDArray[np.object_], NDArray[np.intp]]:
    """All polygons, also those in collections, and the index of the geometry of each."""
    parts, index = geometries, np.arange(len(geometries))
    while (shapely.get_type_id(parts) > 3).any():  # collections of collections
        parts, inner = shapely.get_parts(parts, return_index=True)
        index = index[inner]
    is_polygon = shapely.get_type_id(parts) == 3
    return parts[is_polygon], index[is_polygon]
