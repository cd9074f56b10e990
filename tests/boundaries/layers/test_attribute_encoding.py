"""Attributes are read in the encoding that most of them are in; a damaged text is one remark."""

from pathlib import Path

import pytest

from boundaries.layers.layer_reader import read_layer
from gazetteer.ingest import UnreadableFile
from tests.boundaries.layers.sample_files import SQUARE, reason_of, shape_polygon, shapefile

NAMES = ("禅城区", "南海区", "三水区")
CUT = "高明".encode("gbk")[:3] + b" x"


def write(path: Path, names: list[bytes], *, cpg: str | None = None, page: int = 0) -> Path:
    shapefile(path, [shape_polygon(SQUARE)] * len(names), names, cpg=cpg)
    dbf = path.with_suffix(".dbf")
    content = bytearray(dbf.read_bytes())
    content[29] = page
    dbf.write_bytes(content)
    return path


@pytest.mark.parametrize(
    ("codec", "cpg", "page", "remark"),
    [
        ("gbk", "UTF-16", 0, "layer.encoding_contradicts_cpg"),
        ("gbk", "punycode", 0, "layer.encoding_contradicts_cpg"),
        ("gbk", "ISO-8859-1", 0, "layer.encoding_contradicts_cpg"),
        ("utf-8", "ISO-8859-1", 0, "layer.encoding_contradicts_cpg"),
        ("utf-8", "1252", 0, "layer.encoding_contradicts_cpg"),
        ("utf-8", "GBK", 0, "layer.encoding_contradicts_cpg"),
        ("big5", "Big-5", 0, "layer.encoding_declared"),
        ("big5", "ANSI 950", 0, "layer.encoding_declared"),
        ("big5", None, 0x4F, "layer.encoding_declared"),
        ("gbk", None, 0x4D, None),
    ],
)
def test_declarations_are_believed_where_the_bytes_allow(
    tmp_path: Path, codec: str, cpg: str | None, page: int, remark: str | None
) -> None:
    names = ("天河區", "南海區") if codec == "big5" else NAMES
    layer = read_layer(
        write(tmp_path / "l.shp", [name.encode(codec) for name in names], cpg=cpg, page=page)
    )
    assert tuple(row["XZQMC"] for row in layer.attributes) == names
    told = [r.message.id for r in layer.remarks if r.rule == "TOP-FIL-01"]
    assert told == ([remark] if remark else [])


@pytest.mark.parametrize("encoding", [None, "gbk"])
def test_a_damaged_text_is_reported_of_its_feature(tmp_path: Path, encoding: str | None) -> None:
    path = write(tmp_path / "l.shp", [*(name.encode("gbk") for name in NAMES), CUT])
    layer = read_layer(path, encoding=encoding)
    assert tuple(row["XZQMC"] for row in layer.attributes[:3]) == NAMES
    assert "\ufffd" in layer.attributes[3]["XZQMC"]
    (remark,) = (r for r in layer.remarks if r.feature is not None)
    assert (remark.rule, remark.severity, remark.feature) == ("TOP-FIL-01", "warning", 3)


@pytest.mark.parametrize("encoding", ["utf-16", "punycode", "utf-8", "no-such"])
def test_a_requested_encoding_must_fit(tmp_path: Path, encoding: str) -> None:
    path = write(tmp_path / "l.shp", [name.encode("gbk") for name in NAMES])
    with pytest.raises(UnreadableFile) as refused:
        read_layer(path, encoding=encoding)
    assert reason_of(refused.value) == "layer.attributes_other_encoding"
