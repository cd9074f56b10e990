"""Folding of what people type to what the register holds: NFKC, simplified characters."""

import unicodedata
from functools import cache
from typing import Any

from opencc import OpenCC


@cache
def _get_converter() -> Any:
    return OpenCC("t2s")


def to_simplified(text: str) -> str:
    """Text in simplified characters."""
    return str(_get_converter().convert(text))


def fold_text(text: str) -> str:
    """Text in compatibility form (NFKC), simplified characters, without outer space."""
    return to_simplified(unicodedata.normalize("NFKC", text)).strip()


def is_latin(text: str) -> bool:
    """Whether a text is written in Latin letters, tone marks allowed, with a letter or digit."""
    decomposed = unicodedata.normalize("NFKD", text)
    plain = all(char.isascii() or unicodedata.combining(char) for char in decomposed)
    return plain and bool(to_ascii_key(text))


def to_ascii_key(text: str) -> str:
    """A romanized name for comparison: lower case, letters and digits only, no tone marks."""
    if text.isascii() and text.isalnum():
        return text.lower()
    decomposed = unicodedata.normalize("NFKD", text.lower()).replace("u\u0308", "v")
    return "".join(char for char in decomposed if char.isascii() and char.isalnum())
