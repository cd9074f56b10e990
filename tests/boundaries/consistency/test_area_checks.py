from datetime import date, timedelta
from typing import Any

import shapely
from psycopg import Connection

from boundaries.consistency.area_checks import (
    CHECKS,
    find_areas_without_unit,
    find_units_without_area,
)
from gazetteer.ledger.as_of import today
from gazetteer.ledger.versions import Statement
from gazetteer.messages import message
from tests.boundaries.areas.area_samples import LOAD, area, publish, unit

WEST = shapely.box(113, 23, 113.1, 23.1)


def published(conn: Connection[Any], *statements: list[Statement] | Statement) -> None:
    flat = [s for part in statements for s in (part if isinstance(part, list) else [part])]
    publish(conn, LOAD, flat)


def test_the_real_areas_have_no_finding(real: Connection[Any]) -> None:
    assert [finding for check in CHECKS for finding in check(real)] == []


def test_an_area_that_outlives_its_unit_is_found_with_the_days(conn: Connection[Any]) -> None:
    published(
        conn,
        unit("990001", "撤县", "county", end=date(2000, 1, 1)),
        area("990001", WEST, start=date(1990, 1, 1)),
    )
    (finding,) = find_areas_without_unit(conn)
    assert finding.detail == message("check.area_without_unit", days="{[2000-01-01,)}")


def test_a_unit_without_area_is_for_information(conn: Connection[Any]) -> None:
    published(
        conn,
        unit("990001", "县", "county"),
        unit("990001001", "镇", "township"),
        unit("990002", "撤县", "county", end=date(2000, 1, 1)),
    )
    (finding,) = find_units_without_area(conn)
    assert (finding.subject, finding.severity) == ("990001", "info")


def test_a_unit_to_come_without_area_is_reported_with_its_first_day(conn: Connection[Any]) -> None:
    soon, later = (today() + timedelta(days=days) for days in (30, 90))
    published(
        conn,
        unit("990001", "县", "county", start=soon),
        unit("990002", "区", "county", start=soon),
        area("990002", WEST, start=soon, end=later),
        unit("990003", "市", "county"),
        area("990003", WEST, end=later),
    )
    days = {finding.subject: finding.begins_on for finding in find_units_without_area(conn)}
    assert days == {"990001": soon, "990002": later, "990003": later}
