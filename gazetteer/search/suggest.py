"""What somebody may mean who has typed a text, or its first characters; the likeliest first.

Han characters, whole pinyin, initials, and mixtures (``gz天河``: 广州 by its initials, then 天河);
names of the past; several levels in one; one wrong character where nothing else fits. What comes
first is arithmetic (:mod:`gazetteer.search.ranking`). Pure, over an index on a day.
"""

import math
import re
import unicodedata
from collections.abc import Hashable, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from operator import attrgetter
from weakref import WeakKeyDictionary

from gazetteer.search.filters import Filters, weights
from gazetteer.search.finds import Find, Search, named, spelt
from gazetteer.search.geocode import geocode
from gazetteer.search.latin import typed
from gazetteer.search.near import nearly
from gazetteer.search.normalize import normalized
from gazetteer.search.text import is_latin, latin_key
from gazetteer.search.view import Spot, View

_FOR_EACH, _AT_LEAST = 2, 12
"""Names that are looked at for each place that is asked for: some mean one and the same."""
_IN_PLACE = 1_000
"""The same where only those count that lie in one unit."""
_SHORT, _REMEMBERED = 16, 4_096
_PIECES = re.compile(r"[a-zA-Z']+|[^\sa-zA-Z']+")
_LONGEST_SPLIT = 20
_MOST_PIECES = 6
_COST = attrgetter("cost")
EVERYTHING = Filters()


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A place with what it lies in, and by what it was found: see :class:`Find`.

    ``since`` and ``until`` are the days (ordinals) of the name ``matched``.
    """

    chain: tuple[Spot, ...]
    matched: str
    by: str
    former: bool
    whole: bool
    since: int
    until: int
    state: int

    @property
    def leaf(self) -> Spot:
        """The place itself."""
        return self.chain[-1]


def suggest(view: View, query: str, limit: int, filters: Filters = EVERYTHING) -> list[Suggestion]:
    """The places that are most likely meant, among those that the filters let through."""
    text = normalized(query).value.strip()
    if len(text) > _SHORT or not filters.plain:
        return _suggest(view, text, limit, filters)
    kept = _kept.setdefault(view, {})
    key = text, limit, filters
    found = kept.get(key)
    if found is None:
        if len(kept) >= _REMEMBERED:
            kept.pop(next(iter(kept)), None)
        found = kept[key] = _suggest(view, text, limit, filters)
    return list(found)


_kept: WeakKeyDictionary[View, dict[Hashable, list[Suggestion]]] = WeakKeyDictionary()
"""What was typed lately, and suggests: the same few characters are typed again and again."""


def _suggest(view: View, text: str, limit: int, filters: Filters) -> list[Suggestion]:
    search = Search(view, weights(view, filters), _FOR_EACH * limit + _AT_LEAST)
    cheapest: dict[int, Find] = {}
    for find in sorted(_finds(search, text)):
        cheapest.setdefault(find.node, find)
    names, codes = view.index.names, view.index.codes
    finds = sorted(cheapest.values(), key=_COST)
    if len(finds) > limit:
        most = finds[limit - 1].cost
        finds = [find for find in finds if find.cost <= most]

    def order(find: Find) -> tuple[float, int, str]:
        return find.cost, len(names[find.state]), codes[find.state] or "~"

    return [_told(view, find) for find in sorted(finds, key=order)[:limit]]


def _told(view: View, find: Find) -> Suggestion:
    index, node, state = view.index, find.node, find.state
    chain = view.chain(node)
    if not chain:  # it is shown as it was at another time, in what there is of that today
        spot = Spot(node, index.levels[state], index.names[state], index.codes[state])
        above = index.parents[state]
        chain = (*(view.chain(above) if above >= 0 else ()), spot)
    matched = find.matched or index.romanized[state] or ""
    return Suggestion(
        chain, matched, find.by, find.former, find.whole, find.since, find.until, state
    )


def _finds(search: Search, text: str) -> list[Find]:
    """Everything that fits, by the first way that leads anywhere."""
    pieces = _PIECES.findall(_toneless(text))[:_MOST_PIECES]
    if not pieces:
        return []
    for way in (_beginning, _read, _split):
        found = list(way(search, text, pieces))
        if found or (way is _beginning and _begins_any(search.view, text)):
            return found
    return list(nearly(search, pieces[-1])) if len(pieces) == 1 else []


def _begins_any(view: View, text: str) -> bool:
    """Whether any name begins so: if the filters kept it back, it is no slip of the pen."""
    index, latin = view.index, latin_key(text) if is_latin(text) else ""
    letters = (index.pinyin.texts, index.initials.texts, index.latin.texts)
    places = [(texts, latin) for texts in letters] if latin else [(index.keys, text)]
    return any(low < high for low, high in (texts.stretch(begun) for texts, begun in places))


def _beginning(search: Search, text: str, pieces: list[str]) -> Iterator[Find]:
    """What begins with the text; or with its last piece, and lies in what the others begin."""
    if is_latin(text):
        yield from spelt(search, latin_key(text))
    else:
        yield from named(search, text)
    if len(pieces) > 1:
        for find in _last(search._replace(most=_IN_PLACE), pieces[-1]):
            if _lies_in(search.view, find.node, pieces[:-1]):
                yield find


def _last(search: Search, piece: str) -> Iterator[Find]:
    if not piece.isascii():
        return named(search, piece)
    latin = latin_key(piece)
    return spelt(search, latin) if latin else iter(())


def _toneless(text: str) -> str:
    """Pinyin without its tone marks."""
    decomposed = unicodedata.normalize("NFD", text.replace("ü", "v"))
    return "".join(char for char in decomposed if not unicodedata.combining(char))


def _lies_in(view: View, node: int, above: Iterable[str]) -> bool:
    units = view.chain(node)[:-1]
    return all(any(_begins(view, spot, piece) for spot in units) for piece in above)


def _begins(view: View, spot: Spot, piece: str) -> bool:
    """Whether the name of a unit above begins with what was typed before."""
    if not piece.isascii():
        return spot.name.startswith(piece)
    latin, romanized = latin_key(piece), view.index.romanized[view.states[spot.node]]
    return any(text.startswith(latin) for text in _spellings(spot.name, romanized or ""))


@lru_cache(4_096)
def _spellings(name: str, romanized: str) -> tuple[str, str]:
    """The whole spelling and the initials."""
    whole, first = typed(name, romanized)
    return whole, first or ""


def _split(search: Search, _: str, pieces: list[str]) -> Iterator[Find]:
    """Letters for a unit and for what lies in it: gzth for 广州 and 天河."""
    letters = latin_key(pieces[0])
    if len(pieces) > 1 or not pieces[0].isascii():
        return
    wide = search._replace(most=_IN_PLACE)
    for cut in range(2, min(len(letters) - 1, _LONGEST_SPLIT)):
        above = letters[:cut]
        if _begins_any(search.view, above):
            for find in spelt(wide, letters[cut:]):
                if _lies_in(search.view, find.node, [above]):
                    yield find


def _read(search: Search, text: str, _: list[str]) -> Iterator[Find]:
    """A text that names several levels is read as an address; the rest begins what lies there."""
    if is_latin(text):
        return
    view = search.view
    for match in geocode(view, text).matches:
        node = match.leaf.node
        if match.elements:
            continue
        if match.unmatched:
            inside = _last(search._replace(most=_IN_PLACE), match.unmatched)
            yield from (find for find in inside if node in view.nodes(find.node))
        elif (cost := search.weights.one(node)) < math.inf:
            state = view.states[node]
            span = view.index.starts[state], view.index.ends[state]
            yield Find(cost, node, state, match.matched_text, "address", False, True, *span)
