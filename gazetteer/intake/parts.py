"""What a name of a unit says about it: specific and generic part, type, short name, written words.

Level and code digits decide where the name alone is ambiguous (GB/T 2260, GB/T 10114-2003).
"""

import re
from dataclasses import dataclass
from functools import lru_cache

NATIONS = (
    "蒙古|回|藏|维吾尔|苗|彝|壮|布依|朝鲜|满|侗|瑶|白|土家|哈尼|哈萨克|傣|黎|傈僳|佤|"
    "畲|高山|拉祜|水|东乡|纳西|景颇|柯尔克孜|土|达斡尔|仫佬|羌|布朗|撒拉|毛南|仡佬|锡伯|"
    "阿昌|普米|塔吉克|怒|乌孜别克|俄罗斯|鄂温克|德昂|保安|裕固|京|塔塔尔|独龙|鄂伦春|"
    "赫哲|门巴|珞巴|基诺|各"
)
_WITHOUT_ZU = "维吾尔|哈萨克|柯尔克孜|(?<!内)蒙古|达斡尔|塔吉克|锡伯|鄂伦春"
"""Nations that names of autonomous units also write without 族."""

_NATION = rf"(?:{NATIONS})族|{_WITHOUT_ZU}"
_NATIONS_AT_END = re.compile(rf"(?P<own>.*?)(?P<nations>(?:{_NATION})+)$")
_EACH_NATION = re.compile(_NATION)

GENERIC = {
    "province": ("特别行政区", "自治区", "省", "市"),
    "prefecture": ("自治州", "行政区", "地区", "盟", "市"),
    "county": ("自治县", "自治旗", "矿区", "林区", "特区", "县", "市", "区", "旗"),
    "township": ("街道办事处", "民族苏木", "民族乡", "街道", "苏木", "镇", "乡"),
    "village": (
        "社区居民委员会", "村民委员会", "居民委员会", "社区居委会", "村委会", "居委会", "社区",
        "嘎查", "村",
    ),
}  # fmt: skip

AUTONOMOUS = ("自治区", "自治州", "自治县", "自治旗", "民族乡", "民族苏木")
PLAIN_WORDS = frozenset({"城", "郊", "矿", "东", "西", "南", "北", "中", "新"})
"""Specific parts of a district that mean nothing without their generic part: 城区, 郊区."""


@dataclass(frozen=True, slots=True)
class Parts:
    """A name taken apart; ``generic`` is None where nothing in the name is a generic term."""

    specific: str | None
    generic: str | None
    words: tuple[str, ...]  # as written apart in Pinyin
    short: str | None


@lru_cache(maxsize=1024)
def parts(name: str, level: str) -> Parts:
    """Take the name of a unit of ``level`` apart."""
    generic = next((g for g in GENERIC[level] if name.endswith(g) and len(name) > len(g)), None)
    if generic is None:
        return Parts(None, None, (name,), None)
    specific = name[: -len(generic)]
    autonomous = generic in AUTONOMOUS or (generic == "乡" and specific.endswith("族"))
    own, nations = _nations(specific) if autonomous else (specific, ())
    words = (*((own,) if own else ()), *nations, *_generic_words(generic))
    if level == "county" and generic in ("区", "矿区") and specific in PLAIN_WORDS:
        return Parts(specific, generic, (name,), None)  # 城区 is one word: Chengqu
    return Parts(specific, generic, words, _short(own, nations, level))


def _nations(specific: str) -> tuple[str, tuple[str, ...]]:
    """The own part of an autonomous unit's name, and the nations it names: 连山, (壮族, 瑶族)."""
    match = _NATIONS_AT_END.fullmatch(specific)
    if match is None:
        return specific, ()
    return match["own"], tuple(_EACH_NATION.findall(match["nations"]))


def _generic_words(generic: str) -> tuple[str, ...]:
    if generic == "特别行政区":
        return ("特别", "行政区")
    if generic.startswith("社区") and generic != "社区":
        return ("社区", generic[2:])
    return (generic,)


def _short(own: str, nations: tuple[str, ...], level: str) -> str | None:
    """The everyday name; none that has a single character (梅县 stays) and none for villages."""
    if level == "village":
        return None
    if not own and len(nations) == 1:  # 东乡族自治县 is called 东乡
        own = nations[0].removesuffix("族")
    return own if len(own) > 1 else None


def unit_type(name: str, level: str, code: str) -> str | None:
    """The type of unit (建制类型) in Chinese; None where neither name nor code tells."""
    generic = parts(name, level).generic
    if level == "province":
        return "直辖市" if generic == "市" else generic
    if level == "prefecture":
        return "地级市" if generic == "市" else generic
    if level == "county":
        return _county_type(generic, code)
    if level == "township":
        return _township_type(name, generic, code)
    return _village_type(name)


def _county_type(generic: str | None, code: str) -> str | None:
    if generic == "市":
        return "县级市"
    if generic == "矿区" or generic == "区":
        district = 1 <= int(code[4:]) <= 20 or 51 <= int(code[4:]) <= 80
        return "市辖区" if district else None
    return generic


def _township_type(name: str, generic: str | None, code: str) -> str | None:
    """GB/T 10114: 001-099 offices, 100-199 towns, 200-399 townships; 400+ are not told apart."""
    number = int(code[6:9])
    if generic in ("街道", "街道办事处"):
        return "街道" if number < 100 else None
    if generic == "镇":
        return "镇" if number < 400 else None
    if generic == "乡" and name.endswith("族乡"):
        return "民族乡"
    return generic if number < 400 else None


def _village_type(name: str) -> str | None:
    if name.endswith(("居委会", "居民委员会", "社区")):
        return "居民委员会"
    return "村民委员会" if name.endswith(("村委会", "村民委员会")) else None
