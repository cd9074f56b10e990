"""How a text may be read as one unit within another: one chain for each leaf, weighed.

A reading is a leaf and whatever in the text supports it: names of the leaf or of the units above
it, in any order, as often as they occur. A name of another unit in the midst of them speaks
against the reading; it is never followed to a different parent.
"""

from collections.abc import Mapping, Sequence

from gazetteer.records.levels import LEVELS
from gazetteer.search.claims import WORTH_OF_A_NAME, Claim, Meant
from gazetteer.search.latin_marks import latin_marks
from gazetteer.search.marks import Mark, marks
from gazetteer.search.values import Value
from gazetteer.search.view import Spot, View

WITH_GENERIC = 8
"""Worth more, for a short form that the text completes by a generic part: 锦厦 and 村.

It must not make a short form worth as much as a standard name.
"""


class Support(Value, frozen=True):
    """A stretch of the text that speaks for one unit in the chain of a reading.

    ``generic`` is the generic part that it took in; ``meant`` is all that it may mean, None where
    that is ``claim`` alone.
    """

    start: int
    end: int
    key: int
    claim: Claim
    worth: int
    generic: str = ""
    meant: Meant | None = None


class Reading(Value, frozen=True):
    """A chain of units and what in the text speaks for and against it.

    ``supports`` holds the best of each unit, the highest first; ``repeats`` the others.
    ``worth`` is what speaks for it, less what speaks against it; ``hops`` tells whether a whole
    name of another unit comes before the one that names the leaf.
    """

    chain: tuple[Spot, ...]
    supports: tuple[Support, ...]
    repeats: tuple[Support, ...]
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


def readings(view: View, text: str) -> list[Reading]:
    """Every way to read the text, the best first."""
    return weighed(view, marks(view, text) or latin_marks(view, text), every=True)


def weighed(view: View, found: Sequence[Mark], *, every: bool = False) -> list[Reading]:
    """The ways to read the marks, the best first; without ``every`` only those that can win."""
    anchors = [mark for mark in found if mark.meant.anchors]
    bounds = _bounds(view, found)
    told: list[Reading] = []
    enough = -1_000_000
    for node in sorted(bounds, key=bounds.__getitem__, reverse=True):
        if bounds[node] < enough and not every:
            break  # no overlap, nothing against it, and still it would be worth less
        reading = _reading(view, node, found, anchors)
        if reading is not None:
            told.append(reading)
            if not reading.hops:
                enough = max(enough, reading.worth)
    return sorted(told, key=_preference) if len(told) > 1 else told


def supported(mark: Mark, node: int) -> Support:
    """The mark as it speaks for a node that it may mean."""
    claim = mark.meant.by_node[node]
    completed = mark.generic and not claim.whole
    worth = claim.worth + WITH_GENERIC if completed else claim.worth
    return Support(mark.start, mark.end, mark.key, claim, worth, mark.generic, mark.meant)


def _bounds(view: View, found: Sequence[Mark]) -> dict[int, int]:
    """What a reading of each leaf could be worth, if nothing overlapped or spoke against it."""
    most: dict[int, int] = {}
    leaves: set[int] = set()
    for mark in found:
        completed = WITH_GENERIC if mark.generic else 0
        for claim in mark.meant.claims:
            node, worth = claim.node, claim.worth
            if completed and not claim.whole:
                worth += completed
            if worth > most.get(node, -1):
                most[node] = worth
            if claim.leads:
                leaves.add(node)
    bounds = {}
    named = most.keys()
    for node in leaves:
        above = view.nodes(node)[:-1]
        bounds[node] = most[node]
        if not named.isdisjoint(above):
            bounds[node] += sum([most.get(upper, 0) for upper in above])
    return bounds


def _preference(reading: Reading) -> tuple[bool, int, int, int, int, int]:
    leaf, named = reading.chain[-1], reading.by
    return (
        reading.hops,
        -reading.worth,
        reading.start,
        leaf.level,
        named.start - named.end,
        leaf.node,
    )


def _reading(
    view: View, node: int, found: Sequence[Mark], anchors: Sequence[Mark]
) -> Reading | None:
    chain = view.nodes(node)
    chosen: list[Support] = []
    others: list[Support] = []
    speaking = [speaks for speaks in (_speaks(mark, chain) for mark in found) if speaks]
    most = {n: max([s[n].worth for s in speaking if n in s], default=0) for n in chain}
    for upper in [node, *sorted(chain[-2::-1], key=lambda n: -most[n])]:
        best: Support | None = None
        best_key = (False, -1)
        for speaks in speaking:
            support = speaks.get(upper)
            if support is None or (upper == node and not support.claim.leads):
                continue
            if not _apart(support, chosen):
                continue
            others.append(support)
            # A mark that says more of a unit above is left to that one, if the leaf can spare it.
            most_here = support.worth == max([s.worth for s in speaks.values()])
            key = (most_here, support.worth)
            if key > best_key and (most_here or upper == node):
                best, best_key = support, key
            elif best is not None and key == best_key and _costs(best, speaking):
                best = support if not _costs(support, speaking) else best
        if best is not None:
            chosen.append(best)
        elif upper == node:
            return None
    repeats = tuple([support for support in others if _apart(support, chosen)])
    against = _against(chain, chosen, repeats, anchors)
    worth = sum([support.worth for support in chosen]) - WORTH_OF_A_NAME * len(against)
    first = chosen[0].start
    return Reading(
        view.chain(node),
        tuple(sorted(chosen, key=lambda support: chain.index(support.claim.node))),
        repeats,
        against,
        worth,
        any(mark.start < first for mark in against),
        min([support.start for support in chosen]),
    )


def _costs(support: Support, speaking: Sequence[Mapping[int, Support]]) -> bool:
    """Whether a mark lies across one that says more of another unit: 本溪 in 本溪市本溪."""
    return any(
        other.worth > support.worth
        and other.claim.node != support.claim.node
        and not _apart(support, (other,))
        for speaks in speaking
        for other in speaks.values()
    )


def _speaks(mark: Mark, chain: Sequence[int]) -> dict[int, Support]:
    """The units of a chain for which a mark may speak."""
    by_node = mark.meant.by_node
    return {node: supported(mark, node) for node in chain if node in by_node}


def _against(
    chain: Sequence[int],
    chosen: Sequence[Support],
    repeats: Sequence[Support],
    anchors: Sequence[Mark],
) -> tuple[Mark, ...]:
    """The clear names of other units in the text."""
    firm = [support for support in chosen if support.claim.whole]
    return tuple(
        [
            mark
            for mark in anchors
            if mark.meant.by_node.keys().isdisjoint(chain)
            and _apart(mark, firm)
            and _apart(mark, repeats)
        ]
    )


def _apart(mark: Mark | Support, others: Sequence[Support]) -> bool:
    start, end = mark.start, mark.end
    for other in others:  # noqa: SIM110 - asked very often, and a loop is twice as fast
        if start < other.end and other.start < end:
            return False
    return True


def ambiguous(best: Reading, others: Sequence[Reading]) -> list[Reading]:
    """The readings that the text does not tell from the best one.

    A short form two levels above everything else that shares it is taken for that; units come
    before places that are no units. A name that is a part of the best one's is no rival to it. Nor
    is a unit of the same name in the best one, where the unit above that is named: 深圳龙华 is
    right of 龙华区 in either case.
    """
    same = (best.hops, best.worth, best.start)
    equal = [
        other
        for other in others
        if (other.hops, other.worth, other.start) == same
        and not _is_part(other.by, best.by)
        and not _lies_in_namesake(other, best)
    ]
    highest = min((r.leaf.level for r in [best, *equal]), default=0)
    return [r for r in equal if r.leaf.level - highest <= 1] if equal else []


def _is_part(name: Support, whole: Support) -> bool:
    """Whether a name lies in a longer one: 谷涌社区 in 新谷涌社区."""
    inside = whole.start <= name.start and name.end <= whole.end
    return inside and name.end - name.start < whole.end - whole.start


def _lies_in_namesake(reading: Reading, best: Reading) -> bool:
    """Whether a reading is of what lies in the best one's unit, by the very same name.

    And the unit above the best one is named.
    """
    if _stretch(reading.by) != _stretch(best.by) or len(best.supports) == 1:
        return False
    named_above = best.supports[-2].claim.node == best.chain[-2].node
    return named_above and any(spot.node == best.leaf.node for spot in reading.chain[:-1])


def _stretch(name: Support) -> tuple[int, int, int]:
    return name.start, name.end, name.key


def deciding_level(chains: Sequence[Sequence[Spot]]) -> int:
    """The highest level at which the chains differ: the field that would decide."""
    for level in range(len(LEVELS)):
        nodes = {next((s.node for s in chain if s.level == level), None) for chain in chains}
        if len(nodes) > 1 and any(node is not None for node in nodes):
            return level
    return min(chain[-1].level for chain in chains)
