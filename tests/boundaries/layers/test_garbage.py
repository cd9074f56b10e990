"""Any bytes are read as a layer or refused with a reason, never anything else."""

import gzip
import io
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from shapely import box

from boundaries.layers.layer_reader import read_layer
from boundaries.layers.polygon_layer import Layer
from boundaries.layers.position_checks import validate_positions
from gazetteer.problems import Problem
from tests.boundaries.layers.sample_files import (
    NEXT,
    SQUARE,
    collection,
    geopackage,
    polygon,
    shape_polygon,
    shapefile,
)

ENDINGS = (".zip", ".shp", ".gpkg", ".geojson", ".gz", ".json", "")
STARTS = (b"", b"PK\3\4", b"\x1f\x8b\x08\0", b"SQLite format 3\0", b"\0\0\x27\x0a", b'{"type":')
GENTLE = settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=20,
)


def read_or_refuse(path: Path) -> None:
    """Read and validate a file, or have it refused; either has words in both languages."""
    try:
        layer = read_layer(path)
    except Problem as problem:
        assert_explained(problem)
    else:
        assert_faults_are_reported(layer)


def assert_explained(problem: Problem) -> None:
    assert problem.text("zh") and problem.text("en") and problem.field


def assert_faults_are_reported(layer: Layer) -> None:
    remarks = [*layer.remarks, *validate_positions(layer)]
    assert all(remark.text(lang) for remark in remarks for lang in ("zh", "en"))
    broken = {i for i, geometry in enumerate(layer.geometries) if geometry is None}
    assert broken <= {remark.feature for remark in layer.remarks}


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """A flawless file of each format."""
    folder = tmp_path_factory.mktemp("good")
    shapefile(folder / "l.shp", [shape_polygon(SQUARE), shape_polygon(NEXT)], [b"a", b"b"])
    geopackage(folder / "l.gpkg", [box(113, 23, 114, 24), box(114, 23, 115, 24)])
    (folder / "l.geojson").write_text(collection(polygon(SQUARE), polygon(NEXT)))
    with zipfile.ZipFile(folder / "l.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for ending in (".shp", ".shx", ".dbf", ".prj"):
            archive.write(folder / f"l{ending}", f"l{ending}")
    (folder / "l.gz").write_bytes(gzip.compress((folder / "l.geojson").read_bytes()))
    return {p.suffix: p.read_bytes() for p in folder.iterdir()}


@given(ending=st.sampled_from(ENDINGS), start=st.sampled_from(STARTS), body=st.binary())
@GENTLE
def test_random_bytes_are_refused_with_a_reason(
    tmp_path: Path, ending: str, start: bytes, body: bytes
) -> None:
    path = tmp_path / f"l{ending}"
    path.write_bytes(start + body)
    read_or_refuse(path)


def corrupted(data: st.DataObject, content: bytes) -> bytes:
    """The content with some bytes replaced, or cut off."""
    raw = bytearray(content)
    for _ in range(data.draw(st.integers(1, 6))):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    return bytes(raw[: data.draw(st.integers(1, len(raw)) | st.just(len(raw)))])


@pytest.mark.parametrize("ending", [".geojson", ".gpkg", ".zip", ".gz"])
@given(data=st.data())
@GENTLE
def test_a_corrupted_file_is_read_or_refused_with_a_reason(
    tmp_path: Path, good: dict[str, bytes], ending: str, data: st.DataObject
) -> None:
    path = tmp_path / f"l{ending}"
    path.write_bytes(corrupted(data, good[ending]))
    read_or_refuse(path)


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize("ending", [".shp", ".shx", ".dbf", ".prj"])
@given(data=st.data())
@GENTLE
def test_a_shapefile_with_a_corrupted_part_is_read_or_refused_with_a_reason(
    tmp_path: Path, good: dict[str, bytes], ending: str, data: st.DataObject
) -> None:
    for part in (".shp", ".shx", ".dbf", ".prj"):
        content = good[part]
        (tmp_path / f"l{part}").write_bytes(corrupted(data, content) if part == ending else content)
    read_or_refuse(tmp_path / "l.shp")


def documents(geometry: object) -> Iterator[str]:
    yield collection(geometry)
    yield collection(polygon(SQUARE), properties=[geometry])  # type: ignore[list-item]


@given(value=JSON, kind=st.sampled_from(["Polygon", "MultiPolygon", "GeometryCollection", None]))
@settings(GENTLE, max_examples=20)
def test_any_json_in_the_place_of_coordinates_or_properties_is_dealt_with(
    tmp_path: Path, value: object, kind: str | None
) -> None:
    path = tmp_path / "l.geojson"
    for geometry in (value, {"type": kind, "coordinates": value}):
        for text in documents(geometry):
            path.write_text(text, encoding="utf-8", errors="surrogatepass")
            read_or_refuse(path)


def test_an_archive_with_a_nameless_file_is_dealt_with(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "l.zip", "w") as archive:
        archive.writestr("x", collection(polygon(SQUARE)))
    named = (tmp_path / "l.zip").read_bytes()
    nameless = bytearray(named)
    for header, name in ((b"PK\x03\x04", 30), (b"PK\x01\x02", 46)):
        nameless[named.index(header) + name] = 0  # a name ends where a null is
    (tmp_path / "l.zip").write_bytes(nameless)
    read_or_refuse(tmp_path / "l.zip")


def test_an_archive_of_archives_is_not_opened(tmp_path: Path) -> None:
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w") as archive:
        archive.writestr("l.geojson", collection(polygon(SQUARE)))
    with zipfile.ZipFile(tmp_path / "l.zip", "w") as archive:
        archive.writestr("l.geojson", inner.getvalue())
    read_or_refuse(tmp_path / "l.zip")
