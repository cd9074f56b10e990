"""Geometries of degrees as paths of SVG: what every small map of a page is drawn with. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

Box = tuple[float, float, float, float]
"""West, south, east, north in degrees of CGCS2000."""

SKETCH_WIDTH, SKETCH_HEIGHT = 640.0, 400.0
_PROPORTION = SKETCH_WIDTH / SKETCH_HEIGHT
_MARGIN_SHARE = 0.35
_METRES_PER_DEGREE = 111_320.0
"""Of the equator: good to a third of a percent, which a sketch does not show."""


def widen_box(
    bounds: Sequence[float], least_degrees: float, margin_share: float = _MARGIN_SHARE
) -> Box:
    """A box with a margin round it, in the proportions of a sketch.

    The margin is a share of its longer side, and at least ``least_degrees``.
    """
    west, south, east, north = bounds
    margin = max(margin_share * max(east - west, north - south), least_degrees)
    shrink = _shrink_longitude(south, north)
    height = max(north - south + 2 * margin, (east - west + 2 * margin) * shrink / _PROPORTION)
    half_width, half_height = height * _PROPORTION / shrink / 2, height / 2
    lon, lat = (west + east) / 2, (south + north) / 2
    return lon - half_width, lat - half_height, lon + half_width, lat + half_height


def _shrink_longitude(south: float, north: float) -> float:
    """How much shorter a degree of longitude is than one of latitude, between two latitudes."""
    return float(np.cos(np.radians((south + north) / 2)))


def find_bounds(shapes: Iterable[BaseGeometry]) -> Box:
    """The box round geometries, of which there is one at least."""
    west, south, east, north = shapely.total_bounds(np.array(list(shapes), dtype=object)).tolist()
    return west, south, east, north


@dataclass(frozen=True)
class SketchView:
    """From degrees to the pixels of a picture whose middle is in true proportions."""

    box: Box

    @property
    def _pixels_per_degree(self) -> tuple[float, float]:
        west, south, east, north = self.box
        shrink = _shrink_longitude(south, north)
        per_degree = min(SKETCH_WIDTH / ((east - west) * shrink), SKETCH_HEIGHT / (north - south))
        return per_degree * shrink, per_degree

    @property
    def picture_width(self) -> float:
        """The width of the picture, pixels."""
        return round((self.box[2] - self.box[0]) * self._pixels_per_degree[0], 1)

    @property
    def picture_height(self) -> float:
        """The height of the picture, pixels."""
        return round((self.box[3] - self.box[1]) * self._pixels_per_degree[1], 1)

    @property
    def width_m(self) -> float:
        """How many metres the picture is wide, at its middle."""
        west, south, east, north = self.box
        return _METRES_PER_DEGREE * (east - west) * _shrink_longitude(south, north)

    def draw_polygons(self, shape: BaseGeometry) -> str:
        """The path of polygons."""
        rings = shapely.get_rings(shapely.get_parts(shape))
        return "".join(f"{self._draw_points(ring)}Z" for ring in rings)

    def draw_line(self, line: BaseGeometry) -> str:
        """The path of a line, cut off at the frame; empty where it lies outside."""
        parts = shapely.get_parts(shapely.clip_by_rect(line, *self.box))
        return "".join(self._draw_points(part) for part in parts if part.geom_type == "LineString")

    def place_point(self, lon: float, lat: float) -> tuple[float, float] | None:
        """Where a point lies in the picture; None: outside."""
        west, south, east, north = self.box
        if not (west <= lon <= east and south <= lat <= north):
            return None
        x, y = self._pixels_per_degree
        return round((lon - west) * x, 1), round((north - lat) * y, 1)

    def _draw_points(self, line: BaseGeometry) -> str:
        xy = shapely.get_coordinates(line)
        x = (xy[:, 0] - self.box[0]) * self._pixels_per_degree[0]
        y = (self.box[3] - xy[:, 1]) * self._pixels_per_degree[1]
        points = (f"{a:.1f} {b:.1f}" for a, b in zip(x.tolist(), y.tolist(), strict=True))
        return "M" + "L".join(points)
