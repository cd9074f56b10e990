"""The index as of one day: what each key means then, and where each node lies."""

from bisect import bisect_left, bisect_right
from collections.abc import Hashable, Iterable, Iterator, Sequence
from datetime import date
from functools import cached_property, lru_cache
from typing import Any

import numpy as np

from gazetteer.records.levels import LEVELS
from gazetteer.records.translation import Reached, walk
from gazetteer.search.claims import Claim, Meant, Via, claimed, meant, standard_claim
from gazetteer.search.crowds import Crowd, Crowds
from gazetteer.search.days import OPEN_END, OPEN_START
from gazetteer.search.forms import Form, specific_part
from gazetteer.search.index import Index
from gazetteer.search.standing import Standing, standing
from gazetteer.search.values import Value

MANY = 64
"""Meanings of one key that are looked at without anything else in the text to choose by."""
_REMEMBERED = 50_000
_FEW = 2 * MANY
"""Meanings that are looked at one by one; of more the worthiest are sought first."""


_FORMS = list(Form)


class Spot(Value, frozen=True):
    """A node in the chain from the province down to a unit."""

    node: int
    level: int
    name: str
    code: str | None


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
        self.chain = lru_cache(_REMEMBERED)(self._chain)
        self.nodes = lru_cache(_REMEMBERED)(self._nodes)
        self.meant = lru_cache(_REMEMBERED)(self._sorted)
        self.count = lru_cache(_REMEMBERED)(self._counted)
        self.spot = lru_cache(_REMEMBERED)(self._made)
        self._successors = lru_cache(_REMEMBERED)(self._reached)

    @cached_property
    def standing(self) -> Standing:
        """The standard names in force on the day."""
        return standing(self.index, self.states, self.day)

    def child(self, key: int, node: int) -> Claim | None:
        """The claim of the one unit under a node (-1: anywhere) with a key as its standard name.

        None if there is none, or several, or nobody can tell by the numbers of the nodes.
        """
        first, after = self.children(key, node)
        return self.standard(first) if first + 1 == after else None

    def children(self, key: int, node: int) -> tuple[int, int]:
        """All such units, as a half-open stretch of what stands on the day."""
        stands = self.standing
        if stands.stray_keys[key]:
            return 0, 0
        if node >= 0:
            return stands.under(key, node + 1, self.index.last_under[node])
        return stands.at[key], stands.at[key + 1]

    def standard(self, place: int) -> Claim:
        """The claim of a unit by its standard name, by its place in what stands on the day."""
        index, stands = self.index, self.standing
        node, meaning = stands.nodes[place], stands.meanings[place]
        level = index.levels[self.states[node]]
        since, until = index.meaning_start[meaning], index.meaning_end[meaning]
        return standard_claim(node, level, since, until)

    @cached_property
    def _crowds(self) -> Crowds:
        return Crowds(self.index, self.states, self.day)

    def settle(self, key: Hashable, value: Any) -> None:
        """Remember what was worked out from names alone, in bounded memory."""
        if len(self.settled) >= _REMEMBERED:
            self.settled.clear()
        self.settled[key] = value

    def lies_in(self, node: int, other: int) -> bool:
        """Whether a node in force is another one or lies in it on the day."""
        if self.standing.strays[node]:
            return other in self.nodes(node)
        return other <= node <= self.index.last_under[other]

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
        nodes = self.nodes(node)
        if 1 < len(nodes) < len(LEVELS):  # so long only if units lie in each other
            return (*self.chain(nodes[-2]), self.spot(node))
        return tuple([self.spot(above) for above in nodes])

    def _made(self, node: int) -> Spot:
        index, state = self.index, self.states[node]
        return Spot(node, index.levels[state], index.names[state], index.codes[state])

    def _sorted(self, key: int) -> Meant:
        """The claims of a key, the whole names apart from the loose ones.

        Of very many the worthiest are taken; what else the text names chooses among all.
        """
        index = self.index
        claims, total = self._worthiest(index.meaning_at[key], index.meaning_at[key + 1])
        return meant(claims, many=total > MANY)

    def claims_of(self, key: int, meanings: Iterable[int]) -> tuple[Claim, ...]:
        """What some meanings of a key say on the day; nothing by a name that begins later."""
        index = self.index
        first, last = index.meaning_at[key], index.meaning_at[key + 1]
        named = self._is_named(first, last) if last - first > _FEW else None
        return self._between(meanings, named=named)

    def claims_under(self, key: int, node: int) -> tuple[Claim, ...]:
        """The same, of the nodes under one node only, at most as many as are looked at."""
        return self._worthiest(*self._under(key, node))[0]

    def _under(self, key: int, node: int) -> tuple[int, int]:
        index = self.index
        first, last = index.meaning_at[key], index.meaning_at[key + 1]
        low = bisect_left(index.meaning_node, node, first, last)
        return low, bisect_right(index.meaning_node, index.last_under[node], low, last)

    def _counted(self, key: int, worth: int, within: int | None) -> int:
        """How many nodes a key means with the same worth, within a node or anywhere."""
        index = self.index
        first, last = index.meaning_at[key], index.meaning_at[key + 1]
        if within is not None:
            first, last = self._under(key, within)
        if last - first <= _FEW:
            claims = self._between(range(first, last))
            return sum(claim.worth == worth and claim.leads for claim in claims)
        crowd = self._crowds.crowd(first, last)
        others = self._others(crowd)
        return int((crowd.worth == worth).sum()) + sum(
            claim.worth == worth and claim.leads for claim in others
        )

    def _worthiest(self, first: int, last: int) -> tuple[tuple[Claim, ...], int]:
        """The claims by some meanings of a key, in the order of nodes, and how many there are.

        Of more than :data:`MANY` only the worthiest are made.
        """
        if last - first <= _FEW:
            claims = self._between(range(first, last))
            total = len(claims)
        else:
            crowd = self._crowds.crowd(first, last)
            chosen = crowd.worthiest(MANY)
            rows = np.isin(np.asarray(self.index.meaning_node)[first:last], chosen)
            own = self._between((np.flatnonzero(rows) + first).tolist())
            claims = (*own, *self._others(crowd))
            total = len(claims) - len(chosen) + len(crowd.nodes)
        if len(claims) > MANY:
            claims = tuple(sorted(sorted(claims, key=lambda claim: -claim.worth)[:MANY]))
        return claims, total

    def _others(self, crowd: Crowd) -> list[Claim]:
        """The claims by the linked meanings of a crowd on what is not in the crowd itself."""
        own = set(crowd.nodes.tolist())
        named = True if crowd.named.any() else None
        found = self._between(crowd.linked, named=named)
        return [claim for claim in found if claim.node not in own]

    def _is_named(self, first: int, last: int) -> bool:
        """Whether any of the meanings is a name in force of what bears it."""
        index, rows = self.index, slice(first, last)
        here = np.asarray(self.states)[np.asarray(index.meaning_node)[rows]] >= 0
        here &= np.asarray(index.meaning_start)[rows] <= self.day
        return bool((here & (self.day < np.asarray(index.meaning_end)[rows])).any())

    def _between(self, meanings: Iterable[int], *, named: bool | None = None) -> tuple[Claim, ...]:
        """The closest claim on each node; ``named``: whether other meanings are names in force."""
        best: dict[int, Claim] = {}
        for meaning in meanings:
            for claim in self._meant(meaning):
                known = best.get(claim.node)
                if known is None or _closeness(claim) < _closeness(known):
                    best[claim.node] = claim
        claims = tuple(best.values())
        if named or any(claim.via is Via.NAME for claim in claims):  # 上海 is not 上海县
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
                yield self.spot(child)
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
