"""Places of a point file, such as surveyed markers: read from GeoJSON, digit for digit."""

from pathlib import Path

import numpy as np
import orjson
import shapely

from boundaries.layers.geometry_faults import Floats
from boundaries.layers.problems import unreadable_error

_MAX_BYTES = 64 << 20


def read_points(path: Path) -> Floats:
    """The positions (K, 2) of the points of a GeoJSON file, east first, heights left out.

    They are in the system of the layer that they go with: lon, lat degrees, or planar metres.

    Raises:
        UnreadableFile: no GeoJSON, too large, or with something else than points in it.
    """
    try:
        if path.stat().st_size > _MAX_BYTES:
            raise unreadable_error(path.name, "过大。", "is too large", field="fixed")
        geometry = shapely.from_geojson(path.read_bytes(), on_invalid="raise")
        orjson.loads(path.read_bytes())  # the reader of geometries takes text after the end
    except OSError as error:
        reason = error.strerror or str(error)
        zh, en = f"打不开（{reason}）。", f"cannot be opened ({reason})"
        raise unreadable_error(path.name, zh, en, field="fixed") from None
    except (shapely.GEOSException, ValueError):
        raise unreadable_error(
            path.name, "不是 GeoJSON。", "is no GeoJSON", field="fixed"
        ) from None
    parts = shapely.get_parts([geometry])
    while (shapely.get_type_id(parts) >= shapely.GeometryType.MULTIPOINT).any():
        parts = shapely.get_parts(parts)
    if not len(parts) or (shapely.get_type_id(parts) != shapely.GeometryType.POINT).any():
        raise unreadable_error(
            path.name, "须只含点。", "must hold points, and nothing else", field="fixed"
        )
    points: Floats = np.asarray(shapely.get_coordinates(parts), dtype=np.float64)
    return points
