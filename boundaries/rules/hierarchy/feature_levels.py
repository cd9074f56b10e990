"""The level and the parent of each feature of a layer, and which features are no units at all.

A column states these, or else the code: 440000 is a province, 440100 a prefecture, 440106 a county,
440106001 a township, 440106001001 a village (GB/T 2260, GB/T 10114).
"""

import tomllib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

from boundaries.layers.polygon_layer import Layer
from gazetteer.records.levels import UNIT_LEVELS

ExclusionReason = Literal["functional_area", "jurisdiction", "dispute"]

_LEVEL_WORDS = {
    "province": ("province", "省", "省级", "自治区", "直辖市"),
    "prefecture": ("prefecture", "city", "地", "地级", "市", "市级", "地市级", "设区的市"),
    "county": ("county", "district", "县", "县级", "区", "区县", "区县级"),
    "township": ("township", "town", "乡", "镇", "乡级", "镇级", "乡镇", "乡镇级", "街道"),
    "village": ("village", "村", "村级", "社区", "村居"),
}
_LEVEL_OF_WORD = {word: level for level, words in _LEVEL_WORDS.items() for word in words}
_EXCLUSION_OF_WORD: dict[str, ExclusionReason] = {
    "functional_area": "functional_area",
    "development_zone": "functional_area",
    "功能区": "functional_area",
    "开发区": "functional_area",
    "jurisdiction": "jurisdiction",
    "jurisdiction_override": "jurisdiction",
    "管辖权": "jurisdiction",
    "dispute": "dispute",
    "dispute_area": "dispute",
    "争议区": "dispute",
}
_KIND_COLUMNS = ("unit_type", "kind", "类型", "类别")
_TRUSTED_SHARE = 0.9
_LEVEL_OF_LENGTH = {9: "township", 12: "village"}


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


@dataclass(frozen=True, slots=True)
class FeatureLevels:
    """``level`` (n), None where it is not known; ``parent`` (n): the code of the parent, if known.

    ``excluded``: features that take no part in the coverage, and why. ``by_code``: the features
    that have each code. ``stand_ins``: prefectures without counties, which lie between the counties
    of others and stand in for counties.
    """

    level: tuple[str | None, ...]
    parent: tuple[str | None, ...]
    has_parent_column: bool
    excluded: Mapping[int, ExclusionReason]
    by_code: Mapping[str, tuple[int, ...]]
    stand_ins: frozenset[int]

    def list_units_of_level(self, level: str | None) -> list[int]:
        """The units of a level, ascending, with its ``stand_ins``."""
        own = [
            i for i, level_ in enumerate(self.level) if level_ == level and i not in self.excluded
        ]
        return sorted({*own, *self.stand_ins}) if level == "county" else own

    @property
    def levels(self) -> list[str | None]:
        """The levels that have units, the highest first; None comes last."""
        present = {own for i, own in enumerate(self.level) if i not in self.excluded}
        return [level for level in (*UNIT_LEVELS, None) if level in present]


def derive_feature_levels(layer: Layer) -> FeatureLevels:
    """Levels, parents and excluded features, as far as the columns and codes of a layer show."""
    count = len(layer)
    excluded = {
        i: why for i in range(count) if (why := _find_exclusion_reason(layer.attributes[i]))
    }
    level_column, parent_column = layer.columns.get("level"), layer.columns.get("parent_code")
    trusted = _are_chinese_codes(layer.codes)
    level = [_find_level(layer, i, level_column, trusted) for i in range(count)]
    stand_ins = {
        i for i in range(count) if _is_stand_in(layer.codes[i], level[i]) and i not in excluded
    }
    known = {own for i, own in enumerate(level) if own and i not in {*excluded, *stand_ins}}
    if known == {"county"}:  # other prefectures are not in the layer
        level = ["county" if i in stand_ins else own for i, own in enumerate(level)]
        stand_ins = set()
    elif "county" not in known:
        stand_ins = set()
    if len(known) == 1:
        level = [own or next(iter(known)) for own in level]
    parent = [_find_parent_code(layer, i, level[i], parent_column) for i in range(count)]
    by_code = defaultdict(list)
    for i, code in enumerate(layer.codes):
        if code and i not in excluded:
            by_code[code].append(i)
    features_by_code = {code: tuple(which) for code, which in by_code.items()}
    stated = parent_column is not None
    return FeatureLevels(
        tuple(level), tuple(parent), stated, excluded, features_by_code, frozenset(stand_ins)
    )


def _is_stand_in(code: str | None, level: str | None) -> bool:
    return level == "prefecture" and code in read_level_skips().prefectures_without_counties


def _are_chinese_codes(codes: Sequence[str | None]) -> bool:
    """Whether nearly all codes are division codes of China; other countries have six digits too."""
    present = [code for code in codes if code]
    return sum(parse_code_level(code) is not None for code in present) >= _TRUSTED_SHARE * len(
        present
    )


def _find_exclusion_reason(attributes: Mapping[str, Any]) -> ExclusionReason | None:
    for column, value in attributes.items():
        if column.strip().casefold() in _KIND_COLUMNS and isinstance(value, str):
            text = value.strip().casefold()
            if text in _EXCLUSION_OF_WORD:
                return _EXCLUSION_OF_WORD[text]
            if text.endswith(("开发区", "功能区")):
                return "functional_area"
    return None


def _find_level(layer: Layer, feature: int, column: str | None, trusted: bool) -> str | None:
    """The level by the column, else by the code where codes are trusted, else None."""
    value = layer.attributes[feature].get(column) if column else None
    stated = _LEVEL_OF_WORD.get(str(value).strip().casefold()) if value is not None else None
    return stated or (parse_code_level(layer.codes[feature]) if trusted else None)


def parse_code_level(code: str | None) -> str | None:
    """The level of a division code of China; None for any other text."""
    if not code or not code.isdigit() or code[:2] not in read_level_skips().provinces:
        return None
    if len(code) == 6:
        return (
            "province" if code.endswith("0000") else "prefecture" if code[4:] == "00" else "county"
        )
    return _LEVEL_OF_LENGTH.get(len(code))


def _find_parent_code(
    layer: Layer, feature: int, level: str | None, column: str | None
) -> str | None:
    value = layer.attributes[feature].get(column) if column else None
    if value is not None and not isinstance(value, float) and str(value).strip():
        return str(value).strip()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    code = layer.codes[feature]
    return parse_parent_code(code) if level and level == parse_code_level(code) else None


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


def may_skip_level(level: str, parent: str, parent_level: str) -> bool:
    """Whether the parent of a unit may be of another level than the next one above.

    Args:
        level: the level of the unit.
        parent: the code of its parent.
        parent_level: the level of its parent.
    """
    known = read_level_skips()
    if level == "township":
        return parent_level == "prefecture" and parent in known.prefectures_without_counties
    if level == "county":
        return parent_level == "province"
    return False
