"""Layers with one fault of each kind, as users really send them."""

import gzip
import json
import zipfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pyogrio
import shapely

Ring = Sequence[tuple[float, float]]


def square(x: float, y: float, width: float = 1000, height: float = 1000) -> Ring:
    return [(x, y), (x + width, y), (x + width, y + height), (x, y + height), (x, y)]


def features(polygons: Mapping[str, Sequence[Ring]], key: str = "id") -> str:
    def feature(name: str, rings: Sequence[Ring]) -> dict[str, Any]:
        shape = {"type": "Polygon", "coordinates": rings}
        return {"type": "Feature", "properties": {key: name}, "geometry": shape}

    return json.dumps(
        {"type": "FeatureCollection", "features": [feature(*item) for item in polygons.items()]}
    )


def planar(path: Path) -> Path:
    """In metres: 0.4 m lie between A and D, E overlaps 400 x 300 m of B, and C has a lake in it."""
    b = [(1000, 0), (2000, 0), (2000, 2000.4), (1000, 2000.4), (1000, 1000.4), (1000, 1000)]
    rings: dict[str, Sequence[Ring]] = {
        "A": [square(0, 0)],
        "B": [[*b, b[0]]],
        "C": [square(2000, 0, 1000, 2000.4), square(2300, 300, 300, 300)],
        "D": [square(0, 1000.4)],
        "E": [square(1200, 1700.4, 400, 600)],
        "H": [square(0, 1000, 0.2, 0.4)],
    }
    path.write_text(features(rings), encoding="utf-8")
    return path


def sound(path: Path) -> Path:
    """Three counties without any fault, with nine decimals."""
    x = [113.123456781, 113.223456782, 113.323456783, 113.423456784]
    low, high = 23.123456789, 23.223456787
    rings = {
        f"44010{i + 1}": [
            [(x[i], low), (x[i + 1], low), (x[i + 1], high), (x[i], high), (x[i], low)]
        ]
        for i in range(3)
    }
    path.write_text(features(rings, "code"), encoding="utf-8")
    return path


def _text(text: str | bytes) -> Callable[[Path], None]:
    content = text.encode() if isinstance(text, str) else text

    def write(path: Path) -> None:
        path.write_bytes(content)

    return write


def _geometry(shape: Any) -> Callable[[Path], None]:
    feature = {"type": "Feature", "properties": {"code": "440101"}, "geometry": shape}
    second = {**feature, "properties": {"code": "440102"}}
    ring = [list(p) for p in square(113.5, 23.5, 0.1, 0.1)]
    second["geometry"] = {"type": "Polygon", "coordinates": [ring]}
    collection = {"type": "FeatureCollection", "features": [feature, second]}
    return _text(json.dumps(collection))


def _ring(ring: Any) -> Callable[[Path], None]:
    return _geometry({"type": "Polygon", "coordinates": [ring]})


def _shape_without_dbf(path: Path) -> None:
    whole = path.parent / "parts"
    whole.mkdir()
    counties = shapely.to_wkb([shapely.box(113, 23, 114, 24)])
    pyogrio.raw.write(
        whole / "a.shp", counties, [], [], geometry_type="Polygon", crs="EPSG:4490",
        driver="ESRI Shapefile",
    )  # fmt: skip
    with zipfile.ZipFile(path, "w") as archive:
        for ending in (".shp", ".shx", ".prj"):
            archive.write(whole / f"a{ending}", f"a{ending}")


def _zip(name: str, content: bytes) -> Callable[[Path], None]:
    def write(path: Path) -> None:
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(name, content)

    return write


def _gzip_bomb(path: Path) -> None:
    with gzip.open(path, "wb") as file:
        for _ in range(40):
            file.write(b" " * (1 << 20))


_SQUARE = [list(p) for p in square(113, 23, 0.1, 0.1)]
_BOW = [[113, 23], [113.1, 23.1], [113.1, 23], [113, 23.1], [113, 23]]
_HEIGHTS = [[*position, 5.0] for position in _SQUARE]
_NAN = features({"440101": [[(float("nan"), 23.0), (113.1, 23), (113.1, 23.1), (113, 23)]]}, "code")
_TWICE = features(
    {"one": [square(113, 23, 0.1, 0.1)], "two": [square(113.1, 23, 0.1, 0.1)]}, "name"
).replace('"properties": {', '"properties": {"code": "440101", ')

FINDINGS: dict[str, tuple[str, Callable[[Path], None]]] = {
    "bow.geojson": ("TOP-GEO-01", _ring(_BOW)),
    "not_a_number.geojson": ("TOP-GEO-01", _text(_NAN)),
    "twice.geojson": ("TOP-FIL-03", _text(_TWICE)),
    "unclosed.geojson": ("TOP-GEO-01", _ring(_SQUARE[:-1])),
    "short.geojson": ("TOP-GEO-01", _ring(_SQUARE[:2])),
    "empty.geojson": ("TOP-GEO-02", _geometry({"type": "Polygon", "coordinates": []})),
    "none.geojson": ("TOP-GEO-02", _geometry(None)),
    "mixed.geojson": ("TOP-GEO-02", _geometry({"type": "Point", "coordinates": [113, 23]})),
}
"""Files with a fault in one feature, and the rule that reports it."""

REFUSED: dict[str, Callable[[Path], None]] = {
    "nothing.geojson": _text(json.dumps({"type": "FeatureCollection", "features": []})),
    "broken.geojson": _text('{"type": "FeatureCollection", "features": ['),
    "zero.geojson": _text(""),
    "noise.gpkg": _text(bytes(range(256)) * 4),
    "page.html": _text("<!doctype html><title>Not found</title>"),
    "metres.geojson": _ring([[x * 1000, y * 1000] for x, y in _SQUARE]),
    "lone.dbf": _text(b"\x03" + bytes(40)),
    "texts.zip": _zip("readme.txt", b"nothing here"),
    "bomb.zip": _zip("layer.geojson", b" " * (40 << 20)),
    "bomb.geojson.gz": _gzip_bomb,
}
"""Files that are not layers."""

JUDGED: dict[str, Callable[[Path], None]] = {
    "heights.geojson": _ring(_HEIGHTS),
    "no_dbf.zip": _shape_without_dbf,
}
"""Files that look odd but can be validated, whatever is found."""


def made(directory: Path, name: str, write: Callable[[Path], None]) -> Path:
    path = directory / name
    write(path)
    return path
