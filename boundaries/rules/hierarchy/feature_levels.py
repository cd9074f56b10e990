"""The level and the parent of each feature of a layer, and which features are no units at all.

A column states these, or else the code; see :mod:`boundaries.layers.division_codes`.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from boundaries.layers.division_codes import (
    clean_codes,
    parse_code_level,
    parse_parent_code,
    read_as_text,
    read_level_skips,
)
from boundaries.layers.polygon_layer import Layer
from boundaries.rules.hierarchy.level_words import (
    ExclusionReason,
    find_exclusion_of_word,
    find_level_of_word,
)
from boundaries.rules.hierarchy.unstated_levels import find_tiers
from gazetteer.records.levels import UNIT_LEVELS

_KIND_COLUMNS = ("unit_type", "kind", "类型", "类别")
_TRUSTED_SHARE = 0.9


@dataclass(frozen=True, slots=True)
class FeatureLevels:
    """``level`` (n), None where it is not known; ``parent`` (n): the code of the parent, if known.

    ``excluded``: features that take no part in the coverage, and why. ``by_code``: the features
    that have each code. ``stand_ins``: prefectures without counties, which lie between the counties
    of others and stand in for counties. ``tiers``: of units whose level is not known, how many such
    units they are parts of, if any. ``contradictions``: the features whose column and code state
    different levels; the code counts where ``code_counts``.
    """

    level: tuple[str | None, ...]
    parent: tuple[str | None, ...]
    has_parent_column: bool
    excluded: Mapping[int, ExclusionReason]
    by_code: Mapping[str, tuple[int, ...]]
    stand_ins: frozenset[int]
    tiers: Mapping[int, int] = field(default_factory=dict)
    contradictions: tuple[int, ...] = ()
    code_counts: bool = True

    def list_units_of_level(self, level: str | None) -> list[int]:
        """The units of a level, ascending, with its ``stand_ins``."""
        own = [
            i for i, level_ in enumerate(self.level) if level_ == level and i not in self.excluded
        ]
        return sorted({*own, *self.stand_ins}) if level == "county" else own

    def list_tiers_of_level(self, level: str | None) -> list[list[int]]:
        """The units of a level, to be compared with each other: in several groups if need be."""
        groups: dict[int, list[int]] = defaultdict(list)
        for unit in self.list_units_of_level(level):
            groups[self.tiers.get(unit, 0)].append(unit)
        return [groups[tier] for tier in sorted(groups)]

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
    stated, level, contradictions, code_counts = _find_levels(layer)
    stand_ins = _find_stand_ins(layer.codes, level, excluded)
    known = {own for i, own in enumerate(level) if own and i not in {*excluded, *stand_ins}}
    if known == {"county"}:  # other prefectures are not in the layer
        level = ["county" if i in stand_ins else own for i, own in enumerate(level)]
        stand_ins = set()
    elif "county" not in known:
        stand_ins = set()
    if len(known) == 1:
        only = next(iter(known))
        level = [own or (None if stated[i] else only) for i, own in enumerate(level)]
    by_code = defaultdict(list)
    for i, code in enumerate(layer.codes):
        if code and i not in excluded:
            by_code[code].append(i)
    unknown = [i for i in range(count) if level[i] is None and i not in excluded]
    return FeatureLevels(
        tuple(level),
        _find_parent_codes(layer, level),
        "parent_code" in layer.columns,
        excluded,
        {code: tuple(which) for code, which in by_code.items()},
        frozenset(stand_ins),
        find_tiers(layer.geometries, unknown),
        contradictions,
        code_counts,
    )


def _find_levels(
    layer: Layer,
) -> tuple[list[Any], list[str | None], tuple[int, ...], bool]:
    """What the column states of each feature, its level, the contradictions, and who wins them.

    A city of county level is a *city* in many columns, so the codes count; unless they contradict
    the column of most features: then they are those of something else.
    """
    column = layer.columns.get("level")
    stated = [read_as_text(row.get(column)) if column else None for row in layer.attributes]
    by_column = [find_level_of_word(value) for value in stated]
    trusted = _are_chinese_codes(layer.codes)
    by_code = [parse_code_level(code) if trusted else None for code in layer.codes]
    skips = read_level_skips().prefectures_without_counties
    both = [i for i in range(len(layer)) if by_column[i] and by_code[i]]
    contradictions = [
        i
        for i in both
        if by_column[i] != by_code[i] and not (by_column[i] == "county" and layer.codes[i] in skips)
    ]
    code_counts = 2 * len(contradictions) <= len(both)
    wrong = set(contradictions) if code_counts else set()
    level = [by_code[i] if i in wrong else own or by_code[i] for i, own in enumerate(by_column)]
    return stated, level, tuple(contradictions), code_counts


def _find_stand_ins(
    codes: Sequence[str | None], level: Sequence[str | None], excluded: Mapping[int, object]
) -> set[int]:
    """The prefectures without counties that are not among the counties themselves."""
    counties = {code for code, own in zip(codes, level, strict=True) if own == "county"}
    return {
        i
        for i, code in enumerate(codes)
        if _is_stand_in(code, level[i]) and i not in excluded and code not in counties
    }


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
            reason = find_exclusion_of_word(value)
            if reason:
                return reason
    return None


def _find_parent_codes(layer: Layer, level: Sequence[str | None]) -> tuple[str | None, ...]:
    """The parent that a column states, else the one that the code implies at its own level."""
    column = layer.columns.get("parent_code")
    stated = [read_as_text(row.get(column)) if column else None for row in layer.attributes]
    parents = list(clean_codes(stated).codes)
    prefectures = {
        code for code, own in zip(layer.codes, level, strict=True) if own == "prefecture"
    }
    for i, code in enumerate(layer.codes):
        if parents[i] or not level[i]:
            continue
        if level[i] == parse_code_level(code):
            parents[i] = parse_parent_code(code)
        elif level[i] == "county" and code in read_level_skips().prefectures_without_counties:
            parents[i] = code if code in prefectures else parse_parent_code(code)
    return tuple(parents)


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
