"""Records that a draft changes, what was before beside what comes after.

A new name ends one record and begins another: to a reader both are one change. They are paired by
what they are about, across a unit that continues another one too.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from uuid import UUID

from boundaries.differences.register_difference import ChangedRecord
from gazetteer.ledger.versions import Attributes
from web.pages.draft_records import RECORD_ORDER, RecordWording

Subject = tuple[object, ...]
"""What a record is about: equal for a record that ends and the one that takes its place."""


@dataclass(frozen=True, slots=True)
class ChangedRecordRow:
    """A change of a record: what it is about, and what is said before and after.

    ``name_kind`` is that of a name, else empty. Without ``before`` the record is new, without
    ``after`` it ends.
    """

    kind: str
    owner: str
    name_kind: str
    before: tuple[str, ...]
    after: tuple[str, ...]


class SubjectFinder:
    """Finds what records are about, for the units that continue others in a draft."""

    def __init__(self, changes: Sequence[ChangedRecord], wording: RecordWording) -> None:
        self._wording = wording
        self._former: dict[UUID, UUID] = {
            change.after["to_unit"]: change.after["from_unit"]
            for change in changes
            if change.key[0] == "succession"
            and change.after is not None
            and change.after["link_kind"] == "continues"
        }

    def find_subject(self, kind: str, record_id: UUID, attributes: Attributes) -> Subject:
        """What a record is about."""
        match kind:
            case "unit":
                return kind, self._find_former(record_id)
            case "code":
                return kind, self._find_former(attributes["unit_id"]), attributes["code_system"]
            case "place":
                unit = attributes["unit_id"]
                return kind, self._find_former(unit) if unit else record_id
            case "name":
                place = self._find_owner("place", attributes["place_id"])
                return kind, place, attributes["name_kind"], attributes["language"]
            case "spelling":
                name = self._find_owner("name", attributes["name_id"])
                return kind, name, attributes["system"]
        return kind, record_id

    def _find_former(self, unit: UUID) -> UUID:
        return self._former.get(unit, unit)

    def _find_owner(self, kind: str, record_id: UUID) -> Subject:
        attributes = self._wording.find_attributes(kind, record_id)
        if attributes is None:
            return kind, record_id
        return self.find_subject(kind, record_id, attributes)


def list_record_rows(
    changes: Sequence[ChangedRecord], wording: RecordWording
) -> list[ChangedRecordRow]:
    """The changes of which a reader sees another text, by kind and by what they are about.

    Args:
        changes: the records that differ on the day of a draft.
        wording: over the states before and after it.
    """
    pairs = _iter_pairs(changes, SubjectFinder(changes, wording))
    rows = (_word_row(ended, begun, wording) for ended, begun in pairs)
    return sorted((row for row in rows if row.before != row.after), key=_rank_row)


def _iter_pairs(
    changes: Sequence[ChangedRecord], finder: SubjectFinder
) -> Iterator[tuple[ChangedRecord, ChangedRecord]]:
    """Each record that ends with the one that takes its place; any other one with itself."""
    begun: dict[Subject, list[ChangedRecord]] = {}
    for change in changes:
        if change.before is None and change.after is not None:
            subject = finder.find_subject(*change.key, change.after)
            begun.setdefault(subject, []).append(change)
    for change in changes:
        if change.before is not None:
            partner = change
            if change.after is None:
                followers = begun.get(finder.find_subject(*change.key, change.before))
                partner = followers.pop(0) if followers else change
            yield change, partner
    for left in begun.values():
        yield from ((change, change) for change in left)


def _rank_row(row: ChangedRecordRow) -> tuple[int, bool, str, tuple[str, ...]]:
    """By kind; standard names before others; then by name and value."""
    order = RECORD_ORDER.index(row.kind) if row.kind in RECORD_ORDER else len(RECORD_ORDER)
    return order, row.name_kind != "standard", row.owner, row.before or row.after


def _word_row(
    ended: ChangedRecord, begun: ChangedRecord, wording: RecordWording
) -> ChangedRecordRow:
    kind = ended.key[0]
    before, after = (
        wording.word_fields(kind, attributes) for attributes in (ended.before, begun.after)
    )
    same = {name for name in before if before[name] == after.get(name)}
    shown = ended if ended.before is not None else begun
    attributes = shown.before if shown.before is not None else shown.after
    assert attributes is not None
    return ChangedRecordRow(
        kind,
        wording.describe_owner(kind, shown.key[1], attributes),
        attributes["name_kind"] if kind == "name" else "",
        *(
            tuple(text for name, text in side.items() if name not in same)
            for side in (before, after)
        ),
    )
