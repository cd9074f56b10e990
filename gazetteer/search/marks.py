"""The names in a text that may be meant as such.

Segmentation is by the gazetteer, never by a suffix: a mark is a stretch that the register has a
name for. Whole names count wherever they stand; short forms only where a name may begin, and
never as the beginning of a road or of another word.
"""

import re
from collections.abc import Sequence
from operator import itemgetter
from typing import NamedTuple

from gazetteer.records.levels import LEVELS, Level
from gazetteer.search.forms import OFFICE, TRAILING
from gazetteer.search.view import MANY, Claim, Meant, View, meant

MAX_MARKS = 64
"""Names that are looked at in one text; an address has fewer."""
_EASILY_WITHIN = 2
"""Characters of whole names (西区, 城区) that are part of many other words."""
_TOWNSHIP = LEVELS.index(Level.TOWNSHIP)

_NUMBER = "[东南西北中上下前后内外大新老一二三四五六七八九十0-9]{0,3}"
_NO_DIVISION = re.compile(
    rf"{_NUMBER}(?:路|街(?!道)|大道|大街|巷|胡同|公路|高速|高架|国道|省道|弄|桥)"
    "|里弄|大厦|大楼|广场|花园|花苑|小区|公寓|酒店|宾馆|饭店|大学|学院|中学|小学|医院|银行|商场"
    "|超市|机场|公园|山(?![区县市镇])|工业|科技|体育|国际|商贸|农贸"
)
"""What makes a short form part of another name: 北京路, 中山大道, 白云山."""
_OF_TOWNSHIP = re.compile("街道|镇|乡(?!村)")
_COMPLETED_BY = [
    (LEVELS.index(level), TRAILING[level])
    for level in (Level.VILLAGE, Level.TOWNSHIP, Level.COUNTY)
]
_BEGIN_GENERICS = frozenset("村社居街镇乡自县市区")
_BEGIN_OFFICES = frozenset("街办人镇区市")
_START = itemgetter(1)


class Mark(NamedTuple):
    """A stretch of the text with what it may mean; ``generic`` is the generic part it took in."""

    start: int
    end: int
    key: int
    meant: Meant
    generic: str = ""

    @property
    def claims(self) -> tuple[Claim, ...]:
        """All that it may mean."""
        return self.meant.claims


def marks(view: View, text: str) -> tuple[Mark, ...]:
    """The marks from left to right, of those that begin together the longest first."""
    index = view.index
    hits = index.hits(text)
    hits.reverse()
    hits.sort(key=_START)
    whole_keys, meant_of = index.whole_keys, view.meant
    found: list[Mark] = []
    bounds = {0}
    for key, start, end in hits:
        open_before = start in bounds or text[start - 1] == " "
        if not open_before and (end - start <= _EASILY_WITHIN or not whole_keys[key]):
            continue
        claims = meant_of(key)
        if claims.many and found:
            claims = _under(view, key, found) or claims
        mark = _mark(view, text, (key, start, end), claims, open_before)
        if mark is None:
            continue
        if mark.generic and _has_name(view, hits, mark):
            mark = Mark(start, end, key, mark.meant)  # the register has a name for the two
        found.append(mark)
        if mark.generic or claims.firm:
            bounds.add(mark.end)
            bounds.add(end)
        if len(found) == MAX_MARKS:
            break
    return tuple(found)


def _has_name(view: View, hits: Sequence[tuple[int, int, int]], mark: Mark) -> bool:
    span = (mark.start, mark.end)
    return any((start, end) == span and view.meant(key).named for key, start, end in hits)


def _under(view: View, key: int, before: Sequence[Mark]) -> Meant | None:
    """Of the very many meanings of a key, those that lie in what was named before it.

    From the lowest units up, until there are enough: what lies in a lower one lies in those
    above it too.
    """
    named = {c.node: c.level for mark in before for c in mark.claims if c.level <= _TOWNSHIP}
    nodes = tuple(sorted(named, key=lambda node: (-named[node], node)))
    remembered = (key, nodes)
    known: Meant | None = view.settled.get(remembered)
    if known is None:
        under: dict[int, Claim] = {}
        for node in nodes:
            under.update((claim.node, claim) for claim in view.claims_under(key, node))
            if len(under) >= MANY:
                break
        known = meant(tuple(sorted(under.values())[:MANY]), many=len(under) >= MANY)
        view.settle(remembered, known)
    return known if known.claims else None


def _mark(
    view: View, text: str, hit: tuple[int, int, int], claims: Meant, open_before: bool
) -> Mark | None:
    """The mark with what follows it and belongs to it; None if it is part of another word."""
    key, start, end = hit
    whole = claims.whole
    if open_before and whole is not claims and not _NO_DIVISION.match(text, end):
        return _short(view, text, hit, claims) if whole is None else Mark(start, end, key, claims)
    if whole is None:
        return None
    if end < len(text) and text[end] in _BEGIN_OFFICES:
        office = OFFICE.match(text, end)
        end = office.end() if office else end
    return Mark(start, end, key, whole)


def _short(view: View, text: str, hit: tuple[int, int, int], claims: Meant) -> Mark | None:
    """A short form with the generic part that follows it; other levels lose their claim."""
    key, start, end = hit
    if not claims.claims:
        return None
    if end == len(text) or text[end] not in _BEGIN_GENERICS:
        return Mark(start, end, key, claims)
    for level, generic in _COMPLETED_BY:
        found = generic.match(text, end)
        if found:
            of_level = claims.between(level, level)
            if of_level.claims:
                return Mark(start, found.end(), key, of_level, found[0])
    if _OF_TOWNSHIP.match(text, end):  # 赤城街道 is no way to write 赤城县
        claims = claims.between(_TOWNSHIP, len(LEVELS))
    return Mark(start, end, key, claims) if claims.claims else None
