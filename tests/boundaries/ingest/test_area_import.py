"""Dated areas from polygon files; broken geometries are reported and left out."""

import gzip
import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import shapely

from boundaries.ingest.area_import import (
    DEFAULT_ACCURACY_M,
    LayerRegions,
    read_regions,
)
from boundaries.ingest.register_units import RegisterUnits
from boundaries.layers.layer_reader import read_layer
from boundaries.layers.problems import CrsNotKnown
from boundaries.network.leaf_faces import Region
from gazetteer.ingest import (
    CodeIndex,
    StagedBatch,
    UnreadableFile,
    read_files,
    read_national_history,
)
from gazetteer.ingest.staged_batch import LoadSeverity
from gazetteer.ledger.period import Period

FIXTURES = Path(__file__).parents[3] / "fixtures"
STATE = date(2019, 12, 31)
SQUARE = [[[113.0, 23.0], [113.5, 23.0], [113.5, 23.5], [113.0, 23.5], [113.0, 23.0]]]


def units_of(history: StagedBatch) -> RegisterUnits:
    return RegisterUnits(history.code_index, history.territory_changes)


@pytest.fixture(scope="module")
def history() -> StagedBatch:
    """Units of county level and above, and the districts of Hong Kong."""
    batch = read_national_history(FIXTURES)
    read_files("divisions", {"divisions": FIXTURES / "hongkong_districts.csv"}, batch.code_index,
               list_day=STATE)  # fmt: skip
    return batch


@pytest.fixture(scope="module")
def shipped(history: StagedBatch) -> LayerRegions:
    layer = read_layer(FIXTURES / "guangdong_boundaries.geojson.gz")
    return read_regions(layer, units_of(history), STATE)


@pytest.fixture(scope="module")
def by_unit(shipped: LayerRegions) -> dict[Any, tuple[Region, Period]]:
    """The region and the period of each unit that had its ground."""
    return {unit: (region, period) for region in shipped.regions for unit, period in region.tenures}


def unit(history: StagedBatch, code: str, day: date = STATE) -> Any:
    found = history.code_index.find_on_day(code, day)
    assert found is not None
    return found.unit_id


def test_every_polygon_of_a_unit_is_loaded(
    shipped: LayerRegions, history: StagedBatch, by_unit: dict[Any, Any]
) -> None:
    assert (shipped.source, shipped.feature_count) == ("guangdong_boundaries.geojson", 198)
    not_loaded = [f.value for f in shipped.findings if f.rule == "no_unit_for_area"]
    assert not_loaded == ["820101", "820102"]  # municipalities of Macao that are no more
    assert [f for f in shipped.findings if f.severity is LoadSeverity.REJECT] == []
    guangdong = [c for c in history.code_index.by_code if c.startswith("44")]
    current = [
        u for u in (history.code_index.find_on_day(c, STATE) for c in guangdong) if u is not None
    ]
    assert len(current) == 1 + 21 + 122
    assert all(u.unit_id in by_unit for u in current)


def test_every_region_is_a_valid_multipolygon_in_two_dimensions(shipped: LayerRegions) -> None:
    for region in shipped.regions:
        assert region.accuracy_m == DEFAULT_ACCURACY_M
        assert region.shape.geom_type == "MultiPolygon"
        assert region.shape.is_valid
        assert not region.shape.has_z


@pytest.mark.parametrize(
    ("code", "since"),
    [
        ("440106", "2005-04-28"),  # gave parts away
        ("440311", "2018-02-09"),  # set up out of another district
        ("440306", "2018-02-09"),  # lost that part
        ("440307", "2016-09-14"),
        ("440783", "1993-01-05"),  # a county made a city
        ("440100", "1988-01-07"),  # lost counties to another city
        ("440500", "1991-12-07"),
        ("440000", "1988-04-13"),  # lost Hainan
        ("441900", "1988-01-07"),
        ("440523", "1981-01-01"),  # never changed since the records begin
        ("810000", "1997-07-01"),
    ],
)
def test_an_area_is_known_from_the_last_change_of_the_territory_on(
    history: StagedBatch, by_unit: dict[Any, tuple[Region, Period]], code: str, since: str
) -> None:
    _, period = by_unit[unit(history, code)]
    assert period.start.on == date.fromisoformat(since)
    assert period.end.on is None


def test_an_area_goes_on_under_the_unit_that_took_the_whole_territory(
    history: StagedBatch, by_unit: dict[Any, tuple[Region, Period]]
) -> None:
    county, before = by_unit[unit(history, "360727")]
    city, after = by_unit[unit(history, "360783", date(2021, 1, 1))]
    assert before.end.on == after.start.on == date(2020, 6, 12)
    assert county is city


def test_a_change_after_the_date_of_the_polygons_is_reported(shipped: LayerRegions) -> None:
    late = {f.value: f.severity for f in shipped.findings if f.rule == "later_than_area"}
    assert late == {"445202": LoadSeverity.WARNING, "445203": LoadSeverity.WARNING}


def test_hengqin_and_macao_are_distinguished(
    history: StagedBatch, by_unit: dict[Any, tuple[Region, Period]]
) -> None:
    def covers(code: str, lon: float, lat: float) -> bool:
        region, _ = by_unit[unit(history, code)]
        return bool(region.shape.covers(shapely.Point(lon, lat)))

    hengqin, macao = (113.52, 22.13), (113.545, 22.195)
    assert covers("440402", *hengqin)
    assert not covers("820000", *hengqin)
    assert covers("820000", *macao)
    assert not covers("440000", *macao)


Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def _write(*geometries: Any, code: str = "440106", **more: Any) -> Path:
        features = [
            {"type": "Feature", "properties": {"code": code}, "geometry": geometry}
            for geometry in geometries
        ]
        path = tmp_path / "layer.geojson"
        layer = {"type": "FeatureCollection", "features": features, **more}
        path.write_text(json.dumps(layer), encoding="utf-8")
        return path

    return _write


def read(history: StagedBatch, path: Path) -> LayerRegions:
    return read_regions(read_layer(path), units_of(history), STATE)


def polygon(rings: Any) -> dict[str, Any]:
    return {"type": "Polygon", "coordinates": rings}


def test_a_polygon_becomes_a_multipolygon_without_heights(
    history: StagedBatch, write: Write
) -> None:
    high = [[[*point, 12.0] for point in SQUARE[0]]]
    (region,) = read(history, write(polygon(high))).regions
    shape = region.shape
    assert (shape.geom_type, shape.has_z, shape.area) == ("MultiPolygon", False, 0.25)


def test_a_packed_layer_is_read(history: StagedBatch, write: Write, tmp_path: Path) -> None:
    packed = tmp_path / "layer.geojson.gz"
    packed.write_bytes(gzip.compress(write(polygon(SQUARE)).read_bytes()))
    assert len(read(history, packed).regions) == 1


def serious(batch: LayerRegions) -> list[tuple[str, int]]:
    """Rules and lines of what keeps a feature out."""
    return [
        (f.rule, f.line)
        for f in batch.findings
        if f.severity is LoadSeverity.REJECT or f.rule == "no_unit_for_area"
    ]


@pytest.mark.parametrize(
    ("geometry", "rule"),
    [
        (polygon([SQUARE[0][:-1]]), "TOP-GEO-01"),  # open ring
        (polygon([[[113.0, 23.0], [113.5, 23.0], [113.0, 23.0]]]), "TOP-GEO-01"),
        (polygon([[[113, 23], [114, 24], [114, 23], [113, 24], [113, 23]]]), "bad_geometry"),
        (polygon(7), "TOP-GEO-01"),
    ],
)
def test_a_broken_geometry_is_rejected_with_its_feature(
    history: StagedBatch, write: Write, geometry: Any, rule: str
) -> None:
    batch = read(history, write(geometry))
    assert serious(batch) == [(rule, 1)]
    assert batch.regions == ()


def test_a_layer_of_nothing_but_an_empty_polygon_is_refused(
    history: StagedBatch, write: Write
) -> None:
    with pytest.raises(UnreadableFile, match="empty"):
        read(history, write(polygon([[]])))


def test_a_feature_without_polygon_is_reported_and_the_others_are_loaded(
    history: StagedBatch, write: Write
) -> None:
    path = write(None, polygon(SQUARE))
    layer = json.loads(path.read_text())
    layer["features"][0]["properties"]["code"] = "440103"
    path.write_text(json.dumps(layer))
    batch = read(history, path)
    assert serious(batch) == [("TOP-GEO-02", 1)]
    assert len(batch.regions) == 1


def test_of_a_layer_with_swapped_axes_nothing_is_loaded(history: StagedBatch, write: Write) -> None:
    batch = read(history, write(polygon([[[y, x] for x, y in SQUARE[0]]])))
    assert serious(batch) == [("TOP-CRS-02", 0)]
    assert batch.regions == ()


def test_metres_declared_as_degrees_are_refused(history: StagedBatch, write: Write) -> None:
    with pytest.raises(CrsNotKnown):
        read(history, write(polygon([[[x * 111_000, y * 111_000] for x, y in SQUARE[0]]])))


def test_two_features_with_one_code_are_both_rejected(history: StagedBatch, write: Write) -> None:
    batch = read(history, write(polygon(SQUARE), polygon(SQUARE)))
    assert serious(batch) == [("TOP-FIL-03", 1), ("TOP-FIL-03", 2)]
    assert batch.regions == ()


@pytest.mark.parametrize("code", ["440999", ""])
def test_a_polygon_of_no_unit_is_left_out(history: StagedBatch, write: Write, code: str) -> None:
    batch = read(history, write(polygon(SQUARE), code=code))
    assert serious(batch) == [("no_unit_for_area", 1)]
    assert batch.regions == ()


def test_a_code_that_begins_with_the_number_of_china_is_read(
    history: StagedBatch, write: Write
) -> None:
    batch = read(history, write(polygon(SQUARE), code="156440106"))
    assert len(batch.regions) == 1
    assert "TOP-FIL-04" in {f.rule for f in batch.findings}


def test_columns_of_another_producer_are_read_when_they_are_named(
    history: StagedBatch, write: Write
) -> None:
    path = write(polygon(SQUARE))
    text = path.read_text().replace('"code"', '"XZQ_NO"')
    path.write_text(text)
    layer = read_layer(path, columns={"code": "XZQ_NO"})
    assert len(read_regions(layer, units_of(history), STATE).regions) == 1


def test_members_of_a_wrong_type_do_no_harm(history: StagedBatch, tmp_path: Path) -> None:
    path = tmp_path / "odd.geojson"
    feature = {"type": "Feature", "properties": ["440106"], "geometry": polygon(SQUARE)}
    layer = {"type": "FeatureCollection", "features": [feature], "metadata": 1}
    path.write_text(json.dumps(layer), encoding="utf-8")
    assert serious(read(history, path)) == [("no_unit_for_area", 1)]


def test_a_system_that_contradicts_the_coordinates_is_refused_by_name(
    history: StagedBatch, write: Write
) -> None:
    crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::4547"}}
    with pytest.raises(CrsNotKnown) as caught:
        read(history, write(polygon(SQUARE), crs=crs))
    assert caught.value.field == "crs"
    assert "4547" in caught.value.text("en")


@pytest.mark.parametrize("text", ["{", "[]", '{"type": "FeatureCollection"}', '{"features": [1]}'])
def test_what_is_no_layer_is_refused(history: StagedBatch, tmp_path: Path, text: str) -> None:
    path = tmp_path / "no.geojson"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(UnreadableFile):
        read(history, path)


def test_an_index_without_units_takes_nothing(history: StagedBatch, write: Write) -> None:
    nobody = RegisterUnits(CodeIndex(), history.territory_changes)
    batch = read_regions(read_layer(write(polygon(SQUARE))), nobody, STATE)
    assert serious(batch) == [("no_unit_for_area", 1)]
