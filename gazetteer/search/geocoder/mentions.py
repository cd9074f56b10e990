"""The names in a text that may be meant as such.

Segmentation is by the gazetteer, never by a suffix: a mark is a stretch that the register has a
name for. Whole names count wherever they stand; short forms only where a name may begin, and
never as the beginning of a road or of another word.
"""

import re
from bisect import bisect_left
from collections.abc import Sequence
from operator import itemgetter

from msgspec.structs import replace

from gazetteer.records.levels import LEVELS, Level
from gazetteer.search.index.candidates import Candidate, CandidateSet, build_candidate_set
from gazetteer.search.index.day_index import MAX_KEY_CANDIDATES, DayIndex
from gazetteer.search.text.name_forms import OFFICE_SUFFIX, TRAILING_GENERIC
from gazetteer.search.text.structs import FrozenStruct

MAX_MENTIONS = 64
"""Names that are looked at in one text; an address has fewer."""
AMBIGUOUS_LENGTH = 2
"""Characters of whole names (西区, 城区) that are part of many other words."""
_TOWNSHIP = LEVELS.index(Level.TOWNSHIP)

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
_OTHER_NAME = re.compile(
    rf"[{_NUMBERING_CHARS}]{{0,3}}(?:{'|'.join(_ROAD_ENDINGS)})|{'|'.join(_OTHER_ENDINGS)}"
)
"""What makes a short form part of another name: 北京路, 中山大道, 白云山."""
_OTHER_FIRST_CHARS = frozenset(_NUMBERING_CHARS).union(
    word[0] for word in (*_ROAD_ENDINGS, *_OTHER_ENDINGS)
)
_TOWNSHIP_SUFFIX = re.compile("街道|镇|乡(?!村)")
_LEVELS_BEFORE_TOWNSHIP = tuple(
    level for level in range(_TOWNSHIP, len(LEVELS)) if LEVELS[level] != Level.VILLAGE
)
"""Levels of which a short form may stand before 街道, 镇 or 乡."""
_LEVELS_BEFORE_DISTRICT = tuple(range(_TOWNSHIP + 1))
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
DECISIVE_CHARS = _OTHER_FIRST_CHARS.union(_GENERIC_BY_FIRST_CHAR, OFFICE_FIRST_CHARS)
"""Characters behind a name that may tell how it is meant."""
_START_GETTER = itemgetter(1)


KeyHit = tuple[int, int, int]
"""A key of the index found in a text, with where it begins and ends there."""


class Mention(FrozenStruct, frozen=True):
    """A stretch of the text with what it may mean; ``generic`` is the generic part it took in."""

    start: int
    end: int
    key: int
    candidate_set: CandidateSet
    generic: str = ""

    @property
    def candidates(self) -> tuple[Candidate, ...]:
        """All that it may mean."""
        return self.candidate_set.candidates


def find_key_hits(day_index: DayIndex, text: str) -> list[KeyHit]:
    """Every name in the text from left to right, of those that begin together the longest first."""
    hits = day_index.index.find_hits(text)
    hits.reverse()
    hits.sort(key=_START_GETTER)
    return hits


def find_mentions(
    day_index: DayIndex, text: str, hits: Sequence[KeyHit] | None = None
) -> tuple[Mention, ...]:
    """The marks from left to right, of those that begin together the longest first."""
    hits = find_key_hits(day_index, text) if hits is None else hits
    mentions: list[Mention] = []
    units: set[tuple[int, int]] = set()
    bounds = {0}
    for hit in hits:
        if hit[1] not in bounds and _is_part_of_zone(day_index, text, hit):
            bounds.add(hit[2])
            continue
        mention = _build_mention(day_index, text, hits, hit, hit[1] in bounds, mentions)
        if mention is None:
            continue
        if mention.generic and (mention.start, mention.end) in units:
            mention = replace(
                mention, end=hit[2], generic=""
            )  # the register has a name for the two
        if mention.candidate_set.names_unit:
            units.add((hit[1], hit[2]))
        mentions.append(mention)
        if mention.generic or mention.candidate_set.is_reliable:
            bounds.add(mention.end)
            bounds.add(hit[2])
        if len(mentions) == MAX_MENTIONS:
            break
    return tuple(mentions)


def find_trailing_mentions(
    day_index: DayIndex, text: str, hits: Sequence[KeyHit], first: int, done: int
) -> Sequence[Mention] | None:
    """The mark, if any, among the hits from the ``first`` on, where names end before ``done``.

    None if there is more than one, or if it depends on what was named before.
    """
    mentions: list[Mention] = []
    ends: set[int] = set()
    for hit in hits[first:]:
        key, start, _ = hit
        if start in ends:
            return None
        if not _may_begin(day_index, text, hit, start == done) or is_part_of_other(
            day_index, text, hits, hit
        ):
            continue
        if start != done and _is_part_of_zone(day_index, text, hit):
            return None
        if day_index.get_candidates(
            key
        ).is_truncated:  # which of them it may be depends on what was named before
            return None
        mention = _build_mention(day_index, text, hits, hit, start == done, ())
        if mention is not None:
            if mentions:
                return None
            mentions.append(mention)
            ends = {mention.end, hit[2]}
    return mentions


def is_part_of_other(day_index: DayIndex, text: str, hits: Sequence[KeyHit], hit: KeyHit) -> bool:
    """Whether a short form is part of another name, whatever it may mean: 北京 in 北京路."""
    key, _, end = hit
    if day_index.index.key_has_generic[key] or text[end : end + 1] not in DECISIVE_CHARS:
        return False
    return _is_continued(text, end) and not _has_name_at(day_index, hits, end)


def _is_part_of_zone(day_index: DayIndex, text: str, hit: KeyHit) -> bool:
    """Whether a bare name in the midst of words ends a longer one: 开发区 in 火炬开发区.

    It is no name of its own then, but others may begin behind it.
    """
    key, start, end = hit
    return (
        bool(day_index.index.key_is_generic_only[key])
        and end - start > AMBIGUOUS_LENGTH
        and text[start - 1] != " "
    )


def _may_begin(day_index: DayIndex, text: str, hit: KeyHit, begins: bool) -> bool:
    """Whether a name may stand here: anywhere, if it is whole, and no part of many other words."""
    key, start, end = hit
    if begins or text[start - 1] == " ":
        return True
    return end - start > AMBIGUOUS_LENGTH and bool(day_index.index.key_has_generic[key])


def _build_mention(
    day_index: DayIndex,
    text: str,
    hits: Sequence[KeyHit],
    hit: KeyHit,
    begins: bool,
    before: Sequence[Mention],
) -> Mention | None:
    """A hit as a mark; ``begins`` where a name may begin. None if it is part of another word."""
    if not _may_begin(day_index, text, hit, begins):
        return None
    key, start, end = hit
    candidate_set = day_index.get_candidates(key)
    open_before = begins or text[start - 1] == " "
    if candidate_set.is_truncated and before:
        candidate_set = _find_candidates_under(day_index, key, before) or candidate_set
    resolved, stop, generic = resolve_candidates(
        day_index, text, hits, end, candidate_set, open_before
    )
    return (
        Mention(start, stop, key, resolved, generic)
        if resolved is not None and resolved.candidates
        else None
    )


def resolve_candidates(
    day_index: DayIndex,
    text: str,
    hits: Sequence[KeyHit],
    end: int,
    candidate_set: CandidateSet,
    open_before: bool,
) -> tuple[CandidateSet | None, int, str]:
    """What a name means where it stands, where it ends then, and its generic part."""
    if text[end : end + 1] in (
        OFFICE_FIRST_CHARS if candidate_set.all_have_generic else DECISIVE_CHARS
    ):
        if (
            open_before
            and not candidate_set.all_have_generic
            and _has_name_at(day_index, hits, end)
        ):
            return candidate_set, end, ""  # 台州 in 台州路桥区
        return _resolve_before_suffix(text, end, candidate_set, open_before)
    return candidate_set if open_before else candidate_set.with_generic, end, ""


def _has_name_at(day_index: DayIndex, hits: Sequence[KeyHit], at: int) -> bool:
    """Whether a name begins here to which the next character may well belong: 镇康 in 临沧镇康."""
    for key, start, end in hits[bisect_left(hits, at, key=_START_GETTER) :]:
        if start > at:
            break
        if day_index.index.key_has_generic[key] and end - start > AMBIGUOUS_LENGTH:
            return True
        if (
            day_index.index.key_is_high_level[key]
            and 0 <= day_index.get_candidates(key).highest_level < _TOWNSHIP
        ):
            return True
    return False


def _find_candidates_under(
    day_index: DayIndex, key: int, before: Sequence[Mention]
) -> CandidateSet | None:
    """Of the very many meanings of a key, those that lie in what was named before it.

    From the lowest units up, until there are enough: what lies in a lower one lies in those
    above it too.
    """
    named_levels = {
        c.node: c.level for mention in before for c in mention.candidates if c.level <= _TOWNSHIP
    }
    nodes = tuple(sorted(named_levels, key=lambda node: (-named_levels[node], node)))
    memo_key = (key, nodes)
    candidate_set: CandidateSet | None = day_index.memo.get(memo_key)
    if candidate_set is None:
        candidates_by_node: dict[int, Candidate] = {}
        for node in nodes:
            candidates_by_node.update(
                (candidate.node, candidate)
                for candidate in day_index.find_candidates_under(key, node)
            )
            if len(candidates_by_node) >= MAX_KEY_CANDIDATES:
                break
        best_candidates = sorted(
            candidates_by_node.values(), key=lambda candidate: -candidate.weight
        )[:MAX_KEY_CANDIDATES]
        candidate_set = build_candidate_set(
            tuple(sorted(best_candidates)),
            is_truncated=len(candidates_by_node) >= MAX_KEY_CANDIDATES,
        )
        day_index.remember(memo_key, candidate_set)
    return candidate_set if candidate_set.candidates else None


def _resolve_before_suffix(
    text: str, end: int, candidate_set: CandidateSet, open_before: bool
) -> tuple[CandidateSet | None, int, str]:
    """What a name means before what follows it, where it ends then, and its generic part.

    None if it is part of another word.
    """
    with_generic, first = candidate_set.with_generic, text[end]
    if not open_before or candidate_set.all_have_generic or _is_continued(text, end):
        office = (
            OFFICE_SUFFIX.match(text, end)
            if with_generic is not None and first in OFFICE_FIRST_CHARS
            else None
        )
        return with_generic, office.end() if office else end, ""
    if with_generic is not None or first not in _GENERIC_BY_FIRST_CHAR:
        return candidate_set, end, ""
    level, generic = _GENERIC_BY_FIRST_CHAR[first]
    match = generic.match(text, end)
    at_level = candidate_set.restrict_to_levels((level,)) if match else candidate_set
    if match and at_level.candidates:
        return at_level, match.end(), match[0]
    if _TOWNSHIP_SUFFIX.match(text, end):  # 赤城街道 is no way to write 赤城县, nor a village 赤城
        candidate_set = candidate_set.restrict_to_levels(_LEVELS_BEFORE_TOWNSHIP)
    elif first == "区":  # nor 高新区 one to write a village 高新
        candidate_set = candidate_set.restrict_to_levels(_LEVELS_BEFORE_DISTRICT)
        if candidate_set.candidates and all(
            candidate.level == _TOWNSHIP for candidate in candidate_set.candidates
        ):
            return candidate_set, end + 1, "区"  # 石岐区 for 石岐街道
    return candidate_set, end, ""


def _is_continued(text: str, end: int) -> bool:
    return text[end] in _OTHER_FIRST_CHARS and _OTHER_NAME.match(text, end) is not None
