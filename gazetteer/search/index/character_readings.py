"""How characters are read, as the register spells the names of its units."""

from collections.abc import Mapping

import numpy as np

from gazetteer.records.levels import LEVELS, Level
from gazetteer.search.index.day_index import DayIndex
from gazetteer.search.text.folding import to_ascii_key
from gazetteer.search.text.romanized_keys import split_syllables

_MEMO_KEY = "character readings"


def sound_alike(day_index: DayIndex, one: str, other: str) -> bool:
    """Whether two characters have a reading in common, tones aside, as far as it is known."""
    readings = _get_readings(day_index)
    if one not in readings or other not in readings:
        return True
    return not readings[one].isdisjoint(readings[other])


def _get_readings(day_index: DayIndex) -> Mapping[str, frozenset[str]]:
    readings: Mapping[str, frozenset[str]] | None = day_index.memo.get(_MEMO_KEY)
    if readings is None:
        readings = _collect_readings(day_index)
        day_index.remember(_MEMO_KEY, readings)
    return readings


def _collect_readings(day_index: DayIndex) -> Mapping[str, frozenset[str]]:
    """The readings of the characters in names of townships and above: enough, and not millions."""
    index, found = day_index.index, dict[str, set[str]]()
    levels = np.asarray(index.levels)
    for state in np.flatnonzero(levels <= LEVELS.index(Level.TOWNSHIP)).tolist():
        name, romanized = index.names[state], index.romanized[state]
        if romanized:
            syllables = split_syllables(name, to_ascii_key(romanized))
            for character, syllable in zip(name, syllables, strict=False):
                found.setdefault(character, set()).add(syllable)
    return {character: frozenset(syllables) for character, syllables in found.items()}
