"""The spelling of a place name in Hanyu Pinyin, with the rules that made it and other readings.

Readings come from the caller (approved ones), else from ``records.romanization``; words in other
languages from the table of given spellings. The result is a proposal: only an act approves it.
"""

from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import accumulate

from gazetteer.naming.romanization.word_division import Division, Word, divide_name
from gazetteer.naming.romanization.word_tables import (
    GivenSpelling,
    list_generic_texts,
    read_given_spellings,
)
from gazetteer.records.romanization import (
    find_curated_spans,
    join_syllables,
    list_attested_readings,
    spell_words,
    strip_tone,
)


@dataclass(frozen=True, slots=True)
class AlternativeReading:
    """Another reading of one character of a name.

    Attributes:
        position: of the character in the name, from 0.
        character: the character that is read in another way.
        reading: the other syllable, with its tone mark.
        text: the spelling of the name with that reading.
    """

    position: int
    character: str
    reading: str
    text: str


@dataclass(frozen=True, slots=True)
class PlaceSpelling:
    """A name as the rules spell it.

    Attributes:
        text: the spelling, without tones; ``ü`` stays, ``'`` separates syllables.
        toned: the same with tone marks.
        words: the characters of each word, in the order of the words of ``text``.
        rules: the rules of 1984 that were applied, such as ``RM-01``.
        alternatives: other readings that would change ``text``.
        language: of the words whose spelling is given; ``zh`` where all are read as Chinese.
    """

    text: str
    toned: str
    words: tuple[str, ...]
    rules: tuple[str, ...]
    alternatives: tuple[AlternativeReading, ...]
    language: str = "zh"


def romanize_place_name(
    name: str,
    *,
    legal_class: str,
    level: str,
    province: str = "",
    given_reading: Sequence[str] | None = None,
) -> PlaceSpelling | None:
    """Spell a name by the rules of 1984.

    Args:
        name: the name in characters; digits and Latin letters stay as codes.
        legal_class: one of the classes of Order 753, such as ``road``.
        level: see ``records.levels``.
        province: first two digits of a code, which select local readings.
        given_reading: an approved syllable for each character, with or without tone; before all
            other readings, and before given spellings of other languages.

    Returns:
        The spelling; None if a character has no known reading.

    Raises:
        ValueError: ``given_reading`` has not one syllable for each character.
    """
    if given_reading is not None and len(given_reading) != len(name):
        raise ValueError("a given reading has one syllable for each character")
    reading = None if given_reading is None else tuple(given_reading)
    return _spell_name(name, legal_class, level, province, reading)


@dataclass(frozen=True, slots=True)
class _ReadName:
    """The words of a name, the toned syllables of each, and the spellings that are given."""

    words: tuple[Word, ...]
    syllables: tuple[tuple[str, ...], ...]
    given: Mapping[str, GivenSpelling]

    def join_words(self, *, with_tones: bool = False) -> str:
        """The spelling of the name."""
        return " ".join(
            self._spell_word(word, syllables, with_tones)
            for word, syllables in zip(self.words, self.syllables, strict=True)
        )

    def _spell_word(self, word: Word, syllables: Sequence[str], with_tones: bool) -> str:
        if word.shown is not None:
            return word.shown
        if word.text in self.given:
            return self.given[word.text].text
        return join_syllables(syllables if with_tones else [*map(strip_tone, syllables)])


@lru_cache(maxsize=4096)
def _spell_name(
    name: str, legal_class: str, level: str, province: str, reading: tuple[str, ...] | None
) -> PlaceSpelling | None:
    division = divide_name(name, legal_class, level)
    syllables = _slice_reading(division.words, reading or _read_words(division.words, province))
    if not syllables:
        return None
    given = {} if reading else read_given_spellings(province)
    read_name = _ReadName(division.words, syllables, given)
    text = read_name.join_words()
    is_curated = bool(reading or find_curated_spans(name, province))
    fixed = {*range(len(name))} if reading else _find_fixed_positions(read_name, name, province)
    languages = [given[w.text].language for w in division.words if w.text in given]
    return PlaceSpelling(
        text=text,
        toned=read_name.join_words(with_tones=True),
        words=tuple(word.text for word in division.words),
        rules=_list_rules(division, text, is_curated=is_curated),
        alternatives=tuple(_iter_alternatives(read_name, fixed)),
        language=languages[0] if languages else "zh",
    )


def _read_words(words: Sequence[Word], province: str) -> tuple[str, ...] | None:
    """A toned syllable for each character; those of words that are shown otherwise are empty."""
    spelled = spell_words([word.text for word in words if word.shown is None], province)
    if spelled is None:
        return None
    of_word = iter(spelled)
    read: list[str] = []
    for word in words:
        usual = ("",) * len(word.text) if word.shown is not None else next(of_word)
        read += word.reading or usual
    return tuple(read)


def _slice_reading(
    words: Sequence[Word], reading: Sequence[str] | None
) -> tuple[tuple[str, ...], ...] | None:
    """The syllables of each word."""
    if reading is None:
        return None
    ends = [*accumulate(len(word.text) for word in words)]
    return tuple(
        tuple(reading[end - len(word.text) : end]) for word, end in zip(words, ends, strict=True)
    )


def _list_rules(division: Division, text: str, *, is_curated: bool) -> tuple[str, ...]:
    """The rules of the division, and those of the letters: apostrophes, curated readings."""
    rules = {*division.rules, *(("RM-08",) if "'" in text else ())}
    return tuple(sorted({*rules, *(("RM-09",) if is_curated else ())}))


def _find_fixed_positions(read_name: _ReadName, name: str, province: str) -> set[int]:
    """The characters whose reading is no question: curated, given, digits, generic terms."""
    fixed = {position for span in find_curated_spans(name, province) for position in span}
    start = 0
    for word in read_name.words:
        if (
            word.shown is not None
            or word.text in read_name.given
            or (start and word.text in list_generic_texts())
        ):
            fixed.update(range(start, start + len(word.text)))
        start += len(word.text)
    return fixed


def _iter_alternatives(read_name: _ReadName, fixed: Set[int]) -> Iterator[AlternativeReading]:
    position = 0
    for at, word in enumerate(read_name.words):
        for place, char in enumerate(word.text):
            usual = read_name.syllables[at][place]
            if position not in fixed:
                for other in _list_other_readings(char, usual):
                    changed = replace(
                        read_name,
                        syllables=_exchange_reading(read_name.syllables, at, place, other),
                    )
                    yield AlternativeReading(position, char, other, changed.join_words())
            position += 1


def _list_other_readings(char: str, usual: str) -> list[str]:
    """Readings with other letters than the usual one, one for each spelling."""
    by_letters = {strip_tone(reading): reading for reading in list_attested_readings(char)[::-1]}
    by_letters.pop(strip_tone(usual), None)
    return [*by_letters.values()][::-1]


def _exchange_reading(
    syllables: tuple[tuple[str, ...], ...], at: int, place: int, other: str
) -> tuple[tuple[str, ...], ...]:
    word = syllables[at]
    changed = (*word[:place], other, *word[place + 1 :])
    return (*syllables[:at], changed, *syllables[at + 1 :])
