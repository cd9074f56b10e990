"""Reaches and distances around a point, the same for the index and for the database."""

import math

from pyproj import Geod

from boundaries.layers.coordinates import GeodeticPosition

BORDER_REACH_DEGREES = 0.1
"""A border farther away is not measured: about 11 km, in degrees of latitude."""

MAX_NEAREST_NAMES = 5
NEAREST_NAMES_REACH_M = 20_000.0
"""The nearest names are the first five within 20 km."""

NEAREST_NAMES_REACH_DEGREES = NEAREST_NAMES_REACH_M / 110_000
"""A bound of that reach in degrees of latitude: one degree has at least 110 574 m."""

MAX_OWN_ACCURACY_M = 1000.0
"""The accuracy of its own border makes a unit near up to this distance at most."""

Box = tuple[float, float, float, float]
"""West, south, east, north in degrees."""

_E2 = 0.00669438002290079
"""First eccentricity squared of the CGCS2000 ellipsoid (a = 6378137 m, 1/f = 298.257222101)."""

_ELLIPSOID = Geod(a=6378137, rf=298.257222101)


def compute_longitude_scale(lat: float) -> float:
    """The ratio of a degree of longitude to one of latitude on the ellipsoid, at a latitude."""
    phi = math.radians(max(-89.9, min(89.9, lat)))
    return math.cos(phi) * (1 - _E2 * math.sin(phi) ** 2) / (1 - _E2)


def measure_geodesic(lon: float, lat: float, to_lon: float, to_lat: float) -> float:
    """Metres on the ellipsoid from one point to another, to the millimetre."""
    metres: float = _ELLIPSOID.inv(lon, lat, to_lon, to_lat)[2]
    return round(metres, 3)


def build_search_box(point: GeodeticPosition, limit_m: float) -> Box:
    """A box around a point that holds every unit that may be near.

    It reaches ``limit_m`` metres, and at least :data:`MAX_OWN_ACCURACY_M`.
    """
    half_height = max(limit_m, MAX_OWN_ACCURACY_M) / 110_000
    half_width = half_height / compute_longitude_scale(point.lat)
    return (
        point.lon - half_width,
        point.lat - half_height,
        point.lon + half_width,
        point.lat + half_height,
    )
