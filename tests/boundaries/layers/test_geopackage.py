"""GeoPackages as programs write them, careless ones included."""

import sqlite3
import struct
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
import shapely
from shapely import box

from boundaries.layers.layer_reader import read_layer
from boundaries.layers.problems import CrsNotKnown, LayerNotNamed
from gazetteer.ingest import UnreadableFile
from tests.boundaries.layers.sample_files import (
    blob,
    geopackage,
    reason_of,
    remark_keys,
    with_blob,
)

A, B = box(113, 23, 113.5, 23.5), box(113.5, 23, 114, 23.5)


def ring(*points: tuple[float, float], kind: int = 3) -> bytes:
    """WKB of a polygon or curve polygon with one ring of straight or curved segments."""
    head = struct.pack("<BII", 1, kind, 1) + (struct.pack("<BI", 1, 8) if kind == 10 else b"")
    return head + struct.pack("<I", len(points)) + b"".join(struct.pack("<2d", *p) for p in points)


def test_polygons_and_columns_are_read_unchanged(tmp_path: Path) -> None:
    columns = {"PAC": [440105, 440106], "名称": ["海珠区", "天河区"]}
    layer = read_layer(geopackage(tmp_path / "l.gpkg", [A, B], columns))
    assert shapely.equals_exact(layer.geometries, np.array([A, B])).all()
    assert layer.codes == layer.names == ("440105", "440106")
    assert layer.columns == {"code": "PAC", "name": "名称"}
    assert layer.attributes[1]["名称"] == "天河区"
    assert (layer.crs, layer.declared_crs) == ("EPSG:4490", "EPSG:4490")
    assert remark_keys(layer) == []


@pytest.mark.parametrize(
    ("raw", "rule", "reason"),
    [
        (blob(ring((113, 23), (114, 23), (114, 24))), "TOP-GEO-01", "open_ring"),
        (
            blob(ring((113, 23), (114, float("nan")), (114, 24), (113, 23))),
            "TOP-GEO-01",
            "positions_not_finite",
        ),
        (
            blob(ring((113, 23), (114, 24), (115, 23), (114, 22), (113, 23), kind=10)),
            "TOP-GEO-02",
            "curved_geometry",
        ),
        (blob(shapely.to_wkb(shapely.Polygon())), "TOP-GEO-02", "empty_geometry"),
        (blob(shapely.to_wkb(shapely.Point(113, 23))), "TOP-GEO-02", "not_a_polygon"),
        (blob(b"\x01\x03\x00\x00\x00\xff\xff\xff\xff"), "TOP-GEO-01", "geometry_broken"),
        (blob(b""), "TOP-GEO-02", "not_a_polygon"),
        (b"garbage", "TOP-GEO-02", "not_a_polygon"),
        (b"GP\x00\x0f" + bytes(40), "TOP-GEO-02", "not_a_polygon"),
        (None, "TOP-GEO-02", "no_geometry"),
    ],
)
def test_a_broken_geometry_is_reported_and_affects_no_other(
    tmp_path: Path, raw: bytes, rule: str, reason: str
) -> None:
    path = with_blob(geopackage(tmp_path / "l.gpkg", [A]), raw)
    layer = read_layer(path)
    assert remark_keys(layer) == [(rule, 1)]
    (remark,) = (r for r in layer.remarks if r.feature == 1)
    assert remark.message.id == f"layer.{reason}"
    assert layer.geometries[1] is None and layer.geometries[0].equals(A)


def test_rows_beyond_a_stale_count_are_read_as_well(tmp_path: Path) -> None:
    """GDAL trusts the count in the file and would stop after it."""
    path = with_blob(geopackage(tmp_path / "l.gpkg", [A]), blob(shapely.to_wkb(B)))
    assert len(read_layer(path)) == 2


def test_heights_are_left_out_and_reported(tmp_path: Path) -> None:
    layer = read_layer(geopackage(tmp_path / "l.gpkg", [shapely.force_3d(A, 7.0), B]))
    assert not shapely.has_z(layer.geometries).any()
    assert [(r.rule, r.measured) for r in layer.remarks if r.measured] == [("TOP-GEO-02", 1)]


def test_one_of_several_layers_has_to_be_named(tmp_path: Path) -> None:
    path = geopackage(tmp_path / "l.gpkg", [A], layer="counties")
    geopackage(path, [A, B], layer="towns", append=True)
    with pytest.raises(LayerNotNamed) as caught:
        read_layer(path)
    assert caught.value.extras["layers"] == ["counties", "towns"]
    with pytest.raises(LayerNotNamed, match='no layer "villages"'):
        read_layer(path, layer="villages")
    assert len(read_layer(path, layer="towns")) == 2


@pytest.mark.filterwarnings("ignore:.crs. was not provided")
def test_a_layer_without_a_system_is_read_only_if_it_is_evident(tmp_path: Path) -> None:
    plain = read_layer(geopackage(tmp_path / "a.gpkg", [A], crs=None))
    assert [(r.rule, r.severity) for r in plain.remarks][:1] == [("TOP-CRS-01", "warning")]
    metres = geopackage(tmp_path / "b.gpkg", [box(38_400_000, 2_500_000, 38_401_000, 2_501_000)],
                        crs=None)  # fmt: skip
    with pytest.raises(CrsNotKnown) as caught:
        read_layer(metres)
    assert caught.value.extras["likely"] == 4526
    assert reason_of(caught.value) == "crs.undeclared_suggestion"
    assert len(read_layer(metres, crs="4526")) == 1
    assert read_layer(metres, planar=True).planar


def test_a_table_that_lost_its_geometry_is_refused(tmp_path: Path) -> None:
    path = geopackage(tmp_path / "l.gpkg", [A])
    with closing(sqlite3.connect(path)) as db, db:
        db.execute("UPDATE gpkg_geometry_columns SET column_name = 'shape'")
    with pytest.raises(UnreadableFile, match="geometry column shape is missing"):
        read_layer(path)


def test_a_database_that_is_no_geopackage_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "l.gpkg"
    with closing(sqlite3.connect(path)) as db, db:
        db.execute("CREATE TABLE t (a)")
    with pytest.raises(UnreadableFile, match="cannot be read"):
        read_layer(path)


def test_a_view_is_never_run(tmp_path: Path) -> None:
    path = geopackage(tmp_path / "l.gpkg", [A])
    with closing(sqlite3.connect(path)) as db, db:
        db.execute("ALTER TABLE counties RENAME TO hidden")
        db.execute("CREATE VIEW counties AS SELECT * FROM hidden")
    with pytest.raises(UnreadableFile, match="no feature table"):
        read_layer(path)
