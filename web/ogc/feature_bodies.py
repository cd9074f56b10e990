"""GeoJSON features as they are sent: read, checked, and brought to degrees of CGCS2000."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson
import shapely
from flask import request
from shapely.errors import ShapelyError
from shapely.geometry.base import BaseGeometry

from boundaries.features.feature_collection import FeatureCollection
from boundaries.features.feature_crs import FeatureCrs, find_crs
from boundaries.network.vertex_restoring import PROJECTED_TOLERANCE, find_rounding
from gazetteer.messages import AnyOf, message
from gazetteer.problems import InvalidValue
from web.http.body_limits import BodyLimit
from web.http.request_values import read_json_object
from web.ogc.writable_features import GEOMETRY_TYPES

FEATURE_BODY = BodyLimit(lambda _: 32.0)
"""A polygon of half a million vertices."""
_MEMBERS = {"type", "id", "geometry", "properties", "links", "bbox"}


@dataclass(frozen=True)
class SentFeature:
    """A feature, or the changes to one, as it was sent.

    Attributes:
        geometry: in lon, lat degrees of CGCS2000; None: it was not sent.
        tolerance: by how many degrees its vertices may be rounded.
        properties: those that were sent.
        id: the id that was sent, if any.
        crs: the system in which the coordinates were sent.
    """

    geometry: BaseGeometry | None
    tolerance: float
    properties: Mapping[str, Any]
    id: str | None
    crs: FeatureCrs


def read_feature(collection: FeatureCollection, *, is_patch: bool) -> SentFeature:
    """The feature of this request, or the changes to one (RFC 7396).

    Raises:
        InvalidValue: no GeoJSON feature, another type of geometry, unknown properties, an unknown
            coordinate system; names the member.
    """
    crs = find_crs(request.headers.get("Content-Crs"), "Content-Crs")
    body = read_json_object()
    unknown = sorted(body.keys() - _MEMBERS)
    if is_patch and unknown:
        words = message("request.unknown", kind=message("request.field"), name=unknown[0])
        raise InvalidValue(words, field=unknown[0])
    if body.get("type", "Feature" if is_patch else None) != "Feature":
        raise InvalidValue(message("feature.body_type"), field="type")
    sent_id = body.get("id")
    geometry, tolerance = None, 0.0
    if "geometry" in body or not is_patch:
        geometry, tolerance = _read_geometry(collection.name, body.get("geometry"), crs)
    properties = body.get("properties") or {}
    if not isinstance(properties, dict):
        raise InvalidValue(message("feature.body_properties"), field="properties")
    _check_properties(collection, properties)
    return SentFeature(
        geometry, tolerance, properties, None if sent_id is None else str(sent_id), crs
    )


def _read_geometry(collection: str, sent: Any, crs: FeatureCrs) -> tuple[BaseGeometry, float]:
    types = GEOMETRY_TYPES[collection]
    type_ = sent.get("type") if isinstance(sent, dict) else None
    if type_ not in types:
        words = message("feature.body_geometry_type", type=str(type_), known=AnyOf(list(types)))
        raise InvalidValue(words, field="geometry.type")
    try:
        geometry = shapely.force_2d(shapely.from_geojson(orjson.dumps(sent)))
    except (ShapelyError, ValueError):
        raise InvalidValue(message("feature.body_geometry"), field="geometry") from None
    if geometry.is_empty:
        raise InvalidValue(message("feature.body_geometry"), field="geometry")
    degrees = crs.to_degrees(geometry)
    west, south, east, north = degrees.bounds
    if not (-180 <= west <= east <= 180 and -90 <= south <= north <= 90):
        raise InvalidValue(message("feature.body_range"), field="geometry")
    return degrees, find_rounding(geometry) if crs.is_degrees else PROJECTED_TOLERANCE


def _check_properties(collection: FeatureCollection, properties: Mapping[str, Any]) -> None:
    known = {*collection.property_by_name, "id"}
    for name, value in properties.items():
        if name not in known:
            words = message(
                "feature.property_unknown", name=name, known=AnyOf([*collection.property_by_name])
            )
            raise InvalidValue(words, field=f"properties.{name}")
        if isinstance(value, list | dict) or (isinstance(value, str) and "\0" in value):
            words = message("feature.property_value", name=name)
            raise InvalidValue(words, field=f"properties.{name}")
