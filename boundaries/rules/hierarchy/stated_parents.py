"""TOP-HIE-01, -04 and -05: the parent of each unit, as columns and codes state it."""

from collections.abc import Iterator

from boundaries.layers.division_codes import parse_code_level, read_level_skips
from boundaries.layers.polygon_layer import Layer
from boundaries.rules.common.spatial_finding import SpatialFinding, build_finding
from boundaries.rules.hierarchy.feature_levels import FeatureLevels, may_skip_level
from gazetteer.messages import message
from gazetteer.records.levels import UNIT_LEVELS
from gazetteer.rules.rule_registry import rule_check


def find_parents(feature_levels: FeatureLevels) -> dict[int, int]:
    """The parent of each unit that has exactly one in the layer, of a higher level; as features."""
    parent_of = {}
    for child, code in enumerate(feature_levels.parent):
        carriers = _find_carriers(feature_levels, code, child)
        if (
            child not in feature_levels.excluded
            and len(carriers) == 1
            and _is_above(feature_levels, carriers[0], child)
        ):
            parent_of[child] = carriers[0]
    return parent_of


def _find_carriers(feature_levels: FeatureLevels, code: str | None, child: int) -> tuple[int, ...]:
    """The features that have the code of a parent; those above the child, if there are any."""
    carriers = feature_levels.by_code.get(code or "", ())
    above = tuple(one for one in carriers if _is_above(feature_levels, one, child))
    return above or carriers


def _is_above(feature_levels: FeatureLevels, upper: int, lower: int) -> bool:
    one, other = feature_levels.level[upper], feature_levels.level[lower]
    return bool(one and other and UNIT_LEVELS.index(one) < UNIT_LEVELS.index(other))


@rule_check("TOP-HIE-01")
def find_orphans(layer: Layer, feature_levels: FeatureLevels) -> Iterator[SpatialFinding]:
    """Units without exactly one parent in a layer that has units of a higher level."""
    absent: dict[str, list[int]] = {}
    for child, level in enumerate(feature_levels.level):
        if (
            child in feature_levels.excluded
            or level in (None, "province")
            or not _has_higher_level(feature_levels, level)
        ):
            continue
        code = feature_levels.parent[child]
        carriers = _find_carriers(feature_levels, code, child)
        name, features = layer.names[child], tuple(sorted((child, *carriers)))
        params: dict[str, object] = {"feature": name, "parent": code}
        if not code:
            yield build_finding("TOP-HIE-01", "none", {"feature": name}, features=features)
        elif not carriers:
            absent.setdefault(code, []).append(child)
        elif len(carriers) > 1:
            params["count"] = len(carriers)
            yield build_finding("TOP-HIE-01", "several", params, features=features)
        elif not _is_above(feature_levels, carriers[0], child):
            yield build_finding("TOP-HIE-01", "level", params, features=features)
    for code, children in sorted(absent.items()):
        yield build_finding(
            "TOP-HIE-01",
            "absent",
            {"parent": code, "n": len(children)},
            features=tuple(children),
            severity="info",
        )


def _has_higher_level(feature_levels: FeatureLevels, level: str | None) -> bool:
    """Whether the layer has units of a higher level at all."""
    if level is None:
        return False
    higher = UNIT_LEVELS[: UNIT_LEVELS.index(level)]
    return any(other in higher for other in feature_levels.levels)


@rule_check("TOP-HIE-04")
def find_skipped_levels(layer: Layer, feature_levels: FeatureLevels) -> Iterator[SpatialFinding]:
    """Units whose parent is more than one level above, where no level is skipped in fact."""
    for child, level in enumerate(feature_levels.level):
        code = feature_levels.parent[child]
        if child in feature_levels.excluded or not level or not code:
            continue
        above = _find_parent_level(feature_levels, code, child)
        if above is None or UNIT_LEVELS.index(level) - UNIT_LEVELS.index(above) <= 1:
            continue
        direct = level == "county" and not _is_direct_county(layer.codes[child], code)
        if may_skip_level(level, code, above) and not direct:
            continue
        yield build_finding(
            "TOP-HIE-04",
            "skipped",
            {
                "feature": layer.names[child],
                "level": message(f"level.{level}"),
                "parent": code,
                "parent_level": message(f"level.{above}"),
            },
            features=(child,),
        )


def _find_parent_level(feature_levels: FeatureLevels, code: str, child: int) -> str | None:
    carriers = _find_carriers(feature_levels, code, child)
    return feature_levels.level[carriers[0]] if carriers else parse_code_level(code)


def _is_direct_county(code: str | None, parent: str) -> bool:
    """Whether the code of a county shows that it is directly under its province."""
    known = read_level_skips()
    if parent in known.provinces_without_prefectures or code in known.prefectures_without_counties:
        return True
    return parse_code_level(code) == "county" and (code or "")[2:4] == known.direct_counties


@rule_check("TOP-HIE-05")
def find_foreign_codes(layer: Layer, feature_levels: FeatureLevels) -> Iterator[SpatialFinding]:
    """Units whose code does not share the prefix of the parent that a column states."""
    if not feature_levels.has_parent_column:
        return
    for child, parent in enumerate(feature_levels.parent):
        code = layer.codes[child]
        own, above = parse_code_level(code), parse_code_level(parent)
        if child in feature_levels.excluded or not code or not parent or not own or not above:
            continue
        if not code.startswith(_take_code_prefix(parent, above)):
            yield build_finding(
                "TOP-HIE-05",
                "prefix",
                {"feature": layer.names[child], "code": code, "parent": parent},
                features=(child,),
            )


def _take_code_prefix(code: str, level: str) -> str:
    return code[: {"province": 2, "prefecture": 4}.get(level, len(code))]
