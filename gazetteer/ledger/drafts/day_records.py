"""The records in force on one day, and what a command makes of them. Pure."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from hashlib import sha256
from typing import Any
from uuid import UUID

from gazetteer.ledger.drafts.known_records import Box, KnownRecords, RecordKey
from gazetteer.ledger.versions import Attributes, Version

Point = tuple[float, float]


@dataclass(frozen=True)
class Footprint:
    """What a step met: it fits wherever it meets the same.

    ``records`` are the values, before the step, of the fields that it changed (None: there was no
    record); long values by their digests. ``stretches`` are the vertices that it used up, of
    whatever line they belong to, with one more on each side.
    """

    records: Mapping[RecordKey, Mapping[str, str] | None] = field(default_factory=dict)
    stretches: tuple[tuple[Point, ...], ...] = ()


@dataclass
class DayRecords:
    """The records of a day, as a command sees and changes them."""

    known: KnownRecords
    day: date
    changes: dict[RecordKey, Attributes | None] = field(default_factory=dict)
    looked_at: set[RecordKey] = field(default_factory=set)
    _before: dict[RecordKey, Attributes | None] = field(default_factory=dict)
    _stretches: list[tuple[Point, ...]] = field(default_factory=list)
    _fields_in_stretches: dict[RecordKey, frozenset[str]] = field(default_factory=dict)

    def find_version(self, key: RecordKey) -> Version | None:
        """The version that is known of a record on the day, before the command."""
        self.looked_at.add(key)
        versions = self.known.load_versions(key)
        return next((v for v in versions if v.period.contains_day(self.day)), None)

    def find_record(self, kind: str, record_id: UUID) -> Attributes | None:
        """The attributes of a record on the day; None: it is not in force."""
        key = kind, record_id
        if key in self.changes:
            return self.changes[key]
        version = self.find_version(key)
        return version.attributes if version else None

    def select_records(self, kind: str, field: str, value: Any) -> dict[UUID, Attributes]:
        """The records in force that have the value in a field, in the order of their ids."""
        found = self.known.find_ids(kind, field, value)
        return self._select_in_force(kind, found, lambda a: a.get(field) == value)

    def select_in_box(self, kind: str, field: str, box: Box) -> dict[UUID, Attributes]:
        """The records in force near a box: those that have, or had, a geometry meeting it."""
        found = self.known.find_ids_in_box(kind, field, box)
        return self._select_in_force(kind, found, lambda attributes: True)

    def put_record(self, kind: str, record_id: UUID, attributes: Attributes | None) -> None:
        """Let a record have these attributes from the day on; None: it is no longer in force."""
        key = kind, record_id
        self._before.setdefault(key, self.find_record(kind, record_id))
        self.changes[key] = attributes

    def note_stretch(
        self, key: RecordKey, fields: Iterable[str], vertices: Sequence[Point]
    ) -> None:
        """Note which part of a line a command uses up: the rest of the line is not its business.

        ``fields`` are those that say how the line runs, and what follows from it.
        """
        self._fields_in_stretches[key] = frozenset(fields)
        self._stretches.append(tuple(vertices))

    @property
    def observed_footprint(self) -> Footprint:
        """What the command has met on the day."""
        records = {
            key: None if before is None else self._describe_fields(key, before)
            for key, before in sorted(self._before.items(), key=str)
        }
        met = {key: fields for key, fields in records.items() if fields != {}}
        return Footprint(met, tuple(sorted(self._stretches)))

    def is_void(self, keys: Iterable[RecordKey]) -> bool:
        """Whether none of the records is in force on the day."""
        return all(self.find_version(key) is None for key in keys)

    @property
    def changed_keys(self) -> list[RecordKey]:
        """The records that were in force before and are other now."""
        return [key for key in self.list_changes() if self._before[key] is not None]

    def list_changes(self) -> dict[RecordKey, Attributes | None]:
        """The records that are other than before."""
        return {key: now for key, now in self.changes.items() if now != self._before[key]}

    def _select_in_force(
        self, kind: str, found: set[UUID], accepts: Callable[[Attributes], bool]
    ) -> dict[UUID, Attributes]:
        changed = {record for name, record in self.changes if name == kind}
        selected = {}
        for record in sorted(found | changed):
            attributes = self.find_record(kind, record)
            if attributes is not None and accepts(attributes):
                selected[record] = attributes
        return selected

    def _describe_fields(self, key: RecordKey, before: Attributes) -> dict[str, str]:
        now = self.changes[key]
        return {
            name: _describe_value(value)
            for name, value in sorted(before.items())
            if (now is None or now.get(name) != value)
            and name not in self._fields_in_stretches.get(key, ())
        }


def _describe_value(value: Any) -> str:
    text = "" if value is None else str(value)
    return text if len(text) <= 64 else sha256(text.encode()).hexdigest()
