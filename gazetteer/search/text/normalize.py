"""Normalisation of texts to what the index holds, by named steps that keep every offset.

The steps are listed in :data:`NORMALIZATION_STEPS`, in their order. The names of the register pass
the same steps before they are indexed, so a step never separates a name from a text that means it.
"""

import re
import unicodedata
from collections.abc import Sequence
from functools import cache

from gazetteer.search.text.folding import to_simplified
from gazetteer.search.text.normalized_text import (
    NormalizationStep,
    NormalizedText,
    substitute_matches,
)

_COMPATIBLE = re.compile(r"[^\x00-\x7f\u4e00-\u9fff][\u0300-\u036f\u3099\u309a]*")
_INVISIBLE = re.compile(r"[\u00ad\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufe00-\ufe0f\ufeff]")


def compatibility(text: NormalizedText) -> NormalizedText:
    """Full-width letters, circled digits, compatibility ideographs: NFKC, cluster by cluster."""
    if text.value.isascii() or unicodedata.is_normalized("NFKC", text.value):
        return text
    return substitute_matches(text, _COMPATIBLE, lambda m: unicodedata.normalize("NFKC", m[0]))


def invisible(text: NormalizedText) -> NormalizedText:
    """Byte order marks, zero-width and direction marks: dropped."""
    return substitute_matches(text, _INVISIBLE, "")


@cache
def _compile_traditional() -> re.Pattern[str]:
    """Any character that simplification may change."""
    characters = [chr(point) for point in range(0x3400, 0xA000)]
    after = to_simplified("\n".join(characters)).split("\n")
    changed = [char for char, now in zip(characters, after, strict=True) if char != now]
    return re.compile("[" + "".join(changed) + "乾著藉瞭麼徵]")


def simplify(text: NormalizedText) -> NormalizedText:
    """Traditional characters to simplified ones: 廣州 to 广州."""
    if not _compile_traditional().search(text.value):
        return text
    converted = to_simplified(text.value)
    if len(converted) != len(text.value):  # a phrase changed its length: offsets matter more
        converted = "".join(to_simplified(char)[:1] or char for char in text.value)
    return NormalizedText(converted, text.source_length, text.source_offsets)


_VARIANTS = str.maketrans(
    "邨峯羣裏衞汙菴菓塲壋劄箇畧鑛麪磘堦堃濶湧畬碁囲凼",
    "村峰群里卫污庵果场垱札个略矿面窑阶坤阔涌畲基围氹",
)


def variants(text: NormalizedText) -> NormalizedText:
    """Variant characters that simplification leaves: 邨 to 村."""
    return NormalizedText(text.value.translate(_VARIANTS), text.source_length, text.source_offsets)


_DIGITS = {char: value for value, char in enumerate("零一二三四五六七八九")} | {
    **{"〇": 0, "两": 2},
    **{char: value for value, char in enumerate("壹贰叁肆伍陆柒捌玖", 1)},
}
_TENS = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1000, "仟": 1000}
_NUMERAL = "[零〇一二两三四五六七八九十百千壹贰叁肆伍陆柒捌玖拾佰仟]"
_COUNTED = re.compile(
    rf"{_NUMERAL}{{1,9}}(?=号|栋|幢|座|单元|层|楼|室|弄|组|队|之[一二三四五六七八九\d])"
    rf"|(?<=号之){_NUMERAL}{{1,3}}"
)


def _convert_numeral(match: re.Match[str]) -> str:
    text = match[0]
    if not any(char in _TENS for char in text):
        return "".join(str(_DIGITS[char]) for char in text)
    total, digit = 0, 0
    for char in text:
        if char in _DIGITS:
            digit = _DIGITS[char]
        else:
            total += (digit or (0 if total else 1)) * _TENS[char]
            digit = 0
    return str(total + digit)


def numerals(text: NormalizedText) -> NormalizedText:
    """Chinese numerals that count a door, building or floor: 十二号 to 12号."""
    return substitute_matches(text, _COUNTED, _convert_numeral)


_HAN = r"[\u3400-\u9fff]"
_COMPOSED = re.compile(rf"\(([土氵石木火山王金阜]{_HAN})\)")


def compose_characters(text: NormalizedText) -> NormalizedText:
    """A character that a source could not write, as its two parts in brackets: (土郎)."""
    return substitute_matches(text, _COMPOSED, lambda match: match[1])


_NOTE = re.compile(r"\([^()]{0,60}\)")
_UNIT = re.compile(
    r"\((?!原(?![阳平州])|旧|老(?!河口|边)|近|临近|靠近|邻近|含(?!山)|现|曾用|即(?!墨)|城中村)"
    rf"{_HAN}{{1,20}}(?:[省县旗镇乡村]|(?<!级)市|街道|社区|居委会|村委会|(?<![小园发业校院景库])区)\)"
)
"""A note that is a part of the address after all, 人民路(天河区), and not about another time or
about what lies near."""
_BRACKETS = re.compile(r"[\[\]{}()<>【】〔〕〖〗《》〈〉「」『』“”\"`]")
_QUOTES = re.compile(r"(?<![A-Za-zü])'|'(?![A-Za-zü])")
"""Apart from brackets: most texts have none, and one pattern for both takes longer on all."""


def notes(text: NormalizedText) -> NormalizedText:
    """Notes in round brackets: no part of the address itself, unless they name a unit."""
    return substitute_matches(text, _NOTE, lambda note: note[0] if _UNIT.match(note[0]) else " ")


def brackets(text: NormalizedText) -> NormalizedText:
    """All other brackets and quotation marks: their content stays, and the apostrophe of Xi'an."""
    text = substitute_matches(text, _BRACKETS, " ")
    return substitute_matches(text, _QUOTES, " ") if "'" in text.value else text


_PROVINCES = (
    "北京|天津|上海|重庆|河北|山西|辽宁|吉林|黑龙江|江苏|浙江|安徽|福建|江西|山东|河南|湖北|湖南|广东"
    "|海南|四川|贵州|云南|陕西|甘肃|青海|台湾|内蒙古|广西|西藏|宁夏|新疆|香港|澳门"
)
_NOISE = re.compile(
    rf"中华人民共和国|^\s*中国(?!大陆)|(?<=[\s:：])中国|中国(?={_PROVINCES})"
    r"|\b(?:[Pp]\.?[Rr]\.? ?)?[Cc]hina\b"
    r"|(?:收货|收件|详细|所在|联系|通讯|家庭|办公|注册)?(?:地址|地区|住址)\s*[:：]"
    r"|(?:收货人|收件人|联系人|姓名|手机号码|手机|电话|联系电话|邮编|邮政编码)\s*[:：]?(?=[\s,，;；:：\d]|$)"
    r"|(?<!\d)1[3-9]\d{9}(?!\d)|(?<!\d)0\d{2,3}-\d{7,8}(?!\d)"
    r"|(?<=邮编)\s*\d{6}|(?<=邮编[:：])\s*\d{6}"
)


def noise(text: NormalizedText) -> NormalizedText:
    """Labels of forms, the country, telephone numbers and postcodes."""
    return substitute_matches(text, _NOISE, " ")


_DASHES = re.compile(r"[‐‑‒–—―−﹣－~〜]+|-{2,}")
_JOINERS = re.compile(rf"(?<={_HAN})[·•‧・](?={_HAN})")
_PARTED = re.compile(rf"(?<={_HAN})[/-](?={_HAN})")
_LETTERED = re.compile(rf"\A\s*{_HAN}(?:\s+{_HAN})+\s*\Z")
_SEPARATORS = re.compile(r"[^\w\-#/&.+]+|\.(?!\d)|_+|(?<=\s)\s+")
_SEPARATORS_WITH_QUOTES = re.compile(
    r"(?:(?!(?<=[A-Za-zü])'[A-Za-zü])[^\w\-#/&.+])+|\.(?!\d)|_+|(?<=\s)\s+"
)
_COMMA = re.compile(r"[,;、\n]")
_HAN_CHARACTER = re.compile(_HAN)


def punctuation(text: NormalizedText) -> NormalizedText:
    """One form of dash; every other mark and gap becomes one space between the parts.

    In a text without Chinese characters commas stay: they part the names of an English address.
    """
    text = substitute_matches(text, _DASHES, "-")
    text = substitute_matches(text, _JOINERS, "")
    text = substitute_matches(text, _PARTED, " ")
    if _LETTERED.match(text.value):  # 天 河 区: written with gaps throughout
        return substitute_matches(text, re.compile(r"\s+"), "")
    separators = _SEPARATORS_WITH_QUOTES if "'" in text.value else _SEPARATORS
    if _HAN_CHARACTER.search(text.value):
        return substitute_matches(text, separators, " ")
    return substitute_matches(text, separators, lambda m: ", " if _COMMA.search(m[0]) else " ")


NORMALIZATION_STEPS: tuple[NormalizationStep, ...] = (
    compatibility,
    invisible,
    simplify,
    variants,
    compose_characters,
    notes,
    noise,
    brackets,
    punctuation,
    numerals,
)
"""The steps that a text passes, in this order."""

NAME_STEPS: tuple[NormalizationStep, ...] = (
    compatibility,
    invisible,
    simplify,
    variants,
    compose_characters,
    punctuation,
    numerals,
)
"""The same for a name of the register, which has neither notes nor noise."""


_MAY_COUNT = re.compile(rf"{_NUMERAL}[号栋幢座单层楼室弄组队之]")
_LONG_NUMBER = re.compile("[0-9][0-9]{5}")
_STEP_TRIGGERS = ("中国", "中华", "--", "号之")


@cache
def _collect_unchanged(*, without: str) -> str:
    """The Chinese characters that no step changes by themselves, for a character class."""
    changeable = _compile_traditional()
    unchanged = (chr(point) for point in range(0x4E00, 0xA000) if point not in _VARIANTS)
    return "".join(char for char in unchanged if not changeable.match(char) and char not in without)


@cache
def _compile_plain() -> re.Pattern[str]:
    """A text only of characters that no step changes by themselves."""
    return re.compile(f"[0-9A-Za-z#{_collect_unchanged(without='')}-]*")


@cache
def _compile_plainest() -> re.Pattern[str]:
    """The same, without any character or run of digits that a step has to examine."""
    return re.compile(
        f"(?:[{_collect_unchanged(without=_NUMERAL + '中')}]++|[A-Za-z#]++|[0-9]{{1,5}}+(?![0-9])"
        "|-(?![-\u3400-\u9fff]))*+"
    )


def _may_need_steps(text: str) -> bool:
    """Whether a text of such characters may hold something for a step to do."""
    if _MAY_COUNT.search(text) or _LONG_NUMBER.search(text) or _PARTED.search(text):
        return True
    return any(trigger in text for trigger in _STEP_TRIGGERS)


def normalize_text(
    text: str, steps: Sequence[NormalizationStep] = NORMALIZATION_STEPS
) -> NormalizedText:
    """The text after all steps."""
    if _compile_plainest().fullmatch(text):
        return NormalizedText(text, len(text))  # most texts are: the steps would find nothing to do
    if _compile_plain().fullmatch(text) and not _may_need_steps(text):
        return NormalizedText(text, len(text))
    current = NormalizedText(text, len(text))
    for step in steps:
        current = step(current)
    return current


def trace_normalization(text: str) -> list[tuple[str, str]]:
    """Each step that changed something, by its name, with the text after it."""
    current, changes = NormalizedText(text, len(text)), []
    for step in NORMALIZATION_STEPS:
        after = step(current)
        if after.value != current.value:
            changes.append((step.__name__, after.value))
        current = after
    return changes


def normalize_name(name: str) -> str:
    """A name of the register in the form that it has in normalised texts."""
    return normalize_text(name, NAME_STEPS).value.strip()
