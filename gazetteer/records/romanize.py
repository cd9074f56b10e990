"""Hanyu Pinyin spelling of geographic names by the rules of 1984 (中地字第17号), without tones.

Specific and generic part apart and capitalised (RM-01), an apostrophe before a, e, o inside a
word (RM-08), readings by ``readings.csv`` before those of pypinyin (RM-09). What comes out is a
proposal: only an approved act makes a spelling official. Names of units in Mongolian, Tibetan,
Uyghur and other scripts are officially spelled by their own rules, which this module does not know.
"""

import csv
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import pypinyin

READINGS = Path(__file__).with_name("readings.csv")


@cache
def _overrides(province: str) -> dict[str, tuple[str, ...]]:
    """Readings that hold in the province (two digits): its own before those of the country."""
    table: dict[str, tuple[str, ...]] = {}
    with READINGS.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    for scope in ("", province):
        for row in rows:
            if row["province"] == scope:
                table[row["text"]] = tuple(row["reading"].split())
    return table


@cache
def _longest(province: str) -> int:
    return max(map(len, _overrides(province)))


@cache
def _only_reading(char: str) -> str | None:
    """The reading of a character that has just one, without tone; None if there are several."""
    readings = pypinyin.pinyin(char, style=pypinyin.Style.NORMAL, heteronym=True, errors="ignore")
    if len(readings) == 1 and len(set(readings[0])) == 1:
        return str(readings[0][0])
    return None


def _by_context(text: str) -> list[str] | None:
    """Readings of a run of characters; pypinyin decides where one has several."""
    single = [_only_reading(char) for char in text]
    if None not in single:
        return [reading for reading in single if reading is not None]
    found = pypinyin.lazy_pinyin(text, errors="ignore")
    return list(found) if len(found) == len(text) else None


def syllables(text: str, province: str = "") -> list[str] | None:
    """Toneless syllables of Chinese characters, ``ü`` kept; None if one has no known reading."""
    table, longest = _overrides(province), _longest(province)
    found: list[str] = []
    plain_from = 0
    at = 0
    while at < len(text):
        size = next((n for n in range(longest, 0, -1) if text[at : at + n] in table), 0)
        if not size:
            at += 1
            continue
        before = _by_context(text[plain_from:at])
        if before is None:
            return None
        found += [*before, *table[text[at : at + size]]]
        at += size
        plain_from = at
    rest = _by_context(text[plain_from:])
    return None if rest is None else [s.replace("v", "ü") for s in (*found, *rest)]


def word(parts: Sequence[str]) -> str:
    """One capitalised word; an apostrophe before a, e, o in later syllables (RM-08)."""
    spelled = "".join(
        f"'{part}" if place and part[0] in "aoe" else part for place, part in enumerate(parts)
    )
    return spelled[:1].upper() + spelled[1:]


def romanize(words: Sequence[str], province: str = "") -> str | None:
    """Spell a name given as its written words: ``("天河", "区")`` gives ``Tianhe Qu``.

    ``province`` (first two digits of a code) chooses local readings. None where a character has
    no known reading or is not a Chinese character: nothing is proposed then.
    """
    whole = "".join(words)
    read = syllables(whole, province) if whole else None
    if read is None or len(read) != len(whole):
        return None
    spelled: list[str] = []
    at = 0
    for part in words:
        if part:
            spelled.append(word(read[at : at + len(part)]))
            at += len(part)
    return " ".join(spelled)
