"""Names as the words that Pinyin writes apart (rules 1 to 7 and 14 to 16 of 1984).

A name is its specific part and its generic term; a one-syllable modifier joins the generic term, a
generic term of several syllables inside the specific part stands apart, and what is a code or an
ordinal of a street is written in digits.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from gazetteer.naming.romanization.word_tables import (
    GenericTerm,
    list_generic_texts,
    read_generic_terms,
    read_modifiers,
    read_whole_words,
)
from gazetteer.records.levels import UNIT_LEVELS, Level
from gazetteer.records.name_parts import split_name
from gazetteer.search.text.written_numerals import write_number

_ORDINAL_CLASSES = ("road", "other")
"""Legal classes whose names count: 二马路, 前进四厂."""

_SOLID_PAIRS = ("building", "park_reserve", "other")
"""Legal classes in which a name of two characters is one word: 天坛."""

_ALL_CLASSES = ("division", "natural", "road", "facility", "building", "park_reserve", "other")
_OPEN_CLASSES = ("division", "village_seat", "other")
"""Legal classes whose names may end with the generic term of any class: 西沙群岛 is a division."""

_CODE = re.compile(r"[0-9A-Za-z]+(?:-[0-9A-Za-z]+)*")
_ORDINAL_PREFIX = "第"
_NUMERALS = frozenset("零一二三四五六七八九十百千")
_NAMED_AFTER_UNITS = (*_OPEN_CLASSES, "facility", "park_reserve")
_UNIT_PREFIX = re.compile(
    r"(?:(..{1,2}?)(省))?"
    r"(?:(..{1,3}?)(市)(?![场民政区镇容郊话])(?:(..{0,2}?)([区县]))?|(.{1,3}?)(县)(?!城))?"
)
"""Units before the name proper (rule 17); the province, the city, its district or county."""

_DIRECTIONS = frozenset("东南西北中")
_SIZE_AND_SIDE = frozenset("大小东南西北")
_LARGEST_ORDINAL = 999


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a name.

    Attributes:
        text: its characters.
        shown: what is written in their place, such as digits; None: their reading.
        reading: toned syllables that the table of generic terms gives; empty: the usual ones.
    """

    text: str
    shown: str | None = None
    reading: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Division:
    """The words of a name and the rules (RM-01 to RM-07) by which they are divided."""

    words: tuple[Word, ...]
    rules: frozenset[str]


def divide_name(name: str, legal_class: str, level: str) -> Division:
    """The words of a name of a legal class and a level (see ``records.levels``)."""
    if level == Level.NATURAL_SETTLEMENT:
        return Division(tuple(_split_codes(name)), frozenset({"RM-03"}))
    if legal_class in ("division", "village_seat") and level in UNIT_LEVELS:
        parts = split_name(name, level)
        if parts.generic is not None:
            words = tuple(map(Word, parts.words))
            rules = {"RM-01"} if len(words) > 1 else set()
            return Division(words, _name_specific_rules(words[0].text) | rules)
    return _divide_by_terms(name, legal_class)


def _divide_by_terms(name: str, legal_class: str) -> Division:
    trailing = name[-1:] if legal_class == "road" and name[-1:] in _DIRECTIONS else ""
    term = _find_term(name.removesuffix(trailing), legal_class)
    if trailing and term is not None and len(term.text) > 1:  # 中山大道中
        inner = _divide_by_terms(name.removesuffix(trailing), legal_class)
        return Division((*inner.words, Word(trailing)), inner.rules | {"RM-02"})
    term = _find_term(name, legal_class)
    if term is None or (len(name) == 2 and legal_class in _SOLID_PAIRS):
        return Division(tuple(_split_codes(name)), _name_specific_rules(name))
    specific = name.removesuffix(term.text)
    units = _find_unit_prefix(specific, term) if legal_class in _NAMED_AFTER_UNITS else ()
    divided = _divide_specific(specific.removeprefix("".join(units)), term, legal_class)
    return Division((*map(Word, units), *divided.words), divided.rules)


def _find_unit_prefix(specific: str, term: GenericTerm) -> tuple[str, ...]:
    """The words of the units with which a name begins: 湛江 市 坡头 区 of 官渡工业园."""
    match = _UNIT_PREFIX.match(specific)
    if match is None or (match[0] == specific and len(term.text) < 2):
        return ()
    return tuple(filter(None, match.groups()))


def _find_term(name: str, legal_class: str) -> GenericTerm | None:
    """The longest generic term at the end of a name; that of another class if there is none.

    Of another class a single character says too little: 金海湾 may be a house.
    """
    own = _match_term(name, read_generic_terms(legal_class))
    is_open = legal_class in _OPEN_CLASSES
    if own is not None and not is_open:
        return own
    matched = (_match_term(name, read_generic_terms(one_class)) for one_class in _ALL_CLASSES)
    terms = [own, *(term for term in matched if term and (is_open or len(term.text) > 1))]
    return max(filter(None, terms), key=lambda term: len(term.text), default=None)


def _match_term(name: str, terms: Sequence[GenericTerm]) -> GenericTerm | None:
    return next((t for t in terms if name.endswith(t.text) and name != t.text), None)


def _divide_specific(specific: str, term: GenericTerm, legal_class: str) -> Division:
    """Divide what stands before a generic term: ordinal, modifiers, an inner name."""
    if legal_class in _ORDINAL_CLASSES:
        ordinal = _find_ordinal(specific)
        if ordinal is not None:
            head = _divide_head(specific.removesuffix(ordinal.text), legal_class)
            words = (*head.words, ordinal, *_build_generic("", term))
            return Division(words, head.rules | {"RM-01", "RM-07"})
    modifiers = _find_modifiers(specific, term, legal_class)
    head = _divide_head(specific.removesuffix(modifiers), legal_class, is_whole=not modifiers)
    rules = {"RM-01", *head.rules, *({"RM-02"} if modifiers else ())}
    return Division((*head.words, *_build_generic(modifiers, term)), frozenset(rules))


def _build_generic(modifiers: str, term: GenericTerm) -> Iterator[Word]:
    """The generic term with its modifiers, as one word or as several."""
    first, *others = term.words
    reading = term.reading if not modifiers else ()
    yield Word(modifiers + first, reading=reading)
    yield from map(Word, others)


def _find_ordinal(specific: str) -> Word | None:
    """The ordinal at the end of a specific part: 四十二 or 第九, but the 十二 of 东四十二."""
    for start in range(len(specific)):
        text = specific[start:]
        number = _list_numerals().get(text.removeprefix(_ORDINAL_PREFIX))
        if number is None or _cuts_whole_word(specific, start):
            continue
        head = specific[:start]
        if head[-1:] in _NUMERALS and not head.endswith(tuple(read_whole_words())):
            return None  # 三八 counts nothing
        prefix = "Di-" if text.startswith(_ORDINAL_PREFIX) else ""
        return Word(text, shown=f"{prefix}{number}")
    return None


def _cuts_whole_word(text: str, at: int) -> bool:
    """Whether a word that stays whole reaches over a place of the text."""
    return any(
        text.startswith(word, start)
        for word in read_whole_words()
        for start in range(max(0, at - len(word) + 1), at)
        if start + len(word) > at
    )


@cache
def _list_numerals() -> dict[str, int]:
    return {write_number(str(number)): number for number in range(1, _LARGEST_ORDINAL + 1)}


def _find_modifiers(specific: str, term: GenericTerm, legal_class: str) -> str:
    """The one-syllable modifiers at the end of a specific part that belong to the generic term."""
    if legal_class != "road" and len(term.text) > 1:
        return ""
    allowed = read_modifiers(legal_class)
    at = len(specific)
    while (
        at > 2 and specific[at - 1] in allowed and specific[at - 2 : at] not in read_whole_words()
    ):
        at -= 1
    if at == len(specific) == 2 and term.text in ("街", "巷") and set(specific) <= _SIZE_AND_SIDE:
        return "" if specific in read_whole_words() else specific[1:]  # 小南街 is Xiao Nanjie
    return specific[at:]


def _divide_head(head: str, legal_class: str, *, is_whole: bool = True) -> Division:
    """Divide a specific part: an inner generic term of several syllables stands apart."""
    words, rules = tuple(_split_codes(head)), _name_specific_rules(head)
    if legal_class == "road" or legal_class in _OPEN_CLASSES:
        return _divide_inner_name(head, legal_class, is_whole) or Division(words, rules)
    if head.startswith(_ORDINAL_PREFIX) and len(head) > 3 and head[1] in _list_numerals():
        return Division((Word(head[:2]), Word(head[2:])), rules | {"RM-02"})  # 第二 松花江
    return Division(words, rules)


def _divide_inner_name(head: str, legal_class: str, is_whole: bool) -> Division | None:
    """Divide 包头胡同 before 东巷 and 天宁寺西里 before 一巷, but not 解放路 before 南小街."""
    if _find_term(head, legal_class) is None:
        return None
    divided = _divide_by_terms(head, legal_class)
    if len(divided.words) < 2 or len(divided.words[-1].text) < 2 or len(divided.words[0].text) < 2:
        return None
    return Division(divided.words, divided.rules | ({"RM-04"} if not is_whole else set()))


def _split_codes(text: str) -> Iterator[Word]:
    """The words of a text of characters and codes: 1203高地, G105国道."""
    at = 0
    for match in _CODE.finditer(text):
        if match.start() > at:
            yield Word(text[at : match.start()])
        yield Word(match[0], shown=match[0])
        at = match.end()
    if at < len(text):
        yield Word(text[at:])


def _name_specific_rules(specific: str) -> frozenset[str]:
    """The rules that concern what a specific part says."""
    found = set()
    if len(specific) > 2 and any(
        specific.endswith(term) and specific != term for term in list_generic_texts()
    ):
        found.add("RM-04")
    if read_whole_words().get(specific) == "RM-05":
        found.add("RM-05")
    if _NUMERALS & {*specific}:
        found.add("RM-06")
    if _CODE.search(specific):
        found.add("RM-07")
    return frozenset(found)
