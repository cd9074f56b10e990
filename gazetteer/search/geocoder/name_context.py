"""What stands behind a name decides how it is meant, and whether it is a name of its own at all.

北京 in 北京路 is no city, 锦厦 in 锦厦村 is the village, and 五山街道办事处 stands for 五山街道.
"""

import re
from bisect import bisect_left
from collections.abc import Sequence
from operator import itemgetter

from gazetteer.records.levels import LEVELS, Level
from gazetteer.search.index.candidates import CandidateSet
from gazetteer.search.index.day_index import DayIndex
from gazetteer.search.text.address_components import begins_component
from gazetteer.search.text.name_forms import OFFICE_SUFFIX, TRAILING_GENERIC

KeyHit = tuple[int, int, int]
"""A key of the index found in a text, with where it begins and ends there."""
START_GETTER = itemgetter(1)
"""Where a hit begins."""

AMBIGUOUS_LENGTH = 2
"""Characters of names with a generic part (西区, 城区) that are part of many other words."""
COUNTY, TOWNSHIP = LEVELS.index(Level.COUNTY), LEVELS.index(Level.TOWNSHIP)

_NUMBERING_CHARS = "东南西北中上下前后内外大新老一二三四五六七八九十0123456789"
_ROAD_ENDINGS = (
    *("路", "街(?!道)", "大道", "大街", "巷", "胡同", "公路", "高速", "高架", "国道", "省道"),
    *("弄", "桥"),
)
_OTHER_ENDINGS = (
    *("里弄", "大厦", "大楼", "广场", "花园", "花苑", "小区", "公寓", "酒店", "宾馆", "饭店"),
    *("大学", "学院", "中学", "小学", "医院", "银行", "商场", "超市", "机场", "公园"),
    *("山(?![区县市镇])", "工业", "科技", "技术", "体育", "国际", "商贸", "农贸"),
)
_SIGHTS = "岩寺庙庵塔岛湖泉洞峡湾滩里港"
_SIGHT_ENDINGS = (
    "新城",
    "古城",
    "古镇",
    "老街",
    "水库",
    "温泉",
    "码头",
    "度假",
    "风景",
    "火车",
    "高铁",
)
_OTHER_NAME = re.compile(
    rf"[{_NUMBERING_CHARS}]{{0,3}}(?:{'|'.join(_ROAD_ENDINGS)})|{'|'.join(_OTHER_ENDINGS)}"
)
"""What makes a short form part of another name: 北京路, 中山大道, 白云山."""
_SIGHT = re.compile(
    rf"{'|'.join(_SIGHT_ENDINGS)}"
    rf"|[{_SIGHTS}](?:(?![\u3400-\u9fff])|路|大道|大街|公园|景区|风景|旅游|车站|附近|旁)"
)
"""The same of sights and quarters: 七星岩, 珠江新城."""
_SIGHT_FIRST_CHARS = frozenset(_SIGHTS).union(word[0] for word in _SIGHT_ENDINGS)
_OTHER_FIRST_CHARS = frozenset(_NUMBERING_CHARS).union(
    word[0] for word in (*_ROAD_ENDINGS, *_OTHER_ENDINGS)
)
_TOWNSHIP_SUFFIX = re.compile("街道|镇|乡(?!村)")
_LEVELS_BEFORE_TOWNSHIP = (TOWNSHIP,)
"""Levels of which a short form may stand before 街道, 镇 or 乡."""
_LEVELS_BEFORE_DISTRICT = tuple(range(TOWNSHIP + 1))
"""And before 区."""
_GENERIC_BY_FIRST_CHAR = {
    first: (LEVELS.index(level), TRAILING_GENERIC[level])
    for level, begin in (
        (Level.VILLAGE, "村社居"),
        (Level.TOWNSHIP, "街镇乡"),
        (Level.COUNTY, "自县市区新"),
    )
    for first in begin
}
"""The generic parts that may follow a short form, by their first character."""
GENERIC_FIRST_CHARS = frozenset(_GENERIC_BY_FIRST_CHAR)
OFFICE_FIRST_CHARS = frozenset("街办人镇区市")
"""The first characters of what :data:`OFFICE_SUFFIX` matches."""
DECISIVE_CHARS = _OTHER_FIRST_CHARS.union(
    _SIGHT_FIRST_CHARS, _GENERIC_BY_FIRST_CHAR, OFFICE_FIRST_CHARS
)
"""Characters behind a name that may decide how it is meant."""


def is_part_of_other(day_index: DayIndex, text: str, hits: Sequence[KeyHit], hit: KeyHit) -> bool:
    """Whether a short form is part of another name, whatever it may mean: 北京 in 北京路."""
    key, _, end = hit
    if day_index.index.key_has_generic[key] or text[end : end + 1] not in DECISIVE_CHARS:
        return False
    if not _is_continued(text, end) or _has_name_at(day_index, text, hits, end):
        return False
    pairs = _list_pairs(hits, end) if day_index.index.key_is_high_level[key] else []
    return not pairs or not _names_township(day_index, pairs, day_index.get_candidates(key))


def resolve_candidates(
    day_index: DayIndex,
    text: str,
    hits: Sequence[KeyHit],
    end: int,
    candidate_set: CandidateSet,
    open_before: bool,
) -> tuple[CandidateSet | None, int, str]:
    """What a name means before what follows it.

    Args:
        day_index: the index on the day of the query.
        text: the normalised text.
        hits: all names in the text, from left to right.
        end: where the name ends.
        candidate_set: all that the name may mean.
        open_before: whether a short form may begin where the name begins.

    Returns:
        What the name may mean here, None if it is part of another word; where it ends, its generic
        part or office included; the generic part that completes it.
    """
    resolved, stop, generic = _resolve_before_text(
        day_index, text, hits, end, candidate_set, open_before
    )
    if resolved is not None and not generic:
        resolved = drop_beginnings(text, hits, stop, resolved)
    return resolved, stop, generic


def drop_beginnings(
    text: str, hits: Sequence[KeyHit], end: int, candidate_set: CandidateSet
) -> CandidateSet:
    """Without villages and places whose short form is but the beginning of a longer word."""
    reliable = candidate_set.without_stems
    if reliable is candidate_set:
        return candidate_set
    return reliable if _is_beginning_of_word(text, hits, end) else candidate_set


def _is_beginning_of_word(text: str, hits: Sequence[KeyHit], end: int) -> bool:
    """Whether what ends here may be but the beginning of a longer word: 高栏 in 高栏港区."""
    if not "\u3400" <= text[end : end + 1] <= "\u9fff" or begins_component(text, end):
        return False
    first = bisect_left(hits, end, key=START_GETTER)
    return first == len(hits) or hits[first][1] != end


def _resolve_before_text(
    day_index: DayIndex,
    text: str,
    hits: Sequence[KeyHit],
    end: int,
    candidate_set: CandidateSet,
    open_before: bool,
) -> tuple[CandidateSet | None, int, str]:
    """The same as far as the next characters alone decide."""
    if text[end : end + 1] in (
        OFFICE_FIRST_CHARS if candidate_set.all_have_generic else DECISIVE_CHARS
    ):
        if (
            open_before
            and not candidate_set.all_have_generic
            and (
                _has_name_at(day_index, text, hits, end)
                or (
                    0 <= candidate_set.highest_level < TOWNSHIP
                    and _names_township(day_index, _list_pairs(hits, end), candidate_set)
                )
            )
        ):
            return candidate_set, end, ""  # 台州 in 台州路桥区
        return _resolve_before_suffix(text, end, candidate_set, open_before)
    return candidate_set if open_before else candidate_set.with_generic, end, ""


def _has_name_at(day_index: DayIndex, text: str, hits: Sequence[KeyHit], at: int) -> bool:
    """Whether the next character may well belong to a name that begins here: 镇康 in 临沧镇康."""
    for key, start, end in hits[bisect_left(hits, at, key=START_GETTER) :]:
        if start > at:
            break
        if text[start:end] in _SIGHT_ENDINGS:
            continue  # 新城 is a district of 西安, but 珠江新城 is a sight
        if day_index.index.key_has_generic[key] and end - start > AMBIGUOUS_LENGTH:
            return True
        if (
            day_index.index.key_is_high_level[key]
            and 0 <= day_index.get_candidates(key).highest_level < TOWNSHIP
        ):
            return True
    return False


def _list_pairs(hits: Sequence[KeyHit], at: int) -> list[int]:
    """The names of two characters that begin here."""
    pairs = []
    for key, start, end in hits[bisect_left(hits, at, key=START_GETTER) :]:
        if start > at:
            break
        if end - start == AMBIGUOUS_LENGTH:
            pairs.append(key)
    return pairs


def _names_township(day_index: DayIndex, keys: Sequence[int], before: CandidateSet) -> bool:
    """Whether a name means a township in the county or city before it: 桥头 in 怀集桥头."""
    return any(
        below.level == TOWNSHIP
        for key in keys
        for candidate in before.best_candidates
        if candidate.level < TOWNSHIP and day_index.has_meaning_below(key, candidate.node)
        for below in day_index.find_candidates_under(key, candidate.node)
    )


def _resolve_before_suffix(
    text: str, end: int, candidate_set: CandidateSet, open_before: bool
) -> tuple[CandidateSet | None, int, str]:
    """The same where the next character may decide."""
    with_generic, first = candidate_set.with_generic, text[end]
    if not open_before or candidate_set.all_have_generic or _is_continued(text, end):
        office = (
            OFFICE_SUFFIX.match(text, end)
            if with_generic is not None and first in OFFICE_FIRST_CHARS
            else None
        )
        return with_generic, office.end() if office else end, ""
    if with_generic is not None and _TOWNSHIP_SUFFIX.match(text, end):
        return with_generic, end, ""
    if with_generic is not None or first not in _GENERIC_BY_FIRST_CHAR:
        return candidate_set, end, ""
    level, generic = _GENERIC_BY_FIRST_CHAR[first]
    match = generic.match(text, end)
    at_level = candidate_set.restrict_to_levels((level,)) if match else candidate_set
    if match and at_level.candidates:
        return at_level, match.end(), match[0]
    if _TOWNSHIP_SUFFIX.match(text, end):  # 赤城街道 is no way to write 赤城县, nor a place 赤城
        candidate_set = candidate_set.restrict_to_levels(_LEVELS_BEFORE_TOWNSHIP)
    elif first == "区":  # nor 高新区 one to write a village 高新
        candidate_set = candidate_set.restrict_to_levels(_LEVELS_BEFORE_DISTRICT)
        if candidate_set.candidates and all(
            candidate.level == TOWNSHIP for candidate in candidate_set.candidates
        ):
            return candidate_set, end + 1, "区"  # 石岐区 for 石岐街道
    return candidate_set, end, ""


def _is_continued(text: str, end: int) -> bool:
    first = text[end]
    if first in _OTHER_FIRST_CHARS and _OTHER_NAME.match(text, end) is not None:
        return True
    return first in _SIGHT_FIRST_CHARS and _SIGHT.match(text, end) is not None
