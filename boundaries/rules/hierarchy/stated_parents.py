"""TOP-HIE-01, -04 and -05: the parent of each unit, as columns and codes tell it."""

from collections.abc import Iterator

from boundaries.layers.polygon_layer import Layer, Severity
from boundaries.rules.common.layer_finding import Finding
from boundaries.rules.hierarchy.feature_levels import (
    FeatureLevels,
    may_skip_level,
    parse_code_level,
    read_level_skips,
)
from boundaries.rules.rule_registry import get_severity, rule_check
from gazetteer.records.levels import UNIT_LEVELS


def find_parents(feature_levels: FeatureLevels) -> dict[int, int]:
    """The feature of the parent of each unit that has exactly one in the layer, of a higher one."""
    parent_of = {}
    for child, code in enumerate(feature_levels.parent):
        carriers = feature_levels.by_code.get(code or "", ())
        if (
            child not in feature_levels.excluded
            and len(carriers) == 1
            and _is_above(feature_levels, carriers[0], child)
        ):
            parent_of[child] = carriers[0]
    return parent_of


def _is_above(feature_levels: FeatureLevels, upper: int, lower: int) -> bool:
    one, other = feature_levels.level[upper], feature_levels.level[lower]
    return bool(one and other and UNIT_LEVELS.index(one) < UNIT_LEVELS.index(other))


@rule_check("TOP-HIE-01")
def find_orphans(layer: Layer, feature_levels: FeatureLevels) -> Iterator[Finding]:
    """Units of a layer with higher levels that have no parent there, or several."""
    absent: dict[str, list[int]] = {}
    for child, level in enumerate(feature_levels.level):
        if (
            child in feature_levels.excluded
            or level in (None, "province")
            or not _has_higher_level(feature_levels, level)
        ):
            continue
        code = feature_levels.parent[child]
        carriers = feature_levels.by_code.get(code or "", ())
        name = layer.names[child]
        if not code:
            yield _build_parent_finding(
                "none", (child,), f"{name} 没有写明上级。", f"{name} names no parent"
            )
        elif not carriers:
            absent.setdefault(code, []).append(child)
        elif len(carriers) > 1:
            features = tuple(sorted((child, *carriers)))
            zh = f"{name} 的上级 {code} 在图层中有 {len(carriers)} 个。"
            yield _build_parent_finding(
                "several", features, zh, f"{name} has {len(carriers)} parents {code}"
            )
        elif not _is_above(feature_levels, carriers[0], child):
            zh = f"{name} 的上级 {code} 级别不高于它。"
            en = f"the parent {code} of {name} is of no higher level"
            yield _build_parent_finding("level", tuple(sorted((child, carriers[0]))), zh, en)
    for code, children in sorted(absent.items()):
        zh = f"图层中没有上级 {code}（{len(children)} 个下级单位，未与上级比较）。"
        en = f"the parent {code} is not in the layer ({len(children)} units, not compared with it)"
        yield _build_parent_finding("absent", tuple(children), zh, en, "info")


def _has_higher_level(feature_levels: FeatureLevels, level: str | None) -> bool:
    """Whether the layer has units of a higher level at all."""
    if level is None:
        return False
    higher = UNIT_LEVELS[: UNIT_LEVELS.index(level)]
    return any(other in higher for other in feature_levels.levels)


def _build_parent_finding(
    kind: str, features: tuple[int, ...], zh: str, en: str, grade: Severity | None = None
) -> Finding:
    rule = "TOP-HIE-01"
    return Finding(rule, kind, grade or get_severity(rule), features, None, zh, en)


@rule_check("TOP-HIE-04")
def find_skipped_levels(layer: Layer, feature_levels: FeatureLevels) -> Iterator[Finding]:
    """Units whose parent is more than one level above, where that is not so in fact."""
    for child, level in enumerate(feature_levels.level):
        code = feature_levels.parent[child]
        if child in feature_levels.excluded or not level or not code:
            continue
        above = _find_parent_level(feature_levels, code)
        if above is None or UNIT_LEVELS.index(level) - UNIT_LEVELS.index(above) <= 1:
            continue
        direct = level == "county" and not _is_direct_county(layer.codes[child], code)
        if may_skip_level(level, code, above) and not direct:
            continue
        name = layer.names[child]
        yield Finding(
            "TOP-HIE-04",
            "skipped",
            get_severity("TOP-HIE-04"),
            (child,),
            None,
            f"{name}（{level}）的上级 {code} 是 {above}，越过了一级而没有依据。",
            f"the parent {code} of {name} ({level}) is a {above}: a level is skipped without cause",
        )


def _find_parent_level(feature_levels: FeatureLevels, code: str) -> str | None:
    carriers = feature_levels.by_code.get(code, ())
    return feature_levels.level[carriers[0]] if carriers else parse_code_level(code)


def _is_direct_county(code: str | None, parent: str) -> bool:
    """Whether the code of a county says that it is directly under its province."""
    known = read_level_skips()
    if parent in known.provinces_without_prefectures or code in known.prefectures_without_counties:
        return True
    return parse_code_level(code) == "county" and (code or "")[2:4] == known.direct_counties


@rule_check("TOP-HIE-05")
def find_foreign_codes(layer: Layer, feature_levels: FeatureLevels) -> Iterator[Finding]:
    """Units whose code does not begin like that of the parent that a column states."""
    if not feature_levels.has_parent_column:
        return
    for child, parent in enumerate(feature_levels.parent):
        code = layer.codes[child]
        own, above = parse_code_level(code), parse_code_level(parent)
        if child in feature_levels.excluded or not code or not parent or not own or not above:
            continue
        if not code.startswith(_take_code_prefix(parent, above)):
            yield Finding(
                "TOP-HIE-05",
                "prefix",
                get_severity("TOP-HIE-05"),
                (child,),
                None,
                f"{layer.names[child]} 的代码 {code} 与上级代码 {parent} 的前缀不一致。",
                f"the code {code} of {layer.names[child]} does not begin like its parent {parent}",
            )


def _take_code_prefix(code: str, level: str) -> str:
    return code[: {"province": 2, "prefecture": 4}.get(level, len(code))]
