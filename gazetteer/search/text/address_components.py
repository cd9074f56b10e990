"""The components of an address below its units: road, estate, door, building, unit, floor, room.

The register has no coordinates of them; they are distinguished so that a reader sees what was
recognised. The order follows field notes 8.1.
"""

import re
from collections.abc import Iterable, Iterator
from operator import attrgetter

from gazetteer.records.levels import LEVELS, Level
from gazetteer.search.text.structs import FrozenStruct

_HAN = r"[\u3400-\u9fff]"
_WORD = r"(?:(?![号弄栋幢室])[\u3400-\u9fffA-Za-z\d])"
# Checking the next character before each group of words saves trying them all.
_COMPONENT = re.compile(
    r"(?=[\dA-Za-z甲乙丙号栋幢座#东南西北负对旁附隔交路往向])(?:"
    r"(?P<door>[甲乙丙]?[A-Za-z]?\d{1,6}+(?:[-、至/]\d{1,6}+){0,2}+号(?!楼|线|栋)(?:院|之\d+|-\d+)?)"
    r"|(?P<lane>\d{1,6}+弄)"
    r"|(?P<unit>[A-Za-z\d甲乙丙]{1,3}+单元)"
    r"|(?P<building>[A-Za-z]?\d{0,4}+[A-Za-z]?(?:号楼|栋|幢|座|#楼?)|[东南西北]座)"
    r"|(?P<room>[A-Za-z]?\d{1,5}+[A-Za-z]?(?:室|房|户))"
    r"|(?P<floor>[Bb负]?\d{1,3}+(?:层|楼|[Ff](?![A-Za-z])))"
    r"|(?P<group>\d{1,3}+(?:村民小组|小组|组|队|社))"
    r"|(?P<numbers>[A-Za-z]?\d{1,5}(?:-\d{1,5}){1,3}[A-Za-z]?)"
    r"|(?P<relation>对面|旁边|附近|隔壁|交叉口|路口|[往向]?[东南西北]{1,2}(?:侧|行)?\d{1,5}(?:米|公里)处?)"
    r")"
    rf"|(?P<unmatched>{_HAN}{{2,6}}?(?=[街镇乡])(?:街道|镇|乡)(?![路街巷村大东南西北中]))"
    rf"|(?P<road>(?:[A-Z]?\d{{1,4}}|{_HAN}{{1,10}}?)(?=[大公国省县乡路街巷胡里道])"
    r"(?:大道|大街|公路|国道|省道|县道|乡道|路|街(?!道)|巷|胡同|里弄|(?<!街)道)(?:[东南西北中](?=\d|\Z))?)"
    rf"|(?P<estate>{_WORD}{{2,14}}?(?=[小花公家庄山新广大苑园城府邸居湾])"
    r"(?:小区|花园|花苑|公寓|家园|庄园|山庄|新村|新城|广场|大厦|大楼|[苑园城府邸居湾]))"
    rf"|(?P<poi>{_WORD}{{2,16}}?(?=[医学大中小幼银支酒宾超市商公工厂店馆站])"
    r"(?:医院|学校|大学|学院|中学|小学|幼儿园|银行|支行|酒店|宾馆|超市|市场|商厦|公司|工业园|厂|店|馆|站))"
)
_LEVEL = {
    "road": Level.ROAD,
    "lane": Level.ESTATE,
    "estate": Level.ESTATE,
    "building": Level.BUILDING,
    "poi": Level.POI,
    "door": Level.DOOR,
    "unit": Level.DOOR,
    "floor": Level.DOOR,
    "room": Level.DOOR,
}
_LEVELS_BELOW_UNITS = (Level.POI, Level.ROAD, Level.ESTATE, Level.BUILDING, Level.DOOR)
"""From coarse to fine; the level of a POI counts only where there is no other component."""
_RANK = dict.fromkeys(_COMPONENT.groupindex, 0)
_RANK |= {kind: _LEVELS_BELOW_UNITS.index(level) + 1 for kind, level in _LEVEL.items()}
_FINEST = (None, *(LEVELS.index(level) for level in _LEVELS_BELOW_UNITS))
_PIECE = re.compile(r"[^\s,](?:[^,]*[^\s,])?")
_LATIN_ROAD = re.compile(
    r" (?:road|rd|street|st|avenue|ave|lane|boulevard|highway|dadao|lu|jie)\.?\Z", re.IGNORECASE
)
_WORD_CHARACTER = re.compile(r"[^\W_]")


class AddressComponent(FrozenStruct, frozen=True):
    """A part of the address; ``start`` and ``end`` are offsets in the normalised text."""

    kind: str
    text: str
    start: int
    end: int


KIND_GETTER = attrgetter("kind")


def parse_components(text: str, start: int, end: int) -> list[AddressComponent]:
    """The components in a stretch of the text; what is none is of kind ``unmatched``."""
    components: list[AddressComponent] = []
    done = start
    for match in _COMPONENT.finditer(text, start, end):
        begun, stop = match.span()
        if done < begun:
            components += _iter_unmatched(text, done, begun)
        kind = match.lastgroup or ""
        if kind == "numbers":
            components += _split_numbers(match)
        else:
            components.append(AddressComponent(kind, match[0], begun, stop))
        done = stop
    if done < end:
        components += _iter_unmatched(text, done, end)
    return components


def begins_component(text: str, at: int) -> bool:
    """Whether a component of an address begins here, and no other word."""
    match = _COMPONENT.match(text, at)
    return match is not None and match.lastgroup != "unmatched"


def _iter_unmatched(text: str, start: int, end: int) -> Iterator[AddressComponent]:
    for match in _PIECE.finditer(text, start, end):
        if _WORD_CHARACTER.search(match[0]):
            kind = "road" if _LATIN_ROAD.search(match[0]) else "unmatched"
            yield AddressComponent(kind, match[0], *match.span())


def _split_numbers(match: re.Match[str]) -> Iterator[AddressComponent]:
    """Building, unit and room of 31-1-101; building and room of 12-302."""
    kinds = {2: ("building", "room"), 3: ("building", "unit", "room")}
    parts = match[0].split("-")
    at = match.start()
    for kind, part in zip(kinds.get(len(parts), ("numbers",) * len(parts)), parts, strict=True):
        yield AddressComponent(kind, part, at, at + len(part))
        at += len(part) + 1


def find_finest_level(components: Iterable[AddressComponent]) -> int | None:
    """The finest level of the components, as a position in the order of levels; None for none."""
    return _FINEST[max(map(_RANK.__getitem__, map(KIND_GETTER, components)), default=0)]
