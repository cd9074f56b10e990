"""Names that begin with a text but for one character: looked for where nothing else fits."""

import re
from collections.abc import Iterable, Iterator, Sequence

import numpy as np

from gazetteer.search.finds import Find, Search, meant
from gazetteer.search.prefixes import best
from gazetteer.search.text import latin_key

_COMPARED = 4_000
"""Texts with the same first character that are compared: those of the highest levels."""
_SHORTEST, _SHORTEST_LATIN = 2, 4


def nearly(search: Search, piece: str) -> Iterator[Find]:
    """What is meant if one character is wrong, missing, too many, or swapped with the next.

    The first character is taken for right, except of counties and above.
    """
    if piece.isascii():
        latin = latin_key(piece)
        if len(latin) >= _SHORTEST_LATIN:
            yield from _spelt(search, latin)
    elif len(piece) >= _SHORTEST:
        yield from _named(search, piece)


def _spelt(search: Search, latin: str) -> Iterator[Find]:
    index = search.view.index
    texts = index.pinyin
    low, high = texts.texts.stretch(latin[:1])
    likely = best(texts.rank, np.arange(low, high), _COMPARED)
    for position in _alike(latin, texts.texts, likely):
        for row in texts.rows(position):
            key = index.key(index.names[texts.states[row]])
            yield from meant(search, key, 0, whole=True, by="fuzzy", nodes={texts.nodes[row]})


def _named(search: Search, piece: str) -> Iterator[Find]:
    index = search.view.index
    low, high = index.keys.stretch(piece[0])
    likely = best(index.key_rank, np.arange(low, high), _COMPARED)
    for key in _alike(piece, index.keys, {*likely, *index.high_keys}):
        yield from meant(search, key, 0, whole=True, by="fuzzy")


def _alike(piece: str, texts: Sequence[str], positions: Iterable[int]) -> list[int]:
    begins = near_prefix(piece).match
    return [position for position in positions if begins(texts[position])]


def near_prefix(piece: str) -> re.Pattern[str]:
    """What begins with the piece but for one wrong, missing, extra or swapped character.

    Two characters of which one is wrong say little: they stand for names just as long.
    """
    if len(piece) == _SHORTEST:
        first, second = map(re.escape, piece)
        return re.compile(f"{first}.\\Z|.{second}\\Z")
    places = range(len(piece))
    before = [re.escape(piece[:i]) for i in places]
    after = [re.escape(piece[i + 1 :]) for i in places]
    here = [re.escape(char) for char in piece]
    ways = {f"{before[i]}(?:.?|.{here[i]}){after[i]}" for i in places}
    ways |= {f"{before[i]}{here[i + 1]}{here[i]}{after[i + 1]}" for i in places[:-1]}
    return re.compile("|".join(sorted(ways)))
