"""Names that begin with a text but for one character: looked for where nothing else fits."""

from collections.abc import Iterator

import numpy as np

from gazetteer.search.finds import Allowed, Find, Typed, meant
from gazetteer.search.prefixes import best, stretch
from gazetteer.search.text import latin_key
from gazetteer.search.view import View

_COMPARED = 4_000
"""Texts that are compared, those of the highest levels; this bounds the time."""
_SHORTEST, _SHORTEST_LATIN = 2, 4


def nearly(view: View, piece: str, allowed: Allowed) -> Iterator[Find]:
    """What is meant if one character is wrong, missing, too many, or swapped with the next.

    The first character is taken for right, except of counties and above.
    """
    if piece.isascii():
        latin = latin_key(piece)
        if len(latin) >= _SHORTEST_LATIN:
            yield from _spelt(view, latin, allowed)
    elif len(piece) >= _SHORTEST:
        yield from _named(view, piece, allowed)


def _spelt(view: View, latin: str, allowed: Allowed) -> Iterator[Find]:
    index = view.index
    texts = index.pinyin
    low, high = stretch(texts.texts, latin[:1])
    for position in best(texts.rank, np.arange(low, high), _COMPARED):
        if near_prefix(latin, texts.texts[position]):
            for row in texts.rows(position):
                name = index.names[texts.states[row]]
                yield from meant(view, index.key(name), Typed(False, 0), allowed, "fuzzy")


def _named(view: View, piece: str, allowed: Allowed) -> Iterator[Find]:
    index = view.index
    low, high = stretch(index.keys, piece[0])
    likely = best(index.key_rank, np.arange(low, high), _COMPARED)
    for key in {*likely, *index.high_keys}:
        if _near(piece, index.keys[key]):
            yield from meant(view, key, Typed(False, 0), allowed, "fuzzy")


def _near(piece: str, text: str) -> bool:
    """Two characters of which one is wrong say little: they stand for names just as long."""
    if len(piece) == _SHORTEST:
        return len(text) == _SHORTEST and (piece[0] == text[0]) != (piece[1] == text[1])
    return near_prefix(piece, text)


def near_prefix(piece: str, text: str) -> bool:
    """Whether the text begins with the piece but for one wrong, missing, extra or swapped one."""
    size = len(piece)
    start = next((i for i in range(min(size, len(text))) if piece[i] != text[i]), None)
    if start is None:
        return len(text) >= size - 1
    rest = piece[start + 1 :]
    return (
        text.startswith(rest, start + 1)  # one wrong
        or text.startswith(rest, start)  # one too many
        or text.startswith(piece[start:], start + 1)  # one missing
        or (
            text[start : start + 2] == piece[start : start + 2][::-1]
            and text.startswith(piece[start + 2 :], start + 2)  # two swapped
        )
    )
