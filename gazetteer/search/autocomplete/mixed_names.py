"""Names typed partly in Han characters and partly in pinyin: 天he, dong莞, 天河qu.

The characters are spelled by the readings that they have in the register's own spellings; of what
begins so, the name must have these characters at their places. No library guesses here.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice, product
from weakref import WeakKeyDictionary

from gazetteer.search.autocomplete.prefix_search import PrefixHit, PrefixQuery, find_by_pinyin
from gazetteer.search.index.character_readings import collect_readings
from gazetteer.search.index.name_index import NameIndex
from gazetteer.search.index.string_pool import SortedStringPool
from gazetteer.search.text.normalize import normalize_name

_HAN = re.compile(r"[\u3400-\u9fff]")
_LATIN = re.compile("[A-Za-z]")
_MAX_VARIANTS = 16
"""Spellings of one text: few characters have two readings."""
_ROWS = 1_000
"""Names that are examined for one spelling."""

_Readings = Mapping[str, Sequence[str]]
_known_readings: WeakKeyDictionary[SortedStringPool, _Readings] = WeakKeyDictionary()


def is_mixed(text: str) -> bool:
    """Whether a text has Han characters as well as Latin letters."""
    return bool(_LATIN.search(text) and _HAN.search(text))


def find_by_mixed_name(query: PrefixQuery, text: str) -> Iterator[PrefixHit]:
    """What begins with a text of Han characters and letters without tone marks."""
    typed, index = "".join(text.lower().split()), query.day_index.index
    readings = _get_readings(index)
    spellings = product(*(readings.get(c, ()) if _HAN.match(c) else (c,) for c in typed))
    for spelling in islice(spellings, _MAX_VARIANTS):
        for hit in find_by_pinyin(query._replace(most=_ROWS), "".join(spelling)):
            name = hit.matched_name or index.names[hit.state]
            if _begins_with(normalize_name(name), typed, readings):
                yield hit


def _begins_with(name: str, typed: str, readings: _Readings) -> bool:
    """Whether a name begins with characters, and letters for some of them."""
    if not typed:
        return True
    if not name:
        return False
    if _HAN.match(typed):
        return name[0] == typed[0] and _begins_with(name[1:], typed[1:], readings)
    return any(
        reading.startswith(typed)
        or (typed.startswith(reading) and _begins_with(name[1:], typed[len(reading) :], readings))
        for reading in readings.get(name[0], ())
    )


def _get_readings(index: NameIndex) -> _Readings:
    """The readings of each character, the commonest first; collected once for each index."""
    readings = _known_readings.get(index.keys)
    if readings is None:
        readings = _known_readings[index.keys] = collect_readings(
            dict.fromkeys(zip(index.names, index.romanized, strict=True))
        )
    return readings
