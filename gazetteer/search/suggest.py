"""What somebody may mean who has typed a text, or its first characters; the likeliest first.

Han characters, whole pinyin, initials, and mixtures (``gz天河``: 广州 by its initials, then 天河);
names of the past; several levels in one; one wrong character where nothing else fits. What comes
first is arithmetic (:mod:`gazetteer.search.ranking`). Pure, over an index on a day.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from heapq import nsmallest

from gazetteer.search.filters import Filters, allowed
from gazetteer.search.finds import Allowed, Find, named, spelt
from gazetteer.search.geocode import geocode
from gazetteer.search.latin import typed
from gazetteer.search.near import nearly
from gazetteer.search.normalize import normalized
from gazetteer.search.points import Point
from gazetteer.search.ranking import cost, far
from gazetteer.search.text import is_latin, latin_key
from gazetteer.search.view import Spot, View

MOST = 200
"""Texts that are looked at for one beginning; the best by level, then the shortest."""
MOST_IN_PLACE = 2_000
"""The same where it matters in which unit, or how near, something lies."""
_PIECES = re.compile(r"[a-zA-Z']+|[^\sa-zA-Z']+")
_LONGEST_SPLIT = 8
_MOST_PIECES = 6
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
    passing = allowed(view, filters)
    text = normalized(query).value.strip()
    most = MOST if filters == EVERYTHING else MOST_IN_PLACE
    cheapest: dict[int, Find] = {}
    for find in sorted(_finds(view, text, passing, most)):
        cheapest.setdefault(find.node, find)
    names, codes, near = view.index.names, view.index.codes, filters.near

    def order(find: Find) -> tuple[float, int, str]:
        extra = far(place(view, find.node), near) if near else 0.0
        return find.cost + extra, len(names[find.state]), codes[find.state] or "~"

    return [_told(view, find) for find in nsmallest(limit, cheapest.values(), key=order)]


def place(view: View, node: int) -> Point | None:
    """Where a node lies about: its own point, or that of the lowest unit above that has one."""
    points, day = view.index.points, view.day
    return next((p for above in reversed(view.nodes(node)) if (p := points.of(above, day))), None)


def _told(view: View, find: Find) -> Suggestion:
    index, node, state = view.index, find.node, find.state
    chain = view.chain(node)
    if not chain:  # it is shown as it was at another time, in what there is of that today
        spot = Spot(node, index.levels[state], index.names[state], index.codes[state])
        above = index.parents[state]
        chain = (*(view.chain(above) if above >= 0 else ()), spot)
    return Suggestion(
        chain, find.matched, find.by, find.former, find.whole, find.since, find.until, state
    )


def _finds(view: View, text: str, passing: Allowed, most: int) -> list[Find]:
    """Everything that fits, by the first way that leads anywhere."""
    pieces = _PIECES.findall(_toneless(text))[:_MOST_PIECES]
    if not pieces:
        return []
    found = list(_beginning(view, text, pieces, passing, most))
    if found or (passing is not None and any(_beginning(view, text, pieces, None, 1))):
        return found
    for way in (_read(view, text, passing, most), _split(view, pieces, passing, most)):
        found = list(way)
        if found:
            return found
    return list(nearly(view, pieces[-1], passing)) if len(pieces) == 1 else []


def _beginning(
    view: View, text: str, pieces: list[str], passing: Allowed, most: int
) -> Iterator[Find]:
    """What begins with the text; or with its last piece, and lies in what the others begin."""
    if is_latin(text):
        yield from spelt(view, latin_key(text), passing, most)
    else:
        yield from named(view, text, passing, most)
    if len(pieces) > 1:
        for find in _last(view, pieces[-1], passing, max(most, MOST_IN_PLACE)):
            if _lies_in(view, find.node, pieces[:-1]):
                yield find


def _last(view: View, piece: str, passing: Allowed, most: int) -> Iterator[Find]:
    if not piece.isascii():
        return named(view, piece, passing, most)
    latin = latin_key(piece)
    return spelt(view, latin, passing, most) if latin else iter(())


def _toneless(text: str) -> str:
    """Pinyin without its tone marks."""
    decomposed = unicodedata.normalize("NFD", text.replace("ü", "v"))
    return "".join(char for char in decomposed if not unicodedata.combining(char))


def _lies_in(view: View, node: int, above: Iterable[str]) -> bool:
    units = view.chain(node)[:-1]
    return all(any(_begins(spot, piece) for spot in units) for piece in above)


def _begins(spot: Spot, piece: str) -> bool:
    """Whether the name of a unit above begins with what was typed before."""
    if not piece.isascii():
        return spot.name.startswith(piece)
    latin = latin_key(piece)
    whole, first = typed(spot.name, spot.romanized or "")
    return whole.startswith(latin) or (first or "").startswith(latin)


def _split(view: View, pieces: list[str], passing: Allowed, most: int) -> Iterator[Find]:
    """Letters for a unit and for what lies in it: gzth for 广州 and 天河."""
    if len(pieces) > 1 or not pieces[0].isascii():
        return
    letters = latin_key(pieces[0])
    for cut in range(2, min(len(letters) - 1, _LONGEST_SPLIT)):
        for find in spelt(view, letters[cut:], passing, most):
            if _lies_in(view, find.node, [letters[:cut]]):
                yield find


def _read(view: View, text: str, passing: Allowed, most: int) -> Iterator[Find]:
    """A text that names several levels is read as an address; the rest begins what lies there."""
    if is_latin(text):
        return
    for match in geocode(view, text).matches:
        node = match.leaf.node
        if match.elements:
            continue
        if match.unmatched:
            inside = _last(view, match.unmatched, passing, max(most, MOST_IN_PLACE))
            yield from (find for find in inside if node in view.nodes(find.node))
        elif passing is None or passing[node]:
            state = view.states[node]
            value = cost("address", match.leaf.level, 0, whole=True)
            yield Find(
                value, node, state, match.matched_text, "address", False, True,
                view.index.starts[state], view.index.ends[state],
            )  # fmt: skip
