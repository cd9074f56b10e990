"""The levels of units and places, coarse to fine."""

from enum import StrEnum


class Level(StrEnum):
    """Level of a place: the five levels of units, then the levels of places within them."""

    PROVINCE = "province"
    PREFECTURE = "prefecture"
    COUNTY = "county"
    TOWNSHIP = "township"
    VILLAGE = "village"
    NATURAL_SETTLEMENT = "natural_settlement"
    ROAD = "road"
    ESTATE = "estate"
    BUILDING = "building"
    DOOR = "door"
    POI = "poi"
    NATURAL_FEATURE = "natural_feature"


LEVELS = [level.value for level in Level]
UNIT_LEVELS = LEVELS[:5]
