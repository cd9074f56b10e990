"""The names in an address in Latin letters: ``Tianhe District, Guangzhou``, ``Panyu Qu``.

The readings are the register's own spellings. A generic part may be written in English, in
pinyin, or not at all; without one only units down to townships are meant.
"""

import re
from collections.abc import Iterator

from gazetteer.search.claims import Claim, Meant, Via, claimed, meant
from gazetteer.search.forms import Form
from gazetteer.search.marks import Mark
from gazetteer.search.text import latin_key
from gazetteer.search.view import MANY, View

_WORD = re.compile(r"[^\W\d_]+")
_HAN = re.compile(r"[\u3400-\u9fff]")
_LONGEST = 6
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
_UNWRITTEN = (
    *("sheng", "shi", "qu", "xian", "zizhiqu", "zizhizhou", "zizhixian", "xinqu", "diqu"),
    *("meng", "qi", "zhen", "jiedao", "xiang"),
)


def latin_marks(view: View, text: str) -> tuple[Mark, ...]:
    """The marks of a text without Chinese characters, from left to right; others have none."""
    if _HAN.search(text):
        return ()
    return tuple(_marks(view, text))


def _marks(view: View, text: str) -> Iterator[Mark]:
    words = list(_WORD.finditer(text))
    at = 0
    while at < len(words):
        for count in range(min(_LONGEST, len(words) - at), 0, -1):
            run = words[at : at + count]
            found = _meant(view, [word[0].lower() for word in run])
            if found is not None:
                yield Mark(run[0].start(), run[-1].end(), -1, found)
                at += count - 1
                break
        at += 1


def _meant(view: View, words: list[str]) -> Meant | None:
    """What the words mean together as one name, in force on the day or borne before."""
    own = latin_key("".join(words))
    spelt = {own: Form.STANDARD}
    if len(words) > 1 and words[-1] in _GENERICS:
        specific = latin_key("".join(words[:-1]))
        spelt |= {specific + generic: Form.STANDARD for generic in _GENERICS[words[-1]]}
    else:
        spelt |= {own + generic: Form.SHORT for generic in _UNWRITTEN}
    claims: dict[int, Claim] = {}
    for latin, form in spelt.items():
        for claim in _claims(view, latin, form):
            claims.setdefault(claim.node, claim)
    return meant(tuple(sorted(claims.values())[:MANY]), many=False) if claims else None


def _claims(view: View, latin: str, form: Form) -> Iterator[Claim]:
    index, spellings = view.index, view.index.pinyin
    position = spellings.texts.find(latin)
    if position is None:
        return
    for row in spellings.rows(position):
        node, state = spellings.nodes[row], spellings.states[row]
        current = view.states[node]
        if current < 0 or not index.is_unit(node):
            continue
        same_name = index.names[current] == index.names[state]
        via = Via.NAME if same_name else Via.FORMER
        period = (node, index.starts[state], index.ends[state])
        yield claimed(node, index.levels[current], form, via, period)
