"""Layer files for the tests, written by other programs than those that read them."""

import json
import sqlite3
import struct
from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio
import shapely
from pyproj import CRS
from shapely.geometry.base import BaseGeometry

from boundaries.layers.polygon_layer import Layer
from gazetteer.messages import Message
from gazetteer.problems import Problem

Ring = Sequence[Sequence[float]]
SQUARE = [[113.0, 23.0], [113.0, 23.5], [113.5, 23.5], [113.5, 23.0], [113.0, 23.0]]
NEXT = [[x + 0.5, y] for x, y in SQUARE]
TIANHE = {"code": "440106", "name": "天河区"}


def remark_keys(layer: Layer) -> list[tuple[str, int | None]]:
    """Rule and feature of each remark, except on the columns used."""
    return [(r.rule, r.feature) for r in layer.remarks if r.rule != "TOP-FIL-02"]


def reason_of(problem: Problem) -> str:
    """The message id of why a file is refused, without its name."""
    detail = problem.message.params.get("detail")
    return detail.id if isinstance(detail, Message) else problem.message.id


def polygon(*rings: Any) -> dict[str, Any]:
    return {"type": "Polygon", "coordinates": list(rings)}


def collection(
    *geometries: Any, properties: Sequence[Mapping[str, Any] | None] = (), **more: Any
) -> str:
    features = [
        {"type": "Feature", "properties": dict(TIANHE), "geometry": geometry}
        for geometry in geometries
    ]
    for feature, own in zip(features, properties, strict=False):
        feature["properties"] = own
    return json.dumps({"type": "FeatureCollection", "features": features, **more})


def geojson(path: Path, *geometries: Any, **more: Any) -> Path:
    path.write_text(collection(*geometries, **more), encoding="utf-8")
    return path


def geopackage(
    path: Path,
    geometries: Sequence[BaseGeometry],
    columns: Mapping[str, Sequence[Any]] | None = None,
    *,
    layer: str = "counties",
    crs: str | None = "EPSG:4490",
    append: bool = False,
) -> Path:
    columns = columns or {"code": [f"44010{i + 1}" for i in range(len(geometries))]}
    pyogrio.raw.write(
        path,
        np.array([shapely.to_wkb(geometry) for geometry in geometries], dtype=object),
        [np.array(values, dtype=object) for values in columns.values()],
        list(columns),
        layer=layer,
        driver="GPKG",
        geometry_type="Unknown",
        crs=crs,
        append=append,
    )
    return path


def drop_triggers(path: Path) -> None:
    """Those of a GeoPackage need functions that only GDAL brings along."""
    with closing(sqlite3.connect(path)) as db, db:
        triggers = db.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall()
        for (name,) in triggers:
            db.execute(f'DROP TRIGGER "{name}"')


def with_blob(path: Path, blob: bytes, layer: str = "counties") -> Path:
    """Put a row with any geometry into a GeoPackage, as a careless program might."""
    drop_triggers(path)
    with closing(sqlite3.connect(path)) as db, db:
        db.execute(f'INSERT INTO "{layer}" (geom, code) VALUES (?, ?)', (blob, "440199"))
    return path


def blob(wkb: bytes) -> bytes:
    return b"GP\x00\x01" + struct.pack("<i", 4490) + wkb


def shape_polygon(*rings: Ring) -> bytes:
    points = [point for ring in rings for point in ring]
    starts = np.cumsum([0, *map(len, rings)])[: len(rings)]
    return (
        struct.pack("<i4d2i", 5, 0, 0, 1, 1, len(rings), len(points))
        + struct.pack(f"<{len(rings)}i", *starts)
        + b"".join(struct.pack("<2d", *point) for point in points)
    )


def shapefile(
    path: Path,
    records: Sequence[bytes],
    names: Sequence[bytes],
    *,
    field: bytes = b"XZQMC",
    crs: int | None = 4490,
    cpg: str | None = None,
) -> Path:
    """A Shapefile byte by byte, so that it can have any fault; ``path`` ends in ``.shp``."""
    shapes, index, at = b"", b"", 50
    for number, record in enumerate(records, 1):
        words = len(record) // 2
        shapes += struct.pack(">2i", number, words) + record
        index += struct.pack(">2i", at, words)
        at += 4 + words
    for ending, body in ((".shp", shapes), (".shx", index)):
        header = struct.pack(">i20xi", 9994, 50 + len(body) // 2)
        header += struct.pack("<2i8d", 1000, 5, 113, 23, 114, 24, 0, 0, 0, 0)
        path.with_suffix(ending).write_bytes(header + body)
    dbf = struct.pack("<BBBBIHH20x", 3, 124, 1, 1, len(names), 65, 31)
    dbf += struct.pack("<11sc4xBB14x", field, b"C", 30, 0) + b"\r"
    dbf += b"".join(b" " + name.ljust(30) for name in names) + b"\x1a"
    path.with_suffix(".dbf").write_bytes(dbf)
    if crs is not None:
        path.with_suffix(".prj").write_text(CRS(crs).to_wkt("WKT1_ESRI"), encoding="ascii")
    if cpg is not None:
        path.with_suffix(".cpg").write_text(cpg, encoding="ascii")
    return path
