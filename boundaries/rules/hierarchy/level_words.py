"""The words by which files state levels and kinds of units."""

import tomllib
import unicodedata
from pathlib import Path
from typing import Any, Literal

ExclusionReason = Literal["functional_area", "jurisdiction", "dispute"]

_DATA = tomllib.loads(Path(__file__).with_name("level_words.toml").read_text("utf-8"))
_LEVEL_OF_WORD = {word: level for level, words in _DATA["levels"].items() for word in words}
_EXCLUSION_OF_WORD: dict[str, ExclusionReason] = {
    word: reason for reason, words in _DATA["exclusions"].items() for word in words
}


def find_level_of_word(value: Any) -> str | None:
    """The level that a value of a column states; None if it states none, or in unknown words."""
    return None if value is None else _LEVEL_OF_WORD.get(_fold_word(value))


def find_exclusion_of_word(value: str) -> ExclusionReason | None:
    """Why a feature of such a kind takes no part in the coverage; None where it does."""
    text = _fold_word(value)
    if text in _EXCLUSION_OF_WORD:
        return _EXCLUSION_OF_WORD[text]
    return "functional_area" if text.endswith(tuple(_DATA["functional_area_endings"])) else None


def _fold_word(value: Any) -> str:
    return unicodedata.normalize("NFKC", str(value)).strip().casefold()
