"""Which units the territory of another one consists of."""

from datetime import date
from uuid import UUID

from boundaries.network.drawing import advance_hierarchy
from boundaries.network.unit_hierarchy import UnitPeriod
from gazetteer.ledger.period import Period

PROVINCE, PREFECTURE, COUNTY, ZONE_TOWN, TOWN, CITY = (UUID(int=n) for n in range(1, 7))
DAY = date(2023, 6, 30)


def unit(unit_id: UUID, level: str, parent: UUID | None) -> UnitPeriod:
    return UnitPeriod(unit_id, level, parent, Period())


def test_a_township_beside_counties_is_no_part_of_the_prefecture() -> None:
    """The national list has those of zones, 430771004 龙泉街道, directly below the prefecture."""
    hierarchy = advance_hierarchy(
        [
            unit(PREFECTURE, "prefecture", None),
            unit(COUNTY, "county", PREFECTURE),
            unit(ZONE_TOWN, "township", PREFECTURE),
            unit(TOWN, "township", COUNTY),
        ],
        DAY,
    )
    assert hierarchy.list_parts(PREFECTURE) == {COUNTY}
    assert hierarchy.list_parts(COUNTY) == {TOWN}


def test_a_prefecture_without_counties_consists_of_its_townships() -> None:
    hierarchy = advance_hierarchy(
        [unit(PREFECTURE, "prefecture", None), unit(TOWN, "township", PREFECTURE)], DAY
    )
    assert hierarchy.list_parts(PREFECTURE) == {TOWN}


def test_a_county_directly_below_a_province_is_a_part_of_it() -> None:
    hierarchy = advance_hierarchy(
        [
            unit(PROVINCE, "province", None),
            unit(PREFECTURE, "prefecture", PROVINCE),
            unit(CITY, "county", PROVINCE),
        ],
        DAY,
    )
    assert hierarchy.list_parts(PROVINCE) == {PREFECTURE, CITY}
