import math
import random
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
import orjson
import pytest
import shapely
from psycopg import Connection
from pyproj import Geod, Transformer
from shapely.ops import nearest_points

from boundaries.areas.reverse_lookup import look_up_point
from boundaries.layers.coordinates import GeodeticPosition
from gazetteer.ledger.as_of import AsOf
from tests.boundaries.areas.area_samples import (
    ACCURACY_M,
    AREAS_SINCE,
    CAMPUS,
    CAMPUS_SINCE,
    LOAD,
    TODAY,
    area,
    polygons,
    publish,
    toponyms,
    unit,
)

HENGQIN, MACAO = (113.54, 22.13), (113.545, 22.19)
TIANHE = (113.33, 23.13)
NEAR_M = 50.0
EARTH = Geod(a=6378137, rf=298.257222101)  # CGCS2000

Answer = dict[str, Any]


def at(conn: Connection[Any], lon: float, lat: float, as_of: AsOf = TODAY) -> Answer:
    return look_up_point(conn, GeodeticPosition(float(lon), float(lat)), as_of, NEAR_M)


def codes(answer: Answer) -> list[str]:
    return [link["code"] for link in answer["chain"]]


def covering(lon: float, lat: float) -> tuple[set[str], bool]:
    """What shapely says of the whole polygons: who covers the point, and is it on a border."""
    point = shapely.Point(lon, lat)
    relations = {code: polygon.relate(point) for code, polygon in polygons().items()}
    inside = {code for code, relation in relations.items() if relation[0] == "0"}
    border = {code for code, relation in relations.items() if relation[3] == "0"}
    return inside | border, bool(border)


def assert_same_as_polygons(conn: Connection[Any], points: list[tuple[float, float]]) -> int:
    """Compare every point with the whole polygons; how many of them lie on a border."""
    on_border = 0
    for lon, lat in points:
        answer = at(conn, lon, lat)
        expected, border = covering(lon, lat)
        assert set(codes(answer)) == expected, (lon, lat)
        assert answer["on_boundary"] is border, (lon, lat)
        on_border += border
    return on_border


def vertices(seed: int, count: int) -> list[tuple[float, float]]:
    every = shapely.get_coordinates(list(polygons().values()))
    chosen = random.Random(seed).sample(range(len(every)), count)
    return [(float(every[i][0]), float(every[i][1])) for i in chosen]


def test_the_chain_is_that_of_the_whole_polygons_at_random_points(real: Connection[Any]) -> None:
    chance = random.Random(20240101)
    points = [(chance.uniform(109.5, 117.5), chance.uniform(20, 26)) for _ in range(500)]
    assert assert_same_as_polygons(real, points) == 0


def test_a_vertex_of_a_border_belongs_to_every_unit_that_has_it(real: Connection[Any]) -> None:
    assert assert_same_as_polygons(real, vertices(1, 150)) == 150


def test_right_beside_a_border_the_whole_polygon_decides(real: Connection[Any]) -> None:
    chance = random.Random(2)
    beside = [
        (
            lon + chance.choice((-1, 1)) * 10 ** chance.uniform(-14, -8),
            lat + chance.choice((0, 3e-14)),
        )
        for lon, lat in vertices(2, 150)
    ]
    assert_same_as_polygons(real, beside)


def test_halfway_between_two_vertices_the_same_units_cover(
    real: Connection[Any],
) -> None:
    rings = [shapely.get_coordinates(polygon) for polygon in list(polygons().values())[:60]]
    points = [
        ((ring[i][0] + ring[i + 1][0]) / 2, (ring[i][1] + ring[i + 1][1]) / 2)
        for ring in rings
        for i in (0, len(ring) // 2)
    ]
    assert_same_as_polygons(real, points)


def test_hengqin_and_macao_are_distinguished(real: Connection[Any]) -> None:
    assert codes(at(real, *HENGQIN)) == ["440000", "440400", "440402"]
    assert codes(at(real, *MACAO))[0] == "820000"


def test_a_prefecture_without_counties_is_the_lowest_unit(real: Connection[Any]) -> None:
    dongguan = polygons()["441900"].representative_point()
    answer = at(real, dongguan.x, dongguan.y)
    assert [link["level"] for link in answer["chain"]] == ["province", "prefecture"]


def test_before_an_area_is_known_the_answer_has_its_first_day(real: Connection[Any]) -> None:
    before = at(real, *TIANHE, AsOf(AREAS_SINCE - timedelta(days=1)))
    assert codes(before) == []
    assert before["known_since"] == dict.fromkeys(
        ("province", "prefecture", "county"), AREAS_SINCE.isoformat()
    )
    assert codes(at(real, *TIANHE, AsOf(AREAS_SINCE))) == ["440000", "440100", "440106"]


def test_in_the_sea_and_abroad_no_unit_covers(real: Connection[Any]) -> None:
    for lon, lat in ((115.0, 18.0), (2.35, 48.86), (-180.0, -90.0), (180.0, 90.0)):
        answer = at(real, lon, lat)
        assert (codes(answer), answer["known_since"]) == ([], {})
        assert answer["boundary_distance_m"] is None
        assert answer["near_boundary"] is False


def geodesic_to_border(lon: float, lat: float, code: str) -> float:
    """Metres to the border, found in a projection that is true to scale around the point."""
    local = f"+proj=aeqd +lon_0={lon} +lat_0={lat} +ellps=GRS80"
    plane = Transformer.from_crs("EPSG:4490", local, always_xy=True)
    back = Transformer.from_crs(local, "EPSG:4490", always_xy=True)
    border = shapely.transform(
        polygons()[code].boundary.segmentize(0.01),
        lambda xy: np.column_stack(plane.transform(xy[:, 0], xy[:, 1])),
    )
    near = nearest_points(border, shapely.Point(0, 0))[0]
    distance: float = EARTH.inv(lon, lat, *back.transform(near.x, near.y))[2]
    return distance


def test_the_distance_to_the_border_is_geodesic(real: Connection[Any]) -> None:
    measured = 0
    for code in ("440106", "440402", "441900", "440605", "445122", "440904"):
        polygon = polygons()[code]
        for seed in range(5):
            inner = polygon.buffer(-0.002 * (seed + 1))
            if inner.is_empty:
                continue
            point = inner.boundary.interpolate(random.Random(seed).random(), normalized=True)
            answer = at(real, point.x, point.y)
            expected = geodesic_to_border(point.x, point.y, code)
            assert answer["boundary_distance_m"] == pytest.approx(expected, rel=2e-4, abs=0.05)
            measured += 1
    assert measured >= 20


def metres_east(lon: float, lat: float, metres: float) -> tuple[float, float]:
    moved = EARTH.fwd(lon, lat, 90 if metres > 0 else 270, abs(metres))
    return moved[0], moved[1]


SQUARE_WEST, SQUARE_EAST = shapely.box(113, 23, 113.1, 23.1), shapely.box(113.1, 23, 113.2, 23.1)


def two_squares(conn: Connection[Any], accuracy_m: float | None = None) -> None:
    publish(
        conn,
        LOAD,
        [
            *unit("990000", "双方省", "province"),
            *unit("990001", "西县", "county", "990000"),
            *unit("990002", "东县", "county", "990000"),
            area("990000", shapely.box(113, 23, 113.2, 23.1), accuracy_m=accuracy_m),
            area("990001", SQUARE_WEST, accuracy_m=accuracy_m),
            area("990002", SQUARE_EAST, accuracy_m=accuracy_m),
        ],
    )


@pytest.mark.parametrize(("metres", "near"), [(49.9, True), (50.1, False), (-49.9, True)])
def test_near_the_border_means_within_the_limit_and_names_the_other_side(
    conn: Connection[Any], metres: float, near: bool
) -> None:
    two_squares(conn)
    answer = at(conn, *metres_east(113.1, 23.05, metres))
    other = "990001" if metres > 0 else "990002"
    assert answer["near_boundary"] is near
    assert answer["boundary_distance_m"] == pytest.approx(abs(metres), abs=0.001)
    assert [unit["code"] for unit in answer["beyond_boundary"]] == ([other] if near else [])


def test_the_stated_accuracy_of_a_border_widens_what_is_near(conn: Connection[Any]) -> None:
    two_squares(conn, accuracy_m=300.0)
    answer = at(conn, *metres_east(113.1, 23.05, 250))
    assert answer["near_boundary"] is True
    assert answer["near_boundary_limit_m"] == 300.0


def test_the_accuracy_of_a_converted_point_widens_what_is_near(conn: Connection[Any]) -> None:
    two_squares(conn)
    lon, lat = metres_east(113.1, 23.05, 60)
    assert (
        look_up_point(conn, GeodeticPosition(lon, lat, 80.0), TODAY, NEAR_M)["near_boundary"]
        is True
    )


def test_a_point_on_a_shared_border_lies_in_both(conn: Connection[Any]) -> None:
    two_squares(conn)
    answer = at(conn, 113.1, 23.05)
    assert codes(answer) == ["990000", "990001", "990002"]
    assert (answer["on_boundary"], answer["boundary_distance_m"]) == (True, 0.0)


def test_just_off_the_coast_the_near_land_is_returned(conn: Connection[Any]) -> None:
    two_squares(conn)
    answer = at(conn, *metres_east(113.2, 23.05, 30))
    assert codes(answer) == []
    assert answer["near_boundary"] is True
    assert answer["boundary_distance_m"] == pytest.approx(30, abs=0.001)
    assert [unit["code"] for unit in answer["beyond_boundary"]] == ["990002"]


def test_a_point_in_an_enclave_is_not_in_the_unit_around_it(conn: Connection[Any]) -> None:
    hole = shapely.box(113.04, 23.04, 113.06, 23.06)
    publish(
        conn,
        LOAD,
        [
            *unit("990001", "外县", "county"),
            *unit("990002", "飞地县", "county"),
            area("990001", SQUARE_WEST.difference(hole)),
            area("990002", hole),
        ],
    )
    assert codes(at(conn, 113.05, 23.05)) == ["990002"]
    assert codes(at(conn, 113.04, 23.05)) == ["990001", "990002"]


def test_the_area_of_a_unit_that_ended_covers_nothing(conn: Connection[Any]) -> None:
    publish(
        conn,
        LOAD,
        [
            *unit("990001", "撤县", "county", end=date(2000, 1, 1)),
            area("990001", SQUARE_WEST, start=date(1990, 1, 1)),
        ],
    )
    assert codes(at(conn, 113.05, 23.05, AsOf(date(1999, 12, 31)))) == ["990001"]
    assert codes(at(conn, 113.05, 23.05, AsOf(date(2000, 1, 1)))) == []


def test_an_area_changes_on_its_day_and_the_past_stays(conn: Connection[Any]) -> None:
    two_squares(conn)
    before = at(conn, 113.15, 23.05)
    whole = shapely.union(SQUARE_WEST, SQUARE_EAST)
    day = date(2022, 5, 1)
    publish(conn, LOAD, [area("990001", whole, start=day)])
    assert codes(at(conn, 113.15, 23.05, AsOf(day - timedelta(days=1)))) == ["990000", "990002"]
    assert codes(at(conn, 113.15, 23.05, AsOf(day))) == ["990000", "990001", "990002"]
    as_known_then = AsOf(day, datetime.fromisoformat(before["known_at"]))
    assert codes(at(conn, 113.15, 23.05, as_known_then)) == ["990000", "990002"]


def test_an_override_has_both_units_and_its_act(real: Connection[Any]) -> None:
    point = CAMPUS.representative_point()
    answer = at(real, point.x, point.y)
    (override,) = answer["jurisdiction_overrides"]
    assert override["grantor"]["code"] == "440402"
    assert override["holder"]["code"] == "820000"
    assert override["act"]["approved_on"] == "2009-06-27"
    assert override["valid"] == {"from": CAMPUS_SINCE.isoformat(), "to": None}
    earlier = AsOf(CAMPUS_SINCE - timedelta(days=1))
    assert at(real, point.x, point.y, earlier)["jurisdiction_overrides"] == []
    assert at(real, *TIANHE)["jurisdiction_overrides"] == []


def test_the_nearest_names_are_the_nearest(real: Connection[Any]) -> None:
    for lon, lat in (TIANHE, MACAO, (110.36, 21.27), (116.68, 23.35)):
        names = orjson.loads(orjson.dumps(at(real, lon, lat)["nearest_names"]))
        by_distance = sorted(round(EARTH.inv(lon, lat, x, y)[2], 3) for _, _, x, y in toponyms())
        assert [round(place["distance_m"], 3) for place in names] == pytest.approx(
            by_distance[:5], abs=0.002
        )
        assert all(place["name"] and not math.isnan(place["lon"]) for place in names)


def test_accuracy_of_the_real_areas_is_the_limit_of_being_near(real: Connection[Any]) -> None:
    assert at(real, *TIANHE)["near_boundary_limit_m"] == ACCURACY_M
