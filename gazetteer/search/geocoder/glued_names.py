"""Names behind text that is glued to them: 寄往湛江, 我在广州天河, and 粤湛江 by an abbreviation.

A short form is otherwise a name only where a name may begin. What is glued before the first one
is no name itself: either it can only lead to a place, or the names behind it support each other.
"""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from gazetteer.search.geocoder.name_context import TOWNSHIP, KeyHit, is_part_of_other
from gazetteer.search.index.candidates import (
    CandidateSet,
    NameRelation,
    build_candidate,
    build_candidate_set,
)
from gazetteer.search.index.customary_names import read_abbreviations
from gazetteer.search.index.day_index import DayIndex
from gazetteer.search.text.name_forms import NameForm

ABBREVIATIONS = frozenset(read_abbreviations())
"""Characters that may be the abbreviation of a unit."""
_MAX_GLUED = 8
"""Characters that may be glued before a name."""
_GLUED = re.compile(r"[\u3400-\u9fff]+\Z")
_LEADS_TO_PLACE = re.compile(
    r"[在于往到至自从去住回赴寄发送抵达]\Z|[^\W\d_]*(?:寄|发|送|运)(?:往|到|至)\Z"
)
_REGION = re.compile("[东南西北中](?=[\u3400-\u9fff])")
"""Behind an abbreviation: 粤西 is a part of Guangdong."""
_WORD_STARTS = re.compile(r"(?<![^ ])(?=[\u3400-\u9fff])")


class AbbreviatedName(NamedTuple):
    """The abbreviation of a unit before a name within the unit."""

    start: int
    end: int
    candidate_set: CandidateSet


def find_abbreviations(
    day_index: DayIndex, text: str, hits: Sequence[KeyHit]
) -> list[AbbreviatedName]:
    """The abbreviations in a text, each with the name of a county or above right behind it."""
    return [
        found
        for match in _WORD_STARTS.finditer(text)
        if text[match.start()] in ABBREVIATIONS
        for found in _iter_abbreviations(day_index, text, hits, match.start())
    ][:1]


def begins_with_abbreviation(day_index: DayIndex, text: str, hits: Sequence[KeyHit]) -> bool:
    """Whether a text that begins with such a character begins with the abbreviation of a unit."""
    return any(True for _ in _iter_abbreviations(day_index, text, hits, 0))


def _iter_abbreviations(
    day_index: DayIndex, text: str, hits: Sequence[KeyHit], at: int
) -> Iterator[AbbreviatedName]:
    region = _REGION.match(text, at + 1)
    ends = (at + 1, region.end()) if region else (at + 1,)
    nodes: list[int] | None = None
    for key, start, end in hits:
        if start > ends[-1] or (start == at and day_index.index.key_has_generic[key]):
            return  # 黑龙江省 is written in full
        if start in ends and end - start > 1:
            if is_part_of_other(day_index, text, hits, (key, start, end)):
                continue
            nodes = _find_abbreviated(day_index, text[at]) if nodes is None else nodes
            held = [node for node in nodes if _is_held(day_index, key, node)]
            if held:
                yield AbbreviatedName(at, start, _build_abbreviated_set(day_index, held))
                return


def _find_abbreviated(day_index: DayIndex, character: str) -> list[int]:
    """The units in force for which a character stands."""
    memo_key = ("abbreviation", character)
    nodes: list[int] | None = day_index.memo.get(memo_key)
    if nodes is None:
        codes = set(read_abbreviations()[character])
        nodes = [
            node
            for node in range(len(day_index.states))
            if (state := day_index.states[node]) >= 0 and day_index.index.codes[state] in codes
        ]
        day_index.remember(memo_key, nodes)
    return nodes


def _names_county(day_index: DayIndex, key: int) -> bool:
    """Whether a key most likely means a county or above, by a name in force."""
    if not day_index.index.key_is_high_level[key]:
        return False
    candidate_set = day_index.get_candidates(key)
    return 0 <= candidate_set.highest_level < TOWNSHIP and candidate_set.best_is_current


def _is_held(day_index: DayIndex, key: int, node: int) -> bool:
    """Whether a county or above of this name lies in a province, or is it; a town in a city."""
    in_province = day_index.get_unit(node).level == 0
    if in_province and not _names_county(day_index, key):
        return False
    return any(
        candidate.level < TOWNSHIP + (not in_province) and day_index.is_within(candidate.node, node)
        for candidate in day_index.get_candidates(key).best_candidates
    )


def _build_abbreviated_set(day_index: DayIndex, nodes: Sequence[int]) -> CandidateSet:
    index, states = day_index.index, day_index.states
    return build_candidate_set(
        tuple(
            build_candidate(
                node,
                index.levels[states[node]],
                NameForm.ABBREVIATION,
                NameRelation.CURRENT_NAME,
                (node, index.starts[states[node]], index.ends[states[node]]),
            )
            for node in nodes
        )
    )


def find_glued_start(day_index: DayIndex, text: str, hits: Sequence[KeyHit]) -> int | None:
    """Where the first short form begins behind text that is glued to it; None if there is none."""
    for number, hit in enumerate(hits):
        key, start, _ = hit
        if start == 0 or text[start - 1] == " ":
            if not is_part_of_other(day_index, text, hits, hit):
                return None  # a name stands where one may begin
            continue
        glued = _GLUED.search(text, max(0, start - _MAX_GLUED), start)
        if glued is None or not _names_county(day_index, key):
            continue
        if is_part_of_other(day_index, text, hits, hit):
            continue
        if _LEADS_TO_PLACE.search(glued[0]) or _is_supported(day_index, hits[number + 1 :], hit):
            return start
    return None


def _is_supported(day_index: DayIndex, following: Sequence[KeyHit], hit: KeyHit) -> bool:
    """Whether the name right behind means something in what this one means."""
    candidates = day_index.get_candidates(hit[0]).best_candidates
    return any(
        day_index.has_meaning_below(key, candidate.node)
        for key, start, _ in following
        if start == hit[2]
        for candidate in candidates
    )
