from datetime import date
from typing import Any

import pytest
import shapely
from psycopg import Connection
from pyproj import Geod

from boundaries.areas.checks import (
    CHECKS,
    areas_outside_parent,
    areas_without_unit,
    overlapping_areas,
    units_without_area,
)
from gazetteer.ledger.versions import Statement
from tests.boundaries.areas.ground import LEDGER, LOAD, area, unit

EARTH = Geod(a=6378137, rf=298.257222101)
WEST, EAST = shapely.box(113, 23, 113.1, 23.1), shapely.box(113.1, 23, 113.2, 23.1)
BOTH = shapely.box(113, 23, 113.2, 23.1)


def published(conn: Connection[Any], *statements: list[Statement] | Statement) -> None:
    flat = [s for part in statements for s in (part if isinstance(part, list) else [part])]
    LEDGER.publish(conn, LOAD, flat)


def square_metres(polygon: Any) -> float:
    return abs(float(EARTH.geometry_area_perimeter(polygon)[0]))


def test_the_real_areas_have_no_finding(real: Connection[Any]) -> None:
    assert [finding for check in CHECKS for finding in check(real)] == []


def test_neighbours_that_only_touch_do_not_overlap(conn: Connection[Any]) -> None:
    published(
        conn,
        unit("990001", "西县", "county"),
        unit("990002", "东县", "county"),
        area("990001", WEST),
        area("990002", EAST),
    )
    assert overlapping_areas(conn) == []


def test_an_overlap_is_told_with_its_square_metres(conn: Connection[Any]) -> None:
    stretched = shapely.box(113, 23, 113.11, 23.1)
    published(
        conn,
        unit("990001", "西县", "county"),
        unit("990002", "东县", "county"),
        area("990001", stretched),
        area("990002", EAST),
    )
    (finding,) = overlapping_areas(conn)
    assert set(finding.subject.split()) == {"990001", "990002"}
    told = float(finding.detail_en.split(" by ")[1].split()[0])
    assert told == pytest.approx(square_metres(stretched.intersection(EAST)), rel=1e-4)


def test_units_of_different_levels_lie_over_each_other_rightly(conn: Connection[Any]) -> None:
    published(
        conn,
        unit("990000", "市", "prefecture"),
        unit("990001", "西县", "county", "990000"),
        area("990000", BOTH),
        area("990001", WEST),
    )
    assert overlapping_areas(conn) == []
    assert areas_outside_parent(conn) == []


@pytest.mark.parametrize(("accuracy_m", "found"), [(0.0, True), (500.0, True), (2000.0, False)])
def test_a_child_outside_its_parent_is_told_if_it_is_more_than_the_accuracy(
    conn: Connection[Any], accuracy_m: float, found: bool
) -> None:
    published(
        conn,
        unit("990000", "市", "prefecture"),
        unit("990001", "县", "county", "990000"),
        area("990000", WEST, accuracy_m=accuracy_m),
        area("990001", shapely.box(113.05, 23, 113.11, 23.1), accuracy_m=None),  # 1 km outside
    )
    assert [f.subject for f in areas_outside_parent(conn)] == (["990001"] if found else [])


def test_a_child_wholly_elsewhere_is_outside(conn: Connection[Any]) -> None:
    published(
        conn,
        unit("990000", "市", "prefecture"),
        unit("990001", "县", "county", "990000"),
        area("990000", WEST),
        area("990001", shapely.box(115, 25, 115.1, 25.1)),
    )
    assert [f.subject for f in areas_outside_parent(conn)] == ["990001"]


def test_an_area_that_outlives_its_unit_is_told_with_the_days(conn: Connection[Any]) -> None:
    published(
        conn,
        unit("990001", "撤县", "county", end=date(2000, 1, 1)),
        area("990001", WEST, start=date(1990, 1, 1)),
    )
    (finding,) = areas_without_unit(conn)
    assert "[2000-01-01,)" in finding.detail_en


def test_a_unit_without_area_is_only_worth_knowing(conn: Connection[Any]) -> None:
    published(
        conn,
        unit("990001", "县", "county"),
        unit("990001001", "镇", "township"),
        unit("990002", "撤县", "county", end=date(2000, 1, 1)),
    )
    (finding,) = units_without_area(conn)
    assert (finding.subject, finding.severity) == ("990001", "info")
