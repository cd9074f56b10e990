"""The parts of a unit's name: specific and generic part, type, short name, words in Pinyin.

Level and code digits decide where the name alone is ambiguous (GB/T 2260, GB/T 10114-2003).
"""

import re
from dataclasses import dataclass
from functools import lru_cache

NATIONALITIES = (
    "蒙古|回|藏|维吾尔|苗|彝|壮|布依|朝鲜|满|侗|瑶|白|土家|哈尼|哈萨克|傣|黎|傈僳|佤|"
    "畲|高山|拉祜|水|东乡|纳西|景颇|柯尔克孜|土|达斡尔|仫佬|羌|布朗|撒拉|毛南|仡佬|锡伯|"
    "阿昌|普米|塔吉克|怒|乌孜别克|俄罗斯|鄂温克|德昂|保安|裕固|京|塔塔尔|独龙|鄂伦春|"
    "赫哲|门巴|珞巴|基诺|各"
)
_WITHOUT_ZU = "维吾尔|哈萨克|柯尔克孜|(?<!内)蒙古|达斡尔|塔吉克|锡伯|鄂伦春"
"""Nations that names of autonomous units also write without 族."""

_NATIONALITY = rf"(?:{NATIONALITIES})族|{_WITHOUT_ZU}"
_TRAILING_NATIONALITIES = re.compile(rf"(?P<own>.*?)(?P<nations>(?:{_NATIONALITY})+)$")
_NATIONALITY_PATTERN = re.compile(_NATIONALITY)

GENERIC_TERMS = {
    "province": ("特别行政区", "自治区", "省", "市"),
    "prefecture": ("自治州", "行政区", "地区", "盟", "市"),
    "county": ("自治县", "自治旗", "矿区", "林区", "特区", "县", "市", "区", "旗"),
    "township": ("街道办事处", "民族苏木", "民族乡", "街道", "苏木", "镇", "乡"),
    "village": (
        "社区居民委员会", "村民委员会", "居民委员会", "社区居委会", "村委会", "居委会", "社区",
        "嘎查", "村",
    ),
}  # fmt: skip

AUTONOMOUS_TERMS = ("自治区", "自治州", "自治县", "自治旗", "民族乡", "民族苏木")
FOREST_DISTRICT = "神农架林区"
"""The only unit of the type 林区."""

PLAIN_WORDS = frozenset({"城", "郊", "矿", "东", "西", "南", "北", "中", "新"})
"""Specific parts that are no name without the generic part: 城区, 郊区."""

_ONE_WORD_WITH_DISTRICT = frozenset({"城", "郊", "矿"})
"""城区 is Chengqu, but 东区 is Dong Qu (GB/T 2260)."""

_QUALIFIED_TERM = re.compile(r"(.{2,}?)([左右]翼)?((?:[前后中左右]|联合)旗|(?<=..)新区)")
"""Names whose generic term is qualified: 浦东 新区, 科尔沁 右翼 中旗, but 清新 区."""


@dataclass(frozen=True, slots=True)
class NameParts:
    """The parts of a name; ``generic`` is None where the name has no generic term."""

    specific: str | None
    generic: str | None
    words: tuple[str, ...]  # as separated in Pinyin
    short: str | None


@lru_cache(maxsize=1024)
def split_name(name: str, level: str) -> NameParts:
    """Split the name of a unit of ``level``."""
    generic = _find_generic_term(name, level)
    if generic is None:
        return NameParts(None, None, (name,), None)
    specific = name[: -len(generic)]
    autonomous = generic in AUTONOMOUS_TERMS or (generic in "乡区" and specific.endswith("族"))
    own_part, nationalities = _split_nationalities(specific) if autonomous else (specific, ())
    if level == "county" and (match := _QUALIFIED_TERM.fullmatch(name)):
        words = tuple(filter(None, match.groups()))
    else:
        words = (*_split_own_part(own_part), *nationalities, *_split_generic_term(generic))
    if level == "county" and generic in ("区", "矿区") and specific in PLAIN_WORDS:
        is_one_word = specific in _ONE_WORD_WITH_DISTRICT
        return NameParts(specific, generic, (name,) if is_one_word else words, None)
    return NameParts(specific, generic, words, _derive_short_name(own_part, nationalities, level))


def _find_generic_term(name: str, level: str) -> str | None:
    """The generic term at the end of a name, the longest; 碑林 and 万柏林 are names of 区."""
    terms = (g for g in GENERIC_TERMS[level] if name.endswith(g) and len(name) > len(g))
    return next((g for g in terms if g != "林区" or name == FOREST_DISTRICT), None)


def _split_own_part(own_part: str) -> tuple[str, ...]:
    """The words of an own part: the wing of a banner stands apart, 喀喇沁 左翼."""
    if own_part[2:].endswith(("左翼", "右翼")):
        return own_part[:-2], own_part[-2:]
    return (own_part,) if own_part else ()


def _split_nationalities(specific: str) -> tuple[str, tuple[str, ...]]:
    """The own part of an autonomous unit's name, and the nations it names: 连山, (壮族, 瑶族)."""
    match = _TRAILING_NATIONALITIES.fullmatch(specific)
    if match is None:
        return specific, ()
    return match["own"], tuple(_NATIONALITY_PATTERN.findall(match["nations"]))


def _split_generic_term(generic: str) -> tuple[str, ...]:
    if generic == "特别行政区":
        return ("特别", "行政区")
    if generic.startswith("社区") and generic != "社区":
        return ("社区", generic[2:])
    return (generic,)


def _derive_short_name(own_part: str, nationalities: tuple[str, ...], level: str) -> str | None:
    """The everyday name; none that has a single character (梅县 stays) and none for villages."""
    if level == "village":
        return None
    if not own_part and len(nationalities) == 1:  # 东乡族自治县 is called 东乡
        own_part = nationalities[0].removesuffix("族")
    return own_part if len(own_part) > 1 else None


HONG_KONG_PREFIX = "81"


def derive_unit_type(name: str, level: str, code: str) -> str | None:
    """The type of unit (建制类型) in Chinese; None where neither name nor code shows it."""
    generic = split_name(name, level).generic
    if level == "province":
        return "直辖市" if generic == "市" else generic
    if level == "prefecture":
        return "地级市" if generic == "市" else generic
    if level == "county":
        return _derive_county_type(generic, code)
    if level == "township":
        return _derive_township_type(name, generic, code)
    return _derive_village_type(name)


def _derive_county_type(generic: str | None, code: str) -> str | None:
    if generic == "市":
        return "县级市"
    if generic == "区" and code.startswith(HONG_KONG_PREFIX):
        return generic  # a district of Hong Kong has a council, but no government of its own
    if generic in ("矿区", "区"):
        is_district = 1 <= int(code[4:]) <= 20 or 51 <= int(code[4:]) <= 80
        return "市辖区" if is_district else None
    return generic


def _derive_township_type(name: str, generic: str | None, code: str) -> str | None:
    """GB/T 10114: 001-099 offices, 100-199 towns, 200-399 townships; 400+ are ambiguous."""
    number = int(code[6:9])
    if generic in ("街道", "街道办事处"):
        return "街道" if number < 100 else None
    if generic == "镇":
        return "镇" if number < 400 else None
    if generic == "乡" and name.endswith("族乡"):
        return "民族乡"
    return generic if number < 400 else None


def _derive_village_type(name: str) -> str | None:
    if name.endswith(("居委会", "居民委员会", "社区")):
        return "居民委员会"
    return "村民委员会" if name.endswith(("村委会", "村民委员会")) else None
