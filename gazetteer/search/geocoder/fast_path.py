"""The plain address at first sight: names that lead down the tree, one right behind the other.

广东省河源市连平县大湖镇: each name means one unit under the one before it, by the worthiest of what
it may mean. Where the rest of the text names nothing, such a reading need not be compared: any
other would have to give up one of these names for something of less worth. Whatever might be
worth as much is left to the full comparison (:mod:`gazetteer.search.geocoder.interpretations`), which would say
the same of every text that is answered here.
"""

from collections.abc import Sequence

from gazetteer.records.levels import LEVELS
from gazetteer.search.geocoder.interpretations import (
    GENERIC_BONUS,
    Evidence,
    Interpretation,
    build_evidence,
)
from gazetteer.search.geocoder.mentions import (
    DECISIVE_CHARS,
    GENERIC_FIRST_CHARS,
    MAX_MENTIONS,
    OFFICE_FIRST_CHARS,
    KeyHit,
    Mention,
    find_trailing_mentions,
    is_part_of_other,
    resolve_candidates,
)
from gazetteer.search.geocoder.overlap_conflicts import (
    find_inner_ends,
    has_meaning_below,
    is_considered,
    is_same_lineage,
    may_replace_step,
)
from gazetteer.search.geocoder.parse_cache import ParseState, get_parse_trie
from gazetteer.search.index.candidates import Candidate, CandidateSet, NameRelation, compute_weight
from gazetteer.search.index.day_index import MAX_KEY_CANDIDATES, DayIndex, UnitRef
from gazetteer.search.text.name_forms import OFFICE_SUFFIX, NameForm

_DECISIVE_AFTER_GENERIC = OFFICE_FIRST_CHARS | GENERIC_FIRST_CHARS - {"新"}
"""Characters behind a whole name that may tell how it is meant; 新区 completes short forms only."""
_MIN_WEIGHT_BY_NEXT = compute_weight(NameForm.SHORT, NameRelation.CURRENT_NAME)
"""Worth enough, with what is named behind it, to outweigh anything else that a short form means."""


def parse_hierarchical(day_index: DayIndex, text: str, hits: Sequence[KeyHit]) -> ParseState | None:
    """The names of a plain address with their reading; None tells nothing.

    ``hits`` are all names in the text, from left to right, of those that begin together the
    longest first.
    """
    if len(hits) > MAX_MENTIONS:
        return None
    parse_state, rest = _advance_states(day_index, text, hits)
    if (
        not parse_state.is_unambiguous
        or parse_state.is_doubtful
        or parse_state.needs_next_name
        or parse_state.node < 0
    ):
        return None
    if parse_state.inner_ends and not _is_end_clear(day_index, text, parse_state, hits):
        return None
    if rest < len(hits):
        trailing_mentions = find_trailing_mentions(
            day_index, text, hits, rest, parse_state.names_end
        )
        if trailing_mentions is None or any(
            _may_change_result(day_index, hits, parse_state, mention)
            for mention in trailing_mentions
        ):
            return None
    return parse_state


def _advance_states(
    day_index: DayIndex, text: str, hits: Sequence[KeyHit]
) -> tuple[ParseState, int]:
    """The stage to which the names from the beginning on lead, each under the one before.

    With the number of the first hit behind it that may matter. It is the last one as soon as it is
    not harmless.
    """
    trie, padded_text = get_parse_trie(day_index), text + "\n"
    parse_state, done = trie.root, 0
    for hit in hits:
        key, start, end = hit
        if start < done:
            if end <= done:
                continue  # looked at with the step
            following = parse_state.next_states.get(hit)
            if following is None:
                following = _add_overlapping_hit(day_index, text, parse_state, hit)
                if not parse_state.context_dependent:
                    trie.add_state(day_index, parse_state, hit, following)
        else:
            by: int | KeyHit = key
            if start > done:
                if text[done:start].strip():
                    return parse_state, hits.index(hit)
                by = hit
            following = parse_state.next_states.get(by)
            if following is None or padded_text[end] in following.blocking_chars:
                if not day_index.index.key_has_generic[key] and is_part_of_other(
                    day_index, text, hits, hit
                ):
                    return parse_state, hits.index(hit) + 1
                following = _take_step(day_index, text, hits, hits.index(hit), parse_state)
                if following is None:
                    return parse_state, hits.index(hit)
                if (
                    padded_text[end] not in following.blocking_chars
                    and not following.context_dependent
                ):
                    trie.add_state(day_index, parse_state, by, following)
            done = following.names_end
        parse_state = following
        if not parse_state.is_unambiguous:
            break
    return parse_state, len(hits)


def _take_step(
    day_index: DayIndex, text: str, hits: Sequence[KeyHit], number: int, parse_state: ParseState
) -> ParseState | None:
    """The step down by a hit, with all that lies in it; None if there is none."""
    key, start, end = hit = hits[number]
    context_dependent, needs_next_name = parse_state.context_dependent, False
    if day_index.index.key_has_generic[key]:
        step = _build_standard_evidence(
            day_index, text, hit, day_index.find_child(key, parse_state.node)
        )
        if step is None and (
            chosen := _choose_by_next_name(day_index, hits, number, parse_state.node)
        ):
            step, context_dependent = _build_standard_evidence(day_index, text, hit, chosen), True
    elif parse_state.inner_ends:
        return None
    else:
        step, needs_next_name = _find_short_form(day_index, text, hits, number, parse_state.node)
        context_dependent |= needs_next_name
    if step is None:
        return None
    extended = _extend_interpretation(day_index, text, parse_state, step)
    node, done = step.candidate.node, step.end
    blocking_chars = _DECISIVE_AFTER_GENERIC if step.candidate.has_generic else DECISIVE_CHARS
    if extended is None:
        return ParseState(
            parse_state.interpretation,
            node,
            done,
            is_unambiguous=False,
            blocking_chars=blocking_chars,
            context_dependent=context_dependent,
        )
    interpretation, unnamed_units = extended
    overlapping_hits = (
        [other for other in parse_state.overlapping_hits if other[2] > start]
        if parse_state.overlapping_hits
        else []
    )
    if done > end:
        overlapping_hits.append(hit)
    ends = find_inner_ends(
        day_index, text, interpretation.evidence, overlapping_hits, hits, number, done
    )
    if ends is None:
        return ParseState(
            interpretation,
            node,
            done,
            is_unambiguous=False,
            blocking_chars=blocking_chars,
            context_dependent=context_dependent,
        )
    inner_ends = (*parse_state.inner_ends, *ends) if ends else parse_state.inner_ends
    # A name across two steps costs both, and is not worth that without another behind it.
    is_doubtful = parse_state.is_doubtful and not (step.candidate.has_generic and not ends)
    return ParseState(
        interpretation,
        node,
        done,
        unnamed_units,
        overlapping_hits,
        inner_ends,
        True,
        is_doubtful,
        blocking_chars,
        context_dependent,
        needs_next_name,
    )


def _add_overlapping_hit(
    day_index: DayIndex, text: str, parse_state: ParseState, hit: KeyHit
) -> ParseState:
    """The stage with a name that begins in its last step and ends behind it."""
    _, begun, stop = hit
    evidence = parse_state.interpretation.evidence
    start = evidence[-1].start
    if not is_considered(day_index, text, start, parse_state.overlapping_hits, hit):
        return parse_state
    return ParseState(
        parse_state.interpretation,
        parse_state.node,
        parse_state.names_end,
        parse_state.unnamed_units,
        [*parse_state.overlapping_hits, hit],
        (*parse_state.inner_ends, stop) if begun > start else parse_state.inner_ends,
        parse_state.is_unambiguous,
        parse_state.is_doubtful
        or may_replace_step(day_index, evidence, parse_state.overlapping_hits, hit),
        parse_state.blocking_chars,
        parse_state.context_dependent,
        parse_state.needs_next_name,
    )


def _extend_interpretation(
    day_index: DayIndex, text: str, parse_state: ParseState, step: Evidence
) -> tuple[Interpretation, tuple[UnitRef, ...]] | None:
    """The reading with one more step, and the units that were not named.

    None if one of these may as well be named by a step, or if on this day the tree is another.
    """
    node, previous, unnamed_units = (
        step.candidate.node,
        parse_state.interpretation,
        parse_state.unnamed_units,
    )
    chain, evidence = previous.chain, (*previous.evidence, step)
    above = day_index.index.parents[day_index.states[node]]
    if above != parse_state.node:
        between = _find_units_between(day_index, above, parse_state.node)
        if between is None or _may_name(text, previous.evidence, between):
            return None
        chain, unnamed_units = (*chain, *between), (*unnamed_units, *between)
    if unnamed_units and _may_name(text, (step,), unnamed_units):
        return None
    start, weight = evidence[0].start, previous.weight + step.weight
    chain = (*chain, day_index.get_unit(node))
    return Interpretation(chain, evidence, (), (), weight, False, start), unnamed_units


def _find_units_between(day_index: DayIndex, node: int, upper: int) -> list[UnitRef] | None:
    """A unit and those above it that lie in an upper one; None if it does not on this day."""
    units: list[UnitRef] = []
    while node != upper:
        if node < 0 or day_index.states[node] < 0 or len(units) == len(LEVELS):
            return None
        units.append(day_index.get_unit(node))
        node = day_index.index.parents[day_index.states[node]]
    units.reverse()
    return units


def _may_name(text: str, evidence: Sequence[Evidence], units: Sequence[UnitRef]) -> bool:
    """Whether a name that supports one unit of a chain might as well support another of them."""
    for item in evidence:
        name, candidate_set = text[item.start : item.end], item.candidate_set
        for unit in units:
            if name == unit.name or (
                candidate_set is not None and unit.node in candidate_set.best_nodes
            ):
                return True
    return False


def _is_end_clear(
    day_index: DayIndex, text: str, parse_state: ParseState, hits: Sequence[KeyHit]
) -> bool:
    """Whether no name begins behind the last step where one that begins in it ends."""
    for end in parse_state.inner_ends:
        if end > parse_state.names_end:
            for hit in hits:
                if hit[1] == end and not is_part_of_other(day_index, text, hits, hit):
                    return False
    return True


def _may_change_result(
    day_index: DayIndex, hits: Sequence[KeyHit], parse_state: ParseState, mention: Mention
) -> bool:
    """Whether a name behind the steps may say more: of a unit in or above theirs, or as much.

    A short form of a unit elsewhere is worth less than the last name, which it would cost, unless
    names in the steps have something to do with that unit too: 珠江 of 南沙区 behind 番禺区,
    which once held it.
    """
    leaf = parse_state.node
    if mention.candidate_set.with_generic is not None:
        return True
    return any(
        is_same_lineage(day_index, leaf, candidate.node)
        or _compute_max_weight(day_index, hits, parse_state, mention, candidate.node)
        >= parse_state.interpretation.weight
        for candidate in mention.candidates
    )


def _compute_max_weight(
    day_index: DayIndex,
    hits: Sequence[KeyHit],
    parse_state: ParseState,
    mention: Mention,
    node: int,
) -> int:
    """What a reading could be worth at most that takes a mark behind the steps to mean a node.

    As much as the steps, if names in them may mean what lies under that node.
    """
    weights_above = dict.fromkeys(day_index.get_node_path(node)[:-1], 0)
    for key, start, _ in hits:
        if start >= parse_state.names_end:
            break
        candidate_set = day_index.get_candidates(key)
        if candidate_set.is_truncated or any(
            day_index.is_within(candidate.node, node) for candidate in candidate_set.candidates
        ):
            return parse_state.interpretation.weight
        for upper, known_weight in weights_above.items():
            candidate = candidate_set.by_node.get(upper)
            if candidate is not None:
                completed = (
                    candidate.weight if candidate.has_generic else candidate.weight + GENERIC_BONUS
                )
                weights_above[upper] = max(known_weight, completed)
    return build_evidence(mention, node).weight + sum(weights_above.values())


def _build_standard_evidence(
    day_index: DayIndex, text: str, hit: KeyHit, candidate: Candidate | None
) -> Evidence | None:
    """A hit as the standard name of one unit, if it is one and nothing behind it belongs to it.

    It may stand for its office, or be a short form too, with its generic part behind: 大坪农场村.
    """
    key, start, end = hit
    if candidate is None:
        return None
    if text[end : end + 1] in _DECISIVE_AFTER_GENERIC and (
        OFFICE_SUFFIX.match(text, end) or not day_index.get_candidates(key).all_have_generic
    ):
        return None
    return Evidence(start, end, key, candidate, candidate.weight)


def _choose_by_next_name(
    day_index: DayIndex, hits: Sequence[KeyHit], number: int, node: int
) -> Candidate | None:
    """Of several units under a node the only one in which lies what is named right behind it."""
    key, _, end = hits[number]
    first, after = day_index.find_children(key, node)
    if not 1 < after - first <= MAX_KEY_CANDIDATES:
        return None
    following = _find_next_key(hits, number, end)
    if following is None:
        return None
    nodes = day_index.standard_names.nodes
    chosen = [
        position
        for position in range(first, after)
        if _has_child(day_index, following, nodes[position])
    ]
    return day_index.get_standard_candidate(chosen[0]) if len(chosen) == 1 else None


def _has_child(day_index: DayIndex, key: int, node: int) -> bool:
    """Whether a key is the standard name of anything under a node."""
    first, after = day_index.find_children(key, node)
    return after > first


def _find_next_key(hits: Sequence[KeyHit], number: int, at: int) -> int | None:
    """The longest name that begins where another ends; None also for the same name once more.

    Units that bear one name lie in each other: it chooses among none.
    """
    following = next((key for key, start, _ in hits[number + 1 :] if start == at), None)
    return None if following == hits[number][0] else following


def _find_short_form(
    day_index: DayIndex, text: str, hits: Sequence[KeyHit], number: int, node: int
) -> tuple[Evidence | None, bool]:
    """The one unit under a node, or anywhere, of which a hit is the short form.

    With whether it is the only one just because of what is named right behind it.
    """
    key, start, end = hits[number]
    if day_index.standard_names.key_has_displaced[key]:
        return None, False
    candidate_set: CandidateSet | None = day_index.get_candidates(key)
    stop, generic = end, ""
    if text[end : end + 1] in DECISIVE_CHARS:
        candidate_set, stop, generic = resolve_candidates(
            day_index, text, hits, end, day_index.get_candidates(key), True
        )
    if candidate_set is None or candidate_set.is_truncated:
        return None, False
    last = day_index.index.last_descendant[node] if node >= 0 else len(day_index.index.ids)
    best_candidates = [
        candidate for candidate in candidate_set.best_candidates if node < candidate.node <= last
    ]
    needs_next_name = len(best_candidates) > 1
    if needs_next_name:
        following = _find_next_key(hits, number, stop)
        if following is None:
            return None, False
        best_candidates = [
            candidate
            for candidate in best_candidates
            if has_meaning_below(day_index, following, candidate.node)
        ]
    if (
        len(best_candidates) != 1
        or best_candidates[0].relation is not NameRelation.CURRENT_NAME
        or (needs_next_name and best_candidates[0].weight < _MIN_WEIGHT_BY_NEXT)
    ):
        return None, False
    return build_evidence(
        Mention(start, stop, key, candidate_set, generic), best_candidates[0].node
    ), needs_next_name
