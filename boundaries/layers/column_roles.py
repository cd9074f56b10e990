"""Which column of a file holds what: named by the user or recognised, and always reported."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from boundaries.layers.code_columns import CodeColumn, find_code_column
from boundaries.layers.column_names import COLUMN_NAMES, match_column_names
from boundaries.layers.division_codes import (
    CleanedCodes,
    clean_codes,
    count_division_codes,
    read_as_text,
)
from boundaries.layers.polygon_layer import Remark
from boundaries.layers.problems import unreadable_error
from gazetteer.messages import AnyOf, Message, message

Attributes = Sequence[Mapping[str, Any]]

FIELDS = tuple(COLUMN_NAMES)
"""The roles that a column can have."""

_MAX_LEVELS = 6


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
    named = _check_requested(requested or {}, columns, source)
    code_column = None if "code" in named else find_code_column(columns, attributes)
    by_field = {**_recognize_columns(columns, attributes, code_column), **named}
    remarks = [_report_columns(by_field)] if by_field else []
    texts = _extract_texts(attributes, by_field.get("code"))
    cleaned = clean_codes(texts)
    codes = cleaned.codes
    if "code" not in by_field:
        remarks.append(_report_no_code_column(columns))
    elif code_column is not None:
        remarks += _report_code_column(code_column)
    remarks += [*_report_habits(texts, cleaned), *_report_duplicate_codes(codes)]
    return ColumnRoles(by_field, codes, _name_features(codes, ids, attributes), tuple(remarks))


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


def _recognize_columns(
    columns: Sequence[str], attributes: Attributes, code_column: CodeColumn | None
) -> dict[str, str]:
    """The column of each field that there is; one that holds the codes has no other role."""
    by_field = {} if code_column is None else {"code": code_column.name}
    for field in FIELDS:
        if field == "code":
            continue
        left = [column for column in columns if column not in by_field.values()]
        for column, is_whole in match_column_names(field, left):
            if is_whole or _fits_field(field, _extract_texts(attributes, column)):
                by_field[field] = column
                break
    return by_field


def _fits_field(field: str, texts: Sequence[str | None]) -> bool:
    """Whether the values of a column whose name was cut are such as the field has."""
    if field == "level":
        return 0 < len(set(texts)) <= min(_MAX_LEVELS, len(texts) - 1)
    present, valid, _ = count_division_codes(texts)
    return bool(present) and (valid > present / 2) == (field == "parent_code")


def _extract_texts(attributes: Attributes, column: str | None) -> list[str | None]:
    """The values of a column as text; whole numbers without a decimal point."""
    return [read_as_text(row.get(column)) if column else None for row in attributes]


def _report_code_column(code_column: CodeColumn) -> list[Remark]:
    """What a user would not expect: codes from a column that has no name for them."""
    if code_column.instead_of is not None:
        detail = message(
            "layer.code_column_instead", column=code_column.name, named=code_column.instead_of
        )
        return [Remark("TOP-FIL-02", "info", detail)]
    if code_column.is_named:
        return []
    detail = message("layer.code_column_by_values", column=code_column.name)
    return [Remark("TOP-FIL-02", "info", detail)]


def _report_habits(texts: Sequence[str | None], cleaned: CleanedCodes) -> list[Remark]:
    """How codes were written, where that was not as divisions are numbered."""
    remarks = []
    for rule, kind, changed in (
        ("TOP-FIL-02", "layer.codes_void", cleaned.void),
        ("TOP-FIL-02", "layer.codes_cleaned", cleaned.odd),
        ("TOP-FIL-04", "layer.country_prefix_removed", cleaned.country),
        ("TOP-FIL-05", "layer.zero_padding_removed", cleaned.padded),
    ):
        if changed:
            first = changed[0]
            detail = message(kind, n=len(changed), original=texts[first], code=cleaned.codes[first])
            remarks.append(Remark(rule, "info", detail, measured=len(changed), unit="features"))
    return remarks


def _report_duplicate_codes(codes: Sequence[str | None]) -> list[Remark]:
    counts = Counter(code for code in codes if code)
    return [
        _report_duplicate_code(i, code, counts[code])
        for i, code in enumerate(codes)
        if code and counts[code] > 1
    ]


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
