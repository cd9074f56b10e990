"""What is known of records over time: published, or as a draft would have it. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol
from uuid import UUID

import shapely

from gazetteer.ledger.versions import Version

RecordKey = tuple[str, UUID]
"""The kind of a record and its id."""
Timelines = Mapping[RecordKey, tuple[Version, ...]]
"""The versions of records in chronological order; none: the record is not in force on any day."""
Box = tuple[float, float, float, float]
"""West, south, east, north in degrees of CGCS2000."""


class KnownRecords(Protocol):
    """The records that a step may look at."""

    def load_versions(self, key: RecordKey) -> tuple[Version, ...]:
        """The versions of a record, in chronological order."""

    def prepare_records(self, keys: Iterable[RecordKey]) -> None:
        """Read many records at once that will be asked for one by one; changes no answer."""

    def find_ids(self, kind: str, field: str, value: Any) -> set[UUID]:
        """The records of a kind of which any version has the value in a field."""

    def find_ids_in_box(self, kind: str, field: str, box: Box) -> set[UUID]:
        """The records of a kind of which any version has a geometry whose box meets another."""


@dataclass(frozen=True)
class RecordOverlay:
    """What is known, with the timelines of some records replaced."""

    base: KnownRecords
    changed: Timelines

    def load_versions(self, key: RecordKey) -> tuple[Version, ...]:
        """The versions of a record, in chronological order."""
        return self.changed[key] if key in self.changed else self.base.load_versions(key)

    def prepare_records(self, keys: Iterable[RecordKey]) -> None:
        """Read many records at once that will be asked for one by one; changes no answer."""
        self.base.prepare_records(key for key in keys if key not in self.changed)

    def find_ids(self, kind: str, field: str, value: Any) -> set[UUID]:
        """The records of a kind of which any version has the value in a field."""
        found = self._drop_changed(kind, self.base.find_ids(kind, field, value))
        return found | self._changed_records.find_ids(kind, field, value)

    def find_ids_in_box(self, kind: str, field: str, box: Box) -> set[UUID]:
        """The records of a kind of which any version has a geometry whose box meets another."""
        found = self._drop_changed(kind, self.base.find_ids_in_box(kind, field, box))
        return found | self._changed_records.find_ids_in_box(kind, field, box)

    def _drop_changed(self, kind: str, found: Iterable[UUID]) -> set[UUID]:
        return {record_id for record_id in found if (kind, record_id) not in self.changed}

    @property
    def _changed_records(self) -> "RecordsInMemory":
        return RecordsInMemory(self.changed)


@dataclass(frozen=True)
class RecordsInMemory:
    """Records that are few: each question looks through all of them."""

    timelines: Timelines = field(default_factory=dict)

    def load_versions(self, key: RecordKey) -> tuple[Version, ...]:
        """The versions of a record, in chronological order."""
        return self.timelines.get(key, ())

    def prepare_records(self, keys: Iterable[RecordKey]) -> None:
        """Nothing to do: they are in memory."""

    def find_ids(self, kind: str, field: str, value: Any) -> set[UUID]:
        """The records of a kind of which any version has the value in a field."""
        return {
            key[1]
            for key, versions in self.timelines.items()
            if key[0] == kind and any(v.attributes.get(field) == value for v in versions)
        }

    def find_ids_in_box(self, kind: str, field: str, box: Box) -> set[UUID]:
        """The records of a kind of which any version has a geometry whose box meets another."""
        return {
            key[1]
            for key, versions in self.timelines.items()
            if key[0] == kind and any(_meets_box(v.attributes[field], box) for v in versions)
        }


def _meets_box(geom: str | None, box: Box) -> bool:
    if geom is None:
        return False
    west, south, east, north = shapely.from_wkb(bytes.fromhex(geom)).bounds
    return bool(west <= box[2] and box[0] <= east and south <= box[3] and box[1] <= north)
