"""What a draft changes, as territory that changes hands and as records before and after. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import shapely
from shapely.geometry.base import BaseGeometry

from boundaries.drafts.local_faces import assemble_faces, list_local_changes
from boundaries.network.commands.successions import measure_area
from boundaries.rules.coverage.coverage_context import extract_polygons
from gazetteer.ledger.drafts.day_records import DayRecords
from gazetteer.ledger.drafts.known_records import KnownRecords, RecordKey

_LEAST_M2 = 0.01
"""What is less comes from the rounding of crossings: measured in the plane, where a vertex on a
long straight border adds nothing, while on the ellipsoid it does."""
_M2_PER_SQUARE_DEGREE = 111_000.0**2


@dataclass(frozen=True)
class PassedTerritory:
    """Territory that one unit loses and another one wins on a day; None: nobody known."""

    giver: UUID | None
    taker: UUID | None
    shape: BaseGeometry
    area_m2: float


@dataclass(frozen=True)
class ChangedRecord:
    """The attributes of a record on a day, before and after a change; None: not in force."""

    key: RecordKey
    before: dict[str, Any] | None
    after: dict[str, Any] | None


def list_changed_records(
    before: KnownRecords, after: KnownRecords, keys: Sequence[RecordKey], day: date
) -> list[ChangedRecord]:
    """The records that differ on a day, in the order of their kinds and ids."""
    states = DayRecords(before, day), DayRecords(after, day)
    found = []
    for key in sorted(keys, key=str):
        pair = [records.find_record(*key) for records in states]
        if pair[0] != pair[1]:
            earlier, later = (None if one is None else dict(one) for one in pair)
            found.append(ChangedRecord(key, earlier, later))
    return found


def iter_passed_territory(
    before: KnownRecords, after: KnownRecords, keys: Sequence[RecordKey], day: date
) -> Iterator[PassedTerritory]:
    """The territory that changes hands on a day, by the lowest known units."""
    for local in list_local_changes(before, after, keys, day):
        earlier, later = (assemble_faces(known, local.units, day) for known in (before, after))
        lost = {unit: _subtract_face(face, later.get(unit)) for unit, face in earlier.items()}
        won = {unit: _subtract_face(face, earlier.get(unit)) for unit, face in later.items()}
        yield from _pair_territory(lost, won)


def _subtract_face(face: BaseGeometry, other: BaseGeometry | None) -> BaseGeometry:
    valid = shapely.make_valid(face)
    if other is None:
        return extract_polygons(valid)
    return extract_polygons(shapely.difference(valid, shapely.make_valid(other)))


def _pair_territory(
    lost: dict[UUID, BaseGeometry], won: dict[UUID, BaseGeometry]
) -> Iterator[PassedTerritory]:
    """What each unit lost by who won it; what nobody won, and what nobody had."""
    for giver, shape in lost.items():
        rest: BaseGeometry = shape
        for taker, gained in won.items():
            if giver != taker and not gained.is_empty and shape.intersects(gained):
                yield from _build_passed(giver, taker, shapely.intersection(shape, gained))
                rest = shapely.difference(rest, gained)
        yield from _build_passed(giver, None, rest)
    for taker, gained in won.items():
        before = [shape for unit, shape in lost.items() if unit != taker]
        yield from _build_passed(None, taker, shapely.difference(gained, shapely.union_all(before)))


def _build_passed(
    giver: UUID | None, taker: UUID | None, shape: BaseGeometry
) -> Iterator[PassedTerritory]:
    polygons = extract_polygons(shape)
    if polygons.area * _M2_PER_SQUARE_DEGREE >= _LEAST_M2:
        yield PassedTerritory(giver, taker, polygons, measure_area(polygons) or 0.0)
