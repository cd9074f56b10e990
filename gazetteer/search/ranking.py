"""What comes first: the cost of a find is a sum of what stands here, and the least cost wins.

The figures are chosen so that, for one text, a whole name comes before the beginning of another,
a name in force before one of the past, a higher level before a lower one (广州市 before 广州路),
a reading before initials, and what is off by a character last. Nearness moves a find by up to six
levels: next door a village comes before a county on the other side of the province.
"""

import math
from collections.abc import Mapping

from gazetteer.records.levels import LEVELS, Level
from gazetteer.search.points import Point

PER_LEVEL = 4.0
"""For each level below the province, to the village; what is no unit counts one more."""

BEGINNING = 6.0
"""Only the beginning of the name was typed: of a county or above, which few letters suggest."""

BEGINNING_BELOW = 24.0
"""The same of what is lower: there are hundreds for every beginning."""

PER_CHARACTER = 0.25
"""For each character that was not typed, up to eight."""

BY: Mapping[str, float] = {
    "standard": 0.0,
    "short": 0.0,
    "address": 0.0,
    "alias": 2.0,
    "pinyin": 8.0,
    "latin": 10.0,  # other Latin spellings: aliases, English names
    "initials": 16.0,
    "former": 12.0,  # of what is in force: its former name, or that of what came before it
    "ended": 24.0,  # in force no more, and nothing came after it
    "later": 26.0,
    "fuzzy": 60.0,
}
"""By how the text leads to the place."""

FAR = 24.0
"""What lies infinitely far from ``near``; half of it at :data:`HALF_WAY_KM`."""

HALF_WAY_KM = 20.0

_COUNTY = LEVELS.index(Level.COUNTY)
_BELOW_UNITS = LEVELS.index(Level.VILLAGE) + 1
_MOST_CHARACTERS = 8
_KM_PER_DEGREE = 111.2


def cost(by: str, level: int, untyped: int, *, whole: bool) -> float:
    """What a find costs without regard to where it lies.

    Args:
        by: a key of :data:`BY`.
        level: position in :data:`gazetteer.records.levels.LEVELS`.
        untyped: characters of the matched name beyond what was typed.
        whole: the whole name was typed, with or without its generic part.
    """
    start = 0.0 if whole else BEGINNING if level <= _COUNTY else BEGINNING_BELOW
    length = 0.0 if whole else PER_CHARACTER * min(untyped, _MOST_CHARACTERS)
    return BY[by] + PER_LEVEL * min(level, _BELOW_UNITS) + start + length


def far(point: Point | None, near: Point) -> float:
    """What the distance from ``near`` costs; an unknown place counts as infinitely far."""
    if point is None:
        return FAR
    north = point[1] - near[1]
    east = (point[0] - near[0]) * math.cos(math.radians((point[1] + near[1]) / 2))
    km = _KM_PER_DEGREE * math.hypot(north, east)
    return float(FAR * km / (km + HALF_WAY_KM))
