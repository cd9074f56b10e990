"""Tables of word division: generic terms by legal class, whole words, given spellings.

``generic_words.csv`` has the generic terms and their one-syllable modifiers, ``whole_words.csv``
the words that no rule may divide, ``given_spellings.csv`` the official spellings of words in
Mongolian, Tibetan, Uyghur and other languages, which no reading of the characters gives.
"""

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType

GENERICS_FILE = Path(__file__).with_name("generic_words.csv")
WHOLE_WORDS_FILE = Path(__file__).with_name("whole_words.csv")
GIVEN_FILE = Path(__file__).with_name("given_spellings.csv")


@dataclass(frozen=True, slots=True)
class GenericTerm:
    """A generic term (通名) as written.

    Attributes:
        text: its characters.
        words: the words that it consists of in Pinyin: 森林公园 is Senlin Gongyuan.
        reading: toned syllables where they differ from the usual ones; empty otherwise.
    """

    text: str
    words: tuple[str, ...]
    reading: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class GivenSpelling:
    """The official spelling of a word that is not Chinese: 乌鲁木齐 is Ürümqi."""

    text: str
    language: str


def _iter_rows(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


@cache
def read_generic_terms(legal_class: str) -> tuple[GenericTerm, ...]:
    """The generic terms of a legal class, the longest first."""
    terms = [
        GenericTerm(row["term"], tuple(row["words"].split()) or (row["term"],), _split_reading(row))
        for row in _iter_rows(GENERICS_FILE)
        if row["kind"] == "generic" and legal_class in row["legal_classes"].split()
    ]
    return tuple(sorted(terms, key=lambda term: -len(term.text)))


def _split_reading(row: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(row["reading"].split())


@cache
def read_modifiers(legal_class: str) -> frozenset[str]:
    """The single characters that qualify a generic term of a legal class: 北 in 中山北路."""
    return frozenset(
        row["term"]
        for row in _iter_rows(GENERICS_FILE)
        if row["kind"] == "modifier" and legal_class in row["legal_classes"].split()
    )


@cache
def list_generic_texts() -> frozenset[str]:
    """The generic terms of all legal classes."""
    return frozenset(row["term"] for row in _iter_rows(GENERICS_FILE) if row["kind"] == "generic")


@cache
def read_whole_words() -> Mapping[str, str]:
    """The rule for which a word stays whole, by word: 东四 is the name in 东四十二条."""
    return MappingProxyType({row["text"]: row["rule"] for row in _iter_rows(WHOLE_WORDS_FILE)})


@cache
def read_given_spellings(province: str) -> Mapping[str, GivenSpelling]:
    """The spellings of words in other languages that hold in a province (two digits)."""
    return MappingProxyType(
        {
            row["text"]: GivenSpelling(row["spelling"], row["language"])
            for row in _iter_rows(GIVEN_FILE)
            if row["province"] in ("", province)
        }
    )
