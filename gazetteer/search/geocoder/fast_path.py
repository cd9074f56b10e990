"""The fast path: names that lead down the tree, one right behind the other.

广东省河源市连平县大湖镇: each name means one unit under the one before it, by the candidate of most
weight. Where the rest of the text names nothing, such an interpretation need not be compared: any
other would have to give up one of these names for something of less weight. Whatever may weigh as
much is left to the full comparison (:mod:`gazetteer.search.geocoder.interpretations`), which gives
the same result for every text that is parsed here.
"""

from collections.abc import Sequence

from gazetteer.records.levels import LEVELS
from gazetteer.search.geocoder.evidence import Evidence
from gazetteer.search.geocoder.glued_names import ABBREVIATIONS, begins_with_abbreviation
from gazetteer.search.geocoder.interpretations import Interpretation
from gazetteer.search.geocoder.mentions import MAX_MENTIONS
from gazetteer.search.geocoder.name_context import DECISIVE_CHARS, KeyHit, is_part_of_other
from gazetteer.search.geocoder.overlap_conflicts import (
    find_inner_ends,
    is_considered,
    may_replace_step,
)
from gazetteer.search.geocoder.parse_cache import ParseState, ParseTrie, get_parse_trie
from gazetteer.search.geocoder.trailing_conflicts import may_continue_after, may_name_more
from gazetteer.search.geocoder.unit_choice import DECISIVE_AFTER_GENERIC, choose_unit
from gazetteer.search.index.day_index import DayIndex, UnitRef


def parse_hierarchical(day_index: DayIndex, text: str, hits: Sequence[KeyHit]) -> ParseState | None:
    """The names of a plain address with their interpretation.

    ``hits`` are all names in the text, from left to right, of those that begin together the
    longest first. None means that the text needs a full comparison.
    """
    if len(hits) > MAX_MENTIONS:
        return None
    if text[:1] in ABBREVIATIONS and begins_with_abbreviation(day_index, text, hits):
        return None
    parse_state, rest = _advance_states(day_index, text, hits)
    if (
        not parse_state.is_unambiguous
        or parse_state.is_doubtful
        or parse_state.needs_next_name
        or parse_state.node < 0
    ):
        return None
    if parse_state.inner_ends and may_continue_after(day_index, text, hits, parse_state):
        return None
    if rest < len(hits) and may_name_more(day_index, text, hits, rest, parse_state):
        return None
    return parse_state


def _advance_states(
    day_index: DayIndex, text: str, hits: Sequence[KeyHit]
) -> tuple[ParseState, int]:
    """The state to which the names from the beginning on lead, each under the one before.

    With the number of the first hit behind it that may matter. It is the last state as soon as it
    is ambiguous.
    """
    trie, padded_text = get_parse_trie(day_index), text + "\n"
    parse_state, done = trie.root, 0
    for hit in hits:
        key, start, end = hit
        if start < done:
            if end <= done:
                continue  # examined with the step
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
                following = _add_step(day_index, trie, text, hits, hits.index(hit), parse_state, by)
                if following is None:
                    return parse_state, hits.index(hit)
            done = following.names_end
        parse_state = following
        if not parse_state.is_unambiguous:
            break
    return parse_state, len(hits)


def _add_step(
    day_index: DayIndex,
    trie: ParseTrie,
    text: str,
    hits: Sequence[KeyHit],
    number: int,
    parse_state: ParseState,
    by: int | KeyHit,
) -> ParseState | None:
    """The step down by a hit, cached under ``by`` where other texts lead to it too."""
    following = _take_step(day_index, text, hits, number, parse_state)
    if following is None or following.context_dependent:
        return following
    end = hits[number][2]
    if text[end : end + 1] not in following.blocking_chars:
        trie.add_state(day_index, parse_state, by, following)
    return following


def _take_step(
    day_index: DayIndex, text: str, hits: Sequence[KeyHit], number: int, parse_state: ParseState
) -> ParseState | None:
    """The step down by a hit, with all names that lie in it; None if there is none."""
    choice = choose_unit(day_index, text, hits, number, parse_state)
    if choice is None:
        return None
    step, by_next_name, needs_next_name = choice
    context_dependent = parse_state.context_dependent or by_next_name
    extended = _extend_interpretation(day_index, text, parse_state, step)
    if extended is None:
        return _build_ambiguous_state(parse_state.interpretation, step, context_dependent)
    interpretation, unnamed_units = extended
    _, start, end = hit = hits[number]
    overlapping_hits = (
        [other for other in parse_state.overlapping_hits if other[2] > start]
        if parse_state.overlapping_hits
        else []
    )
    if step.end > end:
        overlapping_hits.append(hit)
    ends = find_inner_ends(
        day_index, text, interpretation.evidence, overlapping_hits, hits, number, step.end
    )
    if ends is None:
        return _build_ambiguous_state(interpretation, step, context_dependent)
    return ParseState(
        interpretation,
        step.candidate.node,
        step.end,
        unnamed_units,
        overlapping_hits,
        (*parse_state.inner_ends, *ends) if ends else parse_state.inner_ends,
        True,
        # A name across two steps costs both, and is not worth that without another behind it.
        parse_state.is_doubtful and not (step.candidate.has_generic and not ends),
        _get_blocking_chars(step),
        context_dependent,
        needs_next_name,
    )


def _build_ambiguous_state(
    interpretation: Interpretation, step: Evidence, context_dependent: bool
) -> ParseState:
    """The state after a step that may mean something else as well: the fast path ends there."""
    return ParseState(
        interpretation,
        step.candidate.node,
        step.end,
        is_unambiguous=False,
        blocking_chars=_get_blocking_chars(step),
        context_dependent=context_dependent,
    )


def _get_blocking_chars(step: Evidence) -> frozenset[str]:
    return DECISIVE_AFTER_GENERIC if step.candidate.has_generic else DECISIVE_CHARS


def _add_overlapping_hit(
    day_index: DayIndex, text: str, parse_state: ParseState, hit: KeyHit
) -> ParseState:
    """The state with a name that begins in its last step and ends behind it."""
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
    """The interpretation with one more step, and the units that were not named.

    None if one of these may be named by a step as well, or if on this day the tree is another.
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
    """Whether a name that supports one unit of a chain may support another of them as well."""
    for item in evidence:
        name, candidate_set = text[item.start : item.end], item.candidate_set
        for unit in units:
            if name == unit.name or (
                candidate_set is not None and unit.node in candidate_set.best_nodes
            ):
                return True
    return False
