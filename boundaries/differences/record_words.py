"""What a changed record says before and after, in words."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any
from uuid import UUID

import shapely

from boundaries.differences.record_subjects import UNIT_REFERENCES
from boundaries.differences.register_difference import ChangedRecord, ComparedUnit, UnitNames
from boundaries.schema.area_kinds import REGISTER_KINDS
from gazetteer.ledger.versions import Attributes
from gazetteer.messages import Lang, has_message, message

_SHOWN: Mapping[str, tuple[str, ...]] = {
    "unit": ("level", "unit_type", "subordination_parent", "custody_parent", "seat"),
    "code": ("code",),
    "place": ("level", "legal_class", "class_code", "within", "location"),
    "name": ("text", "name_kind"),
    "spelling": ("text", "status"),
    "succession": ("from_unit", "to_unit", "link_kind", "share_from", "share_to"),
    "functional_area": ("name", "code", "within"),
    "jurisdiction": ("grantor_unit", "holder_unit"),
    "edge": ("left_unit", "right_unit", "beyond"),
    "node": ("location",),
    "act": ("title", "number"),
    "document": ("title",),
}
"""What is said of a record that begins or ends; of one that changes, the fields that differ."""

_WORDED = {
    "level": "level",
    "unit_type": "unit_type",
    "legal_class": "legal_class",
    "name_kind": "name_kind",
    "status": "spelling",
    "link_kind": "kind",
    "beyond": "beyond",
}
"""The fields with coded values, and the area of the messages that has their words."""


def describe_record(record: ChangedRecord, names: UnitNames, lang: Lang) -> tuple[str, str]:
    """The record before and after; empty where it is not in force."""
    kind = record.key[0]
    if record.before is None or record.after is None:
        fields: Sequence[str] = _SHOWN.get(kind, ())
    else:
        fields = [name for name in record.after if record.after[name] != record.before.get(name)]
    return (
        _describe_side(kind, record.before, fields, names.name_former, lang),
        _describe_side(kind, record.after, fields, names.name_latter, lang),
    )


def describe_unit(unit: ComparedUnit) -> str:
    """Code and name."""
    return " ".join(part for part in (unit.code, unit.name) if part)


def word_code(area: str, value: str | None, lang: Lang) -> str | None:
    """The words of a coded value; one without words is repeated as it is."""
    id_ = f"{area}.{value}"
    return message(id_).text(lang) if value is not None and has_message(id_, lang) else value


def _describe_side(
    kind: str,
    attributes: Attributes | None,
    fields: Sequence[str],
    name_unit: Callable[[UUID], ComparedUnit],
    lang: Lang,
) -> str:
    if attributes is None:
        return ""
    parts = [
        message(
            "difference.value",
            field=message(f"difference.field.{name}"),
            value=_word_value(kind, name, attributes.get(name), name_unit, lang),
        ).text(lang)
        for name in fields
        if attributes.get(name) is not None
    ]
    return message("difference.separator").text(lang).join(parts)


def _word_value(
    kind: str, name: str, value: Any, name_unit: Callable[[UUID], ComparedUnit], lang: Lang
) -> str:
    if name in UNIT_REFERENCES.get(kind, ()):
        return describe_unit(name_unit(value))
    if name in _WORDED:
        return word_code(_WORDED[name], value, lang) or ""
    if name in ("share_from", "share_to"):
        return f"{100 * value:.6g}%"
    if name in _list_geometry_fields(kind):
        return _word_geometry(value, lang)
    return str(value)


def _list_geometry_fields(kind: str) -> set[str]:
    return {field.name for field in REGISTER_KINDS[kind].fields if field.type.is_geometry}


def _word_geometry(wkb: str, lang: Lang) -> str:
    """The coordinates of a point; of a line or an area the number of its vertices."""
    shape = shapely.from_wkb(bytes.fromhex(wkb))
    vertices = shapely.get_coordinates(shape).tolist()
    if shape.geom_type == "Point":
        return ", ".join(f"{degrees:.6f}" for degrees in vertices[0])
    return message("difference.vertex_count", n=len(vertices)).text(lang)
