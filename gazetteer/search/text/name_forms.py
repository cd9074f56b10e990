"""The forms in which people write a name of the register."""

import re
from collections.abc import Iterator
from enum import IntEnum

from gazetteer.records.levels import Level


class NameForm(IntEnum):
    """How a name is written: with its generic part, or in a form that needs a context."""

    STANDARD = 0
    FORMER = 1
    UPPER = 2  # 伊犁哈萨克自治州 above 塔城地区, by another order than that of the codes
    PART = 3  # 台北市: of a part of the unit, which is no unit of the register
    GENERIC_ONLY = 4  # 郊区, 工业园区; the last with a generic part
    ALIAS = 5
    SHORT = 6  # 天河 for 天河区
    PART_ALONE = 7  # 台北, 旺角
    ABBREVIATED = 8  # 市桥街 for 市桥街道
    ABBREVIATION = 9  # 粤 for 广东省
    STEM = 10  # 锦厦 for 锦厦社区居民委员会

    @classmethod
    def from_name_kind(cls, name_kind: str) -> "NameForm":
        """The form that a name recorded under this kind has."""
        return _FORM_BY_NAME_KIND.get(name_kind, cls.ALIAS)

    @property
    def label(self) -> str:
        """The form in answers: standard, former, alias or short."""
        return _LABELS.get(self, "short")


_FORM_BY_NAME_KIND = {
    "standard": NameForm.STANDARD,
    "short": NameForm.SHORT,
    "former": NameForm.FORMER,
    "upper": NameForm.UPPER,
    "part": NameForm.PART,
}
_LABELS = {
    NameForm.STANDARD: "standard",
    NameForm.FORMER: "former",
    NameForm.GENERIC_ONLY: "standard",
    NameForm.ALIAS: "alias",
    NameForm.UPPER: "alias",
    NameForm.PART: "alias",
    NameForm.PART_ALONE: "alias",
    NameForm.ABBREVIATION: "short",
}

_COMMITTEE = re.compile(
    r"(?:虚拟)?(?:村民委员会|社区居民委员会|居民委员会|社区居委会|社区村委会|村委会|居委会|社区)\Z"
)
_UNUSABLE_NAME = re.compile(
    r"(?:街道|社区|村民|居民|委员会|村委会|居委会|办事处|自治|[省市区县旗盟镇乡村街路组队社])+\Z"
)
"""What is useless as a name: 街道 for 街道村委会 would be found in every other address."""
_GENERIC_ONLY_NAME = re.compile(
    r"(?:[东南西北中城市郊矿新老]|(?:经济|技术|高新|产业|工业|农业|科技|开发|示范|管理|物流"
    r"|保税|旅游|度假|生态|出口|加工|综合|试验|滨海|滨江|临港|空港|临空|海港)+新?)(?:园区?|区)(?:管委会|管理委员会)?\Z"
)
_MIN_LENGTH = 2
"""Characters; one character alone means too many things."""


def is_generic_only(name: str) -> bool:
    """Whether a name is nothing but a generic term, which parts of many cities have as a name."""
    return _GENERIC_ONLY_NAME.match(name) is not None


_GENERIC_ONLY_FORMS: dict[tuple[str, NameForm], NameForm] = {
    (Level.COUNTY, NameForm.STANDARD): NameForm.GENERIC_ONLY,
    (Level.COUNTY, NameForm.FORMER): NameForm.GENERIC_ONLY,
    (Level.TOWNSHIP, NameForm.STANDARD): NameForm.GENERIC_ONLY,
    (Level.TOWNSHIP, NameForm.FORMER): NameForm.GENERIC_ONLY,
    (Level.TOWNSHIP, NameForm.SHORT): NameForm.ABBREVIATED,  # 东区 for 东区街道 says no more
}


def iter_name_forms(
    name: str, form: NameForm, level: str, parent: str
) -> Iterator[tuple[str, NameForm]]:
    """The name itself, and the shorter forms that people use for it."""
    if len(name) < _MIN_LENGTH or not _HAN.search(name):
        return
    if _UNUSABLE_NAME.match(name) and not (form in _FULL_FORMS and level in _COUNTIES):
        if form is NameForm.STANDARD and _COMMITTEE.search(name):
            has_stem = _COMMITTEE.sub("", name) != ""  # 社区居委会 alone says nothing
            yield name if has_stem else parent + name, form
        return
    if is_generic_only(name):
        form = _GENERIC_ONLY_FORMS.get((level, form), form)
    if form is NameForm.PART and not _NAME_OF_PART.search(name):
        form = NameForm.PART_ALONE
    yield name, form
    if form not in _FULL_FORMS:
        return
    if level == Level.COUNTY and name.endswith("新区") and len(name) > _MIN_LENGTH + 1:
        yield name[:-2], NameForm.SHORT  # 浦东
    if level == Level.TOWNSHIP and name.endswith("街道") and len(name) > _MIN_LENGTH + 1:
        yield name[:-1], NameForm.ABBREVIATED
        if name.endswith("镇街道") and len(name) >= _MIN_LENGTH + 3:
            yield name[:-3] + "街道", NameForm.ABBREVIATED  # 石湾街道 for 石湾镇街道
    if level == Level.VILLAGE:
        stem = extract_village_stem(name, parent)
        if stem != name and not _UNUSABLE_NAME.match(stem):
            yield stem, NameForm.STEM


_HAN = re.compile(r"[\u3400-\u9fff]")
_NAME_OF_PART = re.compile("[市县]\\Z")
_FULL_FORMS = (NameForm.STANDARD, NameForm.FORMER)
_COUNTIES = (Level.PROVINCE, Level.PREFECTURE, Level.COUNTY)
"""Levels of which a name may be of such characters alone: 社旗县."""


def extract_village_stem(name: str, parent: str) -> str:
    """The name of a village without its committee and the units before it."""
    stem = _COMMITTEE.sub("", name)
    own_part = stem.rpartition(parent)[2] if parent and parent in stem else ""
    if len(own_part) >= _MIN_LENGTH:
        stem = own_part
    if stem.endswith("村") and len(stem) > _MIN_LENGTH:
        stem = stem[:-1]
    return stem if len(stem) >= _MIN_LENGTH else name


_TOWNSHIP_GENERIC = re.compile(r"(?:街道|镇|乡)\Z")


def find_township_generic(name: str) -> str:
    """The generic part by which a name is that of a township; empty if it has none.

    A place may be recorded by a name that can only be the township's: 道窖镇 is an alias of the
    town 道滘, which is the seat of 道滘镇.
    """
    match = _TOWNSHIP_GENERIC.search(name)
    return match[0] if match else ""


_VILLAGE_GENERIC = re.compile(r"(?:村民委员会|村委会|居委会|社区|村)\Z")


def find_village_generic(name: str) -> str:
    """The generic part by which a name is that of a village; empty if it has none."""
    match = _VILLAGE_GENERIC.search(name)
    return match[0] if match else ""


_GENERIC_PART = re.compile(
    r"(?:特别行政区|(?:[\u3400-\u9fff]{1,3}族)*自治[区州县旗]|街道|地区|林区|特区|省|市|区|县|盟|旗|镇|乡)\Z"
)


def extract_specific_part(name: str) -> str:
    """The name without its generic part, to compare the names of units of different types."""
    stem = _GENERIC_PART.sub("", name)
    return stem if len(stem) >= _MIN_LENGTH else name


TRAILING_GENERIC = {
    Level.TOWNSHIP: re.compile(r"街道办事处|街道办|街道|街(?!道)|镇|乡"),
    Level.VILLAGE: re.compile(
        r"村民委员会|社区居民委员会|居民委员会|社区居委会|村委会|居委会|社区|村(?!路|道|街|镇)"
    ),
    Level.COUNTY: re.compile(r"自治县|县|市(?!场)|新?区"),
}
"""The generic part that may follow a short form, by the level of the unit."""

OFFICE_SUFFIX = re.compile(r"(?:街道)?办事处|人民政府|镇政府|区政府|市政府")
"""What may follow a full name: the office of the unit stands for the unit."""
