"""Coordinate systems of files: recognised, and brought to CGCS2000 only where that is exact.

Projections are undone on their own datum. Between datums only published operations with a stated
accuracy are taken; what PROJ calls a ballpark leaves the numbers as they are and is refused.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray
from pyproj import CRS, Transformer
from pyproj.exceptions import CRSError, ProjError
from pyproj.transformer import AreaOfInterest, TransformerGroup

from boundaries.layers.coordinates import Crs, parse_crs
from boundaries.layers.problems import CrsNotKnown
from gazetteer.ingest.coordinate_checks import LAT_RANGE, LON_RANGE
from gazetteer.problems import InvalidValue

Floats = NDArray[np.float64]

CGCS2000, WGS84 = 4490, 4326
"""Equal to less than a metre: degrees of one are taken for degrees of the other, digit by digit."""

MAX_ACCURACY_M = 2.0
"""The worst stated accuracy of an operation between datums that is taken."""

_UNPUBLISHED_DATUMS = {4214: "beijing54", 4555: "beijing54", 4610: "xian80"}
_MIN_CONFIDENCE = 70
"""PROJ's confidence from which it has recognised a system by parameters, not by name alone."""

_MAX_WKT_CHARS = 100_000  # characters of WKT; what PROJ itself writes has 2 000

_MAX_EASTING_OFFSET_M = 1_000_000.0
"""Farther than this from its central meridian nothing is drawn in a transverse projection."""


def find_zone(lon: float) -> int:
    """The EPSG code of the CGCS2000 3° Gauss-Krüger zone of a longitude in degrees, 73.5-136.5 E.

    Eastings without the zone's number: 4534 (75 E) to 4554 (135 E).
    """
    return 4534 + min(max(round(lon / 3) - 25, 0), 20)


def resolve_crs(text: str) -> CRS:
    """The system that a person names: ``4547``, ``EPSG:4547``, ``CGCS2000`` or WKT.

    Raises:
        InvalidValue: unknown, or without a public, exact way to CGCS2000.
    """
    name = text.strip()
    bare = name.lower().removeprefix("epsg:").removeprefix("urn:ogc:def:crs:epsg::")
    if bare.isdigit() and len(bare) < 7:
        return _build_crs(f"EPSG:{bare}", text)
    if "[" in name or name.lower().startswith("urn:ogc:def:crs:"):
        return _build_crs(name[:_MAX_WKT_CHARS], text)
    named_crs = parse_crs(name)
    if named_crs in (Crs.GCJ02, Crs.BD09):
        raise InvalidValue(
            f"{named_crs} 是加偏坐标，没有精确的还原方法，不能用于界线。",
            f"{named_crs} is a shifted system without an exact way back: not for boundaries",
            field="crs",
        )
    return _build_crs(f"EPSG:{named_crs}", text)


def _build_crs(definition: str, text: str) -> CRS:
    try:
        if "[" in definition:  # WKT; whatever else begins like it is looked for by name, slowly
            return CRS.from_wkt(definition)
        return CRS.from_user_input(definition)
    except CRSError:
        zh, en = f"不认识坐标系“{text[:60]}”。", f"{text[:60]!r} is no coordinate system known here"
        raise InvalidValue(zh, en, field="crs") from None


@dataclass(frozen=True, slots=True)
class RecognizedCrs:
    """A system of a file: what it is called, and the datum under it as an EPSG code if known."""

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
    """``crs`` recognised; only its horizontal part counts.

    Raises:
        InvalidValue: its datum has no public way to CGCS2000 (Xian 1980, Beijing 1954).
    """
    horizontal = crs.sub_crs_list[0] if crs.is_compound else crs
    horizontal = horizontal.to_2d() if len(horizontal.axis_info) > 2 else horizontal
    number = horizontal.to_epsg(_MIN_CONFIDENCE)
    datum = _find_datum(horizontal)
    if datum in _UNPUBLISHED_DATUMS:
        parse_crs(_UNPUBLISHED_DATUMS[datum])
    return RecognizedCrs(horizontal, f"EPSG:{number}" if number else horizontal.name, datum)


def _find_datum(crs: CRS) -> int | None:
    """EPSG code of the geographic system under ``crs``; CGCS2000 also by its other names."""
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
    """Whether all of ``points`` (n, 2) are longitudes and latitudes of China, in either order."""
    if not len(points):
        return True
    low, high = points.min(axis=0), points.max(axis=0)
    for east, north in ((0, 1), (1, 0)):
        in_east = LON_RANGE[0] <= low[east] and high[east] <= LON_RANGE[1]
        if in_east and LAT_RANGE[0] <= low[north] and high[north] <= LAT_RANGE[1]:
            return True
    return False


def check_crs_fits(file_crs: RecognizedCrs, points: Floats, source: str) -> None:
    """Refuse coordinates that cannot be of the system that they are said to be in.

    Raises:
        CrsNotKnown: metres called degrees or the reverse, a zone number too many or missing, the
            north axis first. Says which system would fit.
    """
    if not len(points):
        return
    east, north = np.median(points, axis=0)
    if file_crs.is_geographic:
        if (np.abs(points).max(axis=0) > (360, 360)).any():
            raise _misfit_error(
                file_crs, source, "坐标是米，不是度", "metres, not degrees", east, north
            )
        return
    if is_likely_degrees(points):
        zh, en = "坐标是经纬度，不是米", "longitudes and latitudes, not metres"
        raise CrsNotKnown(
            *_format_misfit(file_crs, source, zh, en, ("EPSG:4490", "4490")), field="crs"
        )
    origin = _find_false_easting(file_crs.crs)
    if origin is None or abs(east - origin) <= _MAX_EASTING_OFFSET_M:
        return
    if abs(north - origin) <= _MAX_EASTING_OFFSET_M:
        zh, en = "纵坐标（北）在前，横坐标（东）在后", "north comes before east"
        raise CrsNotKnown(*_format_misfit(file_crs, source, zh, en, None), field="crs")
    raise _misfit_error(
        file_crs, source, "横坐标与中央子午线相距过远", "far off the meridian", east, north
    )


def _find_false_easting(crs: CRS) -> float | None:
    """Metres; None if it is no transverse Mercator, of which Gauss-Krüger is one."""
    operation = crs.coordinate_operation
    if operation is None or "Transverse Mercator" not in operation.method_name:
        return None
    return next((float(p.value) for p in operation.params if p.name == "False easting"), None)


def guess_crs(east: float, north: float) -> int | None:
    """The CGCS2000 system with numbered zones that an easting and northing look like (EPSG)."""
    if not 1e6 < north < 6.5e6:
        return None
    zone = int(east // 1e6)
    if 25 <= zone <= 45:  # 3° zones
        return 4513 + zone - 25
    return 4491 + zone - 13 if 13 <= zone <= 23 else None  # 6° zones


def _misfit_error(
    file_crs: RecognizedCrs, source: str, zh: str, en: str, east: float, north: float
) -> CrsNotKnown:
    likely = guess_crs(east, north)
    hint = (f"EPSG:{likely}", str(likely)) if likely else None
    return CrsNotKnown(*_format_misfit(file_crs, source, zh, en, hint), field="crs", likely=likely)


def _format_misfit(
    file_crs: RecognizedCrs, source: str, zh: str, en: str, hint: tuple[str, str] | None
) -> tuple[str, str]:
    hint_zh = f"像是 {hint[0]}，请以 crs={hint[1]} 指明" if hint else "请改正文件或指明坐标系"
    hint_en = (
        f"it looks like {hint[0]}; say crs={hint[1]}" if hint else "correct it, or name the crs"
    )
    return (
        f"{source}：{zh}，与 {file_crs.label} 不符；{hint_zh}。",
        f"{source}: the coordinates are {en}, which {file_crs.label} cannot have; {hint_en}",
    )


@dataclass(frozen=True, slots=True)
class Transformation:
    """How to get to CGCS2000 degrees; ``accuracy_m`` is 0 where the datum stays the same."""

    transformer: Transformer
    accuracy_m: float

    def __call__(self, points: Floats) -> Floats:
        """Points (n, 2) east first, as lon, lat degrees; infinite where there is no answer."""
        return np.column_stack(self.transformer.transform(points[:, 0], points[:, 1]))


def find_transformation(file_crs: RecognizedCrs, points: Floats, source: str) -> Transformation:
    """The way from the system of a file to the register's, for the area of ``points``.

    Raises:
        CrsNotKnown: there is none with a stated accuracy of at most ``EXACT_M``.
    """
    if file_crs.datum in (CGCS2000, WGS84):
        base = file_crs.crs.geodetic_crs
        return Transformation(Transformer.from_crs(file_crs.crs, base, always_xy=True), 0.0)
    operations = _find_operations(file_crs, points) if file_crs.datum else []
    accurate = [t for t in operations if 0 <= t.accuracy <= MAX_ACCURACY_M]
    if not accurate:
        raise CrsNotKnown(
            f"{source}：{file_crs.label} 到 CGCS2000 没有公开的、精度在 {MAX_ACCURACY_M:g} 米以内的转换。",
            f"{source}: there is no public operation from {file_crs.label} to CGCS2000 of"
            f" {MAX_ACCURACY_M:g} m or better",
            field="crs",
        )
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
