"""Positions of users, converted to lon, lat of CGCS2000 or refused with the reason.

The register stores CGCS2000 (EPSG:4490). Gauss-Krüger and WGS 84 are on the same datum for the
purpose of a look-up and are converted exactly. The offset coordinates of map providers (GCJ-02,
BD-09) are converted by the public formula, which is only approximate. Beijing 1954 and Xian 1980
are refused: the parameters are state secrets, and general software returns the input unchanged
although the true shift is tens of metres to more than a hundred.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from functools import cache

from pyproj import Transformer

from gazetteer.messages import AnyOf, message
from gazetteer.problems import InvalidValue

CoordinatePair = tuple[float, float]


class Crs(StrEnum):
    """Coordinate systems that are accepted; numbers are EPSG codes."""

    CGCS2000 = "4490"
    WGS84 = "4326"
    WEB_MERCATOR = "3857"
    GK_111 = "4546"
    GK_114 = "4547"
    GK_117 = "4548"
    GCJ02 = "gcj02"
    BD09 = "bd09"


GAUSS_KRUEGER = (Crs.GK_111, Crs.GK_114, Crs.GK_117)
"""CGCS2000 3° zones of 111, 114 and 117 E; eastings without the zone number."""

SHIFT_ACCURACY_M = 10.0
"""A cautious figure for the public formula of GCJ-02 and BD-09; nothing official is published."""

_ALIASES = {
    "cgcs2000": Crs.CGCS2000,
    "wgs84": Crs.WGS84,
    "crs84": Crs.WGS84,
    "gcj-02": Crs.GCJ02,
    "bd-09": Crs.BD09,
}
_UNPUBLISHED_DATUM_NAMES = {
    "xian80": {"xian80", "xian1980", "4610", *map(str, range(2327, 2391))},
    "beijing54": {"beijing54", "beijing1954", "4214", "4555", *map(str, range(2401, 2443))},
}
"""The names of the systems on each datum whose transformation parameters are not public."""


@dataclass(frozen=True, slots=True)
class GeodeticPosition:
    """A position in degrees of CGCS2000.

    ``accuracy_m`` is the accuracy of its conversion in metres; None where that is exact.
    """

    lon: float
    lat: float
    accuracy_m: float | None = None


def parse_crs(text: str) -> Crs:
    """The coordinate system that ``text`` names: an EPSG code with or without prefix, or a name.

    Raises:
        InvalidValue: Unknown, or on a datum whose transformation is not public.
    """
    name = text.strip().lower().removeprefix("epsg:").replace(" ", "")
    for datum, names in _UNPUBLISHED_DATUM_NAMES.items():
        if name in names:
            raise unpublished_datum_error(datum)
    try:
        return _ALIASES.get(name) or Crs(name)
    except ValueError:
        detail = message("crs.unsupported", crs=text, accepted=AnyOf(list(Crs)))
        raise InvalidValue(detail, field="crs") from None


def unpublished_datum_error(datum: str) -> InvalidValue:
    """The problem of a system on the datum ``xian80`` or ``beijing54``."""
    detail = message("crs.datum_not_public", datum=message(f"crs.datum.{datum}"))
    return InvalidValue(detail, field="crs")


def convert_position(lon: float, lat: float, crs: Crs = Crs.CGCS2000) -> GeodeticPosition:
    """A position given in ``crs``; in projected systems ``lon`` is the easting in metres.

    Raises:
        InvalidValue: Not a number, out of range, or apparently swapped.
    """
    if crs in (Crs.CGCS2000, Crs.WGS84, Crs.GCJ02, Crs.BD09):
        _check_range(lon, lat, (-180, 180), (-90, 90))
    if crs in (Crs.CGCS2000, Crs.WGS84):  # equal within less than a metre: enough to look up
        return GeodeticPosition(lon, lat)
    if crs in (Crs.GCJ02, Crs.BD09):
        shifted = shift_to_gcj02 if crs is Crs.GCJ02 else shift_to_bd09
        return GeodeticPosition(*_invert_shift(shifted, (lon, lat)), SHIFT_ACCURACY_M)
    if crs in GAUSS_KRUEGER:
        _check_zone_number(lon)
        _check_range(lon, lat, (0, 1_000_000), (1_000_000, 6_000_000))
    else:
        _check_range(lon, lat, (-20037508.35, 20037508.35), (-20037508.35, 20037508.35))
    return GeodeticPosition(*_build_transformer(crs).transform(lon, lat))


def _check_zone_number(easting: float) -> None:
    if 25_000_000 <= easting < 46_000_000:
        detail = message("position.zone_number", easting=easting, zone=int(easting // 1e6))
        raise InvalidValue(detail, field="lon")


def _check_range(lon: float, lat: float, lons: CoordinatePair, lats: CoordinatePair) -> None:
    for field, value, limits in (("lon", lon, lons), ("lat", lat, lats)):
        if limits[0] <= value <= limits[1]:
            continue
        swapped = lons[0] <= lat <= lons[1] and lats[0] <= lon <= lats[1]
        kind = "position.swapped" if swapped else "position.out_of_range"
        detail = message(kind, field=field, value=value, low=limits[0], high=limits[1])
        raise InvalidValue(detail, field=field, looks_swapped=swapped)


@cache
def _build_transformer(crs: Crs) -> Transformer:
    return Transformer.from_crs(f"EPSG:{crs}", "EPSG:4490", always_xy=True)


def _invert_shift(
    forward: Callable[[float, float], CoordinatePair], target: CoordinatePair
) -> CoordinatePair:
    """The position that ``forward`` shifts to ``target``, to 1e-10 degrees (0.01 mm)."""
    lon, lat = target
    for _ in range(30):
        x, y = forward(lon, lat)
        lon, lat = lon + target[0] - x, lat + target[1] - y
        if abs(target[0] - x) + abs(target[1] - y) < 1e-10:
            break
    return lon, lat


# The public formula of the offset: Krassowsky ellipsoid, and polynomials with sines in the distance
# from 105 E, 35 N. Outside a rough rectangle nothing is shifted.
_A, _E2 = 6378245.0, 0.00669342162296594323


def shift_to_gcj02(lon: float, lat: float) -> CoordinatePair:
    """WGS 84 or CGCS2000 degrees as GCJ-02 (Amap, Tencent) shows them; public formula."""
    if not (72.004 <= lon <= 137.8347 and 0.8293 <= lat <= 55.8271):
        return lon, lat
    x, y, pi = lon - 105.0, lat - 35.0, math.pi
    waves = (20 * math.sin(6 * x * pi) + 20 * math.sin(2 * x * pi)) * 2 / 3
    east = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * math.sqrt(abs(x)) + waves
    east += (20 * math.sin(x * pi) + 40 * math.sin(x / 3 * pi)) * 2 / 3
    east += (150 * math.sin(x / 12 * pi) + 300 * math.sin(x / 30 * pi)) * 2 / 3
    north = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * math.sqrt(abs(x)) + waves
    north += (20 * math.sin(y * pi) + 40 * math.sin(y / 3 * pi)) * 2 / 3
    north += (160 * math.sin(y / 12 * pi) + 320 * math.sin(y / 30 * pi)) * 2 / 3
    phi = math.radians(lat)
    w2 = 1 - _E2 * math.sin(phi) ** 2
    meridian = _A * (1 - _E2) / (w2 * math.sqrt(w2))
    parallel = _A / math.sqrt(w2) * math.cos(phi)
    return lon + math.degrees(east / parallel), lat + math.degrees(north / meridian)


def shift_to_bd09(lon: float, lat: float) -> CoordinatePair:
    """WGS 84 or CGCS2000 degrees as BD-09 (Baidu) shows them; public formula over GCJ-02."""
    x, y = shift_to_gcj02(lon, lat)
    if (x, y) == (lon, lat):
        return x, y
    turn = math.pi * 3000.0 / 180.0
    radius = math.hypot(x, y) + 0.00002 * math.sin(y * turn)
    angle = math.atan2(y, x) + 0.000003 * math.cos(x * turn)
    return radius * math.cos(angle) + 0.0065, radius * math.sin(angle) + 0.006
