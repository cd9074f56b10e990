"""Coordinate systems of files: recognised, and converted to CGCS2000 only where that is exact.

Projections are undone on their own datum. Between datums only published operations with a stated
accuracy are used; what PROJ calls a ballpark transformation leaves the numbers as they are and is
refused.
"""

import math
import warnings
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray
from pyproj import CRS, Transformer
from pyproj.exceptions import CRSError, ProjError
from pyproj.transformer import AreaOfInterest, TransformerGroup

from boundaries.layers.coordinates import GAUSS_KRUEGER, Crs, parse_crs, unpublished_datum_error
from boundaries.layers.crs_names import translate_crs_name
from boundaries.layers.problems import CrsNotKnown, crs_error
from gazetteer.ingest.coordinate_checks import LAT_RANGE, LON_RANGE
from gazetteer.messages import AnyOf, Message, message
from gazetteer.problems import InvalidValue

Floats = NDArray[np.float64]

# PROJ warns of grids that are not installed; here operations without them are refused by accuracy.
warnings.filterwarnings("ignore", category=UserWarning, module="pyproj")

CGCS2000, WGS84 = 4490, 4326
"""EPSG codes. The two agree within less than a metre: degrees of one are used as degrees of the
other, digit by digit."""

MAX_ACCURACY_M = 2.0
"""The worst stated accuracy of an operation between datums that is accepted."""

_UNPUBLISHED_DATUMS = {4214: "beijing54", 4555: "beijing54", 4610: "xian80"}
_OFFSET_SYSTEMS = {Crs.GCJ02: "GCJ-02", Crs.BD09: "BD-09"}

_MIN_CONFIDENCE = 70
"""The confidence in percent from which PROJ has recognised a system by its parameters, not by its
name alone."""

_MAX_WKT_CHARS = 100_000  # PROJ itself writes about 2 000

_WEB_MERCATOR_EAST = 8.1e6, 1.3e7
"""Metres: China as far as the first 6° zone number in an easting."""

_MAX_EASTING_OFFSET_M = 1_000_000.0
"""Nobody uses a transverse projection farther than this from its central meridian."""


def find_zone(lon: float) -> int:
    """The EPSG code of the CGCS2000 3° Gauss-Krüger zone of a longitude in degrees, 73.5-136.5 E.

    The systems are those without zone number in the easting: 4534 (75 E) to 4554 (135 E).
    """
    return 4534 + min(max(round(lon / 3) - 25, 0), 20)


def resolve_crs(text: str) -> CRS:
    """The system that a user or a file names: ``4547``, ``CGCS2000``, URNs and URIs, or WKT.

    Raises:
        InvalidValue: Unknown, or without a public, exact transformation to CGCS2000.
    """
    name = translate_crs_name(text)
    if "[" in name or name.lower().startswith(("epsg:", "urn:ogc:def:crs:")):
        return _build_crs(name[:_MAX_WKT_CHARS], text)
    try:
        named_crs = parse_crs(name)
    except InvalidValue as problem:
        if problem.message.id != "crs.unsupported":
            raise
        raise InvalidValue(message("crs.unsupported_layer", crs=text[:60]), field="crs") from None
    if named_crs in _OFFSET_SYSTEMS:
        raise InvalidValue(message("crs.offset", crs=_OFFSET_SYSTEMS[named_crs]), field="crs")
    return _build_crs(f"EPSG:{named_crs}", text)


def _build_crs(definition: str, text: str) -> CRS:
    try:
        if "[" in definition:  # WKT; the general reader searches by name, which is slow
            return CRS.from_wkt(definition)
        return CRS.from_user_input(definition)
    except CRSError:
        raise InvalidValue(message("crs.unknown", crs=text[:60]), field="crs") from None


@dataclass(frozen=True, slots=True)
class RecognizedCrs:
    """The system of a file: its label, and its datum as an EPSG code if known."""

    crs: CRS
    label: str
    datum: int | None

    @property
    def is_geographic(self) -> bool:
        """Whether coordinates are degrees."""
        return self.crs.is_geographic

    @property
    def is_cgcs2000_degrees(self) -> bool:
        """Whether its numbers are those of CGCS2000 degrees already."""
        axes = self.crs.axis_info[:2]
        degrees = all(abs(a.unit_conversion_factor - math.pi / 180) < 1e-12 for a in axes)
        return self.is_geographic and degrees and self.datum in (CGCS2000, WGS84)


def recognize_crs(crs: CRS) -> RecognizedCrs:
    """The label and datum of a system; only its horizontal part counts.

    Raises:
        InvalidValue: Its datum has no public transformation to CGCS2000 (Xian 1980, Beijing 1954).
    """
    horizontal = crs.sub_crs_list[0] if crs.is_compound else crs
    horizontal = horizontal.to_2d() if len(horizontal.axis_info) > 2 else horizontal
    number = horizontal.to_epsg(_MIN_CONFIDENCE)
    datum = _find_datum(horizontal)
    if datum in _UNPUBLISHED_DATUMS:
        raise unpublished_datum_error(_UNPUBLISHED_DATUMS[datum])
    return RecognizedCrs(horizontal, f"EPSG:{number}" if number else horizontal.name, datum)


def _find_datum(crs: CRS) -> int | None:
    """The EPSG code of the geographic system of ``crs``; CGCS2000 also by its other names."""
    base = crs.geodetic_crs
    if base is None or not base.is_geographic:
        return None
    if base.name == "WGS 84 (CRS84)":
        return WGS84
    number = base.to_epsg(_MIN_CONFIDENCE) or CRS.from_wkt(base.to_wkt("WKT1_ESRI")).to_epsg(
        _MIN_CONFIDENCE
    )
    if number is None and base.ellipsoid is not None and base.datum is not None:
        name = f"{base.name} {base.datum.name}".lower()
        is_cgcs2000_name = "cgcs" in name or ("china" in name and "2000" in name)
        if is_cgcs2000_name and abs(base.ellipsoid.inverse_flattening - 298.257222101) < 1e-6:
            return CGCS2000
    return number


def is_likely_degrees(points: Floats) -> bool:
    """Whether all ``points`` (n, 2) can be longitudes and latitudes of China, in either order."""
    if not len(points):
        return True
    low, high = points.min(axis=0), points.max(axis=0)
    for east, north in ((0, 1), (1, 0)):
        in_east = LON_RANGE[0] <= low[east] and high[east] <= LON_RANGE[1]
        if in_east and LAT_RANGE[0] <= low[north] and high[north] <= LAT_RANGE[1]:
            return True
    return False


def check_crs_fits(file_crs: RecognizedCrs, points: Floats, source: str) -> None:
    """Refuse ``points`` (n, 2), east first, that cannot be in ``file_crs``.

    Raises:
        CrsNotKnown: Metres in a geographic system or the reverse, a zone number too many or
            missing, the northing first. Suggests the system that would fit.
    """
    if not len(points):
        return
    east, north = np.median(points, axis=0)
    if file_crs.is_geographic:
        if (np.abs(points).max(axis=0) > (360, 360)).any():
            likely = guess_crs(east, north)
            raise _misfit_error(file_crs, source, "metres_not_degrees", likely)
        return
    if is_likely_degrees(points):
        raise _misfit_error(file_crs, source, "degrees_not_metres", [CGCS2000])
    origin = _find_false_easting(file_crs.crs)
    if origin is None or abs(east - origin) <= _MAX_EASTING_OFFSET_M:
        return
    if abs(north - origin) <= _MAX_EASTING_OFFSET_M:
        raise _misfit_error(file_crs, source, "northing_first", [])
    likely = guess_crs(east, north)
    raise _misfit_error(file_crs, source, "far_from_meridian", likely)


def _find_false_easting(crs: CRS) -> float | None:
    """The false easting in metres; None unless the projection is a transverse Mercator.

    Gauss-Krüger is a transverse Mercator projection.
    """
    operation = crs.coordinate_operation
    if operation is None or "Transverse Mercator" not in operation.method_name:
        return None
    return next((float(p.value) for p in operation.params if p.name == "False easting"), None)


def guess_crs(east: float, north: float) -> list[int]:
    """The EPSG codes of the systems that fit a position in metres; empty if none does.

    Without a zone number in the easting it may be any zone: those of Guangdong are named.
    """
    zone = int(east // 1e6) if 0 <= east < 1e8 else 0
    if _WEB_MERCATOR_EAST[0] < east < _WEB_MERCATOR_EAST[1] and 3e5 < north < 7.2e6:
        return [int(Crs.WEB_MERCATOR)]
    if not 1e6 < north < 6.5e6:
        return []
    if 25 <= zone <= 45:  # 3° zones
        return [4513 + zone - 25]
    if 13 <= zone <= 23:  # 6° zones
        return [4491 + zone - 13]
    is_guangdong = 2.2e5 < east < 7.8e5 and 2.1e6 < north < 2.9e6
    return [int(crs) for crs in GAUSS_KRUEGER] if is_guangdong else []


def suggest_crs(systems: Sequence[int]) -> Message:
    """The message that names likely systems, and how to choose one."""
    kind = "crs.suggestion" if len(systems) == 1 else "crs.suggestion_several"
    epsg = systems[len(systems) // 2]
    return message(kind, systems=AnyOf([f"EPSG:{number}" for number in systems]), epsg=epsg)


def _misfit_error(
    file_crs: RecognizedCrs, source: str, fault: str, suggested: Sequence[int]
) -> CrsNotKnown:
    remedy = suggest_crs(suggested) if suggested else message("crs.correct_file")
    detail = message(
        "crs.misfit", fault=message(f"crs.misfit.{fault}"), crs=file_crs.label, remedy=remedy
    )
    return crs_error(source, detail, likely=find_single(suggested))


def find_single(systems: Sequence[int]) -> int | None:
    """The only system of several suggestions, for programs."""
    return systems[0] if len(systems) == 1 else None


@dataclass(frozen=True, slots=True)
class Transformation:
    """A conversion to CGCS2000 degrees; ``accuracy_m`` is 0 where the datum stays the same."""

    transformer: Transformer
    accuracy_m: float

    def __call__(self, points: Floats) -> Floats:
        """Points (n, 2), east first, as lon, lat degrees; infinite where it is not defined."""
        return np.column_stack(self.transformer.transform(points[:, 0], points[:, 1]))


def find_transformation(file_crs: RecognizedCrs, points: Floats, source: str) -> Transformation:
    """The conversion from the system of a file to CGCS2000, for the extent of ``points`` (n, 2).

    Raises:
        CrsNotKnown: There is none with a stated accuracy of :data:`MAX_ACCURACY_M` or better.
    """
    if file_crs.datum in (CGCS2000, WGS84):
        base = file_crs.crs.geodetic_crs
        return Transformation(Transformer.from_crs(file_crs.crs, base, always_xy=True), 0.0)
    operations = _find_operations(file_crs, points) if file_crs.datum else []
    accurate = [t for t in operations if 0 <= t.accuracy <= MAX_ACCURACY_M]
    if not accurate:
        detail = message("crs.no_exact_conversion", crs=file_crs.label, accuracy=MAX_ACCURACY_M)
        raise crs_error(source, detail)
    return Transformation(accurate[0], accurate[0].accuracy)


def _find_operations(file_crs: RecognizedCrs, points: Floats) -> Iterable[Transformer]:
    base = file_crs.crs.geodetic_crs
    corners = Transformer.from_crs(file_crs.crs, base, always_xy=True).transform(
        [points[:, 0].min(), points[:, 0].max()], [points[:, 1].min(), points[:, 1].max()]
    )
    if not np.isfinite(corners).all():
        return []
    (west, east), (south, north) = corners
    area = AreaOfInterest(min(west, east), min(south, north), max(west, east), max(south, north))
    try:
        return TransformerGroup(
            file_crs.crs,
            _build_wgs84(),
            always_xy=True,
            area_of_interest=area,
            allow_ballpark=False,
        ).transformers
    except ProjError:
        return []


@cache
def _build_wgs84() -> CRS:
    return CRS.from_epsg(WGS84)
