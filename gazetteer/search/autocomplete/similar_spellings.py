"""Pinyin as it is spelled by ear: guangzou, fosan, donguan.

Speakers of the south do not tell zh from z, ng from n, n from l, f from hu; others double a letter.
Spellings that agree when such differences are folded are similar, and so are full names that differ
by one letter.
"""

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from functools import reduce
from weakref import WeakKeyDictionary

import numpy as np

from gazetteer.search.autocomplete.fuzzy import iter_fuzzy_spellings
from gazetteer.search.autocomplete.generic_spellings import GENERIC_SPELLINGS
from gazetteer.search.autocomplete.prefix_search import PrefixHit, PrefixQuery, find_by_key
from gazetteer.search.autocomplete.ranking import WRONG_LETTER_COST
from gazetteer.search.index.prefix_index import select_best
from gazetteer.search.index.string_pool import SortedStringPool

_MIN_LENGTH = 4
_MAX_SPELLINGS = 64
_LAST_CHARACTER = chr(0x10FFFF)

_FOLDINGS = [
    (re.compile(pattern), replacement)
    for pattern, replacement in (
        ("([zcs])h", r"\1"),
        ("ng(?![aeiouv])", "n"),
        ("v", "u"),
        ("hui", "fei"),
        ("hu(?=[aeio])", "f"),
        ("hu", "fu"),
        ("n(?=[aeiou])", "l"),
        ("ou", "u"),
        (r"(.)\1", r"\1"),
    )
]

_FoldedSpellings = tuple[Sequence[str], Sequence[int]]
"""Folded spellings in order, and the position of the spelling behind each."""
_folded_spellings: WeakKeyDictionary[SortedStringPool, _FoldedSpellings] = WeakKeyDictionary()


def fold_spelling(latin: str) -> str:
    """Pinyin in lower case without what is not told apart by ear."""
    return reduce(lambda text, folding: folding[0].sub(folding[1], text), _FOLDINGS, latin)


_GENERICS_BY_LEVEL = [frozenset(map(fold_spelling, words)) for words in GENERIC_SPELLINGS]


def find_by_similar_spelling(query: PrefixQuery, latin: str) -> Iterator[PrefixHit]:
    """What begins with a spelling that is similar, and full names that differ by one letter."""
    if len(latin) < _MIN_LENGTH:
        return
    texts, positions = _get_folded_spellings(query.day_index.index.pinyin.texts)
    folded = fold_spelling(latin)
    low = bisect_left(texts, folded)
    high = bisect_left(texts, folded + _LAST_CHARACTER, low)
    rest_by_position = {positions[i]: texts[i][len(folded) :] for i in range(low, high)}
    rank = query.day_index.index.pinyin.rank
    for position in select_best(rank, np.array([*rest_by_position], np.intp), _MAX_SPELLINGS):
        yield from _find_by_position(query, position, rest_by_position[position])
    for position, rest in iter_fuzzy_spellings(query, latin):
        if fold_spelling(rest) in _GENERICS_BY_LEVEL[0].union(*_GENERICS_BY_LEVEL):
            for hit in _find_by_position(query, position, fold_spelling(rest)):
                yield hit._replace(cost=hit.cost + WRONG_LETTER_COST)


def _find_by_position(query: PrefixQuery, position: int, rest: str) -> Iterator[PrefixHit]:
    """The nodes with a spelling, of which the folded ``rest`` was not typed."""
    index = query.day_index.index
    for row in index.pinyin.get_rows(position):
        state = index.pinyin.states[row]
        yield from find_by_key(
            query,
            index.find_key(index.names[state]),
            len(rest),
            is_complete=rest in _GENERICS_BY_LEVEL[index.levels[state]],
            matched_by="similar",
            nodes={index.pinyin.nodes[row]},
        )


def _get_folded_spellings(texts: SortedStringPool) -> _FoldedSpellings:
    """Folded once for each index."""
    spellings = _folded_spellings.get(texts)
    if spellings is None:
        pairs = sorted((fold_spelling(text), position) for position, text in enumerate(texts))
        spellings = [text for text, _ in pairs], [position for _, position in pairs]
        _folded_spellings[texts] = spellings
    return spellings
