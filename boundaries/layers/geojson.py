"""GeoJSON read strictly: every number as it stands, and no ring closed behind anybody's back.

General readers close open rings, drop what they do not understand or stop at the first fault. Here
a fault of one feature is told of that feature, and only a file that is no GeoJSON is refused.
"""

import gc
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import chain
from typing import Any

import numpy as np
import orjson
import shapely

from boundaries.layers.faults import (
    Floats,
    Geometries,
    heights,
    malformed,
    of_ring,
    sorted_out,
    wrong_type,
)
from boundaries.layers.layer import Remark
from boundaries.layers.problems import unreadable
from boundaries.layers.raw import Raw

_GEOMETRIES = (
    *("Point", "MultiPoint", "LineString", "MultiLineString"),
    *("Polygon", "MultiPolygon", "GeometryCollection"),
)
_EMPTY, _EMPTY_MULTI = shapely.Polygon(), shapely.MultiPolygon()

Rings = list[Floats]
Polygons = list[Rings]


class _Broken(ValueError):
    """A geometry that is not built as RFC 7946 asks; says what is wrong in both languages."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en)
        self.zh, self.en = zh, en


def read(text: str, source: str) -> Raw:
    """The features of a FeatureCollection, a single Feature or a bare geometry.

    Raises:
        UnreadableFile: no JSON (says line and column), or no GeoJSON.
    """
    with _no_collecting():
        document = _parsed(text, source)
        del text  # a national layer has 100 MB of it
        features = _features(document, source)
        made, remarks = _geometries(features)
    kept, more = sorted_out(made)
    ids = tuple(None if f.get("id") is None else str(f["id"]) for f in features)
    return Raw(
        kept,
        tuple(_object(f.get("properties")) for f in features),
        _crs(document),
        tuple(remarks + more),
        ids,
    )


@contextmanager
def _no_collecting() -> Iterator[None]:
    """Spare the collector of cycles.

    It would look again and again at millions of positions, none of which is in a cycle, and take
    twice as long as the parsing itself.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _parsed(text: str, source: str) -> dict[str, Any]:
    """The JSON object; NaN and Infinity, which are no JSON but are written, are let through."""
    try:
        document = orjson.loads(text)
    except orjson.JSONDecodeError:
        try:
            document = json.loads(text)
        except json.JSONDecodeError as error:
            zh = f"第 {error.lineno} 行第 {error.colno} 列起不是有效的 JSON。"
            en = f"no valid JSON from line {error.lineno} column {error.colno} on ({error.msg})"
            raise unreadable(source, zh, en) from None
        except (ValueError, RecursionError):
            raise unreadable(source, "不是有效的 JSON。", "no valid JSON") from None
    if not isinstance(document, dict):
        raise unreadable(source, "不是 GeoJSON 对象。", "is no GeoJSON object")
    return document


def _features(document: dict[str, Any], source: str) -> list[dict[str, Any]]:
    kind = document.get("type")
    if kind == "Feature":
        return [document]
    if kind in _GEOMETRIES:
        return [{"geometry": document}]
    if kind == "Topology":
        zh, en = "是 TopoJSON，请转为 GeoJSON。", "is TopoJSON; convert it to GeoJSON"
        raise unreadable(source, zh, en)
    features = document.get("features")
    if not isinstance(features, list):
        raise unreadable(source, "没有 features 数组。", "has no array of features")
    for number, feature in enumerate(features):
        if not isinstance(feature, dict):
            zh, en = f"第 {number} 个要素不是对象。", f"feature {number} is no object"
            raise unreadable(source, zh, en)
    return features


def _crs(document: Mapping[str, Any]) -> str | None:
    """The system that the ``crs`` member of the GeoJSON of 2008 names."""
    named = _object(_object(document.get("crs")).get("properties")).get("name")
    return str(named) if named else None


def _object(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _geometries(features: Sequence[dict[str, Any]]) -> tuple[Geometries, list[Remark]]:
    """All geometries, built at once: many small calls would take longer than reading the file."""
    remarks: list[Remark] = []
    high, rings = 0, Rings()
    polygon_of_ring: list[int] = []
    feature_of_polygon: list[int] = []
    made = np.full(len(features), None, dtype=object)
    multi = np.zeros(len(features), dtype=bool)
    for i, feature in enumerate(features):
        geometry = feature.pop("geometry", None)  # lists of numbers need most of the memory
        polygons, remark = _polygons(i, geometry)
        if remark is not None:
            remarks.append(remark)
            continue
        multi[i] = geometry["type"] == "MultiPolygon"
        made[i] = _EMPTY_MULTI if multi[i] else _EMPTY
        high += any(ring.shape[1] > 2 for ring in chain.from_iterable(polygons))
        for polygon in polygons:
            polygon_of_ring += [len(feature_of_polygon)] * len(polygon)
            feature_of_polygon.append(i)
            rings += polygon
    if rings:
        _build(made, multi, rings, np.array(polygon_of_ring), np.array(feature_of_polygon))
    if high:
        remarks.append(heights(high))
    return made, remarks


def _build(
    made: Geometries,
    multi: np.ndarray[Any, np.dtype[np.bool_]],
    rings: Rings,
    polygon_of_ring: np.ndarray[Any, np.dtype[np.intp]],
    feature_of_polygon: np.ndarray[Any, np.dtype[np.intp]],
) -> None:
    """Put the polygons of ``rings`` into their places of ``made``."""
    ring_of_position = np.repeat(np.arange(len(rings)), [len(ring) for ring in rings])
    positions = np.concatenate([ring[:, :2] for ring in rings])
    linear: Any = shapely.linearrings(positions, indices=ring_of_position)
    polygons: Any = shapely.polygons(linear, indices=polygon_of_ring)
    single = ~multi[feature_of_polygon]
    made[feature_of_polygon[single]] = polygons[single]
    several = feature_of_polygon[~single]
    whose, order = np.unique(several, return_inverse=True)
    if len(whose):
        made[whose] = shapely.multipolygons(polygons[~single], indices=order)


def _polygons(feature: int, geometry: Any) -> tuple[Polygons, Remark | None]:
    """The polygons of one geometry as rings (n, 2 or more), or why there are none."""
    kind = geometry.get("type") if isinstance(geometry, dict) else None
    if geometry is not None and not isinstance(kind, str):
        return [], malformed(feature, "几何没有类型。", "the geometry has no type")
    if kind not in ("Polygon", "MultiPolygon"):
        return [], wrong_type(feature, kind)
    try:
        parts = _array(geometry.get("coordinates"))
        parts = [parts] if kind == "Polygon" else parts
        polygons = [[_ring(ring) for ring in _array(part)] for part in parts if part]
    except _Broken as broken:
        return [], malformed(feature, broken.zh, broken.en)
    for ring in chain.from_iterable(polygons):
        remark = of_ring(feature, ring[:, :2])
        if remark is not None:
            return [], remark
    return polygons, None


def _array(value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise _Broken("坐标数组的层次不对。", "coordinates are not nested as its type asks")
    return value


def _ring(ring: Any) -> Floats:
    """The positions of a ring, (n, 2), or more with heights."""
    positions = _array(ring)
    if not set(map(type, positions)) <= {list}:
        raise _Broken("坐标数组的层次不对。", "coordinates are not nested as its type asks")
    widths = set(map(len, positions))
    if widths and (len(widths) > 1 or min(widths) < 2):
        raise _Broken("坐标的维数不一。", "positions have different or too few numbers")
    if not set(map(type, chain.from_iterable(positions))) <= {int, float}:
        raise _Broken("坐标里有不是数的值。", "a coordinate is not a number")
    try:
        flat = np.fromiter(chain.from_iterable(positions), dtype=np.float64)
    except OverflowError:
        raise _Broken("坐标数值过大。", "a coordinate is too large") from None
    return flat.reshape(len(positions), widths.pop() if widths else 2)
