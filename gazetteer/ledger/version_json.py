"""Versions read back from the JSON in which they are published and kept in drafts."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from gazetteer.ledger.canonical_json import serialize_version
from gazetteer.ledger.period import Period, PeriodEnd, Precision
from gazetteer.ledger.record_kind import FieldType, RecordKind
from gazetteer.ledger.versions import Version

_PARSERS: Mapping[FieldType, Callable[[str], Any]] = {
    FieldType.UUID: UUID,
    FieldType.DATE: date.fromisoformat,
    FieldType.REAL: float,
}


def serialize_versions(
    kind: RecordKind, record_id: UUID, versions: Sequence[Version]
) -> list[dict[str, Any]]:
    """Versions of a record as JSON values, in their order."""
    return [serialize_version(kind, record_id, version) for version in versions]


def parse_versions(kind: RecordKind, bodies: Sequence[Mapping[str, Any]]) -> tuple[Version, ...]:
    """The versions of :func:`serialize_versions`."""
    return tuple(_parse_version(kind, body) for body in bodies)


def _parse_version(kind: RecordKind, body: Mapping[str, Any]) -> Version:
    start, end = (
        PeriodEnd(
            date.fromisoformat(body["valid"][side]) if body["valid"][side] else None,
            UUID(body[act]) if body[act] else None,
            Precision(body[f"{side}_precision"]),
        )
        for side, act in (("from", "started_by"), ("to", "ended_by"))
    )
    return Version(Period(start, end), parse_attributes(kind, body["attributes"]))


def parse_attributes(kind: RecordKind, values: Mapping[str, str | None]) -> dict[str, Any]:
    """The attributes of :meth:`RecordKind.serialize_attributes`."""
    return {field.name: _parse_value(field.type, values.get(field.name)) for field in kind.fields}


def _parse_value(field_type: FieldType, text: str | None) -> Any:
    if text is None:
        return None
    return _PARSERS.get(field_type, str)(text)
