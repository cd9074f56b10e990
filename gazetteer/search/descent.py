"""The plain address at first sight: names that lead down the tree, one right behind the other.

广东省河源市连平县大湖镇: each name means one unit under the one before it, by the worthiest of what
it may mean. Where the rest of the text names nothing, such a reading need not be compared: any
other would have to give up one of these names for something of less worth. Whatever might be
worth as much is left to the full comparison (:mod:`gazetteer.search.readings`), which would say
the same of every text that is answered here.
"""

from collections.abc import Sequence
from typing import NamedTuple

from gazetteer.search.claims import Meant, Via
from gazetteer.search.forms import OFFICE
from gazetteer.search.marks import (
    BEGIN_OFFICES,
    EASILY_WITHIN,
    MAX_MARKS,
    TELLING,
    Hit,
    Mark,
    names_more,
    of_another,
    read,
)
from gazetteer.search.readings import Reading, Support, supported
from gazetteer.search.view import View


class _Step(NamedTuple):
    """A name on the way; ``above`` is what the name before it means (-1 for the first)."""

    support: Support
    above: int

    @property
    def end(self) -> int:
        """Where the name ends in the text."""
        return self.support.mark.end


class _Inside(NamedTuple):
    """A name that begins within a step, and not with it: 镇龙 in 大湖镇龙.

    ``heads`` are the names with which the step begins, as far as they end before it.
    """

    key: int
    end: int
    heads: tuple[int, ...]
    step: _Step

    @property
    def crosses(self) -> bool:
        """Whether it ends behind the step in which it begins."""
        return self.end > self.step.end


class _Way(NamedTuple):
    """The names on the way down; the hits from ``rest`` on begin behind them."""

    steps: Sequence[_Step]
    insides: Sequence[_Inside]
    rest: int


def descended(view: View, text: str, hits: Sequence[Hit]) -> Reading | None:
    """The reading of a plain address; None tells nothing.

    ``hits`` are all names in the text, from left to right, of those that begin together the
    longest first.
    """
    way = _way(view, text, hits) if len(hits) <= MAX_MARKS else None
    if way is None or not way.steps:
        return None
    if way.insides and not _harmless(view, hits, way):
        return None
    if names_more(view, text, hits, way.rest, way.steps[-1].end):
        return None
    return _reading(view, text, [step.support for step in way.steps])


def _way(view: View, text: str, hits: Sequence[Hit]) -> _Way | None:
    """The names from the beginning on, each under the one before.

    None if other names than its own short forms, at its beginning, lie in a short form, or more
    than one in any step.
    """
    whole_keys = view.index.whole_keys
    steps: list[_Step] = []
    insides: list[_Inside] = []
    heads: list[tuple[int, int]] = []  # names at the beginning of the last step, with their ends
    node, begun, done = -1, -1, 0
    for number, (key, start, end) in enumerate(hits):
        if start >= done:
            if start > done and text[done:start].strip():
                return _Way(steps, insides, number)
            support = _standard(view, text, hits[number], node)
            if support is None and not insides:
                support = _short(view, text, hits, hits[number], node)
            if support is None:
                return _Way(steps, insides, number)
            steps.append(_Step(support, node))
            node, begun, done = support.claim.node, start, support.mark.end
            heads = [(key, end)] if done > end else []
        elif start == begun:
            step = steps[-1]
            if not step.support.claim.whole or (whole_keys[key] and _stands(view, key, step.above)):
                return None
            heads.append((key, end))
        elif _counts(text, start, heads) or (whole_keys[key] and end - start > EASILY_WITHIN):
            if not _room(steps, insides):
                return None
            before = tuple([head for head, stop in heads if stop <= start])
            insides.append(_Inside(key, end, before, steps[-1]))
            heads.append((key, end))
    return _Way(steps, insides, len(hits))


def _counts(text: str, start: int, heads: Sequence[tuple[int, int]]) -> bool:
    """Whether a short form would be looked at where it begins within a step."""
    for _, stop in heads:
        if stop == start:
            return True
    return text[start - 1] == " "


def _room(steps: Sequence[_Step], insides: Sequence[_Inside]) -> bool:
    """Whether the last step may hold another name, as no other does and none reaches into it."""
    if insides and (
        insides[-1].step is steps[-1] or insides[-1].end > steps[-1].support.mark.start
    ):
        return False
    return all(step.support.claim.whole for step in steps)


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
    if view.index.whole_keys[key] or view.standing.strays[key]:
        return None
    if of_another(view, text, hits, hit):
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


def _stands(view: View, key: int, above: int) -> bool:
    """Whether a key may be the standard name of a unit on one line with another, or anywhere."""
    meant = view.meant(key)
    if above < 0 or meant.many:
        return meant.many or meant.standard
    return meant.standard and any(_on_one_line(view, above, claim.node) for claim in meant.tops)


def _on_one_line(view: View, node: int, other: int) -> bool:
    """Whether one of two nodes lies in the other."""
    return node in view.nodes(other) or other in view.nodes(node)


def _harmless(view: View, hits: Sequence[Hit], way: _Way) -> bool:
    """Whether no name within the steps can make up for the one in which it lies.

    A reading of as much worth needs as much from each of the steps. A short form is worth less
    than a standard name; another standard name is worth the same, but costs the step before, if
    it does not lie under that. So what lies in a step could do it only together with the names
    at its beginning, or with those that it leaves of the next one.
    """
    return all(_is_harmless(view, hits, way, inside) for inside in way.insides)


def _is_harmless(view: View, hits: Sequence[Hit], way: _Way, inside: _Inside) -> bool:
    meant, step = view.meant(inside.key), inside.step
    whole = view.index.whole_keys[inside.key]
    if meant.many or (whole and step.above < 0):
        return False
    behind = _left(view, hits, way, inside) if inside.crosses else []
    if behind is None:
        return False
    others = [*map(view.meant, inside.heads), *behind]
    if any(other.many for other in others):
        return False
    for claim in meant.claims:
        if step.support.claim.node in view.nodes(claim.node):
            return False
        if whole and _on_one_line(view, step.above, claim.node):
            return False
        if any(_on_one_line(view, c.node, claim.node) for other in others for c in other.claims):
            return False
    return True


def _left(view: View, hits: Sequence[Hit], way: _Way, inside: _Inside) -> list[Meant] | None:
    """What begins in the next step where a name ends that reaches into it; None if much does."""
    behind = [hit for hit in hits if hit[1] == inside.end]
    ends = {step.end for step in way.steps}
    if behind and (inside.end >= max(ends) or any(view.index.whole_keys[h[0]] for h in behind)):
        return None
    stops = {hit[2] for hit in behind} - ends
    if any(start in stops for _, start, _ in hits):
        return None
    return [view.meant(hit[0]) for hit in behind]


def _reading(view: View, text: str, supports: Sequence[Support]) -> Reading | None:
    """The steps as a reading, unless one of them may as well name a unit between or above them."""
    chain = view.chain(supports[-1].claim.node)
    if len(chain) > len(supports):
        named = {support.claim.node for support in supports}
        others = [spot for spot in chain if spot.node not in named]
        texts = {text[s.mark.start : s.mark.end] for s in supports}
        for spot in others:
            if spot.name in texts or any(spot.node in s.mark.meant.top_nodes for s in supports):
                return None
        if len(chain) != len(others) + len(supports):
            return None  # on this day the tree is another
    elif [spot.node for spot in chain] != [support.claim.node for support in supports]:
        return None
    worth = sum([support.worth for support in supports])
    return Reading(chain, tuple(supports), (), (), worth, False, supports[0].mark.start)
