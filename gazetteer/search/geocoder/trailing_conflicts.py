"""Names behind the steps of a plain address, and whether one of them may change its result."""

from collections.abc import Sequence

from gazetteer.search.geocoder.evidence import GENERIC_BONUS, build_evidence
from gazetteer.search.geocoder.mentions import Mention, find_trailing_mentions
from gazetteer.search.geocoder.name_context import KeyHit, is_part_of_other
from gazetteer.search.geocoder.overlap_conflicts import is_same_lineage
from gazetteer.search.geocoder.parse_cache import ParseState
from gazetteer.search.index.day_index import DayIndex


def may_continue_after(
    day_index: DayIndex, text: str, hits: Sequence[KeyHit], parse_state: ParseState
) -> bool:
    """Whether a name begins behind the last step where one ends that begins in the step."""
    for end in parse_state.inner_ends:
        if end > parse_state.names_end:
            for hit in hits:
                if hit[1] == end and not is_part_of_other(day_index, text, hits, hit):
                    return True
    return False


def may_name_more(
    day_index: DayIndex, text: str, hits: Sequence[KeyHit], rest: int, parse_state: ParseState
) -> bool:
    """Whether the hits from the number ``rest`` on may mean something that changes the result."""
    mentions = find_trailing_mentions(day_index, text, hits, rest, parse_state.names_end)
    return mentions is None or any(
        _may_change_result(day_index, hits, parse_state, mention) for mention in mentions
    )


def _may_change_result(
    day_index: DayIndex, hits: Sequence[KeyHit], parse_state: ParseState, mention: Mention
) -> bool:
    """Whether a name behind the steps may say more: of a unit in or above theirs, or as much.

    A short form of a unit elsewhere weighs less than the last name, which it would cost, unless
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
    """The most that an interpretation may weigh in which a mention behind the steps means a node.

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
