"""Other names within the names of a plain address, and whether one of them may be meant instead.

An interpretation of as much weight needs as much from each of the steps down the tree. A short form
weighs less than a standard name; another standard name weighs the same, but costs the step before,
if it does not lie under that. So a name within a step could replace it only together with others in
that step, or with one that begins where it ends behind the last step.
"""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from itertools import accumulate

from gazetteer.search.geocoder.evidence import Evidence
from gazetteer.search.geocoder.name_context import (
    AMBIGUOUS_LENGTH,
    GENERIC_FIRST_CHARS,
    KeyHit,
)
from gazetteer.search.index.candidate_lookup import MAX_KEY_CANDIDATES
from gazetteer.search.index.day_index import DayIndex

OtherHits = Sequence[KeyHit]
"""Other names in the last step, or that reach into it."""


def is_considered(
    day_index: DayIndex, text: str, start: int, others: OtherHits, hit: KeyHit
) -> bool:
    """Whether a name within a step that begins at ``start`` may count as a mention."""
    key, begun, stop = hit
    if begun == start or text[begun - 1] == " ":
        return True
    for _, _, end in others:
        if end == begun:
            return True
    return stop - begun > AMBIGUOUS_LENGTH and bool(day_index.index.key_has_generic[key])


def find_inner_ends(
    day_index: DayIndex,
    text: str,
    steps: Sequence[Evidence],
    others: list[KeyHit],
    hits: Sequence[KeyHit],
    number: int,
    done: int,
) -> list[int] | None:
    """The ends of the names that begin within the last step; None if one may be meant instead.

    The step is the hit of this ``number`` and ends at ``done``. All names in it that count are
    added to the ``others``.
    """
    key_has_generic, start, has_generic = (
        day_index.index.key_has_generic,
        hits[number][1],
        steps[-1].candidate.has_generic,
    )
    ends: list[int] = []
    for position in range(number + 1, len(hits)):
        key, begun, stop = inner_hit = hits[position]
        if begun >= done:
            break
        if stop > done:
            continue
        if (
            begun == start and has_generic and not key_has_generic[key]
        ):  # 天河 in 天河区: of less weight
            others.append(inner_hit)
        elif is_considered(day_index, text, start, others, inner_hit):
            if may_replace_step(day_index, steps, others, inner_hit):
                return None
            if stop == done and text[done : done + 1] in GENERIC_FIRST_CHARS:
                return None  # 农场 in 大坪农场村 goes on, and another name may begin behind it
            if begun > start:
                ends.append(stop)
            others.append(inner_hit)
    return ends


def may_replace_step(
    day_index: DayIndex, steps: Sequence[Evidence], others: OtherHits, hit: KeyHit
) -> bool:
    """Whether a name in the last step may be meant instead of it; True where in doubt."""
    key, begun, _ = hit
    last = steps[-1]
    if begun == last.start:
        return not last.candidate.has_generic or (
            bool(day_index.index.key_has_generic[key])
            and _may_be_standard_name(day_index, key, steps)
        )
    if not last.candidate.has_generic:
        return True
    node, has_generic = last.candidate.node, day_index.index.key_has_generic[key]
    before = [other for other in others if other[2] <= begun]
    if not has_generic and not before and not day_index.standard_names.has_children[node]:
        return False
    return _may_compensate(day_index, steps, key, before)


def _may_be_standard_name(day_index: DayIndex, key: int, steps: Sequence[Evidence]) -> bool:
    """Whether a key at the beginning of the last step may as well be meant instead of it.

    As the standard name of a unit on one line with what was named before, and not named itself.
    """
    nodes = day_index.standard_names.get_nodes(key)
    if len(steps) == 1:
        return len(nodes) > 0
    named_nodes, above = _list_named_nodes(steps), steps[-2].candidate.node
    return any(
        node not in named_nodes and is_same_lineage(day_index, above, node) for node in nodes
    )


def _list_named_nodes(steps: Sequence[Evidence]) -> Sequence[int]:
    """The units above the last step that it adds nothing to name again."""
    return [step.candidate.node for step in steps[:-1] if step.candidate.has_generic]


def _may_compensate(
    day_index: DayIndex, steps: Sequence[Evidence], key: int, before: OtherHits
) -> bool:
    """Whether a name may make up for the step in which it lies.

    ``before`` are the other names in the step, or that reach into it, which end before.
    """
    if day_index.index.key_has_generic[key] and len(steps) == 1:
        return True
    named_nodes, standard_names = _list_named_nodes(steps), day_index.standard_names
    if standard_names.key_has_displaced[key] or standard_names.key_has_linked[key]:
        if _has_equal_meaning(day_index, steps, key, named_nodes):
            return True
    elif _has_meaning_near(day_index, steps, key, named_nodes):
        return True
    if not before or _has_conflict_above(day_index, steps, key, before):
        return False
    return _can_combine(day_index, key, [other for other, _, _ in before], named_nodes)


def _has_conflict_above(
    day_index: DayIndex, steps: Sequence[Evidence], key: int, before: OtherHits
) -> bool:
    """Whether a name and one before it in the step cannot but give up the step above as well.

    Then they weigh less than the two steps, unless both have generic parts; or one of them, if
    the step above is by a short form.
    """
    key_has_generic, start = day_index.index.key_has_generic, steps[-1].start
    if len(steps) == 1:
        return False
    above_has_generic = steps[-2].candidate.has_generic
    for other, begun, _ in before:
        generic_count = key_has_generic[key] + key_has_generic[other]
        if begun > start or generic_count > above_has_generic:
            return False
    nodes, above = (
        _list_possible_nodes(day_index, key),
        _list_possible_nodes(day_index, steps[-2].key),
    )
    if above is None:
        return False
    if nodes is not None:
        return not _has_shared_lineage(day_index, nodes, above)
    return not any(_is_near(day_index, key, node) for node in above)


def _is_near(day_index: DayIndex, key: int, node: int) -> bool:
    """Whether one of the many things that a key means lies on one line with a node."""
    standard_names, last_descendant = day_index.standard_names, day_index.index.last_descendant
    if (
        standard_names.is_displaced[node]
        or standard_names.key_has_displaced[key]
        or standard_names.key_has_linked[key]
    ):
        return True
    return day_index.has_meaning_between(key, node, last_descendant[node]) or any(
        day_index.has_meaning_between(key, upper, upper)
        for upper in day_index.get_node_path(node)[:-1]
    )


def _has_meaning_near(
    day_index: DayIndex, steps: Sequence[Evidence], key: int, named_nodes: Sequence[int]
) -> bool:
    """Whether a name means anything in the last step; with a generic part, near the one before.

    By the numbers of the nodes, so that it does not matter how many it means.
    """
    if not day_index.index.key_has_generic[key]:
        return day_index.has_meaning_below(key, steps[-1].candidate.node)
    above = steps[-2].candidate.node
    return day_index.has_meaning_between(
        key, above + 1, day_index.index.last_descendant[above]
    ) or any(
        day_index.has_meaning_between(key, upper, upper)
        for upper in day_index.get_node_path(above)
        if upper not in named_nodes
    )


def _has_equal_meaning(
    day_index: DayIndex, steps: Sequence[Evidence], key: int, named_nodes: Sequence[int]
) -> bool:
    """The same where the numbers do not show what lies in what, or names lead on to others."""
    nodes, has_generic = _list_possible_nodes(day_index, key), day_index.index.key_has_generic[key]
    last = steps[-1].candidate.node
    if nodes is None:
        return True
    for node in nodes:
        if node in named_nodes:
            continue  # it adds nothing to name again
        if (has_generic or node != last) and day_index.is_within(node, last):
            return True
        if has_generic and is_same_lineage(day_index, steps[-2].candidate.node, node):
            return True
    return False


def _can_combine(
    day_index: DayIndex, key: int, before: Sequence[int], named_nodes: Sequence[int]
) -> bool:
    """Whether what a name means, and is not named, lies on one line with what others mean."""
    nodes = _list_possible_nodes(day_index, key)
    if nodes is None:
        return True
    other_nodes: set[int] = set()
    for other in before:
        others = _list_possible_nodes(day_index, other)
        if others is None:
            return True
        other_nodes.update(others)
    return _has_shared_lineage(
        day_index,
        [node for node in nodes if node not in named_nodes],
        other_nodes.difference(named_nodes),
    )


def _has_shared_lineage(day_index: DayIndex, nodes: Iterable[int], others: Iterable[int]) -> bool:
    """Whether any node lies on one line with any of the others, by the numbers of the nodes."""
    is_displaced, last_descendant = (
        day_index.standard_names.is_displaced,
        day_index.index.last_descendant,
    )
    ordered = sorted(others)
    if any(is_displaced[other] for other in ordered):
        return True
    reach = list(accumulate([last_descendant[other] for other in ordered], max))
    for node in nodes:
        after = bisect_left(ordered, node)
        below = after < len(ordered) and ordered[after] <= last_descendant[node]
        if below or is_displaced[node] or (after and reach[after - 1] >= node):
            return True
    return False


def _list_possible_nodes(day_index: DayIndex, key: int) -> Sequence[int] | None:
    """What a key may mean, and maybe more; None if that is too much to examine."""
    index = day_index.index
    first, last = index.meaning_offsets[key], index.meaning_offsets[key + 1]
    if last - first <= MAX_KEY_CANDIDATES and not day_index.standard_names.key_has_linked[key]:
        states = day_index.states
        return [node for node in index.meaning_node[first:last] if states[node] >= 0]
    candidate_set = day_index.get_candidates(key)
    return (
        None
        if candidate_set.is_truncated
        else [candidate.node for candidate in candidate_set.candidates]
    )


def is_same_lineage(day_index: DayIndex, node: int, other: int) -> bool:
    """Whether one of two nodes lies in the other."""
    return day_index.is_within(other, node) or day_index.is_within(node, other)
