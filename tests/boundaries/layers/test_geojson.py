"""GeoJSON is read digit for digit; the fault of one feature is reported for that feature."""

import gzip
import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from boundaries.layers import geojson as reader
from boundaries.layers.layer_reader import read_layer
from gazetteer.ingest import UnreadableFile
from tests.boundaries.layers.sample_files import (
    NEXT,
    SQUARE,
    collection,
    geojson,
    polygon,
    reason_of,
    remark_keys,
)

FIXTURE = Path(__file__).parents[3] / "fixtures" / "guangdong_boundaries.geojson.gz"
FINITE = st.floats(allow_nan=False, allow_infinity=False)
NOT_FINITE = "positions_not_finite"


@given(st.lists(st.tuples(FINITE, FINITE), min_size=3, max_size=8))
def test_every_double_is_read_bit_for_bit(positions: list[tuple[float, float]]) -> None:
    ring = np.array([*positions, positions[0]])
    raw = reader.parse_geojson(collection(polygon(ring.tolist())), "layer")
    read = shapely.get_coordinates(raw.geometries)
    assert read.tobytes() == ring.tobytes()


def test_the_bundled_polygons_are_read_as_gdal_reads_them(tmp_path: Path) -> None:
    plain = tmp_path / "layer.geojson"
    plain.write_bytes(gzip.decompress(FIXTURE.read_bytes()))
    _, _, binary, _ = pyogrio.raw.read(plain)
    layer = read_layer(FIXTURE)
    assert len(layer) == 198
    assert shapely.equals_exact(layer.geometries, shapely.from_wkb(binary)).all()
    assert layer.names[:2] == layer.codes[:2] == ("440000", "440100")
    assert remark_keys(layer) == []


@pytest.mark.parametrize(
    ("geometry", "rule", "reason"),
    [
        (None, "TOP-GEO-02", "no_geometry"),
        ({"type": "Point", "coordinates": [113.0, 23.0]}, "TOP-GEO-02", "not_a_polygon"),
        ({"type": "LineString", "coordinates": SQUARE}, "TOP-GEO-02", "not_a_polygon"),
        ({"type": "GeometryCollection", "geometries": []}, "TOP-GEO-02", "not_a_polygon"),
        (polygon(), "TOP-GEO-02", "empty_geometry"),
        ({"type": "MultiPolygon", "coordinates": []}, "TOP-GEO-02", "empty_geometry"),
        (polygon(SQUARE[:-1]), "TOP-GEO-01", "ring_not_closed"),
        (polygon([*SQUARE[:2], SQUARE[0]]), "TOP-GEO-01", "ring_too_short"),
        (polygon([]), "TOP-GEO-02", "empty_geometry"),
        (polygon([SQUARE[0], [113.2, math.nan], *SQUARE[2:]]), "TOP-GEO-01", NOT_FINITE),
        (polygon([SQUARE[0], [113.2, math.inf], *SQUARE[2:]]), "TOP-GEO-01", NOT_FINITE),
        (polygon([["113.0", 23.0], *SQUARE[1:]]), "TOP-GEO-01", "coordinate_not_a_number"),
        (polygon([[113.0, None], *SQUARE[1:]]), "TOP-GEO-01", "coordinate_not_a_number"),
        (polygon([[True, 23.0], *SQUARE[1:]]), "TOP-GEO-01", "coordinate_not_a_number"),
        (polygon([[10**400, 23.0], *SQUARE[1:]]), "TOP-GEO-01", "coordinate_too_large"),
        (polygon([[113.0], *SQUARE[1:]]), "TOP-GEO-01", "coordinates_dimension"),
        (polygon([7, *SQUARE[1:]]), "TOP-GEO-01", "coordinates_nesting"),
        (polygon(7), "TOP-GEO-01", "coordinates_nesting"),
        ({"type": "Polygon"}, "TOP-GEO-01", "coordinates_nesting"),
        ("POLYGON EMPTY", "TOP-GEO-01", "geometry_without_type"),
        ({"coordinates": [SQUARE]}, "TOP-GEO-01", "geometry_without_type"),
    ],
)
def test_a_broken_geometry_is_reported_and_affects_no_other(
    tmp_path: Path, geometry: Any, rule: str, reason: str
) -> None:
    properties = [{"code": "440105"}, {"code": "440106"}]
    path = geojson(tmp_path / "l.json", geometry, polygon(NEXT), properties=properties)
    layer = read_layer(path)
    assert remark_keys(layer) == [(rule, 0)]
    assert layer.remarks[0].message.id == f"layer.{reason}"
    assert layer.remarks[0].text("en") and layer.remarks[0].text("zh")
    assert layer.geometries[0] is None
    assert shapely.get_coordinates(layer.geometries[1]).tolist() == NEXT
    assert layer.names == ("440105", "440106")


def test_an_open_ring_is_shown_at_its_end(tmp_path: Path) -> None:
    layer = read_layer(geojson(tmp_path / "l.json", polygon(SQUARE[:-1]), polygon(NEXT)))
    assert layer.remarks[0].place == (113.5, 23.0)
    assert layer.remarks[0].text("en") == (
        "The ring is not closed: it starts at (113, 23) and ends at (113.5, 23)."
    )
    assert layer.remarks[0].text("zh") == "环未闭合：起点（113，23），终点（113.5，23）。"


@pytest.mark.parametrize(
    ("ring", "words"), [(SQUARE[:2], "only 2 positions"), ([SQUARE[0]], "only 1 position;")]
)
def test_a_short_ring_is_reported_with_its_number_of_positions(
    tmp_path: Path, ring: Any, words: str
) -> None:
    remark = read_layer(geojson(tmp_path / "l.json", polygon(ring), polygon(NEXT))).remarks[0]
    assert (remark.measured, remark.limit, remark.unit) == (len(ring), 4, "positions")
    assert words in remark.text("en") and "只有" in remark.text("zh")


def test_holes_and_parts_stay_as_they_are(tmp_path: Path) -> None:
    hole = [[113.1, 23.1], [113.2, 23.1], [113.2, 23.2], [113.1, 23.1]]
    parts = {"type": "MultiPolygon", "coordinates": [[SQUARE, hole], [NEXT]]}
    layer = read_layer(geojson(tmp_path / "l.json", parts, polygon(SQUARE, hole), polygon(NEXT)))
    assert [g.geom_type for g in layer.geometries] == ["MultiPolygon", "Polygon", "Polygon"]
    assert shapely.get_coordinates(layer.geometries[0]).tolist() == [*SQUARE, *hole, *NEXT]
    assert len(layer.geometries[1].interiors) == 1


def test_heights_are_left_out_and_reported(tmp_path: Path) -> None:
    high = [[*position, 12.5] for position in SQUARE]
    layer = read_layer(geojson(tmp_path / "l.json", polygon(high), polygon(NEXT)))
    assert shapely.get_coordinates(layer.geometries[0], include_z=False).tolist() == SQUARE
    assert not layer.geometries[0].has_z
    assert remark_keys(layer)[:1] == [("TOP-GEO-02", None)]
    assert layer.remarks[0].measured == 1 and layer.remarks[0].severity == "info"


@pytest.mark.parametrize(
    "text",
    [
        json.dumps({"type": "Feature", "id": "a", "properties": None, "geometry": polygon(SQUARE)}),
        json.dumps(polygon(SQUARE)),
    ],
)
def test_a_single_feature_or_geometry_is_a_layer_of_one(tmp_path: Path, text: str) -> None:
    path = tmp_path / "one.json"
    path.write_text("\ufeff" + text, encoding="utf-8")
    layer = read_layer(path)
    assert len(layer) == 1 and layer.names[0] in ("a", "0")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('{"type": "FeatureCollection",\n "features": [}', "json_invalid_at"),
        ("", "unknown_format"),
        (" \n" * 3000, "unknown_format"),
        ("[]", "json_no_object"),
        ("7", "unknown_format"),
        ('{"type": "FeatureCollection"}', "no_features_array"),
        ('{"type": "FeatureCollection", "features": {}}', "no_features_array"),
        ('{"type": "FeatureCollection", "features": [1]}', "feature_no_object"),
        ('{"type": "FeatureCollection", "features": []}', "no_features"),
        ('{"type": "Topology", "objects": {}}', "topojson"),
        (collection({"type": "Point", "coordinates": [1, 2]}), "no_polygons"),
        ("[" * 100_000, "json_invalid"),
        ("<kml/>", "foreign_format"),
        ("\0", "unknown_format"),
    ],
)
def test_what_is_no_layer_of_polygons_is_refused_with_the_reason(
    tmp_path: Path, text: str, reason: str
) -> None:
    path = tmp_path / "no.geojson"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(UnreadableFile) as caught:
        read_layer(path)
    assert reason_of(caught.value) == f"layer.{reason}"
    assert caught.value.text("en").startswith("no.geojson: ")
    assert caught.value.text("zh").startswith("no.geojson：")


def test_the_line_and_column_of_invalid_json_are_named(tmp_path: Path) -> None:
    path = tmp_path / "no.geojson"
    path.write_text('{"type": "FeatureCollection",\n "features": [}', encoding="utf-8")
    with pytest.raises(UnreadableFile, match="line 2, column 15: Expecting value") as caught:
        read_layer(path)
    assert "第 2 行第 15 列" in caught.value.text("zh")


def test_a_layer_without_polygons_names_the_type_of_its_first_feature(tmp_path: Path) -> None:
    points = [{"type": "Point", "coordinates": [1, 2]}] * 3
    with pytest.raises(UnreadableFile) as caught:
        read_layer(geojson(tmp_path / "no.geojson", *points))
    assert caught.value.text("en") == (
        "no.geojson: None of the 3 features is a polygon."
        " The first one: The geometry type is Point; a polygon is required."
    )


def test_gb18030_and_named_encodings_are_read(tmp_path: Path) -> None:
    text = collection(polygon(SQUARE)).encode().decode("unicode_escape")
    path = tmp_path / "gb.geojson"
    path.write_bytes(text.encode("gb18030"))
    assert read_layer(path).attributes[0]["name"] == "天河区"
    path.write_bytes(text.encode("utf-16"))
    with pytest.raises(UnreadableFile, match="UTF-16"):
        read_layer(path)
    assert read_layer(path, encoding="utf-16").attributes[0]["name"] == "天河区"
    with pytest.raises(UnreadableFile, match="is not encoded in no-such"):
        read_layer(path, encoding="no-such")


def test_a_polygon_of_a_million_vertices_is_read(tmp_path: Path) -> None:
    angle = np.linspace(0, 2 * np.pi, 1_000_001)
    ring = np.column_stack([113 + np.cos(angle) / 4, 23 + np.sin(angle) / 4])
    ring[-1] = ring[0]
    layer = read_layer(geojson(tmp_path / "large.geojson", polygon(ring.tolist())))
    assert shapely.get_coordinates(layer.geometries).tobytes() == ring.tobytes()
