"""Packed layers: their files are extracted, and nothing harmful in them has an effect."""

import gzip
import io
import struct
import zipfile
from pathlib import Path

import pytest

from boundaries.layers.archives import open_layer_file
from boundaries.layers.layer_reader import read_layer
from boundaries.layers.problems import LayerNotNamed
from gazetteer.ingest import UnreadableFile
from gazetteer.problems import TooLarge
from tests.boundaries.layers.sample_files import (
    NEXT,
    SQUARE,
    collection,
    polygon,
    reason_of,
    shape_polygon,
    shapefile,
)

ONE, TWO = collection(polygon(SQUARE)), collection(polygon(SQUARE), polygon(NEXT))


def packed(path: Path, entries: dict[str, str | bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return path


def test_a_zipped_shapefile_is_read_with_its_parts(tmp_path: Path) -> None:
    shapefile(tmp_path / "区划.shp", [shape_polygon(SQUARE)], ["天河区".encode("gbk")], cpg="GBK")
    parts = {f"数据/{p.name}": p.read_bytes() for p in tmp_path.iterdir()}
    layer = read_layer(packed(tmp_path / "l.zip", {**parts, "数据/读我.txt": b"hello"}))
    assert (layer.source, layer.attributes) == ("数据/区划.shp", ({"XZQMC": "天河区"},))


def test_names_that_windows_writes_in_gbk_are_understood(tmp_path: Path) -> None:
    raw = packed(tmp_path / "l.zip", {"AAAA.geojson": ONE, "b.geojson": TWO}).read_bytes()
    (tmp_path / "l.zip").write_bytes(raw.replace(b"AAAA", "区划".encode("gbk")))
    with pytest.raises(LayerNotNamed) as caught:
        read_layer(tmp_path / "l.zip")
    assert caught.value.extras["layers"] == ["区划.geojson", "b.geojson"]
    assert len(read_layer(tmp_path / "l.zip", layer="区划")) == 1


def test_one_of_several_layers_has_to_be_named(tmp_path: Path) -> None:
    path = packed(tmp_path / "l.zip", {"x/one.geojson": ONE, "x/two.json": TWO, "two.geojson": TWO})
    with pytest.raises(LayerNotNamed) as caught:
        read_layer(path)
    assert caught.value.extras["layers"] == ["x/one.geojson", "two.geojson"]
    for name, size in (("one", 1), ("x/one.geojson", 1), ("two.geojson", 2)):
        assert len(read_layer(path, layer=name)) == size
    with pytest.raises(LayerNotNamed, match='no layer "three"'):
        read_layer(path, layer="three")


def test_a_layer_that_is_not_that_one_is_refused(tmp_path: Path) -> None:
    (tmp_path / "l.geojson").write_text(ONE)
    assert len(read_layer(tmp_path / "l.geojson", layer="l")) == 1
    with pytest.raises(LayerNotNamed):
        read_layer(tmp_path / "l.geojson", layer="other")


def test_files_that_macos_adds_are_ignored(tmp_path: Path) -> None:
    path = packed(tmp_path / "l.zip", {"a.geojson": ONE, "__MACOSX/._a.geojson": b"\0\5\x16\7"})
    assert len(read_layer(path)) == 1


@pytest.mark.parametrize(
    "name", ["../../etc/l.geojson", "/etc/l.geojson", "..\\l.geojson", "C:\\l.geojson"]
)
def test_paths_that_lead_out_are_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(UnreadableFile, match="leads out of the archive"):
        read_layer(packed(tmp_path / "l.zip", {name: ONE}))


def test_nothing_stays_behind(tmp_path: Path) -> None:
    path = packed(tmp_path / "l.zip", {"a.geojson": ONE})
    with open_layer_file(path, None) as found:
        assert found.path.read_text() == ONE
    assert not found.path.exists()


def test_bombs_are_refused_before_they_are_unpacked(tmp_path: Path) -> None:
    zeros = b" " * (32 << 20)
    with pytest.raises(TooLarge, match="compression ratio exceeds 200"):
        read_layer(packed(tmp_path / "l.zip", {"a.geojson": zeros}))
    (tmp_path / "l.geojson.gz").write_bytes(gzip.compress(zeros))
    with pytest.raises(TooLarge, match="compression ratio exceeds 200"):
        read_layer(tmp_path / "l.geojson.gz")


def test_a_bomb_that_lies_about_its_size_is_refused(tmp_path: Path) -> None:
    path = packed(tmp_path / "l.zip", {"a.geojson": b" " * (32 << 20)})
    raw = path.read_bytes()
    path.write_bytes(raw.replace(struct.pack("<I", 32 << 20), struct.pack("<I", 1000)))
    with pytest.raises((TooLarge, UnreadableFile)):
        read_layer(path)


@pytest.mark.parametrize("name", ["l.geojson", "l.zip", "l.geojson.gz"])
def test_more_than_the_limit_is_refused(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    if name == "l.zip":
        packed(path, {"a.geojson": ONE})
    else:
        path.write_bytes(gzip.compress(ONE.encode()) if name.endswith("gz") else ONE.encode())
    assert len(read_layer(path)) == 1
    with pytest.raises(TooLarge):
        read_layer(path, max_bytes=len(ONE) - 1)


def test_an_encrypted_archive_is_refused(tmp_path: Path) -> None:
    path = packed(tmp_path / "l.zip", {"a.geojson": ONE})
    raw = bytearray(path.read_bytes())
    for mark, offset in ((b"PK\3\4", 6), (b"PK\1\2", 8)):
        raw[raw.index(mark) + offset] |= 1
    path.write_bytes(raw)
    with pytest.raises(UnreadableFile, match="password"):
        read_layer(path)


def test_archives_without_a_layer_or_broken_ones_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match="has no GeoJSON"):
        read_layer(packed(tmp_path / "l.zip", {"a.txt": "x", "a.dbf": b"x"}))
    good = packed(tmp_path / "l.zip", {"a.geojson": ONE}).read_bytes()
    (tmp_path / "l.zip").write_bytes(good[: len(good) // 2])
    with pytest.raises(UnreadableFile, match="ZIP archive is broken"):
        read_layer(tmp_path / "l.zip")
    (tmp_path / "l.gz").write_bytes(gzip.compress(ONE.encode())[:-9])
    with pytest.raises(UnreadableFile, match="gzip archive is broken"):
        read_layer(tmp_path / "l.gz")
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w") as archive:
        archive.writestr("a.geojson", ONE)
    with pytest.raises(UnreadableFile, match="has no GeoJSON"):
        read_layer(packed(tmp_path / "l.zip", {"inner.zip": inner.getvalue()}))


def test_what_is_no_file_is_refused(tmp_path: Path) -> None:
    for path, reason in (
        (tmp_path / "none.geojson", "layer.file_not_found"),
        (tmp_path, "layer.file_is_folder"),
        (tmp_path / ("x" * 300), "layer.cannot_open"),
    ):
        with pytest.raises(UnreadableFile) as caught:
            read_layer(path)
        assert reason_of(caught.value) == reason
        assert caught.value.text("zh").startswith(f"{path.name}：")
