"""The plain address at first sight: names that lead down the tree, one right behind the other.

广东省河源市连平县大湖镇: each name means one unit under the one before it, by the worthiest of what
it may mean. Where the rest of the text names nothing, such a reading need not be compared: any
other would have to give up one of these names for something of less worth. Whatever might be
worth as much is left to the full comparison (:mod:`gazetteer.search.readings`), which would say
the same of every text that is answered here.
"""

from collections.abc import Sequence

from gazetteer.records.levels import LEVELS
from gazetteer.search.claims import Claim, Meant, Via, worth_of
from gazetteer.search.forms import OFFICE, Form
from gazetteer.search.marks import (
    BEGIN_GENERICS,
    BEGIN_OFFICES,
    MAX_MARKS,
    TELLING,
    Hit,
    Mark,
    behind,
    of_another,
    read,
)
from gazetteer.search.readings import WITH_GENERIC, Reading, Support, supported
from gazetteer.search.rivals import counts, inside, is_rival, means_below, on_one_line
from gazetteer.search.stages import Stage, known_stages
from gazetteer.search.view import MANY, Spot, View

_BEHIND_WHOLE = BEGIN_OFFICES | BEGIN_GENERICS - {"新"}
"""Characters behind a whole name that may tell how it is meant; 新区 completes short forms only."""
_LEANING = worth_of(Form.SHORT, Via.NAME)
"""Worth enough, with what is named behind it, to outweigh anything else that a short form means."""


def descended(view: View, text: str, hits: Sequence[Hit]) -> Stage | None:
    """The names of a plain address with their reading; None tells nothing.

    ``hits`` are all names in the text, from left to right, of those that begin together the
    longest first.
    """
    if len(hits) > MAX_MARKS:
        return None
    stage, rest = _way(view, text, hits)
    if not stage.harmless or stage.doubtful or stage.leans or stage.node < 0:
        return None
    if stage.insides and not _ends_there(view, text, stage, hits):
        return None
    if rest < len(hits):
        more = behind(view, text, hits, rest, stage.done)
        if more is None or any(_matters(view, hits, stage, mark) for mark in more):
            return None
    return stage


def _way(view: View, text: str, hits: Sequence[Hit]) -> tuple[Stage, int]:
    """The stage to which the names from the beginning on lead, each under the one before.

    With the number of the first hit behind it that may matter. It is the last one as soon as it is
    not harmless.
    """
    known, beyond = known_stages(view), text + "\n"
    stage, done = known.root, 0
    for hit in hits:
        key, start, end = hit
        if start < done:
            if end <= done:
                continue  # looked at with the step
            following = stage.after.get(hit)
            if following is None:
                following = _reaching(view, text, stage, hit)
                if not stage.passing:
                    known.keep(view, stage, hit, following)
        else:
            by: int | Hit = key
            if start > done:
                if text[done:start].strip():
                    return stage, hits.index(hit)
                by = hit
            following = stage.after.get(by)
            if following is None or beyond[end] in following.before:
                if not view.index.whole_keys[key] and of_another(view, text, hits, hit):
                    return stage, hits.index(hit) + 1
                following = _stepped(view, text, hits, hits.index(hit), stage)
                if following is None:
                    return stage, hits.index(hit)
                if beyond[end] not in following.before and not following.passing:
                    known.keep(view, stage, by, following)
            done = following.done
        stage = following
        if not stage.harmless:
            break
    return stage, len(hits)


def _stepped(view: View, text: str, hits: Sequence[Hit], number: int, stage: Stage) -> Stage | None:
    """The step down by a hit, with all that lies in it; None if there is none."""
    key, start, end = hit = hits[number]
    passing, leans = stage.passing, False
    if view.index.whole_keys[key]:
        step = _standard(view, text, hit, view.child(key, stage.node))
        if step is None and (chosen := _chosen_by_next(view, hits, number, stage.node)):
            step, passing = _standard(view, text, hit, chosen), True
    elif stage.insides:
        return None
    else:
        step, leans = _short(view, text, hits, number, stage.node)
        passing |= leans
    if step is None:
        return None
    further = _further(view, text, stage, step)
    node, done = step.claim.node, step.end
    before = _BEHIND_WHOLE if step.claim.whole else TELLING
    if further is None:
        return Stage(stage.reading, node, done, harmless=False, before=before, passing=passing)
    reading, missing = further
    others = [other for other in stage.others if other[2] > start] if stage.others else []
    if done > end:
        others.append(hit)
    ends = inside(view, text, reading.supports, others, hits, number, done)
    if ends is None:
        return Stage(reading, node, done, harmless=False, before=before, passing=passing)
    insides = (*stage.insides, *ends) if ends else stage.insides
    # A name across two steps costs both, and is not worth that without another behind it.
    doubtful = stage.doubtful and not (step.claim.whole and not ends)
    return Stage(
        reading, node, done, missing, others, insides, True, doubtful, before, passing, leans
    )


def _reaching(view: View, text: str, stage: Stage, hit: Hit) -> Stage:
    """The stage with a name that begins in its last step and ends behind it."""
    _, begun, stop = hit
    supports = stage.reading.supports
    start = supports[-1].start
    if not counts(view, text, start, stage.others, hit):
        return stage
    return Stage(
        stage.reading,
        stage.node,
        stage.done,
        stage.missing,
        [*stage.others, hit],
        (*stage.insides, stop) if begun > start else stage.insides,
        stage.harmless,
        stage.doubtful or is_rival(view, supports, stage.others, hit),
        stage.before,
        stage.passing,
        stage.leans,
    )


def _further(
    view: View, text: str, stage: Stage, step: Support
) -> tuple[Reading, tuple[Spot, ...]] | None:
    """The reading with one more step, and the units that were not named.

    None if one of these may as well be named by a step, or if on this day the tree is another.
    """
    node, before, missing = step.claim.node, stage.reading, stage.missing
    chain, supports = before.chain, (*before.supports, step)
    above = view.index.parents[view.states[node]]
    if above != stage.node:
        between = _between(view, above, stage.node)
        if between is None or _may_name(text, before.supports, between):
            return None
        chain, missing = (*chain, *between), (*missing, *between)
    if missing and _may_name(text, (step,), missing):
        return None
    start, worth = supports[0].start, before.worth + step.worth
    chain = (*chain, view.spot(node))
    return Reading(chain, supports, (), (), worth, False, start), missing


def _between(view: View, node: int, upper: int) -> list[Spot] | None:
    """A unit and those above it that lie in an upper one; None if it does not on this day."""
    spots: list[Spot] = []
    while node != upper:
        if node < 0 or view.states[node] < 0 or len(spots) == len(LEVELS):
            return None
        spots.append(view.spot(node))
        node = view.index.parents[view.states[node]]
    spots.reverse()
    return spots


def _may_name(text: str, supports: Sequence[Support], spots: Sequence[Spot]) -> bool:
    """Whether a name that supports one unit of a chain might as well support another of them."""
    for support in supports:
        name, meant = text[support.start : support.end], support.meant
        for spot in spots:
            if name == spot.name or (meant is not None and spot.node in meant.top_nodes):
                return True
    return False


def _ends_there(view: View, text: str, stage: Stage, hits: Sequence[Hit]) -> bool:
    """Whether no name begins behind the last step where one that begins in it ends."""
    for end in stage.insides:
        if end > stage.done:
            for hit in hits:
                if hit[1] == end and not of_another(view, text, hits, hit):
                    return False
    return True


def _matters(view: View, hits: Sequence[Hit], stage: Stage, mark: Mark) -> bool:
    """Whether a name behind the steps may say more: of a unit in or above theirs, or as much.

    A short form of a unit elsewhere is worth less than the last name, which it would cost, unless
    names in the steps have something to do with that unit too: 珠江 of 南沙区 behind 番禺区,
    which once held it.
    """
    leaf = stage.node
    if mark.meant.whole is not None:
        return True
    return any(
        on_one_line(view, leaf, claim.node)
        or _elsewhere(view, hits, stage, mark, claim.node) >= stage.reading.worth
        for claim in mark.claims
    )


def _elsewhere(view: View, hits: Sequence[Hit], stage: Stage, mark: Mark, node: int) -> int:
    """What a reading could be worth at most that takes a mark behind the steps to mean a node.

    As much as the steps, if names in them may mean what lies under that node.
    """
    above = dict.fromkeys(view.nodes(node)[:-1], 0)
    for key, start, _ in hits:
        if start >= stage.done:
            break
        every = view.meant(key)
        if every.many or any(view.lies_in(claim.node, node) for claim in every.claims):
            return stage.reading.worth
        for upper, known in above.items():
            claim = every.by_node.get(upper)
            if claim is not None:
                completed = claim.worth if claim.whole else claim.worth + WITH_GENERIC
                above[upper] = max(known, completed)
    return supported(mark, node).worth + sum(above.values())


def _standard(view: View, text: str, hit: Hit, claim: Claim | None) -> Support | None:
    """A hit as the standard name of one unit, if it is one and nothing behind it belongs to it.

    It may stand for its office, or be a short form too, with its generic part behind: 大坪农场村.
    """
    key, start, end = hit
    if claim is None:
        return None
    if text[end : end + 1] in _BEHIND_WHOLE and (
        OFFICE.match(text, end) or not view.meant(key).all_whole
    ):
        return None
    return Support(start, end, key, claim, claim.worth)


def _chosen_by_next(view: View, hits: Sequence[Hit], number: int, node: int) -> Claim | None:
    """Of several units under a node the only one in which lies what is named right behind it."""
    key, _, end = hits[number]
    first, after = view.children(key, node)
    if not 1 < after - first <= MANY:
        return None
    following = _right_behind(hits, number, end)
    if following is None:
        return None
    nodes = view.standing.nodes
    chosen = [place for place in range(first, after) if _has_child(view, following, nodes[place])]
    return view.standard(chosen[0]) if len(chosen) == 1 else None


def _has_child(view: View, key: int, node: int) -> bool:
    """Whether a key is the standard name of anything under a node."""
    first, after = view.children(key, node)
    return after > first


def _right_behind(hits: Sequence[Hit], number: int, at: int) -> int | None:
    """The longest name that begins where another ends; None also for the same name once more.

    Units that bear one name lie in each other: it chooses among none.
    """
    following = next((key for key, start, _ in hits[number + 1 :] if start == at), None)
    return None if following == hits[number][0] else following


def _short(
    view: View, text: str, hits: Sequence[Hit], number: int, node: int
) -> tuple[Support | None, bool]:
    """The one unit under a node, or anywhere, of which a hit is the short form.

    With whether it is the only one just because of what is named right behind it.
    """
    key, start, end = hits[number]
    if view.standing.stray_keys[key]:
        return None, False
    every: Meant | None = view.meant(key)
    stop, generic = end, ""
    if text[end : end + 1] in TELLING:
        every, stop, generic = read(view, text, hits, end, view.meant(key), True)
    if every is None or every.many:
        return None, False
    last = view.index.last_under[node] if node >= 0 else len(view.index.ids)
    tops = [claim for claim in every.tops if node < claim.node <= last]
    leans = len(tops) > 1
    if leans:
        following = _right_behind(hits, number, stop)
        if following is None:
            return None, False
        tops = [claim for claim in tops if means_below(view, following, claim.node)]
    if len(tops) != 1 or tops[0].via is not Via.NAME or (leans and tops[0].worth < _LEANING):
        return None, False
    return supported(Mark(start, stop, key, every, generic), tops[0].node), leans
