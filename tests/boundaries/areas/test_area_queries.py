from datetime import date, timedelta
from typing import Any

import numpy as np
import orjson
import pytest
import shapely
from psycopg import Connection
from pyproj import Geod, Transformer
from shapely.geometry import shape

from boundaries.areas.area_queries import load_area_feature, load_area_properties
from boundaries.layers.coordinates import Crs
from boundaries.network.area_assembly import canonicalize_area
from boundaries.network.local_coverage import as_multipolygon
from gazetteer.ledger.as_of import AsOf
from gazetteer.problems import InvalidValue, NoAreaKnown, UnknownCode
from tests.boundaries.areas.area_samples import ACCURACY_M, AREAS_SINCE, TODAY, polygons

EARTH = Geod(a=6378137, rf=298.257222101)  # CGCS2000

Answer = dict[str, Any]


def load(conn: Connection[Any], code: str, crs: Crs = Crs.CGCS2000) -> Answer:
    answer: Answer = orjson.loads(orjson.dumps(load_area_feature(conn, code, TODAY, crs)))
    return answer


@pytest.mark.parametrize("code", ["440000", "440106", "441900", "820000"])
def test_every_digit_of_every_vertex_is_returned(real: Connection[Any], code: str) -> None:
    geometry = shape(load(real, code)["geometry"])
    assert shapely.equals_identical(geometry, canonical(code))


def canonical(code: str) -> Any:
    """The real polygon with its rings where the register lets them begin."""
    return canonicalize_area(as_multipolygon(polygons()[code]))


@pytest.mark.parametrize("code", ["440000", "440106", "440402", "441900"])
def test_the_size_is_that_on_the_ellipsoid(real: Connection[Any], code: str) -> None:
    expected = abs(EARTH.geometry_area_perimeter(shapely.orient_polygons(polygons()[code]))[0])
    assert load(real, code)["properties"]["area_km2"] == pytest.approx(expected / 1e6, rel=1e-9)


@pytest.mark.parametrize("crs", [Crs.GK_111, Crs.GK_114, Crs.GK_117, Crs.WEB_MERCATOR])
def test_projected_coordinates_are_east_before_north(real: Connection[Any], crs: Crs) -> None:
    answer = load(real, "440106", crs)
    forward = Transformer.from_crs("EPSG:4490", f"EPSG:{crs}", always_xy=True)
    vertices = shapely.get_coordinates(canonical("440106"))
    expected = np.column_stack(forward.transform(vertices[:, 0], vertices[:, 1]))
    got = shapely.get_coordinates(shape(answer["geometry"]))
    assert got == pytest.approx(expected, abs=1e-3)
    assert answer["properties"]["crs"] == f"EPSG:{crs}"


def test_wgs84_has_the_same_figures(real: Connection[Any]) -> None:
    assert load(real, "440106", Crs.WGS84)["geometry"] == load(real, "440106")["geometry"]


def test_an_area_has_its_unit_and_its_accuracy(real: Connection[Any]) -> None:
    properties = load(real, "440106")["properties"]
    assert properties["name"] == "天河区"
    assert properties["accuracy_m"] == ACCURACY_M
    assert properties["valid"]["from"] == AREAS_SINCE.isoformat()
    assert properties["at"] == TODAY.at.isoformat()


def test_facts_are_the_properties_without_the_polygon(real: Connection[Any]) -> None:
    properties = load(real, "440106")["properties"]
    facts = orjson.loads(orjson.dumps(load_area_properties(real, "440106", TODAY)))
    assert properties == {**facts, "crs": "EPSG:4490"}


def test_before_an_area_is_known_the_problem_has_its_first_day(
    real: Connection[Any],
) -> None:
    for read in (load_area_feature, load_area_properties):
        with pytest.raises(NoAreaKnown) as refusal:
            read(real, "440106", AsOf(AREAS_SINCE - timedelta(days=1)))
        assert refusal.value.extras["known_since"] == AREAS_SINCE.isoformat()


def test_an_unknown_code_is_not_a_unit_without_area(real: Connection[Any]) -> None:
    with pytest.raises(UnknownCode):
        load_area_feature(real, "999999", AsOf(date(2024, 1, 1)))


def test_areas_are_not_returned_in_shifted_coordinates(real: Connection[Any]) -> None:
    with pytest.raises(InvalidValue) as refusal:
        load_area_feature(real, "440106", TODAY, Crs.GCJ02)
    assert refusal.value.field == "crs"
    assert "4490、4326" in refusal.value.text("zh")
