"""Division codes as people, spreadsheets and lists write them, and what each may stand for."""

import re
import unicodedata
from collections.abc import Iterator
from enum import StrEnum
from typing import NamedTuple

_CODE = re.compile(r"[0-9]{6}(?:[0-9]{3}(?:[0-9]{3})?)?")
_OUTER_MARKS = re.compile(
    r"\A[\s'\"=`\u2018\u2019\u201c\u201d\u200b-\u200f\ufeff]+|[\s'\"\u2018\u2019\u201c\u201d\u200b-\u200f\ufeff]+\Z"
)
_ZERO_FRACTION = re.compile(r"\.0+\Z")
_ROUNDED_NUMBER = re.compile(r"[0-9]\.?[0-9]*E\+?[0-9]{1,2}", re.IGNORECASE)
_IDENTITY_NUMBER = re.compile(r"([1-9][0-9]{5})(?:[0-9]{9}|[0-9]{11}[0-9X])", re.IGNORECASE)
_FILLING = "000"
"""Lists of the statistics office fill the code of a unit up to the length of a village's."""
_SUMMARY_ENDINGS = ("9000", "0100", "0200", "01")
"""Of 省直辖县级行政区划, of 市辖区 and 县 of a municipality, of all districts of a prefecture.

Lists have such codes and identity numbers begin with them; most are those of no unit.
"""


class CodeForm(StrEnum):
    """How a written code stands for the code of a unit."""

    AS_WRITTEN = "as_written"
    FILLED = "filled"
    SUMMARY = "summary"
    IDENTITY_NUMBER = "identity_number"


class CodeReading(NamedTuple):
    """The code of a unit for which a written one may stand."""

    code: str
    form: CodeForm


def clean_code(text: str) -> str:
    """A code without what spreadsheets and input methods add: full width, quotes, ``.0``."""
    compatible = unicodedata.normalize("NFKC", text)
    return _ZERO_FRACTION.sub("", _OUTER_MARKS.sub("", compatible)).strip()


def is_division_code(text: str) -> bool:
    """Whether a text has the form of a division code."""
    return _CODE.fullmatch(text) is not None


def is_rounded_number(text: str) -> bool:
    """Whether a spreadsheet wrote the number in powers of ten, which loses digits."""
    return _ROUNDED_NUMBER.fullmatch(text) is not None


def extract_identity_code(text: str) -> str | None:
    """The code with which an identity number of 18 or 15 digits begins; None if it is none."""
    match = _IDENTITY_NUMBER.fullmatch(text)
    return match[1] if match else None


def strip_filling(code: str) -> str:
    """A code without the zeros that lists fill it up with: 441900003000 for 441900003."""
    while len(code) > 6 and code.endswith(_FILLING):
        code = code[: -len(_FILLING)]
    return code


def iter_code_readings(code: str) -> Iterator[CodeReading]:
    """What a code of a list may stand for, the likeliest first.

    A code that ends like a summary has been that of a unit in some prefectures (340901, 520201), so
    that the register decides between the two.
    """
    stripped = strip_filling(code)
    yield CodeReading(stripped, CodeForm.AS_WRITTEN if stripped == code else CodeForm.FILLED)
    for ending in _SUMMARY_ENDINGS if len(stripped) == 6 else ():
        if stripped.endswith(ending):
            yield CodeReading(stripped[: -len(ending)].ljust(6, "0"), CodeForm.SUMMARY)
