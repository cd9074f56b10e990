"""Names that begin with a text but for one character: searched where nothing else fits."""

import re
from collections.abc import Iterable, Iterator, Sequence

import numpy as np

from gazetteer.search.autocomplete.prefix_search import PrefixHit, PrefixQuery, find_by_key
from gazetteer.search.index.prefix_index import select_best
from gazetteer.search.text.folding import to_ascii_key

_MAX_COMPARED = 4_000
"""Texts with the same first character that are compared: those of the highest levels."""
_MIN_LENGTH, _MIN_LATIN_LENGTH = 2, 4


def find_fuzzy_matches(query: PrefixQuery, piece: str) -> Iterator[PrefixHit]:
    """What is meant if one character is wrong, missing, too many, or swapped with the next.

    The first character is taken for right, except of counties and above.
    """
    if piece.isascii():
        latin = to_ascii_key(piece)
        if len(latin) >= _MIN_LATIN_LENGTH:
            yield from _find_by_spelling(query, latin)
    elif len(piece) >= _MIN_LENGTH:
        yield from _find_by_name(query, piece)


def iter_fuzzy_spellings(query: PrefixQuery, latin: str) -> Iterator[tuple[int, str]]:
    """The spellings that begin with letters but for one, by position, with the rest of each."""
    prefix_index = query.day_index.index.pinyin
    low, high = prefix_index.texts.find_prefix_range(latin[:1])
    likely = select_best(prefix_index.rank, np.arange(low, high), _MAX_COMPARED)
    match = compile_fuzzy_prefix(latin).match
    for position in likely:
        text = prefix_index.texts[position]
        if begun := match(text):
            yield position, text[begun.end() :]


def _find_by_spelling(query: PrefixQuery, latin: str) -> Iterator[PrefixHit]:
    index = query.day_index.index
    prefix_index = index.pinyin
    for position, _ in iter_fuzzy_spellings(query, latin):
        for row in prefix_index.get_rows(position):
            key = index.find_key(index.names[prefix_index.states[row]])
            yield from find_by_key(
                query, key, 0, is_complete=True, matched_by="fuzzy", nodes={prefix_index.nodes[row]}
            )


def _find_by_name(query: PrefixQuery, piece: str) -> Iterator[PrefixHit]:
    index = query.day_index.index
    low, high = index.keys.find_prefix_range(piece[0])
    likely = select_best(index.key_rank, np.arange(low, high), _MAX_COMPARED)
    for key in _select_similar(piece, index.keys, {*likely, *index.high_level_keys}):
        yield from find_by_key(query, key, 0, is_complete=True, matched_by="fuzzy")


def _select_similar(piece: str, texts: Sequence[str], positions: Iterable[int]) -> list[int]:
    matches = compile_fuzzy_prefix(piece).match
    return [position for position in positions if matches(texts[position])]


def compile_fuzzy_prefix(piece: str) -> re.Pattern[str]:
    """A pattern of what begins with the piece but for one wrong, missing, extra or swapped letter.

    Two characters of which one is wrong say little: they match only names just as long.
    """
    if len(piece) == _MIN_LENGTH:
        first, second = map(re.escape, piece)
        return re.compile(f"{first}.\\Z|.{second}\\Z")
    places = range(len(piece))
    before = [re.escape(piece[:i]) for i in places]
    after = [re.escape(piece[i + 1 :]) for i in places]
    here = [re.escape(char) for char in piece]
    patterns = {f"{before[i]}(?:.?|.{here[i]}){after[i]}" for i in places}
    patterns |= {f"{before[i]}{here[i + 1]}{here[i]}{after[i + 1]}" for i in places[:-1]}
    return re.compile("|".join(sorted(patterns)))
