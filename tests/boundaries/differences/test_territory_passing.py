"""Territory that passes from unit to unit, out of what each lost and won."""

from uuid import UUID

import pytest
import shapely

from boundaries.differences.territory_passing import (
    measure_territory,
    pair_territory,
    subtract_area,
)

A, B, C = (UUID(int=number) for number in (1, 2, 3))


def box(west: float, east: float) -> shapely.Polygon:
    """A strip of 0.01 degrees of latitude, bounds in hundredths of a degree."""
    return shapely.box(113 + west / 100, 23, 113 + east / 100, 23.01)


def passed(
    lost: dict[UUID, shapely.Geometry], won: dict[UUID, shapely.Geometry]
) -> list[tuple[UUID | None, UUID | None, list[float]]]:
    return [
        (one.giver, one.taker, [round((x - 113) * 100, 6) for x in one.shape.bounds[::2]])
        for one in pair_territory(lost, won)
    ]


def test_what_one_lost_is_shared_by_those_who_won_it() -> None:
    assert passed({A: box(0, 3)}, {B: box(0, 1), C: box(1, 3)}) == [(A, B, [0, 1]), (A, C, [1, 3])]


def test_what_nobody_won_and_what_nobody_had() -> None:
    assert passed({A: box(0, 2)}, {B: box(1, 3)}) == [
        (A, B, [1, 2]),
        (A, None, [0, 1]),
        (None, B, [2, 3]),
    ]


def test_neighbours_that_only_touch_pass_nothing() -> None:
    assert passed({A: box(0, 1)}, {B: box(1, 2)}) == [(A, None, [0, 1]), (None, B, [1, 2])]


def test_nothing_passes_where_nothing_was_lost_or_won() -> None:
    assert passed({}, {}) == []
    assert passed({A: shapely.MultiPolygon()}, {B: shapely.MultiPolygon()}) == []


def test_slivers_of_rounding_are_no_territory() -> None:
    assert passed({A: box(0, 1)}, {B: box(1 - 1e-13, 2)}) == [(A, None, [0, 1]), (None, B, [1, 2])]


def test_areas_are_those_of_the_ellipsoid() -> None:
    (one,) = pair_territory({A: box(0, 1)}, {B: box(0, 1)})
    assert one.area_m2 == measure_territory(one.shape) == pytest.approx(1_135_000, rel=0.01)


def test_what_lies_outside_of_another_area() -> None:
    assert subtract_area(box(0, 2), box(1, 3)).equals(box(0, 1))
    assert subtract_area(box(0, 2), None).equals(box(0, 2))
    assert measure_territory(subtract_area(box(0, 2), box(0, 2))) == 0
