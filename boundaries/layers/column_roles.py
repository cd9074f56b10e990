"""Which column of a file holds what: named by the user or recognised, and always reported."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from boundaries.layers.polygon_layer import Remark
from boundaries.layers.problems import unreadable_error
from gazetteer.messages import AnyOf, Message, message

Attributes = Sequence[Mapping[str, Any]]

FIELDS = ("code", "name", "level", "parent_code")
"""The roles that a column can have."""

_COLUMN_NAMES: Mapping[str, tuple[str, ...]] = {
    "code": (
        *("code", "adcode", "ad_code", "adcd", "division_code", "xzqdm", "xzqhdm", "xzqh_dm"),
        *("xzqbm", "xzdm", "qhdm", "zldwdm", "行政区划代码", "行政区代码", "区划代码", "区划码"),
        *("统计用区划代码", "代码", "编码"),
        *("pac", "gb", "id"),
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
"""The names by which columns are recognised, best first, without regard to case. XZQDM, XZQMC and
ZLDWDM are those of the national land survey, PAC and GB those of the national base map."""

_AMBIGUOUS_NAMES = frozenset({"id", "gb", "pac"})
"""Names of columns of many kinds: they hold codes only if their values look like codes."""

_CODE_PATTERN = re.compile(r"[1-9]\d{5}(?:\d{3}(?:\d{3})?)?")
_COUNTRY_CODE_PATTERN = re.compile(r"156([1-9]\d{5})")


@dataclass(frozen=True, slots=True)
class ColumnRoles:
    """The column of each of :data:`FIELDS` that there is, and what follows for the features.

    ``codes`` are cleaned division codes, ``names`` identify the features in findings.
    """

    by_field: Mapping[str, str]
    codes: tuple[str | None, ...]
    names: tuple[str, ...]
    remarks: tuple[Remark, ...]


def assign_column_roles(
    attributes: Attributes,
    ids: Sequence[str | None],
    requested: Mapping[str, str] | None,
    source: str,
) -> ColumnRoles:
    """Columns, division codes, and the name of each feature in findings.

    ``requested`` names columns for some of :data:`FIELDS`; the others are recognised. ``ids`` are
    the features' own ids, or empty where the format has none.

    Raises:
        UnreadableFile: ``requested`` has an unknown field or names a column that is not there.
    """
    columns = list(dict.fromkeys(column for row in attributes for column in row))
    by_field = {
        **_recognize_columns(columns, attributes),
        **_check_requested(requested or {}, columns, source),
    }
    remarks = [_report_columns(by_field)] if by_field else []
    texts = _extract_texts(attributes, by_field.get("code"))
    codes, more = _clean_codes(texts)
    if "code" not in by_field:
        remarks.append(_report_no_code_column(columns))
    return ColumnRoles(by_field, codes, _name_features(codes, ids, attributes), (*remarks, *more))


def _check_requested(
    requested: Mapping[str, str], columns: Sequence[str], source: str
) -> Mapping[str, str]:
    for field, column in requested.items():
        if field not in FIELDS:
            detail = message("layer.unknown_column_role", role=field, roles=AnyOf(FIELDS))
            raise unreadable_error(source, detail, field="columns")
        if column not in columns:
            detail = message("layer.no_such_column", column=column, columns=_list_columns(columns))
            raise unreadable_error(source, detail, field="columns")
    return requested


def _list_columns(columns: Sequence[str]) -> Sequence[str] | Message:
    return list(columns) or message("layer.no_columns")


def _recognize_columns(columns: Sequence[str], attributes: Attributes) -> dict[str, str]:
    by_name = {column.strip().casefold(): column for column in reversed(columns)}
    by_field: dict[str, str] = {}
    for field, names in _COLUMN_NAMES.items():
        for name in names:
            column = by_name.get(name)
            if column and (
                name not in _AMBIGUOUS_NAMES
                or _are_likely_codes(_extract_texts(attributes, column))
            ):
                by_field[field] = column
                break
    return by_field


def _are_likely_codes(texts: Sequence[str | None]) -> bool:
    """Whether at least half of the values could be division codes."""
    fitting = sum(
        bool(_CODE_PATTERN.fullmatch(text) or _COUNTRY_CODE_PATTERN.fullmatch(text))
        for text in texts
        if text
    )
    return bool(fitting) and fitting * 2 >= len(texts)


def _extract_texts(attributes: Attributes, column: str | None) -> list[str | None]:
    """The values of a column as text; whole numbers without a decimal point."""
    return [_as_text(row.get(column)) if column else None for row in attributes]


def _as_text(value: Any) -> str | None:
    if value is None or isinstance(value, dict | list):
        return None
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return str(value).strip() or None


def _clean_codes(texts: Sequence[str | None]) -> tuple[tuple[str | None, ...], list[Remark]]:
    """Codes without country prefix and padding, with remarks on both and on duplicates."""
    remarks: list[Remark] = []
    with_country = [
        i for i, text in enumerate(texts) if text and _COUNTRY_CODE_PATTERN.fullmatch(text)
    ]
    bare = [text[3:] if text and _COUNTRY_CODE_PATTERN.fullmatch(text) else text for text in texts]
    codes = [_strip_zeros(text) for text in bare]
    padded = [i for i, code in enumerate(codes) if code != bare[i]]
    for rule, kind, changed in (
        ("TOP-FIL-04", "layer.country_prefix_removed", with_country),
        ("TOP-FIL-05", "layer.zero_padding_removed", padded),
    ):
        if changed:
            first = changed[0]
            detail = message(kind, n=len(changed), original=texts[first], code=codes[first])
            remarks.append(Remark(rule, "info", detail, measured=len(changed), unit="features"))
    counts = Counter(code for code in codes if code)
    for i, code in enumerate(codes):
        if code and counts[code] > 1:
            remarks.append(_report_duplicate_code(i, code, counts[code]))
    return tuple(codes), remarks


def _strip_zeros(text: str | None) -> str | None:
    """``440106`` of ``440106000000``: villages and townships are never numbered 000."""
    if text and _CODE_PATTERN.fullmatch(text):
        while len(text) > 6 and text.endswith("000"):
            text = text[:-3]
    return text


def _report_duplicate_code(feature: int, code: str, count: int) -> Remark:
    return Remark(
        "TOP-FIL-03",
        "error",
        message("layer.duplicate_code", code=code, n=count),
        feature,
        measured=count,
        limit=1,
        unit="features",
    )


def _report_columns(by_field: Mapping[str, str]) -> Remark:
    assignments = [f"{field} = {column}" for field, column in by_field.items()]
    return Remark("TOP-FIL-02", "info", message("layer.columns_used", assignments=assignments))


def _report_no_code_column(columns: Sequence[str]) -> Remark:
    detail = message("layer.no_code_column", columns=_list_columns(columns))
    return Remark("TOP-FIL-02", "info", detail)


def _name_features(
    codes: Sequence[str | None], ids: Sequence[str | None], attributes: Attributes
) -> tuple[str, ...]:
    """The code, else the id as a property or of the feature, else the index from 0."""
    own = _extract_texts(attributes, "id")
    ids = ids or [None] * len(codes)
    each = zip(codes, own, ids, strict=True)
    return tuple(a or b or c or str(i) for i, (a, b, c) in enumerate(each))
