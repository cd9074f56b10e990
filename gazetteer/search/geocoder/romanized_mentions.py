"""The mentions in an address in Latin letters: ``Tianhe District, Guangzhou``, ``Panyu Qu``.

The spellings are the register's own. A generic part may be written in English, in pinyin, or not at
all; without one only units down to townships are found.
"""

import re
from collections.abc import Iterator

from gazetteer.search.geocoder.mentions import Mention
from gazetteer.search.index.candidate_lookup import MAX_KEY_CANDIDATES
from gazetteer.search.index.candidates import (
    Candidate,
    CandidateSet,
    NameRelation,
    build_candidate,
    build_candidate_set,
)
from gazetteer.search.index.day_index import DayIndex
from gazetteer.search.text.folding import to_ascii_key
from gazetteer.search.text.name_forms import NameForm

_WORD = re.compile(r"[^\W\d_]+")
_HAN = re.compile(r"[\u3400-\u9fff]")
_MAX_WORDS = 6
"""Words of one name."""
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
    return tuple(_iter_mentions(day_index, text))


def _iter_mentions(day_index: DayIndex, text: str) -> Iterator[Mention]:
    words = list(_WORD.finditer(text))
    at = 0
    while at < len(words):
        for count in range(min(_MAX_WORDS, len(words) - at), 0, -1):
            run = words[at : at + count]
            candidate_set = _find_candidates(day_index, [word[0].lower() for word in run])
            if candidate_set is not None:
                yield Mention(run[0].start(), run[-1].end(), -1, candidate_set)
                at += count - 1
                break
        at += 1


def _find_candidates(day_index: DayIndex, words: list[str]) -> CandidateSet | None:
    """What the words mean together as one name, in force on the day or borne before."""
    own_key = to_ascii_key("".join(words))
    spellings = {own_key: NameForm.STANDARD}
    if len(words) > 1 and words[-1] in _GENERICS:
        specific = to_ascii_key("".join(words[:-1]))
        spellings |= {specific + generic: NameForm.STANDARD for generic in _GENERICS[words[-1]]}
    else:
        spellings |= {own_key + generic: NameForm.SHORT for generic in _OMITTED_GENERICS}
    candidates: dict[int, Candidate] = {}
    for latin, form in spellings.items():
        for candidate in _iter_candidates(day_index, latin, form):
            candidates.setdefault(candidate.node, candidate)
    return (
        build_candidate_set(
            tuple(sorted(candidates.values())[:MAX_KEY_CANDIDATES]), is_truncated=False
        )
        if candidates
        else None
    )


def _iter_candidates(day_index: DayIndex, latin: str, form: NameForm) -> Iterator[Candidate]:
    index, spellings = day_index.index, day_index.index.pinyin
    position = spellings.texts.find_position(latin)
    if position is None:
        return
    for row in spellings.get_rows(position):
        node, state = spellings.nodes[row], spellings.states[row]
        current = day_index.states[node]
        if current < 0 or not index.is_unit(node):
            continue
        same_name = index.names[current] == index.names[state]
        relation = NameRelation.CURRENT_NAME if same_name else NameRelation.FORMER_NAME
        period = (node, index.starts[state], index.ends[state])
        yield build_candidate(node, index.levels[current], form, relation, period)
