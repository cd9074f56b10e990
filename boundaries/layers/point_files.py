"""The positions of a point file, such as surveyed markers: read from GeoJSON, digit for digit."""

from pathlib import Path

import numpy as np
import orjson
import shapely

from boundaries.layers.geometry_faults import Floats
from boundaries.layers.problems import open_error, unreadable_error
from gazetteer.messages import message
from gazetteer.problems import Problem

_MAX_BYTES = 64 << 20


def read_points(path: Path) -> Floats:
    """The positions (K, 2) of the points of a GeoJSON file, east first, heights left out.

    They are in the system of the layer that they belong to: lon, lat degrees, or planar metres.

    Raises:
        UnreadableFile: No GeoJSON, too large, or with other geometries than points.
    """
    try:
        if path.stat().st_size > _MAX_BYTES:
            raise _unusable_error(path, "layer.points_too_large", megabytes=_MAX_BYTES >> 20)
        geometry = shapely.from_geojson(path.read_bytes(), on_invalid="raise")
        orjson.loads(path.read_bytes())  # GEOS ignores text after the end of the geometry
    except OSError as error:
        raise open_error(path.name, error, field="fixed") from None
    except (shapely.GEOSException, ValueError):
        raise _unusable_error(path, "layer.not_geojson") from None
    parts = shapely.get_parts([geometry])
    while (shapely.get_type_id(parts) >= shapely.GeometryType.MULTIPOINT).any():
        parts = shapely.get_parts(parts)
    if not len(parts) or (shapely.get_type_id(parts) != shapely.GeometryType.POINT).any():
        raise _unusable_error(path, "layer.only_points_allowed")
    points: Floats = np.asarray(shapely.get_coordinates(parts), dtype=np.float64)
    return points


def _unusable_error(path: Path, kind: str, **params: object) -> Problem:
    return unreadable_error(path.name, message(kind, **params), field="fixed")
