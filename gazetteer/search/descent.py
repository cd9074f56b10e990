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
    behind,
    of_another,
    read,
)
from gazetteer.search.readings import Reading, Support, supported
from gazetteer.search.view import View


class _Inside(NamedTuple):
    """A name that begins within a step, and not with it: 镇龙 in 大湖镇龙.

    ``step`` is the number of the step, ``before`` are the other names in it that end before.
    """

    key: int
    end: int
    before: tuple[int, ...]
    step: int


class _Way(NamedTuple):
    """The names on the way down; the hits from ``rest`` on begin behind them."""

    steps: Sequence[Support]
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
    more = behind(view, text, hits, way.rest, way.steps[-1].mark.end)
    if more is None or any(_matters(view, way.steps, mark) for mark in more):
        return None
    return _reading(view, text, way.steps)


def _way(view: View, text: str, hits: Sequence[Hit]) -> _Way | None:
    """The names from the beginning on, each under the one before.

    None if other names lie in a short form, or if one at the beginning of a step stands for a
    unit that may as well be meant.
    """
    whole_keys = view.index.whole_keys
    steps: list[Support] = []
    insides: list[_Inside] = []
    ends: list[tuple[int, int]] = []  # of other names in the last step, or that reach into it
    node, begun, done, short = -1, -1, 0, False
    for number, (key, start, end) in enumerate(hits):
        if start >= done:
            if start > done and text[done:start].strip():
                return _Way(steps, insides, number)
            step = _standard(view, text, hits[number], node)
            if step is None and not insides:
                step = _short(view, text, hits, hits[number], node)
            if step is None:
                return _Way(steps, insides, number)
            steps.append(step)
            ends = [reaching for reaching in ends if reaching[1] > start] if ends else ends
            node, begun, done = step.claim.node, start, step.mark.end
            if done > end:
                ends.append((key, end))
            short = short or not step.claim.whole
        elif start == begun:
            if not steps[-1].claim.whole or (whole_keys[key] and _stands(view, key, steps)):
                return None
            ends.append((key, end))
        elif _counts(text, start, ends) or (whole_keys[key] and end - start > EASILY_WITHIN):
            if short:
                return None
            before = tuple([other for other, stop in ends if stop <= start])
            insides.append(_Inside(key, end, before, len(steps) - 1))
            ends.append((key, end))
    return _Way(steps, insides, len(hits))


def _counts(text: str, start: int, ends: Sequence[tuple[int, int]]) -> bool:
    """Whether a short form would be looked at where it begins within a step."""
    for _, stop in ends:
        if stop == start:
            return True
    return text[start - 1] == " "


def _matters(view: View, steps: Sequence[Support], mark: Mark) -> bool:
    """Whether a name behind the steps may say more: of a unit in or above theirs, or as much.

    A short form of a unit elsewhere is worth less than the last name, which it would cost.
    """
    if mark.meant.whole is not None or not all(step.claim.whole for step in steps):
        return True
    leaf = steps[-1].claim.node
    return any(_on_one_line(view, leaf, claim.node) for claim in mark.claims)


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
    return node in view.nodes(other) or other in view.nodes(node)


def _harmless(view: View, hits: Sequence[Hit], way: _Way) -> bool:
    """Whether no name within the steps can make up for the one in which it lies.

    A reading of as much worth needs as much from each of the steps. A short form is worth less
    than a standard name; another standard name is worth the same, but costs the step before, if
    it does not lie under that. So what lies in a step could do it only together with others in
    that step, or with what begins where it ends behind the last one.
    """
    done = way.steps[-1].mark.end
    return all(
        _is_harmless(view, way.steps, inside)
        and not (inside.end > done and any(start == inside.end for _, start, _ in hits))
        for inside in way.insides
    )


def _is_harmless(view: View, steps: Sequence[Support], inside: _Inside) -> bool:
    meant, whole = view.meant(inside.key), view.index.whole_keys[inside.key]
    others = [view.meant(key) for key in inside.before]
    if meant.many or (whole and not inside.step) or any(other.many for other in others):
        return False
    node, above = steps[inside.step].claim.node, steps[inside.step - 1].claim.node
    named = {step.claim.node for step in steps[: inside.step]}  # it adds nothing to name again
    others_mean = [c.node for other in others for c in other.claims if c.node not in named]
    for claim in meant.claims:
        if claim.node in named:
            continue
        if node in view.nodes(claim.node) and (whole or claim.node != node):
            return False
        if whole and _on_one_line(view, above, claim.node):
            return False
        if any(_on_one_line(view, other, claim.node) for other in others_mean):
            return False
    return True


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
