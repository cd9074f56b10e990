"""What a name is compared by: its characters, its parts and its sound.

Pure: :mod:`gazetteer.naming.key_derivation` keeps the keys of all standard names.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from gazetteer.naming.generic_terms import GenericTerms
from gazetteer.records.levels import UNIT_LEVELS, Level
from gazetteer.records.name_parts import split_name
from gazetteer.records.romanization import (
    list_attested_readings,
    spell_toned_syllables,
    strip_tone,
)
from gazetteer.search.text.normalize import (
    compatibility,
    compose_characters,
    invisible,
    normalize_text,
    simplify,
    variants,
)

_STEPS = (compatibility, invisible, simplify, variants, compose_characters)
"""Not the numerals: 三栋镇 is not 3栋镇."""


@dataclass(frozen=True, slots=True)
class SplitName:
    """The specific and the generic part (专名, 通名) of a name; None where it has no such part."""

    specific: str | None
    generic: str | None


@dataclass(frozen=True, slots=True)
class NameKey:
    """What a name is compared by.

    Attributes:
        text: the name in simplified characters and usual variants; that of a village without the
            words for its committee, since the law compares the names of the places.
        parts: of ``text``.
        toned: its syllables with tone marks, separated by spaces (``tiān hé qū``); None: it has a
            character without a known reading.
        plain: the same without tones.
    """

    text: str
    parts: SplitName
    toned: str | None
    plain: str | None


def split_parts(name: str, legal_class: str, level: str, terms: GenericTerms) -> SplitName:
    """The parts of a name: of a unit by its level, of anything else by the generic terms.

    A name that is nothing but a generic term has no specific part.
    """
    if legal_class in ("division", "village_seat") and level in UNIT_LEVELS:
        parts = split_name(name, level)
        if parts.generic is not None or legal_class == "division":
            return SplitName(parts.specific, parts.generic)
    generic = terms.find_term(name, legal_class)
    if generic is None:
        return SplitName(name, None)
    return SplitName(name.removesuffix(generic) or None, generic)


@lru_cache(maxsize=4096)
def build_name_key(
    name: str, legal_class: str, level: str, province: str, terms: GenericTerms
) -> NameKey:
    """The key of a name.

    Args:
        name: as it is written.
        legal_class: of its place.
        level: of its place.
        province: first two digits of a code, which select local readings.
        terms: the generic terms.
    """
    text = normalize_text(name, _STEPS).value.strip() or name
    parts = split_parts(text, legal_class, level, terms)
    if level == Level.VILLAGE and parts.specific:
        text = parts.specific
    syllables = spell_toned_syllables(text, province)
    if syllables is None:
        return NameKey(text, parts, None, None)
    return NameKey(text, parts, " ".join(syllables), " ".join(map(strip_tone, syllables)))


def apply_spelling(key: NameKey, spelling: str, *, is_whole: bool = True) -> NameKey:
    """The key with the sound of an approved spelling (``Xi'an Shi``) instead of the usual one.

    Its syllables are those that the characters may have; where they do not give the spelling, it
    is compared as one run of letters.

    Args:
        key: with the usual sound.
        spelling: of the name, or of one that begins with ``key.text``.
        is_whole: whether it is that of ``key.text`` alone.
    """
    letters = "".join(filter(str.isalpha, spelling)).lower()
    usual = key.toned.split(" ") if key.toned is not None else []
    syllables = _fit_syllables(key.text, usual, letters, is_whole=is_whole)
    if syllables is None:
        return replace(key, toned=None, plain=letters)
    plain = " ".join(map(strip_tone, syllables))
    return replace(key, toned=" ".join(syllables), plain=plain)


def _fit_syllables(
    text: str, usual: Sequence[str], letters: str, *, is_whole: bool
) -> tuple[str, ...] | None:
    """A toned syllable for each character, the usual one if it fits; None: letters are left."""
    if not text:
        return () if not letters or not is_whole else None
    for syllable in dict.fromkeys((*usual[:1], *list_attested_readings(text[0], 1))):
        plain = strip_tone(syllable)
        if letters.startswith(plain):
            rest = _fit_syllables(text[1:], usual[1:], letters[len(plain) :], is_whole=is_whole)
            if rest is not None:
                return (syllable, *rest)
    return None


def find_contained(text: str, terms: Collection[str]) -> str | None:
    """The longest of the terms that a text contains, the first of several; None: it has none."""
    found = [term for term in terms if term in text]
    return max(found, key=len) if found else None
