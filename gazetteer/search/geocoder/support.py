"""How well a text supports the unit that it seems to name.

The form of the name, its level, whether a unit above is named as well, and whether the name is but
the beginning of a longer word decide whether a match can stand alone.
"""

from enum import IntEnum

import numpy as np

from gazetteer.records.levels import LEVELS, Level
from gazetteer.search.geocoder.interpretations import Interpretation
from gazetteer.search.geocoder.match_faults import has_other_generic
from gazetteer.search.index.day_index import DayIndex
from gazetteer.search.text.address_components import begins_component
from gazetteer.search.text.name_forms import NameForm

_PROVINCE = LEVELS.index(Level.PROVINCE)
_PREFECTURE, _COUNTY = LEVELS.index(Level.PREFECTURE), LEVELS.index(Level.COUNTY)
_TOWNSHIP, _VILLAGE = LEVELS.index(Level.TOWNSHIP), LEVELS.index(Level.VILLAGE)
_TOWN_GENERICS = ("镇", "乡")
_MEMO_KEY = "most towns are known"


class Support(IntEnum):
    """What a text says for a unit."""

    WEAK = 0  # it could as well mean something else: the result is ambiguous
    LITTLE = 1  # nothing else in the text agrees: the score says so
    ENOUGH = 2


def measure_support(day_index: DayIndex, text: str, interpretation: Interpretation) -> Support:
    """How well a normalised text supports an interpretation that nothing competes with."""
    leaf, level = interpretation.leaf_evidence, interpretation.leaf.level
    anchor = interpretation.evidence[-2].candidate.level if len(interpretation.evidence) > 1 else -1
    is_short = not leaf.candidate.has_generic and not leaf.generic
    if level >= _VILLAGE and is_short:
        return _measure_stem(anchor)
    if anchor >= 0:
        return Support.ENOUGH
    if leaf.candidate.form is NameForm.GENERIC_ONLY:
        return Support.WEAK
    if level >= _TOWNSHIP:
        return _measure_low_name(day_index, text, interpretation)
    return _measure_high_name(text, leaf.end, level) if is_short else Support.ENOUGH


def _measure_stem(anchor: int) -> Support:
    """A village or place by less than its full name: a county has many places of such names."""
    return Support.ENOUGH if anchor >= _COUNTY else Support.WEAK


def _measure_low_name(day_index: DayIndex, text: str, interpretation: Interpretation) -> Support:
    """A township, or a village by its full name, with nothing named above it.

    Towns of one name are in many provinces: where the register has those of few, it cannot know how
    many could be meant.
    """
    leaf = interpretation.leaf_evidence
    if has_other_generic(leaf, interpretation.leaf):
        return Support.WEAK
    is_town = interpretation.leaf.name.endswith(_TOWN_GENERICS)
    if interpretation.leaf.level == _TOWNSHIP and is_town and not _knows_most_towns(day_index):
        return Support.WEAK
    is_short = not leaf.candidate.has_generic and not leaf.generic
    return Support.WEAK if is_short and _is_continued(text, leaf.end) else Support.LITTLE


def _knows_most_towns(day_index: DayIndex) -> bool:
    """Whether townships of most provinces are in the index."""
    known: bool | None = day_index.memo.get(_MEMO_KEY)
    if known is None:
        states = np.asarray(day_index.states)
        levels = np.where(states >= 0, np.asarray(day_index.index.levels)[states], -1)
        provinces, towns = np.flatnonzero(levels == _PROVINCE), np.flatnonzero(levels == _TOWNSHIP)
        ends = np.asarray(day_index.index.last_descendant)[provinces]
        counts = np.searchsorted(towns, ends, "right") - np.searchsorted(towns, provinces)
        known = bool(2 * np.count_nonzero(counts) > len(provinces))
        day_index.remember(_MEMO_KEY, known)
    return known


def _measure_high_name(text: str, end: int, level: int) -> Support:
    """A county or above by its short form, with nothing named above it."""
    if not _is_continued(text, end):
        return Support.ENOUGH
    if level <= _PREFECTURE or begins_component(text, end):
        return Support.LITTLE
    return Support.WEAK


def _is_continued(text: str, end: int) -> bool:
    """Whether a name goes on without a gap."""
    return "\u3400" <= text[end : end + 1] <= "\u9fff"
