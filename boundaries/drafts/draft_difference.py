"""What a draft changes on its day: records before and after, territory that passes. Pure."""

from collections.abc import Iterator, Sequence
from datetime import date

from boundaries.differences.register_difference import ChangedRecord
from boundaries.differences.territory_passing import (
    PassedTerritory,
    pair_territory,
    subtract_area,
)
from boundaries.drafts.local_faces import assemble_faces, list_local_changes
from gazetteer.ledger.drafts.day_records import DayRecords
from gazetteer.ledger.drafts.known_records import KnownRecords, RecordKey


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
        lost = {unit: subtract_area(face, later.get(unit)) for unit, face in earlier.items()}
        won = {unit: subtract_area(face, earlier.get(unit)) for unit, face in later.items()}
        yield from pair_territory(lost, won)
