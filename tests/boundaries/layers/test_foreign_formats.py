"""Files that are not read are named, with the way out; variants of what is read are read."""

import json
import struct
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import numpy as np
import pytest
import shapely

from boundaries.layers.layer_reader import read_layer
from boundaries.layers.surface_wkb import straighten_surfaces
from gazetteer.ingest import UnreadableFile
from tests.boundaries.layers.sample_files import NEXT, SQUARE, blob, geopackage, polygon, with_blob

A = shapely.Polygon(SQUARE)
HOLE = [[x / 5 + 90.5, y / 5 + 18.5] for x, y in SQUARE]


@pytest.mark.parametrize(
    ("name", "content", "word"),
    [
        ("l.kml", b'<?xml version="1.0"?>\n<kml xmlns="http://www.opengis.net/kml/2.2">', "KML"),
        ("l.tab", b"!table\n!version 300\n", "MapInfo"),
        ("l.mif", b"Version 300\n", "MapInfo"),
        ("l.dxf", b"  0\r\nSECTION\r\n  2\r\nHEADER\r\n", "DXF"),
        ("l.csv", b'code,geom\n440604,"POLYGON((113 23,114 23,114 24,113 23))"\n', "CSV"),
        ("l.rar", b"Rar!\x1a\x07\x01\x00", "RAR"),
        ("l.7z", b"7z\xbc\xaf\x27\x1c\x00", "7-Zip"),
        ("l.bin", b"%PDF-1.7", "PDF"),
        ("l.json", json.dumps({"type": "Topology", "objects": {}}).encode(), "TopoJSON"),
    ],
)
def test_other_formats_are_named(tmp_path: Path, name: str, content: bytes, word: str) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(UnreadableFile) as refused:
        read_layer(tmp_path / name)
    assert word in refused.value.text("en")


def test_a_file_geodatabase_is_named_packed_or_not(tmp_path: Path) -> None:
    (tmp_path / "d.gdb").mkdir()
    with ZipFile(tmp_path / "d.zip", "w") as archive:
        archive.writestr("d.gdb/a00000001.gdbtable", b"x")
    for name in ("d.gdb", "d.zip"):
        with pytest.raises(UnreadableFile, match="File Geodatabase"):
            read_layer(tmp_path / name)


def esri(*rings: Any, **more: Any) -> dict[str, Any]:
    feature = {"attributes": {"code": "440106"}, "geometry": {"rings": list(rings)}}
    return {"geometryType": "esriGeometryPolygon", "features": [feature], **more}


def test_rings_of_esri_json_become_polygons_with_holes(tmp_path: Path) -> None:
    content = esri(HOLE[::-1], NEXT, SQUARE, spatialReference={"wkid": 4490})
    (tmp_path / "l.json").write_text(json.dumps(content))
    layer = read_layer(tmp_path / "l.json")
    expected = shapely.MultiPolygon([shapely.Polygon(NEXT), shapely.Polygon(SQUARE, [HOLE])])
    assert layer.geometries[0].equals(expected)
    assert (layer.codes, layer.declared_crs) == (("440106",), "EPSG:4490")
    assert "layer.esri_json" in {r.message.id for r in layer.remarks}


@pytest.mark.parametrize("sign", ["", "\x1e"])
def test_features_one_on_each_line_are_read(tmp_path: Path, sign: str) -> None:
    features = [
        {"type": "Feature", "properties": {"code": code}, "geometry": polygon(ring)}
        for code, ring in (("440105", SQUARE), ("440106", NEXT))
    ]
    text = "".join(f"{sign}{json.dumps(feature)}\n" for feature in features)
    (tmp_path / "l.geojsonl").write_text(text)
    assert read_layer(tmp_path / "l.geojsonl").codes == ("440105", "440106")


def test_collections_of_polygons_are_multi_polygons(tmp_path: Path) -> None:
    members = [polygon(SQUARE), {"type": "MultiPolygon", "coordinates": [[NEXT]]}]
    collection = {"type": "GeometryCollection", "geometries": members}
    (tmp_path / "l.geojson").write_text(json.dumps(collection))
    expected = shapely.MultiPolygon([A, shapely.Polygon(NEXT)])
    assert read_layer(tmp_path / "l.geojson").geometries[0].equals(expected)
    packed = shapely.to_wkb(shapely.GeometryCollection([A, expected]))
    assert shapely.from_wkb(straighten_surfaces(packed)).geoms[0].equals(A)


def test_surfaces_without_curves_are_read_and_curves_are_not(tmp_path: Path) -> None:
    flat = shapely.to_wkb(A)
    line = struct.pack("<BII", 1, 1002, len(SQUARE)) + b"".join(
        struct.pack("<3d", *p, 7) for p in SQUARE
    )
    curve_polygon = struct.pack("<BII", 1, 1010, 1) + line
    compound = struct.pack("<BII", 1, 10, 1) + struct.pack("<BII", 1, 9, 1) + line
    multi = struct.pack("<BII", 1, 12, 3) + flat + curve_polygon + compound
    path = with_blob(geopackage(tmp_path / "l.gpkg", [A]), blob(multi))
    read = read_layer(path).geometries[1]
    assert [part.equals(A) for part in read.geoms] == [True] * 3
    curved = struct.pack("<BII", 1, 10, 1) + struct.pack("<BI", 1, 8) + line[5:]
    for broken in (curved, multi[:-9], b"", struct.pack("<BII", 1, 12, 2**31)):
        assert straighten_surfaces(broken) is None if broken else True
    assert np.isfinite(shapely.get_coordinates(read)).all()


def test_empty_rings_are_no_fault_but_an_empty_polygon_is_told(tmp_path: Path) -> None:
    for rings, faults in (
        ([SQUARE, []], []),
        ([[]], ["TOP-GEO-02"]),
        ([[], SQUARE], ["TOP-GEO-02"]),
    ):
        features = [
            {"type": "Feature", "properties": {}, "geometry": polygon(*one)}
            for one in (rings, [NEXT])
        ]
        (tmp_path / "l.geojson").write_text(
            json.dumps({"type": "FeatureCollection", "features": features})
        )
        layer = read_layer(tmp_path / "l.geojson")
        assert [r.rule for r in layer.remarks if r.rule.startswith("TOP-GEO")] == faults
    square = b"".join(struct.pack("<2d", *p) for p in SQUARE)
    packed = struct.pack("<BIII", 1, 3, 2, len(SQUARE)) + square + struct.pack("<I", 0)
    path = with_blob(geopackage(tmp_path / "l.gpkg", [A]), blob(packed))
    assert read_layer(path).geometries[1].equals_exact(A)
