"""The ranking of hits: the cost of a hit is the sum of the costs below, and the least cost wins.

The figures are chosen so that, for one text, a full name comes before the beginning of another, a
name in force before one of the past, a higher level before a lower one (广州市 before 广州路), full
pinyin before initials, and what is off by a character last. Home, and with ``near`` the distance,
moves a hit by some levels: next door a village comes before a distant county.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gazetteer.records.levels import LEVELS, Level

MATCH_COSTS: Mapping[str, float] = {
    "code": 0.0,
    "standard": 0.0,
    "short": 0.0,
    "address": 0.0,
    "alias": 2.0,
    "pinyin": 8.0,
    "latin": 10.0,  # other names in Latin letters: aliases, English ones
    "former": 12.0,  # of what is in force: its former name, or that of what came before it
    "initials": 16.0,
    "similar": 16.0,  # pinyin that is spelled by ear, or wrong by a letter
    "ended": 24.0,  # in force no more, and nothing came after it
    "later": 26.0,
    "fuzzy": 60.0,
}
"""The cost of how the text leads to the place."""

STEM_COST = 4.0
"""A village by less than its full name comes behind a county elsewhere that bears the name."""

UNIT_FIRST_GAIN = 1.0
"""What a unit costs less than a settlement in it that bears its name and is all that was found."""

WRONG_LETTER_COST = 4.0
"""Pinyin with a wrong letter, beside what only sounds alike."""

LEVEL_COST = 4.0
"""The cost of each level below the province; what is no unit counts as one below the village."""

PREFIX_ONLY_COST, PREFIX_ONLY_COST_BELOW_COUNTY = 6.0, 24.0
"""Only the beginning of the name was typed: of a county or above; of what is lower, of which there
are hundreds for every beginning."""

MISSING_CHARACTER_COST, MAX_MISSING_CHARACTERS = 0.25, 8
"""The cost of each character that was not typed, up to eight."""

OUTSIDE_HOME_COST = 10.0
"""The cost of lying outside the unit that the register is at home in."""

MAX_DISTANCE_COST, HALF_COST_KM = 40.0, 20.0
"""The cost of lying infinitely far from ``near``, or at an unknown place; half of it at 20 km."""

COUNTY_LEVEL = LEVELS.index(Level.COUNTY)
_LEVEL_BELOW_UNITS = LEVELS.index(Level.VILLAGE) + 1
_KM_PER_DEGREE = 111.2

CostArray = NDArray[np.float32]


def compute_level_costs(levels: NDArray[Any]) -> CostArray:
    """The cost of levels, positions in :data:`gazetteer.records.levels.LEVELS`."""
    return np.asarray(np.minimum(levels, _LEVEL_BELOW_UNITS) * LEVEL_COST, np.float32)


def compute_prefix_costs(levels: NDArray[Any]) -> CostArray:
    """What it costs that only the beginning of a name was typed, by its level."""
    return np.asarray(
        np.where(levels <= COUNTY_LEVEL, PREFIX_ONLY_COST, PREFIX_ONLY_COST_BELOW_COUNTY),
        np.float32,
    )


def compute_missing_costs(characters: NDArray[Any]) -> CostArray:
    """The cost of characters that were not typed."""
    return np.asarray(
        np.minimum(characters, MAX_MISSING_CHARACTERS) * MISSING_CHARACTER_COST, np.float32
    )


def compute_distance_costs(
    lons: CostArray, lats: CostArray, near: tuple[float, float]
) -> CostArray:
    """The cost of lying away from ``near`` (lon, lat in degrees); NaN is an unknown place."""
    north = lats - near[1]
    east = (lons - near[0]) * np.cos(np.radians((lats + near[1]) / 2))
    km = _KM_PER_DEGREE * np.hypot(north, east)
    return np.asarray(
        np.nan_to_num(MAX_DISTANCE_COST * km / (km + HALF_COST_KM), nan=MAX_DISTANCE_COST),
        np.float32,
    )
