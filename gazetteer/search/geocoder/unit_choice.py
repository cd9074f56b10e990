"""Which one unit a name means under the unit before it, on the fast path."""

from collections.abc import Sequence

from gazetteer.search.geocoder.evidence import Evidence, build_evidence
from gazetteer.search.geocoder.mentions import Mention
from gazetteer.search.geocoder.name_context import (
    DECISIVE_CHARS,
    GENERIC_FIRST_CHARS,
    OFFICE_FIRST_CHARS,
    KeyHit,
    drop_beginnings,
    resolve_candidates,
)
from gazetteer.search.geocoder.parse_cache import ParseState
from gazetteer.search.index.candidate_lookup import MAX_KEY_CANDIDATES
from gazetteer.search.index.candidates import (
    Candidate,
    CandidateSet,
    NameRelation,
    compute_weight,
)
from gazetteer.search.index.day_index import DayIndex
from gazetteer.search.text.name_forms import OFFICE_SUFFIX, NameForm

DECISIVE_AFTER_GENERIC = OFFICE_FIRST_CHARS | GENERIC_FIRST_CHARS - {"新"}
"""Characters behind a name with its generic part that may decide how it is meant.

Not 新: 新区 completes short forms only.
"""
_MIN_WEIGHT_BY_NEXT = compute_weight(NameForm.SHORT, NameRelation.CURRENT_NAME)
"""Enough, with what is named behind it, to outweigh anything else that a short form means."""

UnitChoice = tuple[Evidence, bool, bool]
"""The evidence of a name for one unit; whether the name behind it chose among several units; and
whether a step by that name must follow."""


def choose_unit(
    day_index: DayIndex, text: str, hits: Sequence[KeyHit], number: int, parse_state: ParseState
) -> UnitChoice | None:
    """The one unit under the last step that a hit means; None if there is not just one."""
    key = hits[number][0]
    if not day_index.index.key_has_generic[key]:
        if parse_state.inner_ends:
            return None
        return _choose_by_short_form(day_index, text, hits, number, parse_state.node)
    hit, node = hits[number], parse_state.node
    step = _build_standard_evidence(day_index, text, hit, day_index.find_child(key, node))
    if step is not None:
        return step, False, False
    chosen = _choose_by_next_name(day_index, hits, number, node)
    step = _build_standard_evidence(day_index, text, hit, chosen)
    return None if step is None else (step, True, False)


def _build_standard_evidence(
    day_index: DayIndex, text: str, hit: KeyHit, candidate: Candidate | None
) -> Evidence | None:
    """A hit as the standard name of one unit, if it is one and nothing behind it belongs to it.

    It may stand for its office, or be a short form too, with its generic part behind: 大坪农场村.
    """
    key, start, end = hit
    if candidate is None:
        return None
    if text[end : end + 1] in DECISIVE_AFTER_GENERIC and (
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


def _choose_by_short_form(
    day_index: DayIndex, text: str, hits: Sequence[KeyHit], number: int, node: int
) -> UnitChoice | None:
    """The one unit under a node, or anywhere, of which a hit is the short form."""
    key, start, end = hits[number]
    if day_index.standard_names.key_has_displaced[key]:
        return None
    all_candidates = day_index.get_candidates(key)
    candidate_set: CandidateSet | None
    if text[end : end + 1] in DECISIVE_CHARS:
        candidate_set, stop, generic = resolve_candidates(
            day_index, text, hits, end, all_candidates, True
        )
    else:
        candidate_set = drop_beginnings(text, hits, end, all_candidates)
        stop, generic = end, ""
    if candidate_set is None or candidate_set.is_truncated:
        return None
    last = day_index.index.last_descendant[node] if node >= 0 else len(day_index.index.ids)
    best = [
        candidate for candidate in candidate_set.best_candidates if node < candidate.node <= last
    ]
    by_next_name = len(best) > 1
    if by_next_name:
        following = _find_next_key(hits, number, stop)
        if following is None:
            return None
        best = [c for c in best if day_index.has_meaning_below(following, c.node)]
    if (
        len(best) != 1
        or best[0].relation is not NameRelation.CURRENT_NAME
        or (by_next_name and best[0].weight < _MIN_WEIGHT_BY_NEXT)
    ):
        return None
    step = build_evidence(Mention(start, stop, key, candidate_set, generic), best[0].node)
    return step, by_next_name, by_next_name
