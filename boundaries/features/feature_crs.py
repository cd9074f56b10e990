"""The coordinate systems in which features are read and written, with the axes that they state.

Unlike ``/v1/…?crs=4490``, where x always comes before y, coordinates have the order of the system
that is named: latitude before longitude in EPSG:4490, northing before easting in EPSG:4547.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import Transformer
from shapely.geometry.base import BaseGeometry

from gazetteer.messages import AnyOf, message
from gazetteer.problems import InvalidValue

Floats = NDArray[np.float64]
_EPSG = "http://www.opengis.net/def/crs/EPSG/0/"
_DEGREE_SYSTEMS = (4490, 4326)
"""The two agree within less than a metre: their degrees are the same figures."""


@dataclass(frozen=True, slots=True)
class FeatureCrs:
    """A coordinate system: its URI, its EPSG code, and whether its first axis points north."""

    uri: str
    epsg: int
    is_north_first: bool

    @property
    def is_degrees(self) -> bool:
        """Whether coordinates are degrees."""
        return self.epsg in _DEGREE_SYSTEMS

    def build_sql(self, geometry: str) -> str:
        """SQL of a geometry (EPSG:4490, east first) in this system."""
        moved = geometry if self.is_degrees else f"ST_Transform({geometry}, {self.epsg})"
        return f"ST_FlipCoordinates({moved})" if self.is_north_first else moved

    def to_degrees(self, geometry: BaseGeometry) -> BaseGeometry:
        """A geometry of this system in lon, lat degrees of CGCS2000."""
        return shapely.transform(geometry, self._read_points)

    def _read_points(self, points: Floats) -> Floats:
        east_first = points[:, ::-1] if self.is_north_first else points
        return east_first if self.is_degrees else _convert_points(self.epsg, 4490, east_first)


def _convert_points(source: int, target: int, points: Floats) -> Floats:
    transformer = _build_transformer(source, target)
    return np.column_stack(transformer.transform(points[:, 0], points[:, 1]))


@cache
def _build_transformer(source: int, target: int) -> Transformer:
    return Transformer.from_crs(source, target, always_xy=True)


CRS84 = FeatureCrs("http://www.opengis.net/def/crs/OGC/1.3/CRS84", 4326, is_north_first=False)
CGCS2000 = FeatureCrs(f"{_EPSG}4490", 4490, is_north_first=True)
SUPPORTED = (
    CRS84,
    CGCS2000,
    FeatureCrs(f"{_EPSG}4326", 4326, is_north_first=True),
    FeatureCrs(f"{_EPSG}3857", 3857, is_north_first=False),
    FeatureCrs(f"{_EPSG}4546", 4546, is_north_first=True),
    FeatureCrs(f"{_EPSG}4547", 4547, is_north_first=True),
    FeatureCrs(f"{_EPSG}4548", 4548, is_north_first=True),
)
"""The systems of all collections; the first is that of requests that name none."""
_BY_URI = {crs.uri: crs for crs in SUPPORTED}


def find_crs(text: str | None, field: str) -> FeatureCrs:
    """The system of a URI (or ``EPSG:4490``, or ``[EPSG:4490]``); None is :data:`CRS84`.

    Raises:
        InvalidValue: it is none of :data:`SUPPORTED`.
    """
    if text is None:
        return CRS84
    name = text.strip().strip("<>[]")
    uri = f"{_EPSG}{name[5:]}" if name.upper().startswith("EPSG:") else name
    crs = _BY_URI.get(uri.replace("https://", "http://"))
    if crs is None:
        known = AnyOf([one.uri for one in SUPPORTED])
        raise InvalidValue(message("feature.crs_not_supported", crs=text, known=known), field=field)
    return crs


def read_box(numbers: Sequence[float], crs: FeatureCrs, field: str) -> BaseGeometry:
    """The geometry (lon, lat of CGCS2000) of a box of 4 or 6 numbers in a system; heights are left.

    A box whose west is east of its east spans the antimeridian.

    Raises:
        InvalidValue: another count of numbers, south above north, or not on the earth.
    """
    if len(numbers) not in (4, 6) or not np.isfinite(numbers).all():
        raise InvalidValue(message("feature.box_form", n=len(numbers)), field=field)
    half = len(numbers) // 2
    low, high = list(numbers[:2]), list(numbers[half : half + 2])
    if crs.is_north_first:
        low, high = low[::-1], high[::-1]
    if low[1] > high[1]:
        raise InvalidValue(message("feature.box_order"), field=field)
    if crs.is_degrees:
        return _build_degree_box(low, high, field)
    if low[0] > high[0]:
        raise InvalidValue(message("feature.box_order"), field=field)
    box = shapely.segmentize(_build_box(low, high), max(high[0] - low[0], high[1] - low[1]) / 16)
    moved: BaseGeometry = shapely.transform(
        box, lambda points: _convert_points(crs.epsg, 4490, points)
    )
    if not np.isfinite(shapely.get_coordinates(moved)).all():
        raise InvalidValue(message("feature.box_range"), field=field)
    return moved


def _build_degree_box(low: Sequence[float], high: Sequence[float], field: str) -> BaseGeometry:
    in_range = -180 <= low[0] <= 180 and -180 <= high[0] <= 180 and low[1] >= -90
    if not (in_range and high[1] <= 90):
        raise InvalidValue(message("feature.box_range"), field=field)
    if low[0] <= high[0]:
        return _build_box(low, high)
    halves = _build_box(low, (180.0, high[1])), _build_box((-180.0, low[1]), high)
    return shapely.MultiPolygon(halves)


def _build_box(low: Sequence[float], high: Sequence[float]) -> shapely.Polygon:
    return shapely.box(low[0], low[1], high[0], high[1])
