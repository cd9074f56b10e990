"""Kinds of records: their typed fields, and the serialized form of their values."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, StrEnum
from typing import Any

from gazetteer.messages import Message, message
from gazetteer.problems import InvalidValue


class FieldType(Enum):
    """The type of a field: the PostgreSQL type is the value."""

    TEXT = "text"
    UUID = "uuid"
    DATE = "date"
    REAL = "double precision"
    POINT = "geometry(Point,4490)"
    LINE = "geometry(LineString,4490)"
    AREA = "geometry(MultiPolygon,4490)"

    @property
    def is_geometry(self) -> bool:
        """Whether values are geometries: plain WKB as lowercase hex, lon lat in EPSG:4490."""
        return self in (FieldType.POINT, FieldType.LINE, FieldType.AREA)


@dataclass(frozen=True, slots=True)
class Field:
    """One dated attribute. ``target_kind`` is the kind of record that a UUID refers to.

    ``added_later``: the field is younger than versions of its kind. It is left out of the body of a
    version while it is null, so that the digests of the versions before it stay what they were.

    Raises:
        ValueError: a field added later is required, which versions before it cannot satisfy.
    """

    name: str
    type: FieldType = FieldType.TEXT
    required: bool = False
    target_kind: str | None = None
    added_later: bool = False

    def __post_init__(self) -> None:
        if self.required and self.added_later:
            raise ValueError(f"field {self.name}: a field added later cannot be required")


class Audience(StrEnum):
    """Who may read the records of a kind; each audience includes the one before it."""

    PUBLIC = "public"  # everybody, for ever: the feed of changes repeats it to all followers
    INTERNAL = "internal"  # those who may read what is not published


WITHHELD = "withheld"
"""Replaces the kind of a change in the feed if the audience of its reader does not include it."""


@dataclass(frozen=True, slots=True)
class RecordKind:
    """A kind of record; its versions are stored in the table ``<name>_version``.

    Raises:
        ValueError: the name is :data:`WITHHELD`.
    """

    name: str
    fields: tuple[Field, ...]
    audience: Audience = Audience.PUBLIC

    def __post_init__(self) -> None:
        if self.name == WITHHELD:
            raise ValueError(f"{WITHHELD} is what the feed calls every kind that it withholds")

    @property
    def table_name(self) -> str:
        """The table of its versions."""
        return f"{self.name}_version"

    def serialize_attributes(self, attributes: Mapping[str, Any]) -> dict[str, str | None]:
        """Attributes as text or None: every field, and of those added later the ones with a value.

        Numbers are text too (the shortest digits that are parsed as the same double): a digest
        must not depend on how two programs print a number.

        Raises:
            InvalidValue: a field that the kind does not have, a required one without a value, a
                number that is none, or a geometry that is not lowercase hex of little-endian WKB
                of the field's type.
        """
        unknown = attributes.keys() - {field.name for field in self.fields}
        if unknown:
            raise _attribute_error(
                message("ledger.unknown_field", kind=self.name, field=min(unknown))
            )
        missing = [f.name for f in self.fields if f.required and attributes.get(f.name) is None]
        if missing:
            raise _attribute_error(
                message("ledger.field_missing", kind=self.name, field=missing[0])
            )
        values = [(field, attributes.get(field.name)) for field in self.fields]
        return {
            field.name: _serialize_value(field, value)
            for field, value in values
            if value is not None or not field.added_later
        }


RecordKinds = Mapping[str, RecordKind]


_WKB_STARTS = {
    FieldType.POINT: "0101000000",
    FieldType.LINE: "0102000000",
    FieldType.AREA: "0106000000",
}
_GEOMETRY_TYPES = {
    FieldType.POINT: "Point",
    FieldType.LINE: "LineString",
    FieldType.AREA: "MultiPolygon",
}


def _serialize_value(field: Field, value: Any) -> str | None:
    if value is None:
        return None
    if field.type in _WKB_STARTS:
        return _check_geometry(field, value)
    if field.type is FieldType.REAL:
        return _format_number(field, value)
    return str(value)  # of a date: ISO 8601


def _check_geometry(field: Field, value: str) -> str:
    if not value.startswith(_WKB_STARTS[field.type]) or value != value.lower():
        geometry_type = _GEOMETRY_TYPES[field.type]
        raise _attribute_error(
            message("ledger.not_wkb", field=field.name, geometry_type=geometry_type)
        )
    return value


def _format_number(field: Field, value: Any) -> str:
    try:
        return repr(float(value))
    except (TypeError, ValueError):
        raise _attribute_error(message("ledger.not_a_number", field=field.name)) from None


def _attribute_error(reason: Message) -> InvalidValue:
    return InvalidValue(reason, field="attributes")


def build_kinds(*kinds: RecordKind) -> RecordKinds:
    """The record kinds of a register by name."""
    return {kind.name: kind for kind in kinds}


def select_visible_kinds(kinds: RecordKinds, audience: Audience) -> RecordKinds:
    """The kinds that an audience may read, in the order given."""
    if audience is Audience.INTERNAL:
        return kinds
    return {name: kind for name, kind in kinds.items() if kind.audience is audience}
