"""Digits that stand for characters of a name: 3元里 for 三元里, 12岭 for 十二岭."""

import re
from collections.abc import Iterator

_HAN = re.compile(r"[\u3400-\u9fff]")
_NUMBER = re.compile(r"[0-9]{1,4}")
_DIGITS = "零一二三四五六七八九"
_PLACES = ("", "十", "百", "千")


def iter_numeral_variants(text: str) -> Iterator[str]:
    """A text of Han characters and digits, with the digits one by one and as numbers."""
    if not _NUMBER.search(text) or not _HAN.search(text):
        return
    digit_by_digit = _NUMBER.sub(lambda number: "".join(_DIGITS[int(d)] for d in number[0]), text)
    yield digit_by_digit
    as_number = _NUMBER.sub(lambda number: write_number(number[0]), text)
    if as_number != digit_by_digit:
        yield as_number


def write_number(digits: str) -> str:
    """A number up to 9999 in characters: 12 is 十二, and 305 三百零五."""
    number = digits.lstrip("0")
    written = "".join(
        _DIGITS[int(digit)] + (_PLACES[len(number) - 1 - i] if digit != "0" else "")
        for i, digit in enumerate(number)
    )
    written = re.sub("零+", "零", written).rstrip("零") or _DIGITS[0]
    return written.removeprefix("一") if re.match("一十", written) else written
