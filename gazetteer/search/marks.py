"""The names in a text that may be meant as such.

Segmentation is by the gazetteer, never by a suffix: a mark is a stretch that the register has a
name for. Whole names count wherever they stand; short forms only where a name may begin, and
never as the beginning of a road or of another word.
"""

import re
from bisect import bisect_left
from collections.abc import Sequence
from operator import itemgetter

from msgspec.structs import replace

from gazetteer.records.levels import LEVELS, Level
from gazetteer.search.claims import Claim, Meant, meant
from gazetteer.search.forms import OFFICE, TRAILING
from gazetteer.search.values import Value
from gazetteer.search.view import MANY, View

MAX_MARKS = 64
"""Names that are looked at in one text; an address has fewer."""
EASILY_WITHIN = 2
"""Characters of whole names (西区, 城区) that are part of many other words."""
_TOWNSHIP = LEVELS.index(Level.TOWNSHIP)

_COUNTING = "东南西北中上下前后内外大新老一二三四五六七八九十0123456789"
_ROADS = (
    *("路", "街(?!道)", "大道", "大街", "巷", "胡同", "公路", "高速", "高架", "国道", "省道"),
    *("弄", "桥"),
)
_OTHERS = (
    *("里弄", "大厦", "大楼", "广场", "花园", "花苑", "小区", "公寓", "酒店", "宾馆", "饭店"),
    *("大学", "学院", "中学", "小学", "医院", "银行", "商场", "超市", "机场", "公园"),
    *("山(?![区县市镇])", "工业", "科技", "技术", "体育", "国际", "商贸", "农贸"),
)
_NO_DIVISION = re.compile(rf"[{_COUNTING}]{{0,3}}(?:{'|'.join(_ROADS)})|{'|'.join(_OTHERS)}")
"""What makes a short form part of another name: 北京路, 中山大道, 白云山."""
_BEGIN_OTHERS = frozenset(_COUNTING).union(word[0] for word in (*_ROADS, *_OTHERS))
_OF_TOWNSHIP = re.compile("街道|镇|乡(?!村)")
_BEFORE_TOWNSHIP = tuple(
    level for level in range(_TOWNSHIP, len(LEVELS)) if LEVELS[level] != Level.VILLAGE
)
"""Levels of which a short form may stand before 街道, 镇 or 乡."""
_BEFORE_DISTRICT = tuple(range(_TOWNSHIP + 1))
"""And before 区."""
_COMPLETED_BY = {
    first: (LEVELS.index(level), TRAILING[level])
    for level, begin in (
        (Level.VILLAGE, "村社居"),
        (Level.TOWNSHIP, "街镇乡"),
        (Level.COUNTY, "自县市区新"),
    )
    for first in begin
}
"""The generic parts that may follow a short form, by their first character."""
BEGIN_GENERICS = frozenset(_COMPLETED_BY)
BEGIN_OFFICES = frozenset("街办人镇区市")
"""The first characters of what :data:`OFFICE` matches."""
TELLING = _BEGIN_OTHERS.union(_COMPLETED_BY, BEGIN_OFFICES)
"""Characters behind a name that may tell how it is meant."""
_START = itemgetter(1)


Hit = tuple[int, int, int]
"""A key of the index found in a text, with where it begins and ends there."""


class Mark(Value, frozen=True):
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


def hits_in(view: View, text: str) -> list[Hit]:
    """Every name in the text from left to right, of those that begin together the longest first."""
    hits = view.index.hits(text)
    hits.reverse()
    hits.sort(key=_START)
    return hits


def marks(view: View, text: str, hits: Sequence[Hit] | None = None) -> tuple[Mark, ...]:
    """The marks from left to right, of those that begin together the longest first."""
    hits = hits_in(view, text) if hits is None else hits
    found: list[Mark] = []
    units: set[tuple[int, int]] = set()
    bounds = {0}
    for hit in hits:
        if hit[1] not in bounds and _is_part_of_zone(view, text, hit):
            bounds.add(hit[2])
            continue
        mark = _mark(view, text, hits, hit, hit[1] in bounds, found)
        if mark is None:
            continue
        if mark.generic and (mark.start, mark.end) in units:
            mark = replace(mark, end=hit[2], generic="")  # the register has a name for the two
        if mark.meant.named:
            units.add((hit[1], hit[2]))
        found.append(mark)
        if mark.generic or mark.meant.firm:
            bounds.add(mark.end)
            bounds.add(hit[2])
        if len(found) == MAX_MARKS:
            break
    return tuple(found)


def behind(
    view: View, text: str, hits: Sequence[Hit], first: int, done: int
) -> Sequence[Mark] | None:
    """The mark, if any, among the hits from the ``first`` on, where names end before ``done``.

    None if there is more than one, or if it depends on what was named before.
    """
    found: list[Mark] = []
    ends: set[int] = set()
    for hit in hits[first:]:
        key, start, _ = hit
        if start in ends:
            return None
        if not _may_begin(view, text, hit, start == done) or of_another(view, text, hits, hit):
            continue
        if start != done and _is_part_of_zone(view, text, hit):
            return None
        if view.meant(key).many:  # which of them it may be depends on what was named before
            return None
        mark = _mark(view, text, hits, hit, start == done, ())
        if mark is not None:
            if found:
                return None
            found.append(mark)
            ends = {mark.end, hit[2]}
    return found


def of_another(view: View, text: str, hits: Sequence[Hit], hit: Hit) -> bool:
    """Whether a short form is part of another name, whatever it may mean: 北京 in 北京路."""
    key, _, end = hit
    if view.index.whole_keys[key] or text[end : end + 1] not in TELLING:
        return False
    return _goes_on(text, end) and not _name_follows(view, hits, end)


def _is_part_of_zone(view: View, text: str, hit: Hit) -> bool:
    """Whether a bare name in the midst of words ends a longer one: 开发区 in 火炬开发区.

    It is no name of its own then, but others may begin behind it.
    """
    key, start, end = hit
    return (
        bool(view.index.bare_keys[key]) and end - start > EASILY_WITHIN and text[start - 1] != " "
    )


def _may_begin(view: View, text: str, hit: Hit, begins: bool) -> bool:
    """Whether a name may stand here: anywhere, if it is whole, and no part of many other words."""
    key, start, end = hit
    if begins or text[start - 1] == " ":
        return True
    return end - start > EASILY_WITHIN and bool(view.index.whole_keys[key])


def _mark(
    view: View, text: str, hits: Sequence[Hit], hit: Hit, begins: bool, before: Sequence[Mark]
) -> Mark | None:
    """A hit as a mark; ``begins`` where a name may begin. None if it is part of another word."""
    if not _may_begin(view, text, hit, begins):
        return None
    key, start, end = hit
    every = view.meant(key)
    open_before = begins or text[start - 1] == " "
    if every.many and before:
        every = _under(view, key, before) or every
    meant, stop, generic = read(view, text, hits, end, every, open_before)
    return Mark(start, stop, key, meant, generic) if meant is not None and meant.claims else None


def read(
    view: View,
    text: str,
    hits: Sequence[Hit],
    end: int,
    every: Meant,
    open_before: bool,
) -> tuple[Meant | None, int, str]:
    """What a name means where it stands, where it ends then, and its generic part."""
    if text[end : end + 1] in (BEGIN_OFFICES if every.all_whole else TELLING):
        if open_before and not every.all_whole and _name_follows(view, hits, end):
            return every, end, ""  # 台州 in 台州路桥区
        return _followed(text, end, every, open_before)
    return every if open_before else every.whole, end, ""


def _name_follows(view: View, hits: Sequence[Hit], at: int) -> bool:
    """Whether a name begins here to which the next character may well belong: 镇康 in 临沧镇康."""
    for key, start, end in hits[bisect_left(hits, at, key=_START) :]:
        if start > at:
            break
        if view.index.whole_keys[key] and end - start > EASILY_WITHIN:
            return True
        if view.index.high[key] and 0 <= view.meant(key).highest < _TOWNSHIP:
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
        best = sorted(under.values(), key=lambda claim: -claim.worth)[:MANY]
        known = meant(tuple(sorted(best)), many=len(under) >= MANY)
        view.settle(remembered, known)
    return known if known.claims else None


def _followed(
    text: str, end: int, every: Meant, open_before: bool
) -> tuple[Meant | None, int, str]:
    """What a name means before what follows it, where it ends then, and its generic part.

    None if it is part of another word.
    """
    whole, first = every.whole, text[end]
    if not open_before or every.all_whole or _goes_on(text, end):
        office = OFFICE.match(text, end) if whole is not None and first in BEGIN_OFFICES else None
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
    elif first == "区":  # nor 高新区 one to write a village 高新
        every = every.at(_BEFORE_DISTRICT)
        if every.claims and all(claim.level == _TOWNSHIP for claim in every.claims):
            return every, end + 1, "区"  # 石岐区 for 石岐街道
    return every, end, ""


def _goes_on(text: str, end: int) -> bool:
    return text[end] in _BEGIN_OTHERS and _NO_DIVISION.match(text, end) is not None
