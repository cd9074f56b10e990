"""The plain address at first sight: names that lead down the tree, one right behind the other.

广东省河源市连平县大湖镇: each name means one unit under the one before it, by the worthiest of what
it may mean. Where the rest of the text names nothing, such a reading need not be compared: any
other would have to give up one of these names for something of less worth. Whatever might be
worth as much is left to the full comparison (:mod:`gazetteer.search.readings`), which would say
the same of every text that is answered here.
"""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from gazetteer.search.claims import Meant, Via
from gazetteer.search.forms import OFFICE
from gazetteer.search.marks import (
    BEGIN_OFFICES,
    EASILY_WITHIN,
    MAX_MARKS,
    TELLING,
    Hit,
    Mark,
    behind,
    of_another,
    read,
)
from gazetteer.search.readings import Reading, Support, supported
from gazetteer.search.view import Spot, View


@dataclass(slots=True, eq=False)
class Stage:
    """What the names on the way down have led to; the same for every text that begins with them.

    ``node`` is the unit of the last step, which ends at ``done``. ``ends`` are the bounds of other
    names in that step, or that reach into it; ``insides`` the ends of those that begin within a
    step. ``short``: some step is by a short form. ``harmless``: no other name in the steps may as
    well be meant. ``after`` are the stages that follow by the next name. ``told`` is for whoever
    tells the reading.
    """

    steps: tuple[Support, ...]
    node: int
    done: int
    short: bool
    ends: list[tuple[int, int]]
    insides: tuple[int, ...]
    harmless: bool = True
    after: "dict[Hit, Stage] | None" = None
    reading: Reading | None = None
    is_read: bool = False
    told: Any = None

    def follows(self, hit: Hit, stage: "Stage") -> None:
        """Remember the stage to which the next name leads."""
        if self.after is None:
            self.after = {}
        self.after[hit] = stage


class _Known:
    """The stages that were met, from the beginning of a text on; in bounded memory."""

    def __init__(self) -> None:
        self.root = Stage((), -1, 0, False, [], ())
        self.stages = 0


_KNOWN = "the stages of descents"
_MOST_STAGES = 20_000


def descended(view: View, text: str, hits: Sequence[Hit]) -> Stage | None:
    """The names of a plain address with their reading; None tells nothing.

    ``hits`` are all names in the text, from left to right, of those that begin together the
    longest first.
    """
    if len(hits) > MAX_MARKS:
        return None
    stage, rest = _way(view, text, hits)
    if not stage.harmless or not stage.steps or not _ends_there(stage, hits):
        return None
    more = behind(view, text, hits, rest, stage.done) if rest < len(hits) else ()
    if more is None or any(_matters(view, stage.steps, mark) for mark in more):
        return None
    if not stage.is_read:
        stage.reading, stage.is_read = _reading(view, text, stage.steps), True
    return stage if stage.reading is not None else None


def _way(view: View, text: str, hits: Sequence[Hit]) -> tuple[Stage, int]:
    """The stage to which the names from the beginning on lead, each under the one before.

    With the number of the first hit behind it that may matter. It is the last one as soon as it is
    not harmless.
    """
    known = _known(view)
    stage, done = known.root, 0
    for number, hit in enumerate(hits):
        _, start, end = hit
        if start < done and end <= done:
            continue  # looked at with the step
        following = stage.after.get(hit) if stage.after is not None else None
        if start < done:
            if following is None:
                following = _reaching(view, text, stage, hit)
                stage.follows(hit, following)
                known.stages += 1
        else:
            if start > done and text[done:start].strip():
                return stage, number
            next_is = text[end : end + 1]
            if following is None or not _holds(following, next_is):
                if of_another(view, text, hits, hit):
                    return stage, number + 1
                following = _stepped(view, text, hits, number, stage)
                if following is None:
                    return stage, number
                if _holds(following, next_is):
                    stage.follows(hit, following)
                    known.stages += 1
            done = following.done
        stage = following
        if not stage.harmless:
            break
    return stage, len(hits)


def _known(view: View) -> _Known:
    known: _Known | None = view.settled.get(_KNOWN)
    if known is None or known.stages > _MOST_STAGES:
        known = _Known()
        view.settle(_KNOWN, known)
    return known


def _holds(stage: Stage, following: str) -> bool:
    """Whether a step would be taken before any text that begins with such a character."""
    if stage.steps[-1].claim.whole:
        return following not in BEGIN_OFFICES
    return following not in TELLING


def _stepped(view: View, text: str, hits: Sequence[Hit], number: int, stage: Stage) -> Stage | None:
    """The step down by a hit, with all that lies in it; None if there is none."""
    key, start, end = hit = hits[number]
    if view.index.whole_keys[key]:
        step = _standard(view, text, hit, stage.node)
    else:
        step = None if stage.insides else _short(view, text, hits, hit, stage.node)
    if step is None:
        return None
    done, whole = step.mark.end, step.claim.whole
    ends = [reaching for reaching in stage.ends if reaching[1] > start] if stage.ends else []
    if done > end:
        ends.append((key, end))
    short = stage.short or not whole
    steps = (*stage.steps, step)
    insides = stage.insides
    for place in range(number + 1, len(hits)):
        within, begun, stop = other = hits[place]
        if begun >= done:
            break
        if stop <= done and not _adds_nothing(view, text, start, ends, other):
            if not _is_harmless(view, steps, short, start, ends, other):
                return Stage(steps, step.claim.node, done, short, ends, insides, False)
            if begun > start:
                insides = (*insides, stop)
            ends.append((within, stop))
    return Stage(steps, step.claim.node, done, short, ends, insides)


def _reaching(view: View, text: str, stage: Stage, hit: Hit) -> Stage:
    """The stage with a name that begins in its last step and ends behind it."""
    key, begun, stop = hit
    start = stage.steps[-1].mark.start
    if _adds_nothing(view, text, start, stage.ends, hit):
        return stage
    harmless = _is_harmless(view, stage.steps, stage.short, start, stage.ends, hit)
    insides = (*stage.insides, stop) if begun > start else stage.insides
    ends = [*stage.ends, (key, stop)]
    return Stage(stage.steps, stage.node, stage.done, stage.short, ends, insides, harmless)


def _adds_nothing(
    view: View, text: str, start: int, ends: Sequence[tuple[int, int]], hit: Hit
) -> bool:
    """Whether a name within a step that begins at ``start`` would not be looked at."""
    key, begun, stop = hit
    if begun == start or _counts(text, begun, ends):
        return False
    return stop - begun <= EASILY_WITHIN or not view.index.whole_keys[key]


def _is_harmless(
    view: View,
    steps: Sequence[Support],
    short: bool,
    start: int,
    ends: Sequence[tuple[int, int]],
    hit: Hit,
) -> bool:
    """Whether a name in the last step, which begins at ``start``, cannot be meant instead."""
    key, begun, _ = hit
    if begun > start:
        before = [other for other, stop in ends if stop <= begun]
        return not short and _makes_up_for_nothing(view, steps, key, before)
    return steps[-1].claim.whole and not (view.index.whole_keys[key] and _stands(view, key, steps))


def _ends_there(stage: Stage, hits: Sequence[Hit]) -> bool:
    """Whether no name begins behind the last step where one that begins in it ends."""
    return not any(
        end > stage.done and any(start == end for _, start, _ in hits) for end in stage.insides
    )


def _counts(text: str, start: int, ends: Sequence[tuple[int, int]]) -> bool:
    """Whether a short form would be looked at where it begins within a step."""
    for _, stop in ends:
        if stop == start:
            return True
    return text[start - 1] == " "


def _matters(view: View, steps: Sequence[Support], mark: Mark) -> bool:
    """Whether a name behind the steps may say more: of a unit in or above theirs, or as much.

    A short form of a unit elsewhere is worth less than the last name, which it would cost, unless
    the names of the steps have something to do with that unit too: 珠江 of 南沙区 behind 番禺区,
    which once held it.
    """
    if mark.meant.whole is not None or not all(step.claim.whole for step in steps):
        return True
    leaf, worth = steps[-1].claim.node, sum([step.worth for step in steps])
    return any(
        _on_one_line(view, leaf, claim.node) or _elsewhere(view, steps, mark, claim.node) >= worth
        for claim in mark.claims
    )


def _elsewhere(view: View, steps: Sequence[Support], mark: Mark, node: int) -> int:
    """What a reading could be worth in which the steps support what a mark behind them means."""
    worth = supported(mark, node).worth
    for step in steps:
        every = view.meant(step.mark.key)
        known = [every.by_node[n].worth for n in view.nodes(node) if n in every.by_node]
        worth += every.most if every.many else max(known, default=0)
    return worth


def _standard(view: View, text: str, hit: Hit, node: int) -> Support | None:
    """The one unit under a node, or anywhere, whose standard name the hit is."""
    key, start, end = hit
    meant = view.child(key, node)
    if meant is None or (text[end : end + 1] in BEGIN_OFFICES and OFFICE.match(text, end)):
        return None
    return Support(Mark(start, end, key, meant), meant.claims[0], meant.most)


def _short(view: View, text: str, hits: Sequence[Hit], hit: Hit, node: int) -> Support | None:
    """The one unit under a node, or anywhere, of which the hit is the short form."""
    key, start, end = hit
    if view.standing.stray_keys[key]:
        return None
    every: Meant | None = view.meant(key)
    stop, generic = end, ""
    if text[end : end + 1] in TELLING:
        every, stop, generic = read(view, text, hits, end, view.meant(key), True)
    if every is None or every.many:
        return None
    last = view.index.last_under[node] if node >= 0 else len(view.index.ids)
    tops = [claim for claim in every.tops if node < claim.node <= last]
    if len(tops) != 1 or tops[0].via is not Via.NAME:
        return None
    return supported(Mark(start, stop, key, every, generic), tops[0].node)


def _stands(view: View, key: int, steps: Sequence[Support]) -> bool:
    """Whether a key at the beginning of the last step may as well be meant instead of it.

    As the standard name of a unit on one line with what was named before, and not named itself.
    """
    meant = view.meant(key)
    if len(steps) == 1 or meant.many:
        return meant.many or meant.standard
    named = {step.claim.node for step in steps[:-1]}
    above = steps[-2].claim.node
    return meant.standard and any(
        claim.node not in named and _on_one_line(view, above, claim.node) for claim in meant.tops
    )


def _on_one_line(view: View, node: int, other: int) -> bool:
    """Whether one of two nodes lies in the other."""
    return view.lies_in(other, node) or view.lies_in(node, other)


def _makes_up_for_nothing(
    view: View, steps: Sequence[Support], key: int, before: Sequence[int]
) -> bool:
    """Whether no reading of as much worth takes the name that begins within the last step.

    ``before`` are the other names in the step that end before. A reading of as much worth needs
    as much from each of the steps. A short form is worth less than a standard name; another
    standard name is worth the same, but costs the step before, if it does not lie under that. So
    what lies in a step could do it only together with others in that step, or with what begins
    where it ends behind the last one.
    """
    meant, whole = view.meant(key), view.index.whole_keys[key]
    if meant.many or (whole and len(steps) == 1):
        return False
    named = [step.claim.node for step in steps]
    node = named.pop()
    for claim in meant.claims:
        if claim.node in named:
            continue  # it adds nothing to name again
        if (whole or claim.node != node) and view.lies_in(claim.node, node):
            return False
        if whole and _on_one_line(view, named[-1], claim.node):
            return False
    return not before or _are_apart(view, meant, [view.meant(other) for other in before], named)


def _are_apart(view: View, meant: Meant, others: Sequence[Meant], named: Sequence[int]) -> bool:
    """Whether nothing that is meant lies on one line with what others mean, or is named."""
    if any(other.many for other in others):
        return False
    nodes = sorted({claim.node for other in others for claim in other.claims}.difference(named))
    strays, last_under = view.standing.strays, view.index.last_under
    if any(strays[node] for node in nodes):
        return False
    for claim in meant.claims:
        node = claim.node
        if node in named:
            continue
        first = bisect_left(nodes, node)
        below = first < len(nodes) and nodes[first] <= last_under[node]
        if strays[node] or below or any(node <= last_under[other] for other in nodes[:first]):
            return False
    return True


def _reading(view: View, text: str, supports: Sequence[Support]) -> Reading | None:
    """The steps as a reading, unless one of them may as well name a unit between or above them."""
    chain = view.chain(supports[-1].claim.node)
    number = 0
    for spot in chain:
        if number < len(supports) and spot.node == supports[number].claim.node:
            number += 1
        elif any(_may_name(text, support, spot) for support in supports):
            return None
    if number < len(supports):
        return None  # on this day the tree is another
    worth = sum([support.worth for support in supports])
    return Reading(chain, tuple(supports), (), (), worth, False, supports[0].mark.start)


def _may_name(text: str, support: Support, spot: Spot) -> bool:
    """Whether a name that supports one unit of a chain might as well support another."""
    start, end, _, meant, _ = support.mark
    return text[start:end] == spot.name or spot.node in meant.top_nodes
