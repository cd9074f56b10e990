"""The forms in which people write a name of the register."""

import re
from collections.abc import Iterator
from enum import IntEnum

from gazetteer.records.levels import Level


class Form(IntEnum):
    """How a name is written; a whole form names its type, the others need their surroundings."""

    STANDARD = 0
    FORMER = 1
    BARE = 2  # 郊区, 工业园区
    ALIAS = 3
    SHORT = 4  # 天河 for 天河区
    ABBREVIATED = 5  # 市桥街 for 市桥街道
    CORE = 6  # 锦厦 for 锦厦社区居民委员会

    @classmethod
    def of(cls, name_kind: str) -> "Form":
        """The form that a name recorded under this kind has."""
        return _KINDS.get(name_kind, cls.ALIAS)

    @property
    def told(self) -> str:
        """How answers tell it: standard, former, alias or short."""
        return _TOLD.get(self, "short")


_KINDS = {"standard": Form.STANDARD, "short": Form.SHORT, "former": Form.FORMER}
_TOLD = {
    Form.STANDARD: "standard",
    Form.FORMER: "former",
    Form.BARE: "standard",
    Form.ALIAS: "alias",
}

_COMMITTEE = re.compile(
    r"(?:虚拟)?(?:村民委员会|社区居民委员会|居民委员会|社区居委会|社区村委会|村委会|居委会|社区)\Z"
)
_GENERIC_ONLY = re.compile(
    r"(?:街道|社区|村民|居民|委员会|村委会|居委会|办事处|自治|[省市区县旗盟镇乡村街路组队社])+\Z"
)
"""No name to go by: 街道 for 街道村委会 would be found in every other address."""
_BARE = re.compile(
    r"(?:[东南西北中城市郊矿新老]|(?:经济|技术|高新|产业|工业|农业|科技|开发|示范|管理|物流"
    r"|保税|旅游|度假|生态|出口|加工|综合|试验)+)(?:园区?|区)(?:管委会|管理委员会)?\Z"
)
_SHORTEST = 2
"""Characters; one character alone means too many things."""


def is_bare(name: str) -> bool:
    """Whether a name says no more than what it is: many a city has such a part, a unit or not."""
    return _BARE.match(name) is not None


_AS_BARE: dict[tuple[str, Form], Form] = {
    (Level.COUNTY, Form.STANDARD): Form.BARE,
    (Level.COUNTY, Form.FORMER): Form.BARE,
    (Level.TOWNSHIP, Form.STANDARD): Form.BARE,
    (Level.TOWNSHIP, Form.FORMER): Form.BARE,
    (Level.TOWNSHIP, Form.SHORT): Form.ABBREVIATED,  # 东区 for 东区街道 says no more
}


def forms_of(name: str, form: Form, level: str, parent: str) -> Iterator[tuple[str, Form]]:
    """The name itself, and the shorter forms that people use for it."""
    if len(name) < _SHORTEST or not _HAN.search(name) or _GENERIC_ONLY.match(name):
        return
    if is_bare(name):
        form = _AS_BARE.get((level, form), form)
    yield name, form
    if form not in (Form.STANDARD, Form.FORMER):
        return
    if level == Level.COUNTY and name.endswith("新区") and len(name) > _SHORTEST + 1:
        yield name[:-2], Form.SHORT  # 浦东
    if level == Level.TOWNSHIP and name.endswith("街道") and len(name) > _SHORTEST + 1:
        yield name[:-1], Form.ABBREVIATED
    if level == Level.VILLAGE:
        core = village_core(name, parent)
        if core != name and not _GENERIC_ONLY.match(core):
            yield core, Form.CORE


_HAN = re.compile(r"[\u3400-\u9fff]")


def village_core(name: str, parent: str) -> str:
    """What a village is called, without its committee and the units before it."""
    core = _COMMITTEE.sub("", name)
    own = core.rpartition(parent)[2] if parent and parent in core else ""
    if len(own) >= _SHORTEST:
        core = own
    if core.endswith("村") and len(core) > _SHORTEST:
        core = core[:-1]
    return core if len(core) >= _SHORTEST else name


_OF_TOWNSHIP = re.compile(r"(?:街道|镇|乡)\Z")


def generic_of_township(name: str) -> str:
    """The generic part by which a name is that of a township; empty if it has none.

    A place may be recorded by a name that can only be the township's: 道窖镇 is an alias of the
    town 道滘, which is the seat of 道滘镇.
    """
    found = _OF_TOWNSHIP.search(name)
    return found[0] if found else ""


_GENERIC = re.compile(
    r"(?:特别行政区|(?:[\u3400-\u9fff]{1,3}族)*自治[区州县旗]|街道|地区|林区|特区|省|市|区|县|盟|旗|镇|乡)\Z"
)


def specific_part(name: str) -> str:
    """The name without its generic part, to see whether two units bear the same name."""
    core = _GENERIC.sub("", name)
    return core if len(core) >= _SHORTEST else name


TRAILING = {
    Level.TOWNSHIP: re.compile(r"街道办事处|街道办|街道|街(?!道)|镇|乡"),
    Level.VILLAGE: re.compile(
        r"村民委员会|社区居民委员会|居民委员会|社区居委会|村委会|居委会|社区|村(?!路|道|街|镇)"
    ),
    Level.COUNTY: re.compile(r"自治县|县|市(?!场)|新?区"),
}
"""The generic part that may follow a short form, by the level of what is meant."""

OFFICE = re.compile(r"(?:街道)?办事处|人民政府|镇政府|区政府|市政府")
"""What may follow a whole name: the office of the unit stands for the unit."""
