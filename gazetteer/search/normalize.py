"""From what people write to what the index holds, by named steps that keep every offset.

The steps stand in :data:`STEPS`, in their order. The names of the register pass the same steps
before they are indexed, so a step never parts a name from the text that means it.
"""

import re
import unicodedata
from collections.abc import Callable, Sequence
from functools import cache

from gazetteer.search.text import simplified
from gazetteer.search.values import Value


class Text(Value, frozen=True):
    """A text under way, and where each of its characters came from.

    ``origin[i]`` is the offset in the input of character ``i``, non-decreasing; None while
    nothing has moved. ``size`` is the length of the input.
    """

    value: str
    size: int
    origin: Sequence[int] | None = None

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The stretch of the input behind ``value[start:end]``, half-open."""
        if start >= end:
            return self.at(start), self.at(start)
        return self.at(start), self.at(end - 1) + 1

    def at(self, position: int) -> int:
        """The offset in the input of one character of ``value``, or of its end."""
        if self.origin is None:
            return position
        return self.origin[position] if position < len(self.origin) else self.size


Step = Callable[[Text], Text]
_Replacement = str | Callable[[re.Match[str]], str]


def _substituted(text: Text, pattern: re.Pattern[str], replacement: _Replacement) -> Text:
    """Matches replaced; every new character points to the beginning of what it stands for."""
    found = list(pattern.finditer(text.value))
    if not found:
        return text
    old = range(len(text.value)) if text.origin is None else text.origin
    pieces: list[str] = []
    origin: list[int] = []
    done = 0
    for match in found:
        start, end = match.span()
        new = replacement if isinstance(replacement, str) else replacement(match)
        pieces += (text.value[done:start], new)
        origin += old[done:start]
        origin += [old[min(start + i, end - 1)] for i in range(len(new))]
        done = end
    pieces.append(text.value[done:])
    origin += old[done:]
    return Text("".join(pieces), text.size, origin)


_COMPATIBLE = re.compile(r"[^\x00-\x7f\u4e00-\u9fff][\u0300-\u036f\u3099\u309a]*")
_INVISIBLE = re.compile(r"[\u00ad\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufe00-\ufe0f\ufeff]")


def compatibility(text: Text) -> Text:
    """Full-width letters, circled digits, compatibility ideographs: NFKC, cluster by cluster."""
    if text.value.isascii() or unicodedata.is_normalized("NFKC", text.value):
        return text
    return _substituted(text, _COMPATIBLE, lambda m: unicodedata.normalize("NFKC", m[0]))


def invisible(text: Text) -> Text:
    """Byte order marks, zero-width and direction marks: dropped."""
    return _substituted(text, _INVISIBLE, "")


@cache
def _traditional() -> re.Pattern[str]:
    """Any character that simplification may change."""
    every = [chr(point) for point in range(0x3400, 0xA000)]
    after = simplified("\n".join(every)).split("\n")
    changed = [char for char, now in zip(every, after, strict=True) if char != now]
    return re.compile("[" + "".join(changed) + "乾著藉瞭麼徵]")


def simplify(text: Text) -> Text:
    """Traditional characters to simplified ones: 廣州 to 广州."""
    if not _traditional().search(text.value):
        return text
    whole = simplified(text.value)
    if len(whole) != len(text.value):  # a phrase changed its length: offsets matter more
        whole = "".join(simplified(char)[:1] or char for char in text.value)
    return Text(whole, text.size, text.origin)


_VARIANTS = str.maketrans(
    "邨峯羣裏衞汙菴菓塲壋劄箇畧鑛麪磘堦堃濶湧",
    "村峰群里卫污庵果场垱札个略矿面窑阶坤阔涌",
)


def variants(text: Text) -> Text:
    """Variant characters that simplification leaves: 邨 to 村."""
    return Text(text.value.translate(_VARIANTS), text.size, text.origin)


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


def _number(match: re.Match[str]) -> str:
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


def numerals(text: Text) -> Text:
    """Chinese numerals that count a door, building or floor: 十二号 to 12号."""
    return _substituted(text, _COUNTED, _number)


_HAN = r"[\u3400-\u9fff]"
_NOTE = re.compile(r"\([^()]{0,60}\)")
_UNIT = re.compile(
    r"\((?!原(?![阳平州])|旧|老(?!河口|边)|近|临近|靠近|邻近|含(?!山)|现|曾用|即(?!墨)|城中村)"
    rf"{_HAN}{{1,20}}(?:[省县旗镇乡村]|(?<!级)市|街道|社区|居委会|村委会|(?<![小园发业校院景库])区)\)"
)
"""A note that is a part of the address after all, 人民路(天河区), and tells of no other time, nor
of what lies near."""
_BRACKETS = re.compile(r"[\[\]{}()<>【】〔〕〖〗《》〈〉「」『』“”\"'`]")


def notes(text: Text) -> Text:
    """Notes in round brackets: no part of the address itself, unless they name a unit."""
    return _substituted(text, _NOTE, lambda note: note[0] if _UNIT.match(note[0]) else " ")


def brackets(text: Text) -> Text:
    """All other brackets and quotation marks: what they hold stays."""
    return _substituted(text, _BRACKETS, " ")


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


def noise(text: Text) -> Text:
    """Labels of forms, the country, telephone numbers and postcodes."""
    return _substituted(text, _NOISE, " ")


_DASHES = re.compile(r"[‐‑‒–—―−﹣－~〜]+|-{2,}")
_JOINERS = re.compile(rf"(?<={_HAN})[·•‧・](?={_HAN})")
_PARTED = re.compile(rf"(?<={_HAN})[/-](?={_HAN})")
_LETTERED = re.compile(rf"\A\s*{_HAN}(?:\s+{_HAN})+\s*\Z")
_SEPARATORS = re.compile(r"[^\w\-#/&.+]+|\.(?!\d)|_+|(?<=\s)\s+")


def punctuation(text: Text) -> Text:
    """One form of dash; every other mark and gap parts the text as one blank."""
    text = _substituted(text, _DASHES, "-")
    text = _substituted(text, _JOINERS, "")
    text = _substituted(text, _PARTED, " ")
    if _LETTERED.match(text.value):  # 天 河 区: written with gaps throughout
        return _substituted(text, re.compile(r"\s+"), "")
    return _substituted(text, _SEPARATORS, " ")


STEPS: tuple[Step, ...] = (
    compatibility,
    invisible,
    simplify,
    variants,
    notes,
    noise,
    brackets,
    punctuation,
    numerals,
)
"""What is done to a text, in this order."""

NAME_STEPS: tuple[Step, ...] = (compatibility, invisible, simplify, variants, punctuation, numerals)
"""The same for a name of the register, which has neither notes nor noise."""


_MAY_COUNT = re.compile(rf"{_NUMERAL}[号栋幢座单层楼室弄组队之]")
_LONG_NUMBER = re.compile("[0-9][0-9]{5}")
_TELLTALES = ("中国", "中华", "--", "号之")


@cache
def _settled(*, without: str) -> str:
    """A class of the Chinese characters that no step changes by itself."""
    moved = _traditional()
    settled = (chr(point) for point in range(0x4E00, 0xA000) if point not in _VARIANTS)
    return "".join(char for char in settled if not moved.match(char) and char not in without)


@cache
def _plain() -> re.Pattern[str]:
    """A text of settled characters only, of which no step changes any by itself."""
    return re.compile(f"[0-9A-Za-z#{_settled(without='')}-]*")


@cache
def _plainest() -> re.Pattern[str]:
    """The same, without any character or run of digits at which a step has to look."""
    return re.compile(
        f"(?:[{_settled(without=_NUMERAL + '中')}]++|[A-Za-z#]++|[0-9]{{1,5}}+(?![0-9])"
        "|-(?![-\u3400-\u9fff]))*+"
    )


def _needs_a_look(text: str) -> bool:
    """Whether a text of settled characters may hold something for a step to do."""
    if _MAY_COUNT.search(text) or _LONG_NUMBER.search(text) or _PARTED.search(text):
        return True
    return any(telltale in text for telltale in _TELLTALES)


def normalized(text: str, steps: Sequence[Step] = STEPS) -> Text:
    """The text after all steps."""
    if _plainest().fullmatch(text):
        return Text(text, len(text))  # most texts are: the steps would find nothing to do
    if _plain().fullmatch(text) and not _needs_a_look(text):
        return Text(text, len(text))
    now = Text(text, len(text))
    for step in steps:
        now = step(now)
    return now


def told(text: str) -> list[tuple[str, str]]:
    """Each step that changed something, by its name, with the text after it."""
    now, steps = Text(text, len(text)), []
    for step in STEPS:
        after = step(now)
        if after.value != now.value:
            steps.append((step.__name__, after.value))
        now = after
    return steps


def key_of(name: str) -> str:
    """A name of the register as texts will show it."""
    return normalized(name, NAME_STEPS).value.strip()
