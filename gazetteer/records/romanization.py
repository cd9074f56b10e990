"""Hanyu Pinyin spelling of geographic names by the rules of 1984 (中地字第17号).

Specific and generic part apart and capitalised (RM-01), an apostrophe before a, e, o inside a
word (RM-08), readings by ``readings.csv`` before those of pypinyin (RM-09). The result is a
proposal: only an approved act makes a spelling official. Names of units in Mongolian, Tibetan,
Uyghur and other languages are officially spelled by their own rules, which this module does not
implement.

Every reading has its tone; the spelling without tones is made from it, so that the two agree.
"""

import unicodedata
from collections import Counter, defaultdict
from collections.abc import Sequence
from functools import cache, lru_cache
from importlib import import_module
from itertools import accumulate, pairwise
from typing import Any

from gazetteer.records.readings import find_readings_file, read_readings

_TONE_MARKS = "\u0304\u0301\u030c\u0300"
"""Combining macron, acute, caron and grave: first to fourth tone."""


@cache
def _load_pypinyin() -> Any:
    """The library, imported at first use: its dictionaries take half a second to load."""
    return import_module("pypinyin")


@cache
def _read_overrides(province: str) -> dict[str, tuple[str, ...]]:
    """Toned readings that apply in the province (two digits), its own before the country's."""
    table: dict[str, tuple[str, ...]] = {}
    readings = read_readings(find_readings_file())
    for scope in ("", province):
        for reading in readings:
            if reading.province == scope:
                table[reading.text] = reading.syllables
    return table


@cache
def _longest_override(province: str) -> int:
    return max(map(len, _read_overrides(province)), default=0)


def _spell_with_library(text: str) -> list[str]:
    """What pypinyin reads, with tone marks; characters that it does not know are left out."""
    library = _load_pypinyin()
    return list(library.lazy_pinyin(text, style=library.Style.TONE, errors="ignore"))


@cache
def _find_usual_reading(char: str) -> str | None:
    """The toned reading of a character by itself; None if it has none."""
    spelled = _spell_with_library(char)
    return spelled[0] if len(spelled) == 1 else None


@cache
def _count_readings() -> dict[str, Counter[str]]:
    """In how many phrases of pypinyin each character has which toned reading."""
    counts: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for phrase, syllables in _load_pypinyin().constants.PHRASES_DICT.items():
        for char, (syllable, *_others) in zip(phrase, syllables, strict=False):
            counts[char][syllable] += 1
    return dict(counts)


def list_attested_readings(char: str, phrases: int = 3) -> list[str]:
    """The toned readings that a character has in at least so many phrases, commonest first."""
    counts = _count_readings().get(char, Counter())
    return [reading for reading, count in counts.most_common() if count >= phrases]


@cache
def _load_phrase_pairs() -> frozenset[str]:
    """Pairs of characters inside the phrases by which pypinyin decides between readings."""
    phrases = _load_pypinyin().constants.PHRASES_DICT
    return frozenset(first + second for p in phrases for first, second in pairwise(p))


def _spell_by_context(text: str) -> list[str] | None:
    """Toned readings of a run of characters; its phrases decide where one has several."""
    pairs = _load_phrase_pairs()
    if any(first + second in pairs for first, second in pairwise(text)):
        spelled = _spell_with_library(text)
        return spelled if len(spelled) == len(text) else None
    usual = [_find_usual_reading(char) for char in text]
    readings = [reading for reading in usual if reading is not None]
    return readings if len(readings) == len(text) else None


def find_curated_spans(text: str, province: str = "") -> tuple[range, ...]:
    """The runs of characters whose readings ``readings.csv`` gives, the longest at each place."""
    table, longest = _read_overrides(province), _longest_override(province)
    spans: list[range] = []
    at = 0
    while at < len(text):
        size = next((n for n in range(longest, 0, -1) if text[at : at + n] in table), 0)
        if size:
            spans.append(range(at, at + size))
        at += size or 1
    return tuple(spans)


@lru_cache(maxsize=4096)
def spell_toned_syllables(text: str, province: str = "") -> tuple[str, ...] | None:
    """Syllables of Chinese characters with tone marks (``chōng``); None if one has no reading."""
    table = _read_overrides(province)
    spelled: list[str] = []
    end = 0
    for span in find_curated_spans(text, province):
        preceding = _spell_by_context(text[end : span.start])
        if preceding is None:
            return None
        spelled += [*preceding, *table[text[span.start : span.stop]]]
        end = span.stop
    rest = _spell_by_context(text[end:])
    return None if rest is None else (*spelled, *rest)


def spell_syllables(text: str, province: str = "") -> tuple[str, ...] | None:
    """The same syllables without tones, with ``ü``; None if one has no known reading."""
    toned = spell_toned_syllables(text, province)
    return None if toned is None else tuple(map(strip_tone, toned))


@cache
def strip_tone(syllable: str) -> str:
    """A syllable without its tone mark: ``lǜ`` results in ``lü``."""
    letters = unicodedata.normalize("NFD", syllable)
    return unicodedata.normalize("NFC", "".join(c for c in letters if c not in _TONE_MARKS))


def join_syllables(parts: Sequence[str]) -> str:
    """One capitalised word; an apostrophe before a, e, o in later syllables (RM-08)."""
    spelled = "".join(
        f"'{part}" if place and strip_tone(part)[0] in "aoe" else part
        for place, part in enumerate(parts)
    )
    return spelled[:1].upper() + spelled[1:]


def spell_words(words: Sequence[str], province: str = "") -> list[tuple[str, ...]] | None:
    """The toned syllables of each written word of a name; None if a character has no reading.

    What reaches over the end of a word decides between readings as well: 太行 + 山, 浚 + 县.
    """
    ends = [*accumulate(map(len, words))]
    spelled: list[tuple[str, ...] | None]
    if _reads_across_words(words, ends, province):
        joined = spell_toned_syllables("".join(words), province)
        spelled = [
            joined[e - len(w) : e] if joined else None for w, e in zip(words, ends, strict=True)
        ]
    else:
        spelled = [spell_toned_syllables(part, province) for part in words]
    known = [r for r, w in zip(spelled, words, strict=True) if r and len(r) == len(w)]
    return known if len(known) == len(words) else None


def _reads_across_words(words: Sequence[str], ends: Sequence[int], province: str) -> bool:
    """Whether a phrase, or a run of curated readings, reaches over the end of a word."""
    pairs = _load_phrase_pairs()
    if any(a[-1:] + b[:1] in pairs for a, b in pairwise(words)):
        return True
    spans = find_curated_spans("".join(words), province)
    return any(span.start < end < span.stop for span in spans for end in ends)


def romanize_name(words: Sequence[str], province: str = "") -> str | None:
    """Spell a name given as its written words: ``("天河", "区")`` results in ``Tianhe Qu``.

    Args:
        words: the name as separate words.
        province: first two digits of a code, which select local readings.

    Returns:
        The spelling; None if a character has no known reading or is not a Chinese character.
    """
    spelled = spell_words(words, province)
    if not spelled:
        return None
    return " ".join(join_syllables([*map(strip_tone, syllables)]) for syllables in spelled)
