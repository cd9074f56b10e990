"""TOP-HIE-01, -04 and -05: the parent of each unit, as columns and codes tell it."""

from collections.abc import Iterator

from boundaries.layers.layer import Layer, Severity
from boundaries.rules.finding import Finding
from boundaries.rules.hierarchy.standing import Standing, level_of_code, may_skip, skips
from boundaries.rules.registry import judges, severity
from gazetteer.records.levels import UNIT_LEVELS


def parents(standing: Standing) -> dict[int, int]:
    """The feature of the parent of each unit that has exactly one in the layer, of a higher one."""
    found = {}
    for child, code in enumerate(standing.parent):
        those = standing.by_code.get(code or "", ())
        if child not in standing.aside and len(those) == 1 and _above(standing, those[0], child):
            found[child] = those[0]
    return found


def _above(standing: Standing, upper: int, lower: int) -> bool:
    one, other = standing.level[upper], standing.level[lower]
    return bool(one and other and UNIT_LEVELS.index(one) < UNIT_LEVELS.index(other))


@judges("TOP-HIE-01")
def orphans(layer: Layer, standing: Standing) -> Iterator[Finding]:
    """Units of a layer with higher levels that have no parent there, or several."""
    absent: dict[str, list[int]] = {}
    for child, level in enumerate(standing.level):
        if (
            child in standing.aside
            or level in (None, "province")
            or not _has_above(standing, level)
        ):
            continue
        code = standing.parent[child]
        those = standing.by_code.get(code or "", ())
        name = layer.names[child]
        if not code:
            yield _of_parent("none", (child,), f"{name} 没有写明上级。", f"{name} names no parent")
        elif not those:
            absent.setdefault(code, []).append(child)
        elif len(those) > 1:
            features = tuple(sorted((child, *those)))
            zh = f"{name} 的上级 {code} 在图层中有 {len(those)} 个。"
            yield _of_parent("several", features, zh, f"{name} has {len(those)} parents {code}")
        elif not _above(standing, those[0], child):
            zh = f"{name} 的上级 {code} 级别不高于它。"
            en = f"the parent {code} of {name} is of no higher level"
            yield _of_parent("level", tuple(sorted((child, those[0]))), zh, en)
    for code, children in sorted(absent.items()):
        zh = f"图层中没有上级 {code}（{len(children)} 个下级单位，未与上级比较）。"
        en = f"the parent {code} is not in the layer ({len(children)} units, not compared with it)"
        yield _of_parent("absent", tuple(children), zh, en, "info")


def _has_above(standing: Standing, level: str | None) -> bool:
    """Whether the layer has units of a higher level at all."""
    if level is None:
        return False
    higher = UNIT_LEVELS[: UNIT_LEVELS.index(level)]
    return any(other in higher for other in standing.levels)


def _of_parent(
    kind: str, features: tuple[int, ...], zh: str, en: str, grade: Severity | None = None
) -> Finding:
    rule = "TOP-HIE-01"
    return Finding(rule, kind, grade or severity(rule), features, None, zh, en)


@judges("TOP-HIE-04")
def skipped(layer: Layer, standing: Standing) -> Iterator[Finding]:
    """Units whose parent is more than one level above, where that is not so in fact."""
    for child, level in enumerate(standing.level):
        code = standing.parent[child]
        if child in standing.aside or not level or not code:
            continue
        above = _level_of_parent(standing, code)
        if above is None or UNIT_LEVELS.index(level) - UNIT_LEVELS.index(above) <= 1:
            continue
        direct = level == "county" and not _is_direct(layer.codes[child], code)
        if may_skip(level, code, above) and not direct:
            continue
        name = layer.names[child]
        yield Finding(
            "TOP-HIE-04",
            "skipped",
            severity("TOP-HIE-04"),
            (child,),
            None,
            f"{name}（{level}）的上级 {code} 是 {above}，越过了一级而没有依据。",
            f"the parent {code} of {name} ({level}) is a {above}: a level is skipped without cause",
        )


def _level_of_parent(standing: Standing, code: str) -> str | None:
    those = standing.by_code.get(code, ())
    return standing.level[those[0]] if those else level_of_code(code)


def _is_direct(code: str | None, parent: str) -> bool:
    """Whether the code of a county says that it is directly under its province."""
    known = skips()
    if parent in known.provinces_without_prefectures or code in known.prefectures_without_counties:
        return True
    return level_of_code(code) == "county" and (code or "")[2:4] == known.direct_counties


@judges("TOP-HIE-05")
def foreign_codes(layer: Layer, standing: Standing) -> Iterator[Finding]:
    """Units whose code does not begin like that of the parent that a column states."""
    if not standing.stated:
        return
    for child, parent in enumerate(standing.parent):
        code = layer.codes[child]
        own, above = level_of_code(code), level_of_code(parent)
        if child in standing.aside or not code or not parent or not own or not above:
            continue
        if not code.startswith(_prefix(parent, above)):
            yield Finding(
                "TOP-HIE-05",
                "prefix",
                severity("TOP-HIE-05"),
                (child,),
                None,
                f"{layer.names[child]} 的代码 {code} 与上级代码 {parent} 的前缀不一致。",
                f"the code {code} of {layer.names[child]} does not begin like its parent {parent}",
            )


def _prefix(code: str, level: str) -> str:
    return code[: {"province": 2, "prefecture": 4}.get(level, len(code))]
