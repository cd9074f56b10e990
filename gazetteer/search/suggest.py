"""What somebody may mean who has typed a few characters.

Han characters, whole pinyin, initials, and mixtures (``gz天河``: 广州 by its initials, then 天河);
names of the past; one wrong letter where nothing else fits. Pure, over an index on a day.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from gazetteer.records.levels import LEVELS, Level
from gazetteer.search.forms import Form
from gazetteer.search.geocode import geocode
from gazetteer.search.latin import typed
from gazetteer.search.normalize import normalized
from gazetteer.search.prefixes import Prefixes
from gazetteer.search.text import latin_key
from gazetteer.search.view import Claim, Spot, Via, View

_LOOKED_AT = 200
"""Texts that are looked at for one beginning; the best by level, then the shortest."""
_PIECES = re.compile(r"[a-zA-Z']+|[^\sa-zA-Z']+")
_LONGEST_SPLIT = 8
_MOST_PIECES = 6
_LOWEST_WRONG = LEVELS.index(Level.COUNTY)
"""A wrong first character is looked for down to this level only."""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A place, and by what it was found: a name, ``pinyin``, ``initials`` or ``fuzzy``."""

    chain: tuple[Spot, ...]
    matched: str
    by: str
    former: bool
    whole: bool

    @property
    def leaf(self) -> Spot:
        """The place itself."""
        return self.chain[-1]


def suggest(view: View, query: str, limit: int, level: str | None = None) -> list[Suggestion]:
    """The places that are most likely meant, the likeliest first."""
    pieces = _PIECES.findall(_toneless(normalized(query).value))[:_MOST_PIECES]
    if not pieces:
        return []
    found = list(_found(view, pieces[-1]))
    if len(pieces) > 1:
        found = [s for s in found if _lies_in(s, pieces[:-1])]
    if not found:
        found = _otherwise(view, query, pieces)
    if level is not None:
        found = [s for s in found if LEVELS[s.leaf.level] == level]
    best: dict[int, Suggestion] = {}
    for suggestion in sorted(found, key=_order):
        best.setdefault(suggestion.leaf.node, suggestion)
    return list(best.values())[:limit]


def _toneless(text: str) -> str:
    """Pinyin without its tone marks."""
    decomposed = unicodedata.normalize("NFD", text.replace("ü", "v"))
    return "".join(char for char in decomposed if not unicodedata.combining(char))


def _order(s: Suggestion) -> tuple[bool, bool, int, int, str]:
    high = s.leaf.level <= _LOWEST_WRONG
    return s.former, not (s.whole or high), s.leaf.level, len(s.leaf.name), s.leaf.code or "~"


def _found(view: View, piece: str) -> Iterator[Suggestion]:
    index = view.index
    if not piece.isascii():
        for key in index.beginning(piece, _LOOKED_AT):
            for claim in view.claims(key)[:_LOOKED_AT]:
                yield from _claimed(view, claim, index.keys[key], index.keys[key] == piece)
        return
    latin = latin_key(piece)
    if latin:
        yield from _spelt(view, index.pinyin, latin, "pinyin")
        yield from _spelt(view, index.initials, latin, "initials")


_BY = {Form.STANDARD: "standard", Form.FORMER: "former", Form.ALIAS: "alias"}


def _claimed(view: View, claim: Claim, text: str, whole: bool) -> Iterator[Suggestion]:
    if claim.via is Via.GAVE:
        return
    former = claim.via is not Via.NAME
    by = "former" if former else _BY.get(claim.form, "short")
    chain = view.chain(claim.node)
    yield Suggestion(chain, text, by, former, whole)


def _spelt(view: View, texts: Prefixes, latin: str, by: str) -> Iterator[Suggestion]:
    for position in texts.beginning(latin, _LOOKED_AT):
        text = texts.texts[position]
        for node in texts.nodes[position][:_LOOKED_AT]:
            chain = view.chain(node)
            if chain:
                yield Suggestion(chain, text, by, False, text == latin)


def _lies_in(suggestion: Suggestion, above: Iterable[str]) -> bool:
    return all(any(_begins(spot, piece) for spot in suggestion.chain[:-1]) for piece in above)


def _begins(spot: Spot, piece: str) -> bool:
    """Whether the name of a unit above begins with what was typed before."""
    if not piece.isascii():
        return spot.name.startswith(piece)
    latin = latin_key(piece)
    whole, first = typed(spot.name, spot.romanized or "")
    return whole.startswith(latin) or (first or "").startswith(latin)


def _otherwise(view: View, query: str, pieces: list[str]) -> list[Suggestion]:
    """Where nothing begins like that: several levels in one, or one character wrong."""
    last = pieces[-1]
    if last.isascii():
        ways = [_split(view, last), _nearly(view, last)] if len(pieces) == 1 else []
    else:
        ways = [_read(view, query), _nearly(view, last)]
    return next((found for found in map(list, ways) if found), [])


def _split(view: View, piece: str) -> Iterator[Suggestion]:
    """Letters for a unit and for what lies in it: gzth for 广州 and 天河."""
    for cut in range(2, min(len(piece) - 1, _LONGEST_SPLIT)):
        above = [piece[:cut]]
        yield from (s for s in _found(view, piece[cut:]) if _lies_in(s, above))


def _read(view: View, query: str) -> Iterator[Suggestion]:
    """A text that names several levels is read as an address; the rest begins what lies there."""
    for match in geocode(view, query).matches:
        if match.elements:
            continue
        if not match.unmatched:
            yield Suggestion(match.chain, match.matched_text, "address", False, True)
            continue
        for suggestion in _found(view, match.unmatched):
            if match.leaf in suggestion.chain:
                yield suggestion


def _nearly(view: View, piece: str) -> Iterator[Suggestion]:
    """Names that begin with the piece but for one character."""
    if len(piece) < 2 or (piece.isascii() and len(piece) < 4):
        return
    index = view.index
    if piece.isascii():
        latin = latin_key(piece)
        for position in index.pinyin.beginning(latin[:1], 50 * _LOOKED_AT):
            text = index.pinyin.texts[position]
            if near_prefix(latin, text):
                for node in index.pinyin.nodes[position][:_LOOKED_AT]:
                    if view.chain(node):
                        yield Suggestion(view.chain(node), text, "fuzzy", False, False)
        return
    for key in [*index.beginning(piece[0], 50 * _LOOKED_AT), *index.high_keys]:
        text = index.keys[key]
        if _near(piece, text):
            for claim in view.claims(key)[:_LOOKED_AT]:
                for suggestion in _claimed(view, claim, text, False):
                    yield Suggestion(suggestion.chain, text, "fuzzy", suggestion.former, False)


def _near(piece: str, text: str) -> bool:
    """Two characters of which one is wrong say little: they stand for names just as long."""
    if len(piece) == 2:
        return len(text) == 2 and (piece[0] == text[0]) != (piece[1] == text[1])
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
