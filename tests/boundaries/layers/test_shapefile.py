"""Shapefiles of Chinese offices: undeclared GBK, missing parts, open rings."""

from pathlib import Path

import pytest
import shapefile as pyshp
import shapely

from boundaries.layers.layer_reader import read_layer
from boundaries.layers.polygon_layer import Layer
from boundaries.layers.problems import CrsNotKnown
from gazetteer.ingest import UnreadableFile
from tests.boundaries.layers.sample_files import NEXT, SQUARE, shape_polygon, shapefile

NULL = bytes(4)
GBK, UTF8 = "天河区".encode("gbk"), "天河区".encode()


def remark_grades(layer: Layer) -> list[tuple[str, str, int | None]]:
    """Rule, severity and feature of each remark, except on the columns used."""
    return [(r.rule, r.severity, r.feature) for r in layer.remarks if r.rule != "TOP-FIL-02"]


def simple(path: Path, name: bytes = UTF8, **more: object) -> Path:
    return shapefile(path, [shape_polygon(SQUARE)], [name], **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("name", "cpg", "remarks"),
    [
        (GBK, None, [("TOP-FIL-01", "info", None)]),
        (UTF8, None, [("TOP-FIL-01", "info", None)]),
        (b"Tianhe", None, []),
        (GBK, "GBK", []),
        (GBK, "936", []),
        (GBK, "ANSI 936", []),
        (UTF8, "UTF-8", []),
        (UTF8, "65001", []),
        ("天河區".encode("big5"), "big5", [("TOP-FIL-01", "info", None)]),
        (GBK, "UTF-8", [("TOP-FIL-01", "warning", None)]),
        (GBK, "nonsense", [("TOP-FIL-01", "info", None)]),
        (GBK, "base64", [("TOP-FIL-01", "info", None)]),
        (b"x" * 27 + UTF8[:3], "UTF-8", []),
        (b"x" * 28 + UTF8[:2], "UTF-8", []),  # a full field cuts its last character
    ],
)
def test_the_encoding_is_declared_or_detected_from_the_bytes(
    tmp_path: Path, name: bytes, cpg: str | None, remarks: list[object]
) -> None:
    layer = read_layer(simple(tmp_path / "l.shp", name, cpg=cpg))
    assert remark_grades(layer) == remarks
    text = str(layer.attributes[0]["XZQMC"])
    assert text.startswith(("天河", "Tianhe", "xxx"))
    assert layer.columns["name"] == "XZQMC"


def test_names_of_columns_are_in_the_same_encoding(tmp_path: Path) -> None:
    layer = read_layer(simple(tmp_path / "l.shp", GBK, field="名称".encode("gbk")))
    assert layer.attributes == ({"名称": "天河区"},)


def test_bytes_of_no_known_encoding_need_its_name(tmp_path: Path) -> None:
    path = simple(tmp_path / "l.shp", b"\xe9\xff\xfe")
    with pytest.raises(UnreadableFile) as caught:
        read_layer(path)
    assert caught.value.field == "encoding"
    assert read_layer(path, encoding="latin-1").attributes == ({"XZQMC": "éÿþ"},)
    with pytest.raises(UnreadableFile, match="are not encoded in utf-8"):
        read_layer(path, encoding="utf-8")


def test_a_missing_index_is_refused_and_missing_attributes_are_reported(tmp_path: Path) -> None:
    path = simple(tmp_path / "l.shp")
    path.with_suffix(".dbf").unlink()
    layer = read_layer(path)
    assert (layer.names, layer.attributes) == (("0",), ({},))
    assert "TOP-FIL-02" in {r.rule for r in layer.remarks if r.severity == "warning"}
    path.with_suffix(".shx").unlink()
    with pytest.raises(UnreadableFile, match=r"\.shx file is missing"):
        read_layer(path)


def test_a_missing_prj_is_reported_or_refused(tmp_path: Path) -> None:
    degrees = read_layer(simple(tmp_path / "a.shp", b"x", crs=None))
    assert remark_grades(degrees) == [("TOP-CRS-01", "warning", None)]
    ring = [[x * 4000, y * 110_000] for x, y in SQUARE]
    metres = shapefile(tmp_path / "b.shp", [shape_polygon(ring)], [b"x"], crs=None)
    with pytest.raises(CrsNotKnown, match="specify which"):
        read_layer(metres)
    assert read_layer(metres, crs="4547").declared_crs is None


def test_parts_with_capital_endings_belong_together(tmp_path: Path) -> None:
    simple(tmp_path / "l.shp", GBK, cpg="GBK")
    for part in list(tmp_path.iterdir()):
        part.rename(part.with_suffix(part.suffix.upper()))
    layer = read_layer(tmp_path / "l.SHP")
    assert (layer.declared_crs or "").startswith("GEOGCS")
    assert layer.attributes[0]["XZQMC"] == "天河区"


@pytest.mark.parametrize("ending", [".shp", ".shx"])
def test_an_incomplete_part_is_refused(tmp_path: Path, ending: str) -> None:
    path = simple(tmp_path / "l.shp")
    part = path.with_suffix(ending)
    part.write_bytes(part.read_bytes()[:-6])
    with pytest.raises(UnreadableFile, match=f"{ending} file is incomplete"):
        read_layer(path)


def test_parts_of_different_layers_are_refused(tmp_path: Path) -> None:
    path = simple(tmp_path / "l.shp")
    shapefile(tmp_path / "m.shp", [shape_polygon(SQUARE)] * 2, [b"a", b"b"])
    (tmp_path / "m.dbf").rename(path.with_suffix(".dbf"))
    with pytest.raises(UnreadableFile, match=r"2 rows but the \.shp has 1 shapes"):
        read_layer(path)


@pytest.mark.filterwarnings("ignore:Non closed ring")
def test_faults_of_features_are_reported_and_affect_no_other(tmp_path: Path) -> None:
    nan = [SQUARE[0], [113.0, float("nan")], *SQUARE[2:]]
    records = [shape_polygon(r) for r in (SQUARE, SQUARE[:-1], nan)]
    path = shapefile(tmp_path / "l.shp", [*records, NULL, shape_polygon()], [b"x"] * 5)
    layer = read_layer(path)
    assert sorted(remark_grades(layer), key=str) == sorted(
        [("TOP-GEO-01", "error", i) for i in (1, 2)] + [("TOP-GEO-02", "error", i) for i in (3, 4)],
        key=str,
    )
    assert [g is None for g in layer.geometries] == [False, True, True, True, True]
    assert shapely.get_coordinates(layer.geometries).tolist() == SQUARE


def test_what_another_program_wrote_is_read_digit_for_digit(tmp_path: Path) -> None:
    hole = [[113.1, 23.1], [113.2, 23.1], [113.2, 23.2], [113.1, 23.1]]
    with pyshp.Writer(str(tmp_path / "l.shp"), shapeType=pyshp.POLYGONZ, encoding="gbk") as to:
        to.field("XZQDM", "N", 12)
        to.field("面积", "F", 18, 6)
        to.polyz([[[x / 3, y / 3, 9.0] for x, y in SQUARE], [[x / 3, y / 3, 9.0] for x, y in hole]])
        to.record(440106, 96.33)
        to.polyz([[[x / 3, y / 3, 0.0] for x, y in NEXT]])
        to.record(None, None)
    layer = read_layer(tmp_path / "l.shp", crs="4490")
    assert layer.codes == ("440106", None)
    assert [row["面积"] for row in layer.attributes] == [96.33, None]
    thirds = {(x / 3, y / 3) for x, y in (*SQUARE, *hole, *NEXT)}
    assert {tuple(p) for p in shapely.get_coordinates(layer.geometries).tolist()} == thirds
    assert len(layer.geometries[0].interiors) == 1
    assert ("TOP-GEO-02", "info", None) in remark_grades(layer)


@pytest.mark.parametrize("ending", [".dbf", ".shx", ".prj"])
def test_a_single_part_is_refused(tmp_path: Path, ending: str) -> None:
    path = simple(tmp_path / "l.shp").with_suffix(ending)
    with pytest.raises(UnreadableFile):
        read_layer(path)
