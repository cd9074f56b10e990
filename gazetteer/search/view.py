"""The index as of one day: what each key means then, and where each node lies."""

from bisect import bisect_left, bisect_right
from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cached_property, lru_cache
from typing import Any, NamedTuple

from gazetteer.records.levels import LEVELS, Level
from gazetteer.records.translation import Reached, walk
from gazetteer.search.days import OPEN_END, OPEN_START
from gazetteer.search.forms import Form, specific_part
from gazetteer.search.index import Index
from gazetteer.search.standing import Standing, standing

MANY = 64
"""Meanings of one key that are looked at without anything else in the text to choose by."""
_REMEMBERED = 50_000
_COUNTY, _LOWEST_UNIT = LEVELS.index(Level.COUNTY), LEVELS.index(Level.VILLAGE)
_WHOLE = (Form.STANDARD, Form.FORMER)


class Via(StrEnum):
    """How a name leads to a unit that is in force on the day."""

    NAME = "name"  # the name is in force
    FORMER = "former_name"  # the unit had the name once
    SUCCESSOR = "successor"  # a unit that has ended had it; this one came after
    SHARED = "part_of_successor"  # this one too, and others hold a part
    GAVE = "former_parent"  # this one's territory once belonged to the unit named


# What is worth more decides between readings; the score of the answer is another matter.
_WORTH = {
    Form.STANDARD: 30,
    Form.FORMER: 28,
    Form.ALIAS: 21,
    Form.SHORT: 20,
    Form.ABBREVIATED: 18,
    Form.CORE: 15,
}
_LESS = {Via.NAME: 0, Via.FORMER: 2, Via.SUCCESSOR: 3, Via.SHARED: 4, Via.GAVE: 14}
WORTH_OF_A_NAME = _WORTH[Form.STANDARD]
_FORMS = list(Form)


class Claim(NamedTuple):
    """A node that a piece of text may mean; ``named`` is the node that had the name.

    ``whole``: by a name with its generic part. ``leads``: it may itself be meant, and not only
    support what lies in it. ``worth`` weighs it against other claims.
    """

    node: int
    level: int
    form: Form
    via: Via
    named: int
    since: int
    until: int
    whole: bool
    leads: bool
    worth: int


def claimed(node: int, level: int, form: Form, via: Via, name: tuple[int, int, int]) -> Claim:
    """The claim by a name: (node that had it, first day, day after the last)."""
    worth = _WORTH[form] - _LESS[via]
    worth = worth if level <= _LOWEST_UNIT else worth // 2
    named, since, until = name
    leads = via is not Via.GAVE
    return Claim(node, level, form, via, named, since, until, form in _WHOLE, leads, worth)


class Spot(NamedTuple):
    """A node in the chain from the province down to a unit."""

    node: int
    level: int
    name: str
    code: str | None
    romanized: str | None = None


@dataclass(slots=True, eq=False)
class Meant:
    """What a piece of text may mean. Never changed, and equal to itself alone.

    ``whole``: the same by whole names only (itself if it has no others, None without any).
    ``many``: there are more claims than these. ``anchors``: it is so clear a name of a county or
    above that it cannot be passed over. ``named``: it is the whole name of a unit. ``firm``: it
    is more than the core of a village's name. ``tops`` are the worthiest claims, of worth
    ``most``, and ``highest`` is the highest level among them.
    """

    claims: tuple[Claim, ...]
    by_node: Mapping[int, Claim]
    whole: "Meant | None"
    many: bool
    anchors: bool
    named: bool
    firm: bool
    most: int
    tops: tuple[Claim, ...]
    top_nodes: frozenset[int]
    highest: int
    parts: "dict[tuple[int, ...], Meant] | None" = None

    @property
    def standard(self) -> bool:
        """Whether it is the standard name of a unit in force, than which nothing is worth more."""
        return self.most == WORTH_OF_A_NAME

    def at(self, levels: tuple[int, ...]) -> "Meant":
        """The same at some levels only."""
        if self.parts is None:
            self.parts = {}
        part = self.parts.get(levels)
        if part is None:
            claims = tuple([claim for claim in self.claims if claim.level in levels])
            part = self.parts[levels] = meant(claims, many=self.many)
        return part


def meant(claims: tuple[Claim, ...], *, many: bool = False) -> Meant:
    """The claims, sorted out."""
    whole = tuple([claim for claim in claims if claim.whole])
    anchors = any(claim.leads and claim.level <= _COUNTY for claim in whole)
    named = any(claim.level <= _LOWEST_UNIT for claim in whole)
    firm = any(claim.form is not Form.CORE for claim in claims)
    by_node = {claim.node: claim for claim in claims}
    most = max([claim.worth for claim in claims], default=-1)
    tops = tuple([claim for claim in claims if claim.worth == most])
    nodes = frozenset([claim.node for claim in tops])
    highest = min([claim.level for claim in tops], default=-1)
    every = Meant(claims, by_node, None, many, anchors, named, firm, most, tops, nodes, highest)
    if len(whole) == len(claims):
        every.whole = every if claims else None
    elif whole:
        every.whole = meant(whole, many=many)
    return every


def sole(claim: Claim) -> Meant:
    """A piece of text that can mean one thing only; the claim is by a whole name."""
    nodes, level = frozenset((claim.node,)), claim.level
    by = {claim.node: claim}
    anchors = claim.leads and level <= _COUNTY
    named = level <= _LOWEST_UNIT
    claims = (claim,)
    only = Meant(claims, by, None, False, anchors, named, True, claim.worth, claims, nodes, level)
    only.whole = only
    return only


class View:
    """An index on one day. Remembers what it worked out; the index below never changes.

    ``points`` remembers where nodes lie, for whoever looked it up (lon, lat, CGCS2000), and
    ``settled`` how marks were read, for whoever reads them. ``states``: the state in which each
    node is on the day, -1 if in none.
    """

    def __init__(self, index: Index, at: date) -> None:
        self.index = index
        self.at = at
        self.day = at.toordinal()
        self.states = index.states(self.day)
        self.points: dict[int, tuple[float, float] | None] = {}
        self.settled: dict[Hashable, Any] = {}
        self.claims = lru_cache(_REMEMBERED)(self._claims)
        self.chain = lru_cache(_REMEMBERED)(self._chain)
        self.nodes = lru_cache(_REMEMBERED)(self._nodes)
        self.meant = lru_cache(_REMEMBERED)(self._sorted)
        self.child = lru_cache(_REMEMBERED)(self._child)
        self.standard = lru_cache(_REMEMBERED)(self._standard)
        self.count = lru_cache(_REMEMBERED)(self._counted)
        self._spot = lru_cache(_REMEMBERED)(self._made)
        self._successors = lru_cache(_REMEMBERED)(self._reached)

    @cached_property
    def standing(self) -> Standing:
        """The standard names in force on the day."""
        return standing(self.index, self.states, self.day)

    def _child(self, key: int, node: int) -> Meant | None:
        """The one unit under a node (-1: anywhere) of which a key is the standard name.

        None if there is none, or several, or nobody can tell by the numbers of the nodes.
        """
        stands = self.standing
        if stands.strays[key]:
            return None
        low, high = stands.at[key], stands.at[key + 1]
        if node >= 0 and low < high:
            low, high = stands.under(key, node + 1, self.index.last_under[node])
        return self.standard(stands.meanings[low]) if high - low == 1 else None

    def _standard(self, meaning: int) -> Meant:
        """What a meaning says of its node, which it gives its standard name on the day."""
        index = self.index
        node = index.meaning_node[meaning]
        period = index.meaning_start[meaning], index.meaning_end[meaning]
        level = index.levels[self.states[node]]
        return sole(claimed(node, level, Form.STANDARD, Via.NAME, (node, *period)))

    def settle(self, key: Hashable, value: Any) -> None:
        """Remember what was worked out from names alone, in bounded memory."""
        if len(self.settled) >= _REMEMBERED:
            self.settled.clear()
        self.settled[key] = value

    def _nodes(self, node: int) -> tuple[int, ...]:
        """The node and those in which it lies, the highest first; empty if it is not in force."""
        found: list[int] = []
        states, parents = self.states, self.index.parents
        while node >= 0 and states[node] >= 0 and len(found) < len(LEVELS):
            found.append(node)
            node = parents[states[node]]
        return tuple(reversed(found))

    def _chain(self, node: int) -> tuple[Spot, ...]:
        """What :meth:`nodes` gives, described."""
        return tuple([self._spot(above) for above in self.nodes(node)])

    def _made(self, node: int) -> Spot:
        index, state = self.index, self.states[node]
        return Spot(
            node,
            index.levels[state],
            index.names[state],
            index.codes[state],
            index.romanized[state],
        )

    def _sorted(self, key: int) -> Meant:
        """The claims of a key, the whole names apart from the loose ones.

        Of very many the worthiest are taken; what else the text names chooses among all.
        """
        index = self.index
        claims = self._between(index.meaning_at[key], index.meaning_at[key + 1])
        if len(claims) <= MANY:
            return meant(claims)
        best = sorted(claims, key=lambda claim: -claim.worth)[:MANY]
        return meant(tuple(sorted(best)), many=True)

    def _claims(self, key: int) -> tuple[Claim, ...]:
        """What a key may mean on the day; nothing for a name that begins later.

        Of a key with more than a thousand meanings only as many are told.
        """
        first, last = self.index.meaning_at[key], self.index.meaning_at[key + 1]
        return self._between(first, min(last, first + 16 * MANY))

    def claims_under(self, key: int, node: int) -> tuple[Claim, ...]:
        """The same, of the nodes under one node only; for keys with very many meanings."""
        index = self.index
        first, last = index.meaning_at[key], index.meaning_at[key + 1]
        low = bisect_left(index.meaning_node, node, first, last)
        high = bisect_right(index.meaning_node, index.last_under[node], first, last)
        return self._between(low, high)

    def _counted(self, key: int, worth: int, within: int | None) -> int:
        """How many nodes a key means with the same worth, within a node or anywhere."""
        index = self.index
        if within is None:
            claims = self._between(index.meaning_at[key], index.meaning_at[key + 1])
        else:
            claims = self.claims_under(key, within)
        return sum(claim.worth == worth and claim.leads for claim in claims)

    def _between(self, first: int, last: int) -> tuple[Claim, ...]:
        best: dict[int, Claim] = {}
        for meaning in range(first, last):
            for claim in self._meant(meaning):
                known = best.get(claim.node)
                if known is None or _closeness(claim) < _closeness(known):
                    best[claim.node] = claim
        claims = tuple(best.values())
        if any(claim.via is Via.NAME for claim in claims):  # 上海 is the city, not 上海县
            return tuple([c for c in claims if c.whole or c.via in _OWN])
        return claims

    def _meant(self, meaning: int) -> Sequence[Claim]:
        index = self.index
        since, until = index.meaning_start[meaning], index.meaning_end[meaning]
        if since > self.day:
            return ()
        named, form = index.meaning_node[meaning], _FORMS[index.meaning_form[meaning]]
        state = self.states[named]
        own: list[Claim] = []
        if state >= 0:
            via = Via.NAME if self.day < until else Via.FORMER
            own = [claimed(named, index.levels[state], form, via, (named, since, until))]
        others = self._successors(named) if named in index.linked else ()
        if not others:
            return own
        name = (named, *self._period(named, since, until))
        return own + [
            claimed(node, level, form, via, name)
            for node, level, via in others
            if not own or via is Via.GAVE
        ]

    def _period(self, node: int, since: int, until: int) -> tuple[int, int]:
        """The part of a name's period in which the node existed."""
        first, last = self.index.state_at[node], self.index.state_at[node + 1] - 1
        return max(since, self.index.starts[first]), min(until, self.index.ends[last])

    def _reached(self, node: int) -> tuple[tuple[int, int, Via], ...]:
        """Where the territory of a node lies on the day, other than in itself.

        A unit that has ended is followed by those that took over what it was in the end; what
        it gave away before makes it their former parent only.
        """
        index = self.index
        ended = index.ends[index.state_at[node + 1] - 1]
        heirs: dict[int, Via] = {}
        if self.states[node] < 0 and ended <= self.day:
            heirs = self._heirs(node, self._walked(node, date.fromordinal(ended - 1)))
        told: list[tuple[int, int, Via]] = []
        for other, _ in self._walked(node, date.min):
            state = self.states[other]
            if state >= 0:
                told.append((other, index.levels[state], heirs.get(other, Via.GAVE)))
        return tuple(told)

    def _walked(self, node: int, since: date) -> list[tuple[int, Reached]]:
        """The other nodes in which territory of a node lies on the day, as far as links say."""
        index, number = self.index, self.index.linked_number
        reached = walk(
            index.linked[node],
            since,
            self.at,
            lambda u: index.links.get(u, ()),
            lambda u: u in number and self.states[number[u]] >= 0,
        )
        found = [(number[r.unit], r) for r in reached]
        return [(other, r) for other, r in found if other != node]

    def _heirs(self, node: int, found: list[tuple[int, Reached]]) -> dict[int, Via]:
        """Which of the units that are surely reached stand for the one that ended.

        The only one; or, of several, the only one that bears its name on; or all of them, and
        the text has to decide.
        """
        sure = [other for other, reached in found if reached.certain]
        if len(sure) == 1:
            return {sure[0]: Via.SUCCESSOR}
        old = {specific_part(name) for name in self._names(node)}
        bearers = [n for n in sure if {specific_part(name) for name in self._names(n)} & old]
        return dict.fromkeys(bearers if len(bearers) == 1 else sure, Via.SHARED)

    def in_force(self, node: int) -> list[int]:
        """The node itself if it is in force on the day, else those that stand for it then."""
        if self.states[node] >= 0:
            return [node]
        followers = self._successors(node) if node in self.index.linked else ()
        return [other for other, _, via in followers if via is not Via.GAVE]

    def below(self, node: int) -> Iterator[Spot]:
        """What lies directly under a node on the day."""
        index, child = self.index, node + 1
        while child <= index.last_under[node]:
            state = self.states[child]
            if state >= 0 and index.parents[state] == node:
                yield self._spot(child)
            child = index.last_under[child] + 1

    def _names(self, node: int) -> list[str]:
        index = self.index
        return [index.names[s] for s in range(index.state_at[node], index.state_at[node + 1])]


_ORDER = list(Via)
_OWN = (Via.NAME, Via.FORMER)


def _closeness(claim: Claim) -> tuple[int, int]:
    return _ORDER.index(claim.via), claim.form


def day_of(ordinal: int) -> date | None:
    """A bound of a period as a day; None where it is open."""
    return None if ordinal in (OPEN_START, OPEN_END) else date.fromordinal(ordinal)
