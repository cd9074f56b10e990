"""Geometries from well-known binary, bit for bit; a broken one affects only its own feature."""

import struct
from collections.abc import Sequence

import numpy as np
import shapely

from boundaries.layers.geometry_faults import (
    Geometries,
    report_malformed,
    report_wrong_type,
    split_invalid,
)
from boundaries.layers.polygon_layer import Remark
from boundaries.layers.surface_wkb import straighten_surfaces
from gazetteer.messages import message

_TYPES = {
    1: "Point",
    2: "LineString",
    3: "Polygon",
    4: "MultiPoint",
    5: "MultiLineString",
    6: "MultiPolygon",
    7: "GeometryCollection",
    8: "CircularString",
    9: "CompoundCurve",
    10: "CurvePolygon",
    11: "MultiCurve",
    12: "MultiSurface",
    15: "PolyhedralSurface",
    16: "TIN",
    17: "Triangle",
}
_POLYGON, _MULTIPOLYGON = 3, 6
_EWKB_FLAGS = 0xE0000000  # Z, M and SRID, as PostGIS writes them


def decode_polygons(raw: Sequence[bytes | None]) -> tuple[Geometries, list[Remark]]:
    """Polygons and MultiPolygons of ``raw``, two-dimensional and finite; None where there is none.

    There is a remark on the feature of each None.
    """
    remarks: list[Remark] = []
    readable: list[bytes | None] = [None] * len(raw)
    for i, wkb in enumerate(raw):
        kind = _decode_type(wkb) if wkb else None
        if wkb and kind in (_POLYGON, _MULTIPOLYGON):
            readable[i] = wkb
        elif wkb and (straight := straighten_surfaces(wkb)):
            readable[i] = straight
        else:
            type_name = None if kind is None else _TYPES.get(kind, f"WKB {kind}")
            remarks.append(report_wrong_type(i, type_name))
    with np.errstate(invalid="ignore"):  # NaN is reported below
        geometries = shapely.from_wkb(np.array(readable, dtype=object), on_invalid="ignore")
    for i, wkb in enumerate(readable):
        if wkb is not None and geometries[i] is None:
            remarks.append(_report_broken_wkb(i, wkb))
    accepted, more = split_invalid(_drop_empty_rings(geometries))
    return accepted, remarks + more


def _drop_empty_rings(geometries: Geometries) -> Geometries:
    """The geometries without holes that have no position: OGC allows these, few programs do."""
    parts, owner = shapely.get_parts(geometries, return_index=True)
    with_holes = np.flatnonzero(shapely.get_num_interior_rings(parts) > 0)
    rings, of_part = shapely.get_rings(parts[with_holes], return_index=True)
    empty = shapely.get_num_coordinates(rings) == 0
    for feature in np.unique(owner[with_holes[of_part[empty]]]).tolist():
        polygons = [
            shapely.Polygon(part.exterior, [ring for ring in part.interiors if not ring.is_empty])
            for part in parts[owner == feature]
        ]
        is_single = geometries[feature].geom_type == "Polygon"
        geometries[feature] = polygons[0] if is_single else shapely.MultiPolygon(polygons)
    return geometries


def _decode_type(wkb: bytes) -> int:
    """The number of the type without dimensions (ISO thousands, EWKB flags); 0 if there is none."""
    if len(wkb) < 5 or wkb[0] > 1:
        return 0
    (number,) = struct.unpack_from("<I" if wkb[0] else ">I", wkb, 1)
    return int(number & ~_EWKB_FLAGS) % 1000


def _report_broken_wkb(feature: int, wkb: bytes) -> Remark:
    """Why GEOS does not accept ``wkb``."""
    try:
        shapely.from_wkb(wkb)
    except shapely.GEOSException as error:
        if "closed" in str(error):
            return report_malformed(feature, message("layer.open_ring"))
    return report_malformed(feature, message("layer.geometry_broken"))
