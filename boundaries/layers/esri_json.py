"""EsriJSON, as ArcGIS servers answer: rings without an order, the outer ones clockwise."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import shapely

from boundaries.layers.polygon_layer import Remark
from gazetteer.messages import message

_POLYGONS = "esriGeometryPolygon"


def is_esri_feature(feature: Mapping[str, Any]) -> bool:
    """Whether an object is a feature of EsriJSON with rings."""
    geometry = feature.get("geometry")
    return "type" not in feature and isinstance(geometry, dict) and "rings" in geometry


def is_foreign_type(document: Mapping[str, Any]) -> bool:
    """Whether a document is EsriJSON of points or lines."""
    return bool(document.get("geometryType", _POLYGONS) != _POLYGONS)


def report_esri(document: Mapping[str, Any]) -> list[Remark]:
    """A remark where the file is EsriJSON."""
    if "geometryType" not in document:
        return []
    return [Remark("TOP-FIL-01", "info", message("layer.esri_json"))]


def find_reference(document: Mapping[str, Any]) -> str | None:
    """The coordinate system of an EsriJSON document; None without one."""
    reference = document.get("spatialReference")
    if not isinstance(reference, dict):
        return None
    number = reference.get("latestWkid") or reference.get("wkid")
    return f"EPSG:{number}" if number else reference.get("wkt")


def convert_feature(feature: Mapping[str, Any]) -> dict[str, Any]:
    """The feature as one of GeoJSON; rings that are none stay, to be reported there."""
    rings = feature["geometry"]["rings"]
    geometry: dict[str, Any] = {"type": "Polygon", "coordinates": rings}
    if isinstance(rings, list) and all(map(_is_ring, rings)):
        geometry = {"type": "MultiPolygon", "coordinates": _nest_rings(rings)}
    return {
        "type": "Feature",
        "properties": feature.get("attributes"),
        "geometry": geometry,
    }


def _is_ring(ring: Any) -> bool:
    return isinstance(ring, list) and len(ring) >= 4 and all(_is_position(p) for p in ring)


def _is_position(position: Any) -> bool:
    return (
        isinstance(position, list)
        and len(position) >= 2
        and all(isinstance(number, int | float) for number in position)
    )


def _nest_rings(rings: list[Any]) -> list[list[Any]]:
    """Polygons: each outer ring with the holes inside of it; a hole in none stands alone."""
    shapes = [np.array([position[:2] for position in ring], dtype=np.float64) for ring in rings]
    is_outer = [not shapely.is_ccw(shapely.LinearRing(shape)) for shape in shapes]
    polygons = [[ring] for ring, outer in zip(rings, is_outer, strict=True) if outer]
    shells = [shapely.Polygon(s) for s, outer in zip(shapes, is_outer, strict=True) if outer]
    for ring, shape, outer in zip(rings, shapes, is_outer, strict=True):
        if outer:
            continue
        around = [k for k, shell in enumerate(shells) if _covers_start(shell, shape)]
        smallest = min(around, key=lambda k: shells[k].area, default=None)
        polygons.append([ring]) if smallest is None else polygons[smallest].append(ring)
    return polygons


def _covers_start(shell: shapely.Polygon, ring: np.ndarray[Any, np.dtype[np.float64]]) -> bool:
    middle = (ring[0] + ring[1]) / 2  # a vertex may lie on the outer ring
    return bool(shapely.intersects_xy(shell, *middle))
