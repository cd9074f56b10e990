"""What is known of records over time: published, or as a draft would have it. Pure."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Protocol
from uuid import UUID

import numpy as np
import shapely
from numpy.typing import NDArray

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

    @cached_property
    def _changed_records(self) -> "RecordsInMemory":
        return RecordsInMemory(self.changed)


@dataclass(frozen=True)
class RecordsInMemory:
    """Records that do not change; the first question about a field looks through all of them."""

    timelines: Timelines = field(default_factory=dict)
    _by_value: dict[tuple[str, str], dict[Any, set[UUID]]] = field(
        default_factory=dict, init=False, compare=False, repr=False
    )
    _boxes: dict[tuple[str, str], "_RecordBoxes"] = field(
        default_factory=dict, init=False, compare=False, repr=False
    )

    def load_versions(self, key: RecordKey) -> tuple[Version, ...]:
        """The versions of a record, in chronological order."""
        return self.timelines.get(key, ())

    def prepare_records(self, keys: Iterable[RecordKey]) -> None:
        """Nothing to do: they are in memory."""

    def find_ids(self, kind: str, field: str, value: Any) -> set[UUID]:
        """The records of a kind of which any version has the value in a field."""
        index = self._by_value.get((kind, field))
        if index is None:
            index = self._by_value[kind, field] = {}
            for record, version in self._iter_versions(kind):
                index.setdefault(version.attributes.get(field), set()).add(record)
        return set(index.get(value, ()))

    def find_ids_in_box(self, kind: str, field: str, box: Box) -> set[UUID]:
        """The records of a kind of which any version has a geometry whose box meets another."""
        if (kind, field) not in self._boxes:
            found = [
                (record, version.attributes[field]) for record, version in self._iter_versions(kind)
            ]
            self._boxes[kind, field] = _RecordBoxes.from_geometries(
                [(record, geom) for record, geom in found if geom is not None]
            )
        return self._boxes[kind, field].find_meeting(box)

    def _iter_versions(self, kind: str) -> Iterator[tuple[UUID, Version]]:
        for key, versions in self.timelines.items():
            if key[0] == kind:
                for version in versions:
                    yield key[1], version


@dataclass(frozen=True, eq=False)
class _RecordBoxes:
    """Records, each with the box of one of its geometries: (n, 4) degrees."""

    records: Sequence[UUID]
    boxes: NDArray[np.float64]

    @classmethod
    def from_geometries(cls, found: Sequence[tuple[UUID, str]]) -> "_RecordBoxes":
        """From geometries as the hexadecimal digits of their WKB."""
        shapes = shapely.from_wkb(
            np.array([bytes.fromhex(geom) for _, geom in found], dtype=object)
        )
        return cls([record for record, _ in found], shapely.bounds(shapes).reshape(-1, 4))

    def find_meeting(self, box: Box) -> set[UUID]:
        """The records of which a box meets another."""
        west, south, east, north = self.boxes.T
        meets = (west <= box[2]) & (box[0] <= east) & (south <= box[3]) & (box[1] <= north)
        return {self.records[number] for number in np.flatnonzero(meets).tolist()}
