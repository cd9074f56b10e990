"""Coordinate systems: converted where that is exact, refused with the reason where it is not."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely
from pyproj import CRS, Transformer
from shapely import box

from boundaries.layers.crs import find_zone, recognize_crs, resolve_crs
from boundaries.layers.layer_reader import read_layer
from boundaries.layers.problems import CrsNotKnown
from gazetteer.messages import message
from gazetteer.problems import InvalidValue
from tests.boundaries.layers.sample_files import (
    SQUARE,
    geojson,
    geopackage,
    polygon,
    reason_of,
    shape_polygon,
    shapefile,
)

DEGREES = box(113.1, 23.0, 113.2, 23.1)
CITY_GRID = (
    'PROJCS["Local",GEOGCS["GCS_China_Geodetic_Coordinate_System_2000",DATUM["D_China_2000",'
    'SPHEROID["CGCS2000",6378137.0,298.257222101]],PRIMEM["Greenwich",0.0],'
    'UNIT["Degree",0.0174532925199433]],PROJECTION["Gauss_Kruger"],'
    'PARAMETER["False_Easting",41000.0],PARAMETER["False_Northing",-2529000.0],'
    'PARAMETER["Central_Meridian",113.2833],PARAMETER["Scale_Factor",1.0],'
    'PARAMETER["Latitude_Of_Origin",0.0],UNIT["Meter",1.0]]'
)


def drawn_in(crs: Any) -> shapely.Polygon:
    to = Transformer.from_crs(4490, crs, always_xy=True)
    return shapely.transform(DEGREES, lambda p: np.column_stack(to.transform(p[:, 0], p[:, 1])))


@pytest.mark.parametrize("crs", ["4546", "4547", "4548", "4526", "4508", "3857", "32649"])
def test_projections_of_the_same_datum_are_undone_exactly(tmp_path: Path, crs: str) -> None:
    layer = read_layer(geopackage(tmp_path / "l.gpkg", [drawn_in(int(crs))], crs=f"EPSG:{crs}"))
    assert shapely.equals_exact(layer.geometries[0], DEGREES, tolerance=1e-10)
    assert (layer.declared_crs, layer.crs) == (f"EPSG:{crs}", "EPSG:4490")
    (remark,) = (r for r in layer.remarks if r.rule == "TOP-CRS-01")
    assert (remark.severity, remark.measured) == ("info", 0.0)
    assert "无精度损失" in remark.text("zh")


def test_the_grid_of_a_city_is_undone_exactly(tmp_path: Path) -> None:
    ring = shapely.get_coordinates(drawn_in(CRS.from_wkt(CITY_GRID))).tolist()
    path = shapefile(tmp_path / "l.shp", [shape_polygon(ring)], [b"x"], crs=None)
    path.with_suffix(".prj").write_text(CITY_GRID, encoding="ascii")
    (read,) = read_layer(path).geometries
    assert shapely.equals_exact(shapely.normalize(read), shapely.normalize(DEGREES), 1e-10)


@pytest.mark.parametrize("crs", ["4490", "4326", "OGC:CRS84", "EPSG:4979", "EPSG:4480"])
def test_degrees_of_cgcs2000_and_wgs84_are_not_touched(tmp_path: Path, crs: str) -> None:
    name = f"urn:ogc:def:crs:{crs.replace(':', '::') if ':' in crs else f'EPSG::{crs}'}"
    name = "urn:ogc:def:crs:OGC:1.3:CRS84" if crs == "OGC:CRS84" else name
    ring = [[x / 3, y / 3] for x, y in SQUARE]
    member = {"type": "name", "properties": {"name": name}}
    layer = read_layer(geojson(tmp_path / "l.geojson", polygon(ring), crs=member))
    assert shapely.get_coordinates(layer.geometries).tolist() == ring


def test_other_datums_are_converted_by_published_operations_with_their_accuracy(
    tmp_path: Path,
) -> None:
    hong_kong = box(836000, 818000, 837000, 819000)
    layer = read_layer(geopackage(tmp_path / "l.gpkg", [hong_kong], crs="EPSG:2326"))
    assert 114.1 < layer.geometries[0].bounds[0] < 114.3
    assert [r.measured for r in layer.remarks if r.rule == "TOP-CRS-01"] == [1.0]


@pytest.mark.parametrize("crs", ["EPSG:4301", "EPSG:8433"])
def test_systems_without_an_exact_conversion_are_refused(tmp_path: Path, crs: str) -> None:
    path = geopackage(tmp_path / "l.gpkg", [drawn_in(crs)], crs=crs)
    with pytest.raises(CrsNotKnown, match="no published transformation"):
        read_layer(path)


@pytest.mark.parametrize("crs", [4610, 2362, 4214, 2435, 4555])
def test_xian_1980_and_beijing_1954_are_refused(tmp_path: Path, crs: int) -> None:
    """PROJ would return the very same numbers and call it a conversion."""
    path = shapefile(tmp_path / "l.shp", [shape_polygon(SQUARE)], [b"x"], crs=crs)
    with pytest.raises(CrsNotKnown, match="is not public"):
        read_layer(path)
    with pytest.raises(InvalidValue, match="is not public"):
        read_layer(path, crs=str(crs))


@pytest.mark.parametrize(
    ("declared", "drawn", "swap", "fault", "suggested"),
    [
        ("4547", 4526, False, "far_from_meridian", 4526),
        ("4526", 4547, False, "far_from_meridian", "4546, EPSG:4547, or EPSG:4548"),
        ("4547", 4547, True, "northing_first", None),
        ("4526", 4526, True, "northing_first", None),
        ("4547", 4490, False, "degrees_not_metres", 4490),
        ("4490", 4547, False, "metres_not_degrees", "4546, EPSG:4547, or EPSG:4548"),
        ("4490", 4526, False, "metres_not_degrees", 4526),
    ],
)
def test_coordinates_that_contradict_their_system_are_refused(
    tmp_path: Path, declared: str, drawn: int, swap: bool, fault: str, suggested: int | str | None
) -> None:
    shape = drawn_in(drawn)
    if swap:
        shape = shapely.transform(shape, lambda p: p[:, ::-1])
    path = geopackage(tmp_path / "l.gpkg", [shape], crs=f"EPSG:{declared}")
    with pytest.raises(CrsNotKnown) as caught:
        read_layer(path)
    assert caught.value.field == "crs" and reason_of(caught.value) == "crs.misfit"
    explanation = caught.value.text("en")
    assert message(f"crs.misfit.{fault}").text("en") in explanation
    if suggested is None:
        assert "Correct the file" in explanation
    elif isinstance(suggested, str):
        assert f"look like EPSG:{suggested}; specify which" in explanation
    else:
        assert f"look like EPSG:{suggested}; specify crs={suggested}" in explanation


def test_what_is_asked_for_overrules_the_file_and_that_is_told(tmp_path: Path) -> None:
    path = geopackage(tmp_path / "l.gpkg", [drawn_in(4526)], crs="EPSG:4547")
    layer = read_layer(path, crs="4526")
    assert shapely.equals_exact(layer.geometries[0], DEGREES, tolerance=1e-10)
    assert layer.declared_crs == "EPSG:4547"
    assert "warning" in {r.severity for r in layer.remarks if r.rule == "TOP-CRS-01"}


def test_planar_coordinates_stay_whatever_the_file_says(tmp_path: Path) -> None:
    shape = box(0, 0, 10, 10)
    layer = read_layer(geopackage(tmp_path / "l.gpkg", [shape], crs="EPSG:4610"), planar=True)
    assert layer.planar and layer.geometries[0].equals(shape)


@pytest.mark.parametrize("crs", ["gcj02", "bd09", "nonsense", "EPSG:999999", "0", "4547 ", ""])
def test_only_known_systems_can_be_asked_for(tmp_path: Path, crs: str) -> None:
    path = geopackage(tmp_path / "l.gpkg", [drawn_in(4547)], crs="EPSG:4547")
    if crs.strip() == "4547":
        assert len(read_layer(path, crs=crs)) == 1
        return
    with pytest.raises(InvalidValue) as caught:
        read_layer(path, crs=crs)
    assert caught.value.field == "crs"


def test_a_prj_without_a_known_system_is_refused(tmp_path: Path) -> None:
    path = shapefile(tmp_path / "l.shp", [shape_polygon(SQUARE)], [b"x"])
    path.with_suffix(".prj").write_text("PROJCS[nonsense", encoding="ascii")
    with pytest.raises(CrsNotKnown):
        read_layer(path)
    assert len(read_layer(path, crs="4490")) == 1
    path.with_suffix(".prj").write_text(" \n", encoding="ascii")
    assert "TOP-CRS-01" in {r.rule for r in read_layer(path).remarks}


def test_a_crs_member_that_is_no_name_counts_as_none(tmp_path: Path) -> None:
    for member in (None, "x", 7, {"type": "link"}, {"properties": {"name": ""}}):
        path = tmp_path / "l.geojson"
        geojson(path, polygon(SQUARE), crs=json.loads(json.dumps(member)))
        assert read_layer(path).declared_crs is None


@pytest.mark.parametrize(
    ("lon", "meridian"), [(73.6, 75), (109.6, 111), (112.4, 111), (112.6, 114), (134.7, 135)]
)
def test_the_zone_of_a_longitude_is_the_nearest_meridian(lon: float, meridian: int) -> None:
    crs = resolve_crs(str(find_zone(lon)))
    assert crs.name == f"CGCS2000 / 3-degree Gauss-Kruger CM {meridian}E"
    assert recognize_crs(crs).datum == 4490


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("OGC:CRS84", "OGC:CRS84"),
        ("http://www.opengis.net/def/crs/OGC/1.3/CRS84", "OGC:CRS84"),
        ("urn:ogc:def:crs:OGC::CRS84", "OGC:CRS84"),
        ("EPSG::4490", "EPSG:4490"),
        ("http://www.opengis.net/gml/srs/epsg.xml#4490", "EPSG:4490"),
        ("http://www.opengis.net/def/crs/EPSG/0/4547", "EPSG:4547"),
        ("GCS_China_Geodetic_Coordinate_System_2000", "EPSG:4490"),
        ("CGCS2000_3_Degree_GK_CM_114E", "EPSG:4547"),
        ("CGCS2000 / 3-degree Gauss-Kruger CM 114E", "EPSG:4547"),
        ("CGCS2000_3_Degree_GK_Zone_38", "EPSG:4526"),
        ("2000国家大地坐标系", "EPSG:4490"),
        ("CGCS2000 3度带 中央经线114", "EPSG:4547"),
        ("900913", "EPSG:3857"),
    ],
)
def test_systems_are_known_by_many_names(name: str, label: str) -> None:
    wanted = recognize_crs(resolve_crs(label))
    found = recognize_crs(resolve_crs(name))
    assert (found.label, found.datum) == (wanted.label, wanted.datum)


@pytest.mark.parametrize("name", ["1980西安坐标系", "北京54", "Xian 1980"])
def test_systems_without_public_parameters_are_refused_by_any_name(name: str) -> None:
    with pytest.raises(InvalidValue) as refused:
        resolve_crs(name)
    assert refused.value.message.id == "crs.datum_not_public"


def test_every_form_of_the_crs_member_is_read(tmp_path: Path) -> None:
    for member in (
        {"type": "EPSG", "properties": {"code": 4490}},
        {"type": "link", "properties": {"href": "http://www.opengis.net/def/crs/EPSG/0/4490"}},
        "EPSG:4490",
    ):
        path = geojson(tmp_path / "l.geojson", polygon(SQUARE), crs=member)
        assert read_layer(path).declared_crs not in (None, "")
