"""Which column of a file holds what: asked for, or recognised by its name, and always told."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from boundaries.layers.layer import Remark
from boundaries.layers.problems import unreadable

Attributes = Sequence[Mapping[str, Any]]

FIELDS = ("code", "name", "level", "parent_code")
"""What a column can be taken for."""

_KNOWN: Mapping[str, tuple[str, ...]] = {
    "code": (
        *("code", "adcode", "ad_code", "adcd", "division_code", "xzqdm", "xzqhdm", "xzqh_dm"),
        *("xzqbm", "xzdm", "qhdm", "zldwdm", "行政区划代码", "行政区代码", "区划代码", "区划码"),
        *("统计用区划代码", "代码", "编码", "pac", "gb", "id"),
    ),
    "name": (
        *("name", "xzqmc", "xzqhmc", "xzmc", "qhmc", "zldwmc", "name_zh", "name_chn", "mc"),
        *("行政区划名称", "行政区名称", "区划名称", "名称"),
    ),
    "level": ("level", "xzjb", "xzqjb", "admin_level", "行政级别", "级别"),
    "parent_code": (
        *("parent_code", "parent_cod", "parentcode", "sjdm", "sjxzqdm", "parent", "上级代码"),
        *("上级行政区划代码",),
    ),
}
"""By which names columns are recognised, best first; capitals do not matter. XZQDM, XZQMC, ZLDWDM
are those of the national land survey, PAC and GB those of the national base map."""

_VAGUE = frozenset({"id", "gb", "pac"})
"""Names that hold many things: taken for codes only if their values look like codes."""

_CODE = re.compile(r"[1-9]\d{5}(?:\d{3}(?:\d{3})?)?")
_COUNTRY = re.compile(r"156([1-9]\d{5})")


@dataclass(frozen=True, slots=True)
class Columns:
    """The column of each field that was found, and what was noticed."""

    of: Mapping[str, str]
    codes: tuple[str | None, ...]
    names: tuple[str, ...]
    remarks: tuple[Remark, ...]


def found(
    attributes: Attributes,
    ids: Sequence[str | None],
    asked: Mapping[str, str] | None,
    source: str,
) -> Columns:
    """Columns, division codes, and what each feature is called in findings.

    ``asked`` names columns for some of :data:`FIELDS`; the others are recognised.

    Raises:
        UnreadableFile: a field or column asked for that there is not.
    """
    columns = list(dict.fromkeys(column for row in attributes for column in row))
    of = {**_recognised(columns, attributes), **_asked(asked or {}, columns, source)}
    remarks = [_chosen(of)] if of else []
    texts = _texts(attributes, of.get("code"))
    codes, more = _codes(texts)
    if "code" not in of:
        remarks.append(_no_code(columns))
    return Columns(of, codes, _called(codes, ids, attributes), (*remarks, *more))


def _asked(asked: Mapping[str, str], columns: Sequence[str], source: str) -> Mapping[str, str]:
    for field, column in asked.items():
        if field not in FIELDS:
            zh = f"没有字段“{field}”；可用：{'、'.join(FIELDS)}。"
            en = f"there is no field {field!r}; use {', '.join(FIELDS)}"
            raise unreadable(source, zh, en, field="columns")
        if column not in columns:
            zh = f"没有列“{column}”；有：{'、'.join(columns) or '无'}。"
            en = f"there is no column {column!r}; there are: {', '.join(columns) or 'none'}"
            raise unreadable(source, zh, en, field="columns")
    return asked


def _recognised(columns: Sequence[str], attributes: Attributes) -> dict[str, str]:
    by_name = {column.strip().casefold(): column for column in reversed(columns)}
    of: dict[str, str] = {}
    for field, names in _KNOWN.items():
        for name in names:
            column = by_name.get(name)
            if column and (name not in _VAGUE or _look_like_codes(_texts(attributes, column))):
                of[field] = column
                break
    return of


def _look_like_codes(texts: Sequence[str | None]) -> bool:
    """Whether at least half of the values could be division codes."""
    fitting = sum(bool(_CODE.fullmatch(text) or _COUNTRY.fullmatch(text)) for text in texts if text)
    return bool(fitting) and fitting * 2 >= len(texts)


def _texts(attributes: Attributes, column: str | None) -> list[str | None]:
    """The values of a column as text; whole numbers without a decimal point."""
    return [_text(row.get(column)) if column else None for row in attributes]


def _text(value: Any) -> str | None:
    if value is None or isinstance(value, dict | list):
        return None
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return str(value).strip() or None


def _codes(texts: Sequence[str | None]) -> tuple[tuple[str | None, ...], list[Remark]]:
    """Codes without what some offices put before and behind them, each habit told once."""
    remarks: list[Remark] = []
    with_country = [i for i, text in enumerate(texts) if text and _COUNTRY.fullmatch(text)]
    bare = [text[3:] if text and _COUNTRY.fullmatch(text) else text for text in texts]
    codes = [_without_zeros(text) for text in bare]
    padded = [i for i, code in enumerate(codes) if code != bare[i]]
    if with_country:
        zh, en = "代码前带国家代码 156（9 位），已去掉", "codes begin with 156 for China (9 digits)"
        remarks.append(_habit("TOP-FIL-04", with_country, texts, codes, zh, en))
    if padded:
        zh, en = "代码以零补足到 9 或 12 位，已去掉", "codes are filled up with zeros"
        remarks.append(_habit("TOP-FIL-05", padded, texts, codes, zh, en))
    counts = Counter(code for code in codes if code)
    for i, code in enumerate(codes):
        if code and counts[code] > 1:
            remarks.append(_twice(i, code, counts[code]))
    return tuple(codes), remarks


def _without_zeros(text: str | None) -> str | None:
    """``440106000000`` as ``440106``: villages and townships are never numbered 000."""
    if text and _CODE.fullmatch(text):
        while len(text) > 6 and text.endswith("000"):
            text = text[:-3]
    return text


def _habit(
    rule: str,
    features: Sequence[int],
    texts: Sequence[str | None],
    codes: Sequence[str | None],
    zh: str,
    en: str,
) -> Remark:
    first = features[0]
    example = f"{texts[first]} → {codes[first]}"
    return Remark(
        rule,
        "info",
        f"{len(features)} 个要素的{zh}：{example}。",
        f"{len(features)} features: {en}; read without: {example}",
        measured=len(features),
        unit="features",
    )


def _twice(feature: int, code: str, count: int) -> Remark:
    return Remark(
        "TOP-FIL-03",
        "error",
        f"代码 {code} 有 {count} 个要素；一个单位应是一个（多部分）面。",
        f"{count} features have the code {code}; a unit is one (multi-part) polygon",
        feature,
        count,
        1,
        "features",
    )


def _chosen(of: Mapping[str, str]) -> Remark:
    told = ", ".join(f"{field} = {column}" for field, column in of.items())
    return Remark("TOP-FIL-02", "info", f"所用的列：{told}。", f"columns: {told}")


def _no_code(columns: Sequence[str]) -> Remark:
    return Remark(
        "TOP-FIL-02",
        "info",
        f"没有认出区划代码列；列有：{'、'.join(columns) or '无'}。",
        f"no column of division codes was recognised; there are: {', '.join(columns) or 'none'}",
    )


def _called(
    codes: Sequence[str | None], ids: Sequence[str | None], attributes: Attributes
) -> tuple[str, ...]:
    """Code, else the id as a property or of the feature, else the number from 0."""
    own = _texts(attributes, "id")
    ids = ids or [None] * len(codes)
    each = zip(codes, own, ids, strict=True)
    return tuple(a or b or c or str(i) for i, (a, b, c) in enumerate(each))
