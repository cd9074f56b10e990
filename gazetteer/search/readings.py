"""How a text may be read as one unit within another: all matches, then one chain for each leaf.

Segmentation is by the gazetteer, never by a suffix. A reading is a leaf and whatever in the text
supports it: names of the leaf or of the units above it, in any order, as often as they occur. A
name of another unit in the midst of them speaks against the reading; it is never followed to a
different parent.
"""

import re
from collections.abc import Sequence
from typing import NamedTuple

from gazetteer.records.levels import LEVELS, Level
from gazetteer.search.forms import OFFICE, TRAILING
from gazetteer.search.view import MANY, WORTH_OF_A_NAME, Claim, Meant, Spot, View, meant

MAX_MARKS = 64
"""Names that are looked at in one text; an address has fewer."""
_EASILY_WITHIN = 2
"""Characters of whole names (西区, 城区) that are part of many other words."""
_TOWNSHIP = LEVELS.index(Level.TOWNSHIP)
_WITH_GENERIC = 8
"""Worth more, for a short form that the text completes by a generic part: 锦厦 and 村."""

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


class Mark(NamedTuple):
    """A stretch of the text with what it may mean; ``generic`` is the generic part it took in.

    ``anchors``: it names a county or above so clearly that it cannot be passed over.
    """

    start: int
    end: int
    key: int
    claims: tuple[Claim, ...]
    anchors: bool = False
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
            node = claim.node
            worth = claim.worth
            if mark.generic and not claim.whole:
                worth += _WITH_GENERIC
            by_node.setdefault(node, []).append(Support(mark, claim, worth))
            if worth > most.get(node, -1):
                most[node] = worth
            if claim.leads:
                leaves.add(node)
    if not leaves:
        return []
    bounds = {node: sum([most.get(above, 0) for above in view.nodes(node)]) for node in leaves}
    anchors = [mark for mark in marks if mark.anchors]
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


def _reading(
    view: View, node: int, by_node: dict[int, list[Support]], anchors: Sequence[Mark]
) -> Reading | None:
    chain = view.chain(node)
    chosen: list[Support] = []
    taken: list[Mark] = []
    others: list[Mark] = []
    for spot in reversed(chain):
        best: Support | None = None
        for support in by_node.get(spot.node, ()):
            if not _apart(support.mark, taken) or (spot.node == node and not support.claim.leads):
                continue
            others.append(support.mark)
            if best is None or support.worth > best.worth:
                best = support
        if best is not None:
            chosen.append(best)
            taken.append(best.mark)
        elif spot.node == node:
            return None
    repeats = [mark for mark in others if _apart(mark, taken)]
    nodes = {spot.node for spot in chain}
    firm = [support.mark for support in chosen if support.claim.whole]
    against = tuple(
        mark
        for mark in anchors
        if _apart(mark, firm)
        and _apart(mark, repeats)
        and not any(claim.node in nodes for claim in mark.claims)
    )
    worth = sum(support.worth for support in chosen) - WORTH_OF_A_NAME * len(against)
    hops = any(mark.start < chosen[0].mark.start for mark in against)
    start = min(mark.start for mark in taken)
    supports = tuple(reversed(chosen))
    return Reading(chain, supports, tuple(repeats), against, worth, hops, start)


def _apart(mark: Mark, others: Sequence[Mark]) -> bool:
    start, end = mark.start, mark.end
    for other in others:  # noqa: SIM110 - asked very often, and a loop is twice as fast
        if start < other.end and other.start < end:
            return False
    return True


def _marks(view: View, text: str) -> list[Mark]:
    """The names in the text that may be meant as such, from left to right."""
    hits = sorted([(start, -end, key) for key, start, end in view.index.hits(text)])
    named = {(start, -end) for start, end, key in hits if view.meant(key).named}
    marks: list[Mark] = []
    bounds = {0}
    for start, negative, key in hits:
        end = -negative
        claims = view.meant(key)
        open_before = start in bounds or text[start - 1] == " "
        if not open_before and (not claims.whole or end - start <= _EASILY_WITHIN):
            continue
        if claims.many and marks:
            claims = _under(view, key, marks) or claims
        mark = _mark(text, (start, end, key), claims, open_before)
        if mark is None or not mark.claims:
            continue
        if mark.generic and (mark.start, mark.end) in named:
            mark = mark._replace(end=end, generic="")  # the register has a name for the two
        marks.append(mark)
        if mark.generic or claims.firm:
            bounds |= {mark.end, end}
        if len(marks) == MAX_MARKS:
            break
    return marks


def _under(view: View, key: int, marks: Sequence[Mark]) -> Meant | None:
    """Of the very many meanings of a key, those that lie in what was named before it."""
    above = {c.node for mark in marks for c in mark.claims[:MANY] if c.level <= _TOWNSHIP}
    under = {c.node: c for node in sorted(above) for c in view.claims_under(key, node)}
    return meant(tuple(under.values())) if under else None


def _mark(text: str, hit: tuple[int, int, int], claims: Meant, open_before: bool) -> Mark | None:
    """The mark with what follows it and belongs to it; None if it is part of another word."""
    loose = len(claims.whole) < len(claims.all)
    if open_before and loose and not _NO_DIVISION.match(text, hit[1]):
        return Mark(*hit, claims.all, claims.anchors) if claims.whole else _short(text, hit, claims)
    if not claims.whole:
        return None
    start, end, key = hit
    office = OFFICE.match(text, end)
    return Mark(start, office.end() if office else end, key, claims.whole, claims.anchors)


def _short(text: str, hit: tuple[int, int, int], meant: Meant) -> Mark:
    """A short form with the generic part that follows it; other levels lose their claim."""
    start, end, key = hit
    if end == len(text) or text[end] not in _BEGIN_GENERICS:
        return Mark(start, end, key, meant.all)
    for level, generic in _COMPLETED_BY:
        found = generic.match(text, end)
        claims = tuple(c for c in meant.all if c.level == level) if found else ()
        if found and claims:
            return Mark(start, found.end(), key, claims, generic=found[0])
    if _OF_TOWNSHIP.match(text, end):  # 赤城街道 is no way to write 赤城县
        return Mark(start, end, key, tuple(c for c in meant.all if c.level >= _TOWNSHIP))
    return Mark(start, end, key, meant.all)


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
