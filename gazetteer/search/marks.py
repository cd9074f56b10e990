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

_COUNTING = "东南西北中上下前后内外大新老一二三四五六七八九十0123456789"
_ROADS = tuple("路 街(?!道) 大道 大街 巷 胡同 公路 高速 高架 国道 省道 弄 桥".split())  # noqa: SIM905
_OTHERS = tuple(
    "里弄 大厦 大楼 广场 花园 花苑 小区 公寓 酒店 宾馆 饭店 大学 学院 中学 小学 医院 银行 商场 超市"  # noqa: SIM905
    " 机场 公园 山(?![区县市镇]) 工业 科技 体育 国际 商贸 农贸".split()
)
_NO_DIVISION = re.compile(rf"[{_COUNTING}]{{0,3}}(?:{'|'.join(_ROADS)})|{'|'.join(_OTHERS)}")
"""What makes a short form part of another name: 北京路, 中山大道, 白云山."""
_BEGIN_OTHERS = frozenset(_COUNTING).union(word[0] for word in (*_ROADS, *_OTHERS))
_OF_TOWNSHIP = re.compile("街道|镇|乡(?!村)")
_BEFORE_TOWNSHIP = tuple(
    level for level in range(_TOWNSHIP, len(LEVELS)) if LEVELS[level] != Level.VILLAGE
)
"""Levels of which a short form may stand before 街道, 镇 or 乡."""
_COMPLETED_BY = {
    first: (LEVELS.index(level), TRAILING[level])
    for level, begin in (
        (Level.VILLAGE, "村社居"),
        (Level.TOWNSHIP, "街镇乡"),
        (Level.COUNTY, "自县市区"),
    )
    for first in begin
}
"""The generic parts that may follow a short form, by their first character."""
_BEGIN_OFFICES = frozenset("街办人镇区市")
_TELLING = _BEGIN_OTHERS | _COMPLETED_BY.keys() | _BEGIN_OFFICES
"""Characters behind a name that may tell how it is meant."""
_FAR = 1_000_000
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
    found = _marks(view, text, lean=False)
    assert found is not None, "only a lean look may miss a mark"
    return found


def lean_marks(view: View, text: str) -> tuple[Mark, ...] | None:
    """The marks without those that cannot matter beside a standard name that is worth more.

    Such are short forms at its beginning (天河 in 天河区), and those that reach from one standard
    name into the next (市南 in 东莞市南城街道): to take one, a reading would have to give up more.
    None where other marks overlap, so that it cannot be seen at once what is worth more.
    """
    return _marks(view, text, lean=True)


def _marks(view: View, text: str, *, lean: bool) -> tuple[Mark, ...] | None:
    index = view.index
    hits = index.hits(text)
    hits.reverse()
    hits.sort(key=_START)
    whole_keys, meant_by = index.whole_keys, view.meant
    found: list[Mark] = []
    units: set[tuple[int, int]] = set()
    bounds = {0}
    begun, done, reached = -1, 0, _FAR  # the standard name under way, and what reaches out of it
    passed: set[int] = set()  # ends of what was passed over
    for key, start, end in hits:
        open_before = start in bounds or text[start - 1] == " "
        if lean and not whole_keys[key] and begun >= 0 and start < done:
            if start == begun:
                passed.add(end)
                continue
            if open_before or start in passed:
                if end <= done:
                    return None
                reached = min(reached, end)
                passed.add(end)
                continue
        if not open_before:
            if start in passed:
                return None
            if end - start <= _EASILY_WITHIN or not whole_keys[key]:
                continue
        every = meant_by(key)
        if every.many and found:
            every = _under(view, key, found) or every
        meant, stop, generic = _read(view, hits, text, end, every, open_before)
        if meant is None or not meant.claims:
            continue
        if generic and (start, stop) in units:
            stop, generic = end, ""  # the register has a name for the two
        if meant.named:
            units.add((start, end))
        if lean:
            if start < done or (reached < _FAR and not (meant.standard and start < reached)):
                return None
            begun, reached = start if meant.standard else -1, _FAR
        done = max(done, stop)
        found.append(Mark(start, stop, key, meant, generic))
        if generic or meant.firm:
            bounds.add(stop)
            bounds.add(end)
        if len(found) == MAX_MARKS:
            break
    return tuple(found) if reached == _FAR else None


def _read(
    view: View,
    hits: Sequence[tuple[int, int, int]],
    text: str,
    end: int,
    every: Meant,
    open_before: bool,
) -> tuple[Meant | None, int, str]:
    """What a name means where it stands, where it ends then, and its generic part."""
    if text[end : end + 1] in (_BEGIN_OFFICES if every.whole is every else _TELLING):
        if open_before and every.whole is not every and _name_follows(view, hits, end):
            return every, end, ""  # 台州 in 台州路桥区
        return _followed(text, end, every, open_before)
    return every if open_before else every.whole, end, ""


def _name_follows(view: View, hits: Sequence[tuple[int, int, int]], at: int) -> bool:
    """Whether a name begins here to which the next character may well belong: 镇康 in 临沧镇康."""
    for key, start, end in hits:
        if start == at:
            if view.index.whole_keys[key] and end - start > _EASILY_WITHIN:
                return True
            if 0 <= view.meant(key).highest < _TOWNSHIP:
                return True
    return False


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


def _followed(
    text: str, end: int, every: Meant, open_before: bool
) -> tuple[Meant | None, int, str]:
    """What a name means before what follows it, where it ends then, and its generic part.

    None if it is part of another word.
    """
    whole, first = every.whole, text[end]
    if not open_before or whole is every or _goes_on(text, end):
        office = OFFICE.match(text, end) if whole is not None and first in _BEGIN_OFFICES else None
        return whole, office.end() if office else end, ""
    if whole is not None or first not in _COMPLETED_BY:
        return every, end, ""
    level, generic = _COMPLETED_BY[first]
    found = generic.match(text, end)
    of_level = every.at((level,)) if found else every
    if found and of_level.claims:
        return of_level, found.end(), found[0]
    if _OF_TOWNSHIP.match(text, end):  # 赤城街道 is no way to write 赤城县, nor a village 赤城
        every = every.at(_BEFORE_TOWNSHIP)
    return every, end, ""


def _goes_on(text: str, end: int) -> bool:
    return text[end] in _BEGIN_OTHERS and _NO_DIVISION.match(text, end) is not None
