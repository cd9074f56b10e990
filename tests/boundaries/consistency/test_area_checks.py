from datetime import date
from typing import Any

import shapely
from psycopg import Connection

from boundaries.consistency.area_checks import (
    CHECKS,
    find_areas_without_unit,
    find_units_without_area,
)
from gazetteer.ledger.versions import Statement
from gazetteer.messages import message
from tests.boundaries.areas.area_samples import LEDGER, LOAD, area, unit

WEST = shapely.box(113, 23, 113.1, 23.1)


def published(conn: Connection[Any], *statements: list[Statement] | Statement) -> None:
    flat = [s for part in statements for s in (part if isinstance(part, list) else [part])]
    LEDGER.publish_statements(conn, LOAD, flat)


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
