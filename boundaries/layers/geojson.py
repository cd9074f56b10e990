"""GeoJSON read strictly: numbers stay as they are, and open rings are not closed silently.

General readers close open rings, drop what they do not understand or stop at the first fault. Here
the fault of one feature is a remark on that feature, and only a file that is no GeoJSON is refused.
"""

import gc
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain
from typing import Any

import numpy as np
import shapely

from boundaries.layers import esri_json
from boundaries.layers.geometry_faults import (
    Floats,
    Geometries,
    report_heights,
    report_malformed,
    report_wrong_type,
    split_invalid,
    validate_ring,
)
from boundaries.layers.json_stream import read_object, read_sequence
from boundaries.layers.polygon_layer import Remark
from boundaries.layers.problems import unreadable_error
from boundaries.layers.raw_layer import RawLayer
from gazetteer.messages import Message, message

_GEOMETRY_TYPES = (
    *("Point", "MultiPoint", "LineString", "MultiLineString"),
    *("Polygon", "MultiPolygon", "GeometryCollection"),
)
_CRS_TEXT = re.compile("epsg|crs|cgcs", re.IGNORECASE)
_EMPTY, _EMPTY_MULTI = shapely.Polygon(), shapely.MultiPolygon()

Rings = list[Floats]
Polygons = list[Rings]


class _MalformedGeometry(ValueError):
    """A geometry that does not follow RFC 7946, and why."""

    def __init__(self, detail: Message) -> None:
        super().__init__(detail)
        self.detail = detail


@dataclass(frozen=True, slots=True)
class _Feature:
    """A feature with its rings as arrays, or the remark on why it has none."""

    id: Any
    properties: Mapping[str, Any]
    polygons: Polygons
    is_multi: bool
    remark: Remark | None


def parse_geojson(text: str, source: str) -> RawLayer:
    """The features of a FeatureCollection, a single Feature or a bare geometry.

    Raises:
        UnreadableFile: No JSON (names line and column), or no GeoJSON.
    """
    with _pause_garbage_collection():
        document = _parse_json(text, source)
        del text  # a national layer has 100 MB of it
        features = _extract_features(document, source)
        geometries, remarks = _build_geometries(features)
    accepted, more = split_invalid(geometries)
    ids = tuple(None if f.id is None else str(f.id) for f in features)
    return RawLayer(
        accepted,
        tuple(f.properties for f in features),
        _find_crs_name(document),
        (*remarks, *more, *esri_json.report_esri(document)),
        ids,
    )


@contextmanager
def _pause_garbage_collection() -> Iterator[None]:
    """Switch the cyclic garbage collector off.

    It would visit millions of positions again and again, none of which is in a cycle, and take
    twice as long as the parsing itself.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _parse_json(text: str, source: str) -> dict[str, Any]:
    """The JSON object, its features taken; NaN and Infinity are accepted, as some write them."""
    try:
        document = read_sequence(text, _take_feature) or read_object(
            text, "features", _take_feature
        )
    except json.JSONDecodeError as error:
        detail = message(
            "layer.json_invalid_at", line=error.lineno, column=error.colno, reason=error.msg
        )
        raise unreadable_error(source, detail) from None
    except (ValueError, RecursionError):
        raise unreadable_error(source, message("layer.json_invalid")) from None
    if not isinstance(document, dict):
        raise unreadable_error(source, message("layer.json_no_object"))
    return document


def _extract_features(document: dict[str, Any], source: str) -> list[_Feature]:
    kind = document.get("type")
    if esri_json.is_foreign_type(document):
        detail = message("layer.not_esri_polygons", type=document["geometryType"])
        raise unreadable_error(source, detail)
    if kind == "Feature":
        return [_take_feature(0, document)]
    if kind in _GEOMETRY_TYPES:
        return [_take_feature(0, {"geometry": document})]
    if kind == "Topology":
        raise unreadable_error(source, message("layer.topojson"))
    features = document.get("features")
    if not isinstance(features, list):
        raise unreadable_error(source, message("layer.no_features_array"))
    for number, feature in enumerate(features):
        if not isinstance(feature, _Feature):
            raise unreadable_error(source, message("layer.feature_no_object", number=number))
    return features


def _take_feature(number: int, feature: Any) -> Any:
    """A feature without its lists of numbers; whatever is no object as it is."""
    if not isinstance(feature, dict):
        return feature
    if esri_json.is_esri_feature(feature):
        feature = esri_json.convert_feature(feature)
    geometry: Any = feature.get("geometry")
    polygons, remark = _parse_polygons(number, geometry)
    is_multi = remark is None and geometry["type"] != "Polygon"
    properties = _as_object(feature.get("properties"))
    return _Feature(feature.get("id"), properties, polygons, is_multi, remark)


def _find_crs_name(document: Mapping[str, Any]) -> str | None:
    """The system that the ``crs`` member of GeoJSON 2008 names, in any of its forms; else None."""
    crs = document.get("crs") or esri_json.find_reference(document)
    if isinstance(crs, str):
        return crs if _CRS_TEXT.search(crs) else None
    properties = _as_object(_as_object(crs).get("properties"))
    if "code" in properties:  # {"type": "EPSG", "properties": {"code": 4547}}
        return f"EPSG:{properties['code']}"
    name = next((properties[key] for key in ("name", "urn", "href") if properties.get(key)), None)
    return str(name) if name else None


def _as_object(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _build_geometries(features: Sequence[_Feature]) -> tuple[Geometries, list[Remark]]:
    """All geometries, built in one go: many small calls would take longer than reading the file."""
    remarks = [feature.remark for feature in features if feature.remark is not None]
    multi = np.array([feature.is_multi for feature in features], dtype=bool)
    geometries = np.full(len(features), None, dtype=object)
    height_count, rings = 0, Rings()
    polygon_of_ring: list[int] = []
    feature_of_polygon: list[int] = []
    for i, feature in enumerate(features):
        if feature.remark is not None:
            continue
        geometries[i] = _EMPTY_MULTI if feature.is_multi else _EMPTY
        height_count += any(ring.shape[1] > 2 for ring in chain.from_iterable(feature.polygons))
        for polygon in feature.polygons:
            polygon_of_ring += [len(feature_of_polygon)] * len(polygon)
            feature_of_polygon.append(i)
            rings += polygon
    if rings:
        _fill_polygons(
            geometries, multi, rings, np.array(polygon_of_ring), np.array(feature_of_polygon)
        )
    if height_count:
        remarks.append(report_heights(height_count))
    return geometries, remarks


def _fill_polygons(
    geometries: Geometries,
    multi: np.ndarray[Any, np.dtype[np.bool_]],
    rings: Rings,
    polygon_of_ring: np.ndarray[Any, np.dtype[np.intp]],
    feature_of_polygon: np.ndarray[Any, np.dtype[np.intp]],
) -> None:
    """Build polygons of ``rings`` and put them into ``geometries`` by the indexes of features."""
    ring_of_position = np.repeat(np.arange(len(rings)), [len(ring) for ring in rings])
    positions = np.concatenate([ring[:, :2] for ring in rings])
    linear: Any = shapely.linearrings(positions, indices=ring_of_position)
    polygons: Any = shapely.polygons(linear, indices=polygon_of_ring)
    single = ~multi[feature_of_polygon]
    geometries[feature_of_polygon[single]] = polygons[single]
    several = feature_of_polygon[~single]
    multi_features, order = np.unique(several, return_inverse=True)
    if len(multi_features):
        geometries[multi_features] = shapely.multipolygons(polygons[~single], indices=order)


def _parse_polygons(feature: int, geometry: Any) -> tuple[Polygons, Remark | None]:
    """The polygons of one geometry as rings (n, 2 or more), or the reason why there are none."""
    kind = geometry.get("type") if isinstance(geometry, dict) else None
    if geometry is not None and not isinstance(kind, str):
        return [], report_malformed(feature, message("layer.geometry_without_type"))
    if geometry is None or not _is_polygonal(geometry):
        return [], report_wrong_type(feature, kind)
    try:
        parts = _list_parts(geometry)
        polygons = [
            [_parse_ring(ring) for ring in _check_array(part) if ring != []]
            for part in parts
            if not _is_empty(part)
        ]
    except _MalformedGeometry as broken:
        return [], report_malformed(feature, broken.detail)
    for ring in chain.from_iterable(polygons):
        remark = validate_ring(feature, ring[:, :2])
        if remark is not None:
            return [], remark
    return polygons, None


def _is_polygonal(geometry: Any) -> bool:
    """Whether a geometry is a polygon, several ones, or a collection of nothing else."""
    match geometry:
        case {"type": "Polygon" | "MultiPolygon"}:
            return True
        case {"type": "GeometryCollection", "geometries": [_, *_] as members}:
            return all(map(_is_polygonal, members))
        case _:
            return False


def _list_parts(geometry: Mapping[str, Any]) -> list[Any]:
    """The coordinates of the polygons of a polygonal geometry."""
    if geometry["type"] == "GeometryCollection":
        return [part for member in geometry["geometries"] for part in _list_parts(member)]
    parts = _check_array(geometry.get("coordinates"))
    return [parts] if geometry["type"] == "Polygon" else parts


def _is_empty(polygon: Any) -> bool:
    """Whether a polygon has no outer ring, or one without a position: OGC calls it empty."""
    return isinstance(polygon, list) and polygon[:1] in ([], [[]])


def _check_array(value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise _MalformedGeometry(message("layer.coordinates_nesting"))
    return value


def _parse_ring(ring: Any) -> Floats:
    """The positions of a ring (n, 2), or (n, 3) and more with heights."""
    positions = _check_array(ring)
    if not set(map(type, positions)) <= {list}:
        raise _MalformedGeometry(message("layer.coordinates_nesting"))
    widths = set(map(len, positions))
    if widths and (len(widths) > 1 or min(widths) < 2):
        raise _MalformedGeometry(message("layer.coordinates_dimension"))
    if not set(map(type, chain.from_iterable(positions))) <= {int, float}:
        raise _MalformedGeometry(message("layer.coordinate_not_a_number"))
    try:
        flat = np.fromiter(chain.from_iterable(positions), dtype=np.float64)
    except OverflowError:
        raise _MalformedGeometry(message("layer.coordinate_too_large")) from None
    return flat.reshape(len(positions), widths.pop() if widths else 2)
