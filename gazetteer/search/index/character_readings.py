"""How characters are read, as the register spells the names of its units."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping

import numpy as np

from gazetteer.records.levels import LEVELS, Level
from gazetteer.search.index.day_index import DayIndex
from gazetteer.search.index.name_index import NameIndex
from gazetteer.search.text.folding import to_ascii_key
from gazetteer.search.text.romanized_keys import split_syllables

_MEMO_KEY = "character readings"
_MIN_SHARE = 0.05
"""A reading that is rarer among those of a character comes of a spelling that was split wrong."""


def sound_alike(day_index: DayIndex, one: str, other: str) -> bool:
    """Whether two characters have a reading in common, tones aside, as far as it is known."""
    readings = _get_readings(day_index)
    if one not in readings or other not in readings:
        return True
    return not readings[one].isdisjoint(readings[other])


def _get_readings(day_index: DayIndex) -> Mapping[str, frozenset[str]]:
    readings: Mapping[str, frozenset[str]] | None = day_index.memo.get(_MEMO_KEY)
    if readings is None:
        found = collect_readings(_iter_high_names(day_index.index))
        readings = {character: frozenset(syllables) for character, syllables in found.items()}
        day_index.remember(_MEMO_KEY, readings)
    return readings


def collect_readings(names: Iterable[tuple[str, str | None]]) -> dict[str, tuple[str, ...]]:
    """The readings of each character in names, the commonest first.

    Args:
        names: each with its spelling in Latin letters, if it has one.
    """
    counters: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for name, romanized in names:
        syllables = split_syllables(name, to_ascii_key(romanized)) if romanized else ()
        for character, syllable in zip(name, syllables, strict=False):
            counters[character][syllable] += 1
    return {
        character: tuple(
            syllable
            for syllable, count in counter.most_common()
            if count >= _MIN_SHARE * counter.total()
        )
        for character, counter in counters.items()
    }


def _iter_high_names(index: NameIndex) -> Iterator[tuple[str, str | None]]:
    """The names of townships and above: enough, and not millions."""
    levels = np.asarray(index.levels)
    for state in np.flatnonzero(levels <= LEVELS.index(Level.TOWNSHIP)).tolist():
        yield index.names[state], index.romanized[state]
