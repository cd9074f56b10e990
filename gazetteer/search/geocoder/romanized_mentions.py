"""The mentions in an address in Latin letters: ``Tianhe District, Guangzhou``, ``Panyu Qu``.

The spellings are the register's own, and the customary English and postal ones. A generic part may
be written in English, in pinyin, or not at all; without one only units down to townships are found.
Commas part the names; what a road or a building is called by is no name of a unit.
"""

import re
from collections.abc import Iterator, Mapping, Sequence

from gazetteer.search.geocoder.mentions import Mention
from gazetteer.search.geocoder.name_context import COUNTY
from gazetteer.search.index.candidate_lookup import MAX_KEY_CANDIDATES
from gazetteer.search.index.candidates import (
    Candidate,
    CandidateSet,
    NameRelation,
    build_candidate,
    build_candidate_set,
)
from gazetteer.search.index.day_index import DayIndex
from gazetteer.search.index.prefix_index import PrefixIndex
from gazetteer.search.text.folding import to_ascii_key
from gazetteer.search.text.name_forms import NameForm

_WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)*")
_HAN = re.compile(r"[\u3400-\u9fff]")
_MAX_WORDS = 6
"""Words of one name."""
_DIRECTIONS = frozenset((
    "east", "west", "south", "north", "middle", "central", "upper", "lower", "first", "second",
    "third", "dong", "xi", "nan", "bei", "zhong",
))  # fmt: skip
_ROADS_AND_SIGHTS = frozenset((
    "road", "rd", "street", "st", "avenue", "ave", "lane", "ln", "boulevard", "blvd", "drive",
    "highway", "expressway", "alley", "path", "way", "dadao", "dajie", "lu", "jie", "hutong",
    "malu", "square", "plaza", "building", "bldg", "tower", "mansion", "garden", "gardens",
    "court", "house", "centre", "center", "hotel", "park", "school", "university", "college",
    "hospital", "station", "airport", "estate", "villa", "villas", "bridge", "temple", "mountain",
    "lake", "bay", "port", "harbour", "harbor", "river", "beach", "island", "new", "old", "metro",
    "museum", "factory", "company", "co", "market", "mall", "zone", "village",
))  # fmt: skip
"""What makes a name without its generic part that of a road, a building or a sight."""
_GENERICS = {
    "province": ("sheng",),
    "region": ("zizhiqu",),
    "city": ("shi",),
    "municipality": ("shi",),
    "prefecture": ("zizhizhou", "diqu", "shi", "meng"),
    "district": ("qu", "linqu", "kuangqu", "tequ"),
    "county": ("xian", "zizhixian", "qi", "zizhiqi"),
    "banner": ("qi", "zizhiqi"),
    "town": ("zhen",),
    "township": ("xiang", "minzuxiang"),
    "subdistrict": ("jiedao",),
    "street": ("jiedao",),
    "village": ("cunweihui", "cunminweiyuanhui", "cun"),
    "community": ("shequjuweihui", "shequjuminweiyuanhui", "juweihui"),
}
_OMITTED_GENERICS = (
    *("sheng", "shi", "qu", "xian", "zizhiqu", "zizhizhou", "zizhixian", "xinqu", "diqu"),
    *("meng", "qi", "zhen", "jiedao", "xiang"),
)


def find_romanized_mentions(day_index: DayIndex, text: str) -> tuple[Mention, ...]:
    """The mentions of a text without Chinese characters, from left to right; others have none."""
    if _HAN.search(text):
        return ()
    mentions: list[Mention] = []
    begun = 0
    for segment in text.split(","):
        words = list(_WORD.finditer(text, begun, begun + len(segment)))
        mentions += _find_segment_mentions(day_index, words)
        begun += len(segment) + 1
    return tuple(mentions)


def _find_segment_mentions(day_index: DayIndex, words: Sequence[re.Match[str]]) -> list[Mention]:
    """The names between two commas; beside words that say nothing none is taken for a county's."""
    mentions: list[Mention] = []
    has_unread_words = False
    at = 0
    while at < len(words):
        mention, count = _find_longest_mention(day_index, words, at)
        road = _find_road_end(words, at + count)
        if mention is not None and not (road and _is_short(mention)):
            mentions.append(mention)
            at += count
        elif road:
            at = road
        else:
            has_unread_words = True
            at += 1
    if not has_unread_words:
        return mentions
    return [m for m in mentions if not _is_short(m) or m.candidate_set.highest_level < COUNTY]


def _find_longest_mention(
    day_index: DayIndex, words: Sequence[re.Match[str]], at: int
) -> tuple[Mention | None, int]:
    """The longest name that begins at a word, and of how many words it is."""
    for count in range(min(_MAX_WORDS, len(words) - at), 0, -1):
        run = words[at : at + count]
        candidate_set = _find_candidates(day_index, [word[0].lower() for word in run])
        if candidate_set is not None:
            return Mention(run[0].start(), run[-1].end(), -1, candidate_set), count
    return None, 1


def _find_road_end(words: Sequence[re.Match[str]], at: int) -> int:
    """Where the rest of the name of a road or a building ends, if it goes on here; else 0."""
    while at < len(words) and words[at][0].lower() in _DIRECTIONS:
        at += 1
    is_road = at < len(words) and words[at][0].lower() in _ROADS_AND_SIGHTS
    return at + 1 if is_road else 0


def _is_short(mention: Mention) -> bool:
    return mention.candidate_set.with_generic is None


def _find_candidates(day_index: DayIndex, words: list[str]) -> CandidateSet | None:
    """What the words mean together as one name, in force on the day or borne before."""
    own_key = to_ascii_key("".join(words))
    own_form = NameForm.STANDARD if len(words) > 1 else NameForm.SHORT  # Meixian is 梅县 or 眉县
    spellings, customary = {own_key: own_form}, {own_key: NameForm.ALIAS}
    if len(words) > 1 and words[-1] in _GENERICS:
        specific = to_ascii_key("".join(words[:-1]))
        spellings |= {specific + generic: NameForm.STANDARD for generic in _GENERICS[words[-1]]}
        customary[specific] = NameForm.STANDARD
    else:
        spellings |= {own_key + generic: NameForm.SHORT for generic in _OMITTED_GENERICS}
    candidates: dict[int, Candidate] = {}
    for candidate in (
        *_iter_customary(day_index, customary, words),
        *_iter_spelled(day_index, spellings, words),
    ):
        known = candidates.get(candidate.node)
        if known is None or known.weight < candidate.weight:
            candidates[candidate.node] = candidate
    return (
        build_candidate_set(
            tuple(sorted(candidates.values())[:MAX_KEY_CANDIDATES]), is_truncated=False
        )
        if candidates
        else None
    )


def _iter_customary(
    day_index: DayIndex, spellings: Mapping[str, NameForm], words: Sequence[str]
) -> Iterator[Candidate]:
    """Units by their customary names, and places of Hong Kong and Macao by their English ones."""
    index = day_index.index
    for latin, form in spellings.items():
        for node, state in _iter_rows(index.latin, latin):
            current = day_index.states[node]
            if current < 0 or not (index.is_unit(node) or _is_overseas(day_index, node)):
                continue
            if words[-1] in _GENERICS and not _may_be_called(index.levels[current], words[-1]):
                continue
            period = (node, index.starts[state], index.ends[state])
            relation = NameRelation.CURRENT_NAME
            yield build_candidate(node, index.levels[current], form, relation, period)


def _may_be_called(level: int, generic: str) -> bool:
    """Whether a unit or place of a level may have an English generic term."""
    if generic in ("province", "region"):
        return level == 0
    return level > 0 or generic in ("city", "municipality", "prefecture", "county")


def _is_overseas(day_index: DayIndex, node: int) -> bool:
    """Whether a place lies where names in Latin letters are official: Hong Kong or Macao."""
    code = day_index.get_chain(node)[0].code or ""
    return code.startswith("8")


def _iter_spelled(
    day_index: DayIndex, spellings: Mapping[str, NameForm], words: Sequence[str]
) -> Iterator[Candidate]:
    """Units by the pinyin of their names; an apostrophe has to stand where the name has one."""
    index = day_index.index
    syllables = next((word for word in words if "'" in word), "")
    for latin, form in spellings.items():
        for node, state in _iter_rows(index.pinyin, latin):
            current = day_index.states[node]
            if current < 0 or not index.is_unit(node):
                continue
            if syllables not in (index.romanized[state] or "").lower().replace("’", "'"):
                continue
            same_name = index.names[current] == index.names[state]
            relation = NameRelation.CURRENT_NAME if same_name else NameRelation.FORMER_NAME
            period = (node, index.starts[state], index.ends[state])
            yield build_candidate(node, index.levels[current], form, relation, period)


def _iter_rows(spellings: PrefixIndex, latin: str) -> Iterator[tuple[int, int]]:
    """The nodes that a spelling stands for, each with its state of that name."""
    position = spellings.texts.find_position(latin)
    if position is not None:
        for row in spellings.get_rows(position):
            yield spellings.nodes[row], spellings.states[row]
