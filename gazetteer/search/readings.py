"""How a text may be read as one unit within another: all matches, then one chain for each leaf.

Segmentation is by the gazetteer, never by a suffix. A reading is a leaf and whatever in the text
supports it: names of the leaf or of the units above it, in any order, as often as they occur. A
name of another unit in the midst of them speaks against the reading; it is never followed to a
different parent.
"""

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from gazetteer.records.levels import LEVELS, Level
from gazetteer.search.forms import OFFICE, TRAILING, Form
from gazetteer.search.view import MANY, Claim, Spot, Via, View, meant

MAX_MARKS = 64
"""Names that are looked at in one text; an address has fewer."""
_EASILY_WITHIN = 2
"""Characters of whole names (西区, 城区) that are part of many other words."""
_WHOLE = (Form.STANDARD, Form.FORMER)
_COUNTY, _TOWNSHIP = LEVELS.index(Level.COUNTY), LEVELS.index(Level.TOWNSHIP)
_VILLAGE = LEVELS.index(Level.VILLAGE)

# What is worth more decides between readings; the score of the answer is another matter.
_WORTH = {
    Form.STANDARD: 30,
    Form.FORMER: 28,
    Form.ALIAS: 22,
    Form.SHORT: 20,
    Form.ABBREVIATED: 18,
    Form.CORE: 15,
}
_LESS = {Via.NAME: 0, Via.FORMER: 2, Via.SUCCESSOR: 3, Via.SHARED: 4, Via.GAVE: 14}
_WITH_GENERIC = 8
"""More, for a short form that the text completes by a generic part: 锦厦 and 村."""
_OTHER_GENERIC = 3
"""Less, for a generic part that is not the register's: 两路镇 for 两路街道."""

_NUMBER = "[东南西北中上下前后内外大新老一二三四五六七八九十0-9]{0,3}"
_NO_DIVISION = re.compile(
    rf"{_NUMBER}(?:路|街(?!道)|大道|大街|巷|胡同|公路|高速|高架|国道|省道|弄|桥)"
    "|里弄|大厦|大楼|广场|花园|花苑|小区|公寓|酒店|宾馆|饭店|大学|学院|中学|小学|医院|银行|商场"
    "|超市|机场|公园|山(?![区县市镇])|工业|科技|体育|国际|商贸|农贸"
)
_OF_TOWNSHIP = re.compile("街道|镇|乡(?!村)")
"""What makes a short form part of another name: 北京路, 中山大道, 白云山."""


class Mark(NamedTuple):
    """A stretch of the text with what it may mean; ``generic`` is the generic part it took in."""

    start: int
    end: int
    key: int
    claims: tuple[Claim, ...]
    generic: str = ""


class Support(NamedTuple):
    """A mark that speaks for one unit in the chain of a reading."""

    mark: Mark
    claim: Claim
    worth: int


class Reading(NamedTuple):
    """A chain of units and what in the text speaks for and against it.

    ``supports`` holds the best mark of each unit, the highest first; ``repeats`` the others.
    ``worth`` is what speaks for it, less what speaks against it; ``hops`` tells whether a whole
    name of another unit comes before the one that names the leaf.
    """

    chain: tuple[Spot, ...]
    supports: tuple[Support, ...]
    repeats: tuple[Mark, ...]
    against: tuple[Mark, ...]
    worth: int
    hops: bool
    start: int

    @property
    def leaf(self) -> Spot:
        """The unit that is meant."""
        return self.chain[-1]

    @property
    def by(self) -> Support:
        """What names the leaf."""
        return self.supports[-1]


def readings(view: View, text: str, *, every: bool = False) -> list[Reading]:
    """The ways to read the text, the best first; ``every`` also tells those that cannot win."""
    marks = _marks(view, text)
    by_node: dict[int, list[Support]] = {}
    most: dict[int, int] = {}
    leaves: set[int] = set()
    for mark in marks:
        for claim in mark.claims:
            node, worth = claim.node, _worth(mark, claim)
            by_node.setdefault(node, []).append(Support(mark, claim, worth))
            if worth > most.get(node, -1):
                most[node] = worth
            if claim.via is not Via.GAVE:
                leaves.add(node)
    if not leaves:
        return []
    bounds = {node: sum([most.get(above, 0) for above in view.nodes(node)]) for node in leaves}
    anchors = [mark for mark in marks if _anchors(mark)]
    found: list[Reading] = []
    enough = -1_000_000
    for node in sorted(bounds, key=lambda n: -bounds[n]):
        if bounds[node] < enough and not every:
            break  # no overlap, nothing against it, and still it would be worth less
        reading = _reading(view, node, by_node, anchors)
        if reading is not None:
            found.append(reading)
            if not reading.hops:
                enough = max(enough, reading.worth)
    return sorted(found, key=_preference)


def _preference(reading: Reading) -> tuple[bool, int, int, int]:
    return reading.hops, -reading.worth, reading.start, reading.leaf.level


def _worth(mark: Mark, claim: Claim) -> int:
    worth = _WORTH[claim.form] - _LESS[claim.via]
    if mark.generic and claim.form not in _WHOLE:
        worth += _WITH_GENERIC
    return worth if claim.level <= _VILLAGE else worth // 2


def _anchors(mark: Mark) -> bool:
    """Whether the mark is so clear a name of a county or above that it cannot be passed over."""
    return any(
        claim.form in _WHOLE and claim.level <= _COUNTY and claim.via is not Via.GAVE
        for claim in mark.claims
    )


def _reading(
    view: View, node: int, by_node: dict[int, list[Support]], anchors: Sequence[Mark]
) -> Reading | None:
    chain = view.chain(node)
    chosen: list[Support] = []
    repeats: list[Mark] = []
    for spot in reversed(chain):
        own = by_node.get(spot.node, ())
        if spot.node == node:
            own = [support for support in own if support.claim.via is not Via.GAVE]
        free = [s for s in own if _apart(s.mark, (c.mark for c in chosen))]
        if not free:
            if spot.node == node:
                return None
            continue
        best = min(free, key=lambda s: (-s.worth, s.mark.start))
        chosen.append(best)
        rest = (s.mark for s in free if s is not best)
        repeats += [mark for mark in rest if _apart(mark, (best.mark,))]
    taken = [support.mark for support in chosen]
    repeats = [mark for mark in repeats if _apart(mark, taken)]
    nodes = {spot.node for spot in chain}
    firm = [support.mark for support in chosen if support.claim.form in _WHOLE]
    against = tuple(
        mark
        for mark in anchors
        if _apart(mark, (*firm, *repeats)) and not any(c.node in nodes for c in mark.claims)
    )
    worth = sum(support.worth for support in chosen) - _WORTH[Form.STANDARD] * len(against)
    hops = any(mark.start < chosen[0].mark.start for mark in against)
    start = min(mark.start for mark in taken)
    supports = tuple(reversed(chosen))
    return Reading(chain, supports, tuple(repeats), against, worth, hops, start)


def _apart(mark: Mark, others: Iterable[Mark]) -> bool:
    return all(mark.end <= other.start or other.end <= mark.start for other in others)


def _marks(view: View, text: str) -> list[Mark]:
    """The names in the text that may be meant as such, from left to right."""
    hits = sorted((start, -end, key) for key, start, end in view.index.hits(text))
    whole = {(start, -end) for start, end, key in hits if view.is_whole(key)}
    marks: list[Mark] = []
    bounds = {0}
    above: list[int] = []
    for start, negative, key in hits:
        end = -negative
        open_before = start in bounds or text[start - 1] == " "
        mark = _mark(view, text, (start, end, key), open_before, above)
        if mark is None or not mark.claims:
            continue
        if (mark.start, mark.end) in whole and mark.generic:
            mark = Mark(start, end, key, mark.claims)  # the register has a name for the two
        marks.append(mark)
        if mark.generic or any(c.form is not Form.CORE for c in mark.claims):
            bounds |= {mark.end, end}
        above += [c.node for c in mark.claims if c.level <= _TOWNSHIP][:MANY]
        if len(marks) == MAX_MARKS:
            break
    return marks


def _mark(
    view: View, text: str, hit: tuple[int, int, int], open_before: bool, above: Sequence[int]
) -> Mark | None:
    start, end, key = hit
    claims = view.meant(key)
    if not open_before and (not claims.whole or end - start <= _EASILY_WITHIN):
        return None
    if claims.many and above:
        under = {c.node: c for node in dict.fromkeys(above) for c in view.claims_under(key, node)}
        claims = meant(tuple(under.values())) if under else claims
    if open_before and claims.loose and not _NO_DIVISION.match(text, end):
        mark = Mark(start, end, key, claims.all)
        return mark if claims.whole else _completed(text, mark)
    if not claims.whole:
        return None
    office = OFFICE.match(text, end)
    return Mark(start, office.end() if office else end, key, claims.whole)


def _completed(text: str, mark: Mark) -> Mark:
    """A short form with the generic part that follows it; other levels lose their claim."""
    for level in (Level.VILLAGE, Level.TOWNSHIP, Level.COUNTY):
        found = TRAILING[level].match(text, mark.end)
        number = LEVELS.index(level)
        claims = tuple(c for c in mark.claims if c.level == number)
        if found and claims:
            return mark._replace(end=found.end(), claims=claims, generic=found[0])
    if _OF_TOWNSHIP.match(text, mark.end):  # 赤城街道 is no way to write 赤城县
        return mark._replace(claims=tuple(c for c in mark.claims if c.level >= _TOWNSHIP))
    return mark


def ambiguous(best: Reading, others: Sequence[Reading]) -> list[Reading]:
    """The readings that the text does not tell from the best one.

    A short form two levels above everything else that shares it is taken for that; units come
    before places that are no units.
    """
    same = (best.hops, best.worth, best.start)
    equal = [other for other in others if (other.hops, other.worth, other.start) == same]
    highest = min((r.leaf.level for r in [best, *equal]), default=0)
    return [r for r in equal if r.leaf.level - highest <= 1] if equal else []


def deciding_level(chains: Sequence[Sequence[Spot]]) -> int:
    """The highest level at which the chains differ: the field that would decide."""
    for level in range(len(LEVELS)):
        nodes = {next((s.node for s in chain if s.level == level), None) for chain in chains}
        if len(nodes) > 1 and any(node is not None for node in nodes):
            return level
    return min(chain[-1].level for chain in chains)
