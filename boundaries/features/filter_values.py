"""What the parts of a filter evaluate to."""

from dataclasses import dataclass
from enum import StrEnum

from boundaries.features.feature_collection import PropertyType


class ValueKind(StrEnum):
    """What an expression evaluates to."""

    TEXT = "text"
    NUMBER = "number"
    DATE = "date"
    BOOLEAN = "boolean"
    GEOMETRY = "geometry"
    INTERVAL = "interval"


KIND_OF_TYPE = {
    PropertyType.STRING: ValueKind.TEXT,
    PropertyType.INTEGER: ValueKind.NUMBER,
    PropertyType.NUMBER: ValueKind.NUMBER,
    PropertyType.DATE: ValueKind.DATE,
}
"""What properties evaluate to, by their types."""


@dataclass(frozen=True, slots=True)
class SqlValue:
    """A part of a condition; an interval is two: its start and its end."""

    kind: ValueKind
    sql: str
    end_sql: str = ""
