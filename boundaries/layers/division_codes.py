"""Division codes of China: what their digits say, and the habits in which files write them.

440000 is a province, 440100 a prefecture, 440106 a county, 440106001 a township, 440106001001 a
village (GB/T 2260, GB/T 10114).
"""

import re
import tomllib
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

_LEVEL_OF_LENGTH = {9: "township", 12: "village"}
_MAX_PREFECTURE = 70
"""The prefectures of a province are numbered to 70; 90 stands for counties directly under it."""

CODE_PATTERN = re.compile(r"[1-9]\d{5}(?:\d{3}(?:\d{3})?)?")
_COUNTRY_PATTERN = re.compile(r"156([1-9]\d{5}(?:\d{3}(?:\d{3})?)?)")
_LETTERS_PATTERN = re.compile(r"(?:CHN|CN)[\s_\-.]*(?=\d{2,12}$)", re.IGNORECASE)
_NUMBER_PATTERN = re.compile(r"(\d+)\.0*|\d{1,3}(?:,\d{3})+(?:\.0*)?")
_QUOTES = "'\"`‘’“”′"
_SHORT_DIGITS = {2: "0000", 4: "00"}
"""The digits that codes of provinces and of prefectures lack where they are written short."""

_NO_VALUE = frozenset(
    [
        *("", "nan", "none", "null", "<null>", "nil", "na", "n/a", "#n/a", "nat", "undefined"),
        *("-", "--", "—", "——", "/", "\\", "?", "-1", "-99", "-999", "-9999", "unknown"),
        *("无", "空", "暂无", "未知", "不详", "缺", "缺失", "待定", "无代码"),
    ]
)
"""Words that stand for no value, in lower case."""


@dataclass(frozen=True, slots=True)
class LevelSkips:
    """Where levels are skipped in fact; ``level_skips.toml`` explains the fields."""

    prefectures_without_counties: frozenset[str]
    provinces_without_prefectures: frozenset[str]
    direct_counties: str
    provinces: frozenset[str]


@cache
def read_level_skips() -> LevelSkips:
    """The skipped levels on record; read once per process."""
    data = tomllib.loads(Path(__file__).with_name("level_skips.toml").read_text("utf-8"))
    return LevelSkips(
        frozenset(data["prefectures_without_counties"]),
        frozenset(data["provinces_without_prefectures"]),
        data["direct_counties"],
        frozenset(data["provinces"]),
    )


def parse_code_level(code: str | None) -> str | None:
    """The level of a division code of China; None for any other text."""
    if not code or not code.isdigit() or code[:2] not in read_level_skips().provinces:
        return None
    if len(code) == 6:
        return (
            "province" if code.endswith("0000") else "prefecture" if code[4:] == "00" else "county"
        )
    return _LEVEL_OF_LENGTH.get(len(code))


def parse_parent_code(code: str | None) -> str | None:
    """The code of the parent as the code itself implies it; None for provinces and other texts."""
    level, known = parse_code_level(code), read_level_skips()
    if code is None or level in (None, "province"):
        return None
    if level in ("township", "village"):
        return code[:-3]
    province = code[:2] + "0000"
    direct = code[2:4] == known.direct_counties or province in known.provinces_without_prefectures
    return province if level == "prefecture" or direct else code[:4] + "00"


def is_division_code(code: str | None) -> bool:
    """Whether a text is built like a code that is in use: postcodes and row numbers seldom are."""
    if code is None or parse_code_level(code) is None:
        return False
    prefecture, county = int(code[2:4]), code[4:6]
    if prefecture == 0:
        return county == "00" and len(code) == 6
    direct = code[2:4] == read_level_skips().direct_counties
    return prefecture <= _MAX_PREFECTURE or (direct and county != "00")


def read_as_text(value: Any) -> str | None:
    """A value of a table as text, whole numbers without a decimal point; None for no value."""
    if value is None or isinstance(value, dict | list):
        return None
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return str(value).strip() or None


@dataclass(frozen=True, slots=True)
class CleanedCodes:
    """Codes as they are meant (n), and which features had which habit of writing them.

    ``country`` had the prefix of the country, ``padded`` trailing zeros, ``odd`` other signs or
    missing zeros, ``void`` a word for no value.
    """

    codes: tuple[str | None, ...]
    country: tuple[int, ...]
    padded: tuple[int, ...]
    odd: tuple[int, ...]
    void: tuple[int, ...]


def clean_codes(texts: Sequence[str | None]) -> CleanedCodes:
    """Codes without prefix, padding, quotes and decimal points; other texts stay as they are."""
    bare = [None if text is None else _strip_signs(text) for text in texts]
    void = _find_void(bare)
    plain = [None if i in void else text for i, text in enumerate(bare)]
    local = [_strip_country(text) for text in plain]
    short = [_extend_short(text) for text in local] if _are_mostly_codes(local) else local
    codes = [_strip_zeros(text) for text in short]
    positions = range(len(texts))
    return CleanedCodes(
        tuple(codes),
        tuple(i for i in positions if local[i] != plain[i]),
        tuple(i for i in positions if codes[i] != short[i]),
        tuple(i for i in positions if bare[i] != texts[i] or short[i] != local[i]),
        tuple(sorted(i for i in void if texts[i])),
    )


def _strip_signs(text: str) -> str:
    """``440604`` of ``'440604``, of ``440604.0``, of full-width digits and of ``4.40604E+05``."""
    folded = unicodedata.normalize("NFKC", text).strip().strip(_QUOTES).strip()
    number = _NUMBER_PATTERN.fullmatch(folded)
    if number:
        folded = (number[1] or folded.partition(".")[0]).replace(",", "")
    elif re.fullmatch(r"\d\.\d+[eE]\+?\d{1,2}", folded) and float(folded).is_integer():
        folded = str(int(float(folded)))
    return folded


def _find_void(texts: Sequence[str | None]) -> frozenset[int]:
    """The features whose text is a word for no value; zeros are where other codes are longer."""
    longest = max((len(text) for text in texts if text), default=0)
    return frozenset(
        i
        for i, text in enumerate(texts)
        if text is not None
        and (text.casefold() in _NO_VALUE or (text.strip("0") == "" and longest >= 6))
    )


def _strip_country(text: str | None) -> str | None:
    """The code without ``156`` or ``CN``, where it is one of China."""
    if text is None:
        return None
    without = _LETTERS_PATTERN.sub("", text)
    match = _COUNTRY_PATTERN.fullmatch(without)
    return match[1] if match else without


def _are_mostly_codes(texts: Sequence[str | None]) -> bool:
    """Whether codes written short are such: beside full codes, or where all are codes."""
    present = [text for text in texts if text]
    full = [text for text in present if CODE_PATTERN.fullmatch(text)]
    extended = [is_division_code(_strip_zeros(_extend_short(text))) for text in present]
    return bool(full) and all(extended)


def _extend_short(text: str | None) -> str | None:
    missing = _SHORT_DIGITS.get(len(text)) if text and text.isdigit() else None
    return text + missing if text and missing else text


def _strip_zeros(text: str | None) -> str | None:
    """``440106`` of ``440106000000``: villages and townships are never numbered 000."""
    if text and CODE_PATTERN.fullmatch(text):
        while len(text) > 6 and text.endswith("000"):
            text = text[:-3]
    return text


def count_division_codes(texts: Sequence[str | None]) -> tuple[int, int, int]:
    """How many of some texts are values at all, how many are division codes, and how many differ.

    What is told from the digits alone is no proof; see :func:`is_division_code`.
    """
    present = [code for code in clean_codes(texts).codes if code]
    valid = Counter(code for code in present if is_division_code(code))
    return len(present), valid.total(), len(valid)
