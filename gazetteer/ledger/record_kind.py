"""What a kind of record consists of: its typed fields, and how they look outside the database."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any


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
    """One dated attribute. ``refers`` names the kind of record that a uuid points to."""

    name: str
    type: FieldType = FieldType.TEXT
    required: bool = False
    target_kind: str | None = None


@dataclass(frozen=True, slots=True)
class RecordKind:
    """A kind of record; its versions stand in the table ``<name>_version``."""

    name: str
    fields: tuple[Field, ...]

    @property
    def table_name(self) -> str:
        """The table of its versions."""
        return f"{self.name}_version"

    def serialize_attributes(self, attributes: Mapping[str, Any]) -> dict[str, str | None]:
        """Attributes as text or None, every field present.

        Numbers are text too (the shortest digits that read back as the same double): a digest
        must not depend on how two programs print a number.

        Raises:
            ValueError: a field that the kind does not have, a required one without a value, or a
                geometry that is not lowercase hex of little-endian WKB of the field's type.
        """
        unknown = attributes.keys() - {field.name for field in self.fields}
        if unknown:
            raise ValueError(f"{self.name} has no field {sorted(unknown)[0]}")
        missing = [f.name for f in self.fields if f.required and attributes.get(f.name) is None]
        if missing:
            raise ValueError(f"{self.name} needs {missing[0]}")
        return {
            field.name: _serialize_value(field, attributes.get(field.name)) for field in self.fields
        }


RecordKinds = Mapping[str, RecordKind]


_WKB_STARTS = {
    FieldType.POINT: "0101000000",
    FieldType.LINE: "0102000000",
    FieldType.AREA: "0106000000",
}


def _serialize_value(field: Field, value: Any) -> str | None:
    if value is None:
        return None
    if field.type in _WKB_STARTS:
        return _check_geometry(field, value)
    if field.type is FieldType.REAL:
        return repr(float(value))
    return str(value)  # of a date: ISO 8601


def _check_geometry(field: Field, value: str) -> str:
    if not value.startswith(_WKB_STARTS[field.type]):
        raise ValueError(f"{field.name} is not little-endian WKB of a {field.type.value}")
    if value != value.lower():
        raise ValueError(f"{field.name} is not lowercase hex")
    return value


def build_kinds(*kinds: RecordKind) -> RecordKinds:
    """A register's kinds by name."""
    return {kind.name: kind for kind in kinds}
