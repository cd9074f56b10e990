"""GeoJSON comes in digit for digit; what is wrong with one feature is told of that feature."""

import gzip
import json
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
from boundaries.layers.polygon_layer import Layer
from gazetteer.ingest import UnreadableFile
from tests.boundaries.layers.sample_files import NEXT, SQUARE, collection, geojson, polygon

FIXTURE = Path(__file__).parents[3] / "fixtures" / "guangdong_boundaries.geojson.gz"
finite = st.floats(allow_nan=False, allow_infinity=False)


def told(layer: Layer) -> list[tuple[str, int | None]]:
    return [(r.rule, r.feature) for r in layer.remarks if r.rule != "TOP-FIL-02"]


@given(st.lists(st.tuples(finite, finite), min_size=3, max_size=8))
def test_every_double_comes_in_bit_for_bit(positions: list[tuple[float, float]]) -> None:
    ring = np.array([*positions, positions[0]])
    raw = reader.parse_geojson(collection(polygon(ring.tolist())), "layer")
    read = shapely.get_coordinates(raw.geometries)
    assert read.tobytes() == ring.tobytes()


def test_the_shipped_polygons_are_read_as_gdal_reads_them(tmp_path: Path) -> None:
    plain = tmp_path / "layer.geojson"
    plain.write_bytes(gzip.decompress(FIXTURE.read_bytes()))
    _, _, binary, _ = pyogrio.raw.read(plain)
    layer = read_layer(FIXTURE)
    assert len(layer) == 198
    assert shapely.equals_exact(layer.geometries, shapely.from_wkb(binary)).all()
    assert layer.names[:2] == layer.codes[:2] == ("440000", "440100")
    assert told(layer) == []


@pytest.mark.parametrize(
    ("geometry", "rule", "words"),
    [
        (None, "TOP-GEO-02", "no geometry"),
        ({"type": "Point", "coordinates": [113.0, 23.0]}, "TOP-GEO-02", "is a Point"),
        ({"type": "LineString", "coordinates": SQUARE}, "TOP-GEO-02", "is a LineString"),
        ({"type": "GeometryCollection", "geometries": []}, "TOP-GEO-02", "GeometryCollection"),
        (polygon(), "TOP-GEO-02", "empty"),
        ({"type": "MultiPolygon", "coordinates": []}, "TOP-GEO-02", "empty"),
        (polygon(SQUARE[:-1]), "TOP-GEO-01", "open ring: from 113, 23 to 113.5, 23"),
        (polygon([*SQUARE[:2], SQUARE[0]]), "TOP-GEO-01", "3 positions"),
        (polygon([]), "TOP-GEO-01", "0 positions"),
        (polygon([SQUARE[0], [113.2, float("nan")], *SQUARE[2:]]), "TOP-GEO-01", "not finite"),
        (polygon([SQUARE[0], [113.2, float("inf")], *SQUARE[2:]]), "TOP-GEO-01", "not finite"),
        (polygon([["113.0", 23.0], *SQUARE[1:]]), "TOP-GEO-01", "not a number"),
        (polygon([[113.0, None], *SQUARE[1:]]), "TOP-GEO-01", "not a number"),
        (polygon([[True, 23.0], *SQUARE[1:]]), "TOP-GEO-01", "not a number"),
        (polygon([[10**400, 23.0], *SQUARE[1:]]), "TOP-GEO-01", "too large"),
        (polygon([[113.0], *SQUARE[1:]]), "TOP-GEO-01", "too few numbers"),
        (polygon([7, *SQUARE[1:]]), "TOP-GEO-01", "nested"),
        (polygon(7), "TOP-GEO-01", "nested"),
        ({"type": "Polygon"}, "TOP-GEO-01", "nested"),
        ("POLYGON EMPTY", "TOP-GEO-01", "no type"),
        ({"coordinates": [SQUARE]}, "TOP-GEO-01", "no type"),
    ],
)
def test_a_broken_geometry_is_told_and_spoils_no_other(
    tmp_path: Path, geometry: Any, rule: str, words: str
) -> None:
    properties = [{"code": "440105"}, {"code": "440106"}]
    path = geojson(tmp_path / "l.json", geometry, polygon(NEXT), properties=properties)
    layer = read_layer(path)
    assert told(layer) == [(rule, 0)]
    assert words in layer.remarks[0].en and layer.remarks[0].zh
    assert layer.geometries[0] is None
    assert shapely.get_coordinates(layer.geometries[1]).tolist() == NEXT
    assert layer.names == ("440105", "440106")


def test_an_open_ring_is_shown_at_its_end(tmp_path: Path) -> None:
    layer = read_layer(geojson(tmp_path / "l.json", polygon(SQUARE[:-1]), polygon(NEXT)))
    assert layer.remarks[0].place == (113.5, 23.0)


def test_holes_and_parts_stay_as_they_are(tmp_path: Path) -> None:
    hole = [[113.1, 23.1], [113.2, 23.1], [113.2, 23.2], [113.1, 23.1]]
    parts = {"type": "MultiPolygon", "coordinates": [[SQUARE, hole], [NEXT]]}
    layer = read_layer(geojson(tmp_path / "l.json", parts, polygon(SQUARE, hole), polygon(NEXT)))
    assert [g.geom_type for g in layer.geometries] == ["MultiPolygon", "Polygon", "Polygon"]
    assert shapely.get_coordinates(layer.geometries[0]).tolist() == [*SQUARE, *hole, *NEXT]
    assert len(layer.geometries[1].interiors) == 1


def test_heights_are_left_out_and_told(tmp_path: Path) -> None:
    high = [[*position, 12.5] for position in SQUARE]
    layer = read_layer(geojson(tmp_path / "l.json", polygon(high), polygon(NEXT)))
    assert shapely.get_coordinates(layer.geometries[0], include_z=False).tolist() == SQUARE
    assert not layer.geometries[0].has_z
    assert told(layer)[:1] == [("TOP-GEO-02", None)]
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
    ("text", "words"),
    [
        ('{"type": "FeatureCollection",\n "features": [}', "line 2 column 15"),
        ("", "neither GeoJSON nor"),
        (" \n" * 3000, "neither GeoJSON nor"),
        ("[]", "no GeoJSON object"),
        ("7", "neither GeoJSON nor"),
        ('{"type": "FeatureCollection"}', "no array of features"),
        ('{"type": "FeatureCollection", "features": {}}', "no array of features"),
        ('{"type": "FeatureCollection", "features": [1]}', "feature 0 is no object"),
        ('{"type": "FeatureCollection", "features": []}', "no features"),
        ('{"type": "Topology", "objects": {}}', "TopoJSON"),
        (collection({"type": "Point", "coordinates": [1, 2]}), "no polygon among its 1 features"),
        ("[" * 100_000, "no valid JSON"),
        ("<kml/>", "neither GeoJSON nor"),
        ("\0", "neither GeoJSON nor"),
    ],
)
def test_what_is_no_layer_of_polygons_is_refused_in_words(
    tmp_path: Path, text: str, words: str
) -> None:
    path = tmp_path / "no.geojson"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(UnreadableFile) as caught:
        read_layer(path)
    assert words in caught.value.en
    assert caught.value.zh.startswith("no.geojson：")


def test_gb18030_and_named_encodings_are_read(tmp_path: Path) -> None:
    text = collection(polygon(SQUARE)).encode().decode("unicode_escape")
    path = tmp_path / "gb.geojson"
    path.write_bytes(text.encode("gb18030"))
    assert read_layer(path).attributes[0]["name"] == "天河区"
    path.write_bytes(text.encode("utf-16"))
    with pytest.raises(UnreadableFile, match="UTF-16"):
        read_layer(path)
    assert read_layer(path, encoding="utf-16").attributes[0]["name"] == "天河区"
    with pytest.raises(UnreadableFile, match="is not in no-such"):
        read_layer(path, encoding="no-such")


def test_a_polygon_of_a_million_vertices_is_read(tmp_path: Path) -> None:
    angle = np.linspace(0, 2 * np.pi, 1_000_001)
    ring = np.column_stack([113 + np.cos(angle) / 4, 23 + np.sin(angle) / 4])
    ring[-1] = ring[0]
    layer = read_layer(geojson(tmp_path / "large.geojson", polygon(ring.tolist())))
    assert shapely.get_coordinates(layer.geometries).tobytes() == ring.tobytes()
