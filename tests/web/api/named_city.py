"""A built-up area in 天河区, a road and a building in it, and a rural road in 五山街道."""

from datetime import date
from typing import Any
from uuid import UUID, uuid4

import shapely
from psycopg import Connection

from boundaries.register_ledger import LEDGER
from gazetteer.accounts.roles import find_current_unit
from gazetteer.ledger.versions import Statement
from gazetteer.naming.built_up_areas import BuiltUpArea, replace_built_up_areas
from tests.gazetteer.ledger.registers import CORRECTION, span
from tests.gazetteer.naming.named_units import name_place

SQUARE = shapely.MultiPolygon([shapely.box(113.33, 23.12, 113.37, 23.15)])
IN_CITY = {"type": "Point", "coordinates": [113.36, 23.14]}
OUT_OF_CITY = {"type": "Point", "coordinates": [113.42, 23.19]}
_START = "2001-01-01"


def plant_city(conn: Connection[Any]) -> None:
    """Publish the places and load the area."""
    wushan = find_current_unit(conn, "440106001")
    assert wushan is not None
    statements = [
        *_build_place("云霞路", "road", "road", wushan, (113.35, 23.13)),
        *_build_place("云霞大厦", "building", "building", wushan, (113.34, 23.13)),
        *_build_place("幽兰路", "road", "road", wushan, (113.43, 23.19)),
    ]
    assert LEDGER.publish_statements(conn, CORRECTION, statements) is not None
    area = shapely.to_wkb(shapely.set_srid(SQUARE, 4490), hex=True, include_srid=True)
    areas = [BuiltUpArea("天河中心区", area)]
    assert replace_built_up_areas(conn, areas, "规划局", date(2020, 1, 1), "tests") == 1


def _build_place(
    name: str, legal_class: str, level: str, within: UUID, at: tuple[float, float]
) -> list[Statement]:
    place = uuid4()
    location = shapely.to_wkb(shapely.Point(at), hex=True, byte_order=1).lower()
    facts = {"legal_class": legal_class, "level": level, "within": within, "location": location}
    return [
        Statement("place", place, span(), facts),
        name_place(place, uuid4(), name, _START),
    ]
