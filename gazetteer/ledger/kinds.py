"""What a kind of record consists of: its typed fields, and how they look outside the database."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import Enum
from typing import Any
from uuid import UUID


class Type(Enum):
    """The type of a field: the PostgreSQL type is the value."""

    TEXT = "text"
    UUID = "uuid"
    DATE = "date"
    REAL = "double precision"
    POINT = "geometry(Point,4490)"
    AREA = "geometry(MultiPolygon,4490)"

    @property
    def is_geometry(self) -> bool:
        """Whether values are geometries: plain WKB as lowercase hex, lon lat in EPSG:4490."""
        return self in (Type.POINT, Type.AREA)


@dataclass(frozen=True, slots=True)
class Field:
    """One dated attribute. ``refers`` names the kind of record that a uuid points to."""

    name: str
    type: Type = Type.TEXT
    required: bool = False
    refers: str | None = None


@dataclass(frozen=True, slots=True)
class RecordKind:
    """A kind of record; its versions stand in the table ``<name>_version``."""

    name: str
    fields: tuple[Field, ...]

    @property
    def table(self) -> str:
        """The table of its versions."""
        return f"{self.name}_version"

    def plain(self, attributes: Mapping[str, Any]) -> dict[str, Any]:
        """Attributes as JSON values (strings, numbers, None), every field present.

        Raises:
            ValueError: a field that the kind does not have, or a required one without a value.
        """
        unknown = attributes.keys() - {field.name for field in self.fields}
        if unknown:
            raise ValueError(f"{self.name} has no field {sorted(unknown)[0]}")
        missing = [f.name for f in self.fields if f.required and attributes.get(f.name) is None]
        if missing:
            raise ValueError(f"{self.name} needs {missing[0]}")
        return {field.name: _plain(attributes.get(field.name)) for field in self.fields}


Kinds = Mapping[str, RecordKind]


def _plain(value: Any) -> Any:
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, date):
        return value.isoformat()
    return value


def kinds_of(*kinds: RecordKind) -> Kinds:
    """A register's kinds by name."""
    return {kind.name: kind for kind in kinds}
