"""From memory and from the database: the same answers, byte for byte."""

import random
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import orjson
import psycopg
import pytest
import shapely
from psycopg import Connection

from boundaries.areas.point_index.area_index import AreaIndex, load_area_index
from boundaries.areas.point_index.indexed_lookup import look_up_points_in_index
from boundaries.areas.reverse_lookup import look_up_point as reverse_by_sql
from boundaries.layers.coordinates import GeodeticPosition
from gazetteer.ledger.as_of import AsOf
from tests.boundaries.areas.area_samples import (
    AREAS_SINCE,
    CAMPUS,
    LOAD,
    TODAY,
    UNITS_SINCE,
    area,
    place,
    polygons,
    publish,
    unit,
)

NEAR_M = 50.0
DAYS = (
    TODAY.at,
    AREAS_SINCE,
    AREAS_SINCE - timedelta(days=1),
    UNITS_SINCE - timedelta(days=1),
    date(2030, 1, 1),
)


@pytest.fixture(scope="module")
def index(real: Connection[Any]) -> AreaIndex:
    return load_area_index(real)


def assert_same_answers(
    conn: Connection[Any],
    index: AreaIndex,
    points: Sequence[GeodeticPosition],
    day: date = TODAY.at,
) -> list[dict[str, Any]]:
    """The answers from memory, all at once, compared with those of the database, one by one."""
    answers = list(look_up_points_in_index(index, points, day, NEAR_M))
    for point, answer in zip(points, answers, strict=True):
        expected = reverse_by_sql(conn, point, AsOf(day), NEAR_M)
        assert answer is not None
        assert orjson.dumps(answer) == orjson.dumps(expected), point
    return [answer for answer in answers if answer is not None]


def scattered(seed: int, count: int) -> list[GeodeticPosition]:
    chance = random.Random(seed)
    return [
        GeodeticPosition(chance.uniform(109.3, 117.6), chance.uniform(20, 26)) for _ in range(count)
    ]


def on_borders(seed: int, count: int) -> list[GeodeticPosition]:
    """Vertices, and points up to some metres beside them."""
    chance = random.Random(seed)
    every = shapely.get_coordinates(list(polygons().values())).tolist()
    return [
        GeodeticPosition(x + chance.choice((0, 1, -1)) * 10 ** chance.uniform(-14, -3), y)
        for x, y in chance.sample(every, count)
    ]


def test_anywhere_in_and_around_the_province(real: Connection[Any], index: AreaIndex) -> None:
    answers = assert_same_answers(real, index, scattered(1, 300))
    lengths = {len(answer["chain"]) for answer in answers}
    assert {0, 2, 3} <= lengths  # the sea, and units down to the prefecture and to the county


def test_on_borders_and_right_beside_them(real: Connection[Any], index: AreaIndex) -> None:
    answers = assert_same_answers(real, index, on_borders(2, 300))
    assert sum(answer["on_boundary"] for answer in answers) > 50
    assert sum(bool(answer["beyond_boundary"]) for answer in answers) > 100


@pytest.mark.parametrize("day", DAYS)
def test_on_days_with_and_without_areas(real: Connection[Any], index: AreaIndex, day: date) -> None:
    assert_same_answers(real, index, [*scattered(3, 40), *on_borders(4, 20)], day)


def test_at_the_ends_of_the_world(real: Connection[Any], index: AreaIndex) -> None:
    corners = [(-180.0, -90.0), (180.0, 90.0), (0.0, 0.0), (113.3, 90.0), (-180.0, 23.1)]
    assert_same_answers(real, index, [GeodeticPosition(*corner) for corner in corners])


def test_a_point_of_low_accuracy(real: Connection[Any], index: AreaIndex) -> None:
    points = [GeodeticPosition(p.lon, p.lat, 4000.0) for p in scattered(5, 60)]
    assert any(answer["beyond_boundary"] for answer in assert_same_answers(real, index, points))


def test_the_answer_does_not_depend_on_the_other_points(index: AreaIndex) -> None:
    points = [*scattered(6, 100), *on_borders(7, 100)]
    together = list(look_up_points_in_index(index, points, TODAY.at, NEAR_M))
    assert together == [next(look_up_points_in_index(index, [p], TODAY.at, NEAR_M)) for p in points]
    assert list(look_up_points_in_index(index, [], TODAY.at, NEAR_M)) == []


def test_where_another_law_applies_only_the_database_has_the_answer(index: AreaIndex) -> None:
    point = CAMPUS.representative_point()
    points = [GeodeticPosition(113.33, 23.13), GeodeticPosition(point.x, point.y)]
    answers = list(look_up_points_in_index(index, points, TODAY.at, NEAR_M))
    assert [answer is None for answer in answers] == [False, True]


SQUARES = [shapely.box(113 + 0.1 * i, 23, 113.1 + 0.1 * i, 23.1) for i in range(2)]


def two_squares(conn: Connection[Any]) -> None:
    publish(
        conn,
        LOAD,
        [
            *unit("990000", "双方省", "province"),
            *unit("990001", "西县", "county", "990000"),
            *unit("990002", "东县", "county", "990000"),
            area("990000", shapely.union_all(SQUARES)),
            area("990001", SQUARES[0], accuracy_m=None),
            area("990002", SQUARES[1]),
            *place("a", "甲山", 113.05, 23.05),
            *place("b", "乙山", 113.05, 23.05),
            *place("c", "丙山", 113.19, 23.05),
        ],
    )


def test_on_a_regular_layer_with_an_enclave(conn: Connection[Any]) -> None:
    two_squares(conn)
    hole = shapely.box(113.04, 23.04, 113.06, 23.06)
    day = date(2022, 5, 1)
    publish(
        conn,
        LOAD,
        [
            *unit("990003", "飞地县", "county", "990000", start=day),
            area("990001", SQUARES[0].difference(hole), start=day),
            area("990003", hole, start=day),
        ],
    )
    index = load_area_index(conn)
    steps = [i / 100 for i in range(-2, 13)]
    points = [GeodeticPosition(113 + x, 23 + y) for x in steps for y in steps]
    for at in (day - timedelta(days=1), day):
        assert_same_answers(conn, index, points, at)
    inside = assert_same_answers(conn, index, [GeodeticPosition(113.05, 23.05)], day)
    assert [link["code"] for link in inside[0]["chain"]] == ["990000", "990003"]


def test_a_later_state_takes_over_the_borders_that_did_not_change(database: str) -> None:
    with psycopg.connect(database, autocommit=True) as conn:
        assert not load_area_index(conn).can_answer(TODAY)
        two_squares(conn)
        first = load_area_index(conn)
        publish(conn, LOAD, place("d", "丁山", 113.15, 23.05))
        second = load_area_index(conn, first)
        assert second.segment_index is first.segment_index
        assert second.seq > first.seq
        moved = shapely.box(113, 23, 113.12, 23.1)
        publish(conn, LOAD, [area("990001", moved, start=date(2023, 1, 1))])
        third = load_area_index(conn, second)
        points = [GeodeticPosition(113.11, 23.05), GeodeticPosition(113.15, 23.05)]
        assert_same_answers(conn, third, points)
        assert_same_answers(conn, third, points, date(2022, 12, 31))
    before = next(look_up_points_in_index(first, points[:1], TODAY.at, NEAR_M))
    assert before is not None and [u["code"] for u in before["chain"]] == ["990000", "990002"]
