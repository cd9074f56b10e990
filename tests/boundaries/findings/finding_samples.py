"""A register of four counties of a small coverage, whose borders a test may move."""

from datetime import date
from typing import Any
from uuid import UUID

import psycopg
import shapely

from gazetteer.ledger.publish import Changeset
from tests.boundaries.areas.area_samples import area, publish, record, unit

SINCE = date(2019, 12, 31)
WEST, EAST, FAR = "440106", "440111", "440784"
PREFECTURE, OTHER = "440100", "440700"
MIDDLE, SIDE = 113.5, 0.05
NOTCH = (MIDDLE + 0.0005, 23.02)
"""A corner of the western county, some 50 m inside of the eastern one."""


def west(corner: tuple[float, float] = NOTCH) -> shapely.Polygon:
    """The western county; without a corner of its own it would touch the eastern one cleanly."""
    return shapely.Polygon(
        [
            (MIDDLE - SIDE, 23.0),
            (MIDDLE, 23.0),
            (MIDDLE, 23.01),
            corner,
            (MIDDLE, 23.03),
            (MIDDLE, 23.0 + SIDE),
            (MIDDLE - SIDE, 23.0 + SIDE),
        ]
    )


CLEAN = (MIDDLE, 23.02)
SURVEYED_M = 1.0
"""The accuracy of the borders: what overlaps by 50 m is not the same border, drawn better."""


def east(south: float = 23.0) -> shapely.Polygon:
    """The eastern county: its own border far from the western one may move."""
    return shapely.Polygon(
        [
            (MIDDLE, 23.0),
            (MIDDLE + SIDE, south),
            (MIDDLE + SIDE, 23.0 + SIDE),
            (MIDDLE, 23.0 + SIDE),
            (MIDDLE, 23.03),
            CLEAN,
            (MIDDLE, 23.01),
        ]
    )


def plant(conn: psycopg.Connection) -> None:
    """Publish the counties: west overlaps east, and far lies by itself in another prefecture."""
    said: list[Any] = [
        *unit("440000", "广东省", "province"),
        *unit(PREFECTURE, "广州市", "prefecture", "440000"),
        *unit(OTHER, "江门市", "prefecture", "440000"),
        *unit(WEST, "天河区", "county", PREFECTURE),
        *unit(EAST, "白云区", "county", PREFECTURE),
        *unit(FAR, "鹤山市", "county", OTHER),
        area(WEST, west(), accuracy_m=SURVEYED_M),
        area(EAST, east(), accuracy_m=SURVEYED_M),
        area(FAR, shapely.box(112.9, 22.7, 113.0, 22.8), accuracy_m=SURVEYED_M),
    ]
    publish(conn, Changeset("registrar", "counties", "load"), said)


def redraw(conn: psycopg.Connection, code: str, polygon: shapely.Polygon) -> None:
    """Publish another area for a county, as if it had always been so."""
    publish(
        conn,
        Changeset("registrar", "redrawn", "correction"),
        [area(code, polygon, accuracy_m=SURVEYED_M)],
    )


def identity(code: str) -> UUID:
    """The id of a unit."""
    return record("unit", code)


def redraw_from(conn: psycopg.Connection, code: str, polygon: shapely.Polygon, day: date) -> None:
    """Publish another area for a county from a day on, whatever was known of later days."""
    later = area(code, polygon, start=day, accuracy_m=SURVEYED_M)
    publish(conn, Changeset("registrar", "announced", "correction"), [later])
