"""Other names in the names of a plain address, and whether one of them may be meant instead.

A reading of as much worth needs as much from each of the steps down the tree. A short form is
worth less than a standard name; another standard name is worth the same, but costs the step
before, if it does not lie under that. So what lies in a step could do it only together with
others in that step, or with what begins where it ends behind the last one.
"""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from itertools import accumulate

from gazetteer.search.marks import BEGIN_GENERICS, EASILY_WITHIN, Hit
from gazetteer.search.readings import Support
from gazetteer.search.view import MANY, View

Others = Sequence[Hit]
"""Other names in the last step, or that reach into it."""


def counts(view: View, text: str, start: int, others: Others, hit: Hit) -> bool:
    """Whether a name within a step that begins at ``start`` would be looked at."""
    key, begun, stop = hit
    if begun == start or text[begun - 1] == " ":
        return True
    for _, _, end in others:
        if end == begun:
            return True
    return stop - begun > EASILY_WITHIN and bool(view.index.whole_keys[key])


def inside(
    view: View,
    text: str,
    steps: Sequence[Support],
    others: list[Hit],
    hits: Sequence[Hit],
    number: int,
    done: int,
) -> list[int] | None:
    """The ends of the names that begin within the last step; None if one may be meant instead.

    The step is the hit of this ``number`` and ends at ``done``. All names in it that count are
    added to the ``others``.
    """
    whole_keys, start, whole = view.index.whole_keys, hits[number][1], steps[-1].claim.whole
    ends: list[int] = []
    for place in range(number + 1, len(hits)):
        key, begun, stop = within = hits[place]
        if begun >= done:
            break
        if stop > done:
            continue
        if begun == start and whole and not whole_keys[key]:  # 天河 in 天河区: worth less
            others.append(within)
        elif counts(view, text, start, others, within):
            if is_rival(view, steps, others, within):
                return None
            if stop == done and text[done : done + 1] in BEGIN_GENERICS:
                return None  # 农场 in 大坪农场村 goes on, and another name may begin behind it
            if begun > start:
                ends.append(stop)
            others.append(within)
    return ends


def is_rival(view: View, steps: Sequence[Support], others: Others, hit: Hit) -> bool:
    """Whether a name in the last step may be meant instead of it, as far as can be told."""
    key, begun, _ = hit
    last = steps[-1]
    if begun == last.start:
        return not last.claim.whole or (
            bool(view.index.whole_keys[key]) and _stands(view, key, steps)
        )
    if not last.claim.whole:
        return True
    node, whole = last.claim.node, view.index.whole_keys[key]
    before = [other for other in others if other[2] <= begun]
    if not whole and not before and not view.standing.has_more_under[node]:
        return False
    return _makes_up(view, steps, key, before)


def _stands(view: View, key: int, steps: Sequence[Support]) -> bool:
    """Whether a key at the beginning of the last step may as well be meant instead of it.

    As the standard name of a unit on one line with what was named before, and not named itself.
    """
    nodes = view.standing.of(key)
    if len(steps) == 1:
        return len(nodes) > 0
    named, above = _named(steps), steps[-2].claim.node
    return any(node not in named and on_one_line(view, above, node) for node in nodes)


def _named(steps: Sequence[Support]) -> Sequence[int]:
    """The units above the last step that it adds nothing to name again."""
    return [step.claim.node for step in steps[:-1] if step.claim.whole]


def _makes_up(view: View, steps: Sequence[Support], key: int, before: Others) -> bool:
    """Whether a name may make up for the step in which it lies.

    ``before`` are the other names in the step, or that reach into it, which end before.
    """
    if view.index.whole_keys[key] and len(steps) == 1:
        return True
    named, standing = _named(steps), view.standing
    if standing.stray_keys[key] or standing.linked_keys[key]:
        if _says_as_much(view, steps, key, named):
            return True
    elif _lies_near(view, steps, key, named):
        return True
    if not before or _costs_the_step_above(view, steps, key, before):
        return False
    return _meet(view, key, [other for other, _, _ in before], named)


def _costs_the_step_above(view: View, steps: Sequence[Support], key: int, before: Others) -> bool:
    """Whether a name and one before it in the step cannot but give up the step above as well.

    Then they are worth less than the two steps, unless both are whole names; or one of them, if
    the step above is by a short form.
    """
    whole_keys, start = view.index.whole_keys, steps[-1].start
    if len(steps) == 1:
        return False
    firm = steps[-2].claim.whole
    for other, begun, _ in before:
        whole = whole_keys[key] + whole_keys[other]
        if begun > start or whole > firm:
            return False
    nodes, above = _nodes(view, key), _nodes(view, steps[-2].key)
    if above is None:
        return False
    if nodes is not None:
        return not _cross(view, nodes, above)
    return not any(_is_near(view, key, node) for node in above)


def _is_near(view: View, key: int, node: int) -> bool:
    """Whether one of the many things that a key means lies on one line with a node."""
    standing, last_under = view.standing, view.index.last_under
    if standing.strays[node] or standing.stray_keys[key] or standing.linked_keys[key]:
        return True
    return _means_within(view, key, node, last_under[node]) or any(
        _means_within(view, key, upper, upper) for upper in view.nodes(node)[:-1]
    )


def _lies_near(view: View, steps: Sequence[Support], key: int, named: Sequence[int]) -> bool:
    """Whether a name means anything in the last step, or if it is whole near the one before.

    By the numbers of the nodes, so that it does not matter how many it means.
    """
    if not view.index.whole_keys[key]:
        return means_below(view, key, steps[-1].claim.node)
    above = steps[-2].claim.node
    return _means_within(view, key, above + 1, view.index.last_under[above]) or any(
        _means_within(view, key, upper, upper) for upper in view.nodes(above) if upper not in named
    )


def means_below(view: View, key: int, node: int) -> bool:
    """Whether a key may mean anything under a node, as far as numbers tell it."""
    return _means_within(view, key, node + 1, view.index.last_under[node])


def _means_within(view: View, key: int, low: int, high: int) -> bool:
    """Whether a key may mean a node in force among those from ``low`` to ``high``."""
    index, states = view.index, view.states
    nodes = index.meaning_node
    first = bisect_left(nodes, low, index.meaning_at[key], index.meaning_at[key + 1])
    after = bisect_left(nodes, high + 1, first, index.meaning_at[key + 1])
    return any(states[node] >= 0 for node in nodes[first:after])


def _says_as_much(view: View, steps: Sequence[Support], key: int, named: Sequence[int]) -> bool:
    """The same where the numbers do not tell what lies in what, or names lead on to others."""
    nodes, whole = _nodes(view, key), view.index.whole_keys[key]
    last = steps[-1].claim.node
    if nodes is None:
        return True
    for node in nodes:
        if node in named:
            continue  # it adds nothing to name again
        if (whole or node != last) and view.lies_in(node, last):
            return True
        if whole and on_one_line(view, steps[-2].claim.node, node):
            return True
    return False


def _meet(view: View, key: int, before: Sequence[int], named: Sequence[int]) -> bool:
    """Whether what a name means, and is not named, lies on one line with what others mean."""
    nodes = _nodes(view, key)
    if nodes is None:
        return True
    mean: set[int] = set()
    for other in before:
        others = _nodes(view, other)
        if others is None:
            return True
        mean.update(others)
    return _cross(view, [node for node in nodes if node not in named], mean.difference(named))


def _cross(view: View, nodes: Iterable[int], others: Iterable[int]) -> bool:
    """Whether any node lies on one line with any of the others, as far as numbers tell it."""
    strays, last_under = view.standing.strays, view.index.last_under
    ordered = sorted(others)
    if any(strays[other] for other in ordered):
        return True
    reach = list(accumulate([last_under[other] for other in ordered], max))
    for node in nodes:
        after = bisect_left(ordered, node)
        below = after < len(ordered) and ordered[after] <= last_under[node]
        if below or strays[node] or (after and reach[after - 1] >= node):
            return True
    return False


def _nodes(view: View, key: int) -> Sequence[int] | None:
    """What a key may mean, and maybe more; None if that is too much to look at."""
    index = view.index
    first, last = index.meaning_at[key], index.meaning_at[key + 1]
    if last - first <= MANY and not view.standing.linked_keys[key]:
        states = view.states
        return [node for node in index.meaning_node[first:last] if states[node] >= 0]
    meant = view.meant(key)
    return None if meant.many else [claim.node for claim in meant.claims]


def on_one_line(view: View, node: int, other: int) -> bool:
    """Whether one of two nodes lies in the other."""
    return view.lies_in(other, node) or view.lies_in(node, other)
