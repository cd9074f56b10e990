"""Units and what belongs to them, looked up among the records of a day."""

from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID

from gazetteer.ledger.drafts.day_records import DayRecords
from gazetteer.ledger.versions import Attributes
from gazetteer.messages import message
from gazetteer.problems import Conflict, InvalidValue, NotFound
from gazetteer.records.levels import LEVELS

MCA_SYSTEM = "mca"
"""The system of the codes that the departments of civil affairs assign."""
_ID_LENGTH = 36


def find_unit_id(records: DayRecords, reference: str, field: str) -> UUID:
    """The unit with an id, or with a code on the day.

    Raises:
        NotFound: there is none in force.
    """
    if len(reference) == _ID_LENGTH:
        unit_id = UUID(reference)
        if records.find_record("unit", unit_id) is not None:
            return unit_id
    else:
        carriers = records.select_records("code", "code", reference).values()
        for code in sorted(carriers, key=lambda code: code["code_system"] != MCA_SYSTEM):
            carrier: UUID = code["unit_id"]
            return carrier
    words = message("command.unknown_unit", unit=reference, day=records.day)
    raise NotFound(words, field=field)


def get_unit(records: DayRecords, unit_id: UUID, field: str = "unit") -> Attributes:
    """The attributes of a unit in force.

    Raises:
        Conflict: it is not in force on the day.
    """
    unit = records.find_record("unit", unit_id)
    if unit is None:
        words = message("command.unit_not_in_force", unit=str(unit_id), day=records.day)
        raise Conflict(words, field=field)
    return unit


def was_in_force(records: DayRecords, unit_id: UUID) -> bool:
    """Whether a unit was in force on the day before."""
    eve = records.day - timedelta(days=1)
    versions = records.known.load_versions(("unit", unit_id))
    return any(version.period.contains_day(eve) for version in versions)


def find_codes(records: DayRecords, unit_id: UUID) -> dict[UUID, Attributes]:
    """The records of the codes of a unit on the day: one, as a rule."""
    return records.select_records("code", "unit_id", unit_id)


def find_code(records: DayRecords, unit_id: UUID) -> str:
    """The code of a unit on the day; empty if it has none."""
    return next((row["code"] for row in find_codes(records, unit_id).values()), "")


def find_name(records: DayRecords, unit_id: UUID) -> str | None:
    """The standard name of a unit on the day."""
    place_id = get_unit(records, unit_id)["place_id"]
    names = records.select_records("name", "place_id", place_id).values()
    return next((row["text"] for row in names if row["name_kind"] == "standard"), None)


def get_parent(unit: Attributes) -> UUID | None:
    """The unit above one: that which has it in custody before that which it belongs to."""
    parent: UUID | None = unit["custody_parent"] or unit["subordination_parent"]
    return parent


def iter_children(records: DayRecords, unit_id: UUID) -> Iterator[tuple[UUID, Attributes]]:
    """The units directly below one on the day, in the order of their ids."""
    for child, attributes in find_subordinates(records, unit_id).items():
        if get_parent(attributes) == unit_id:
            yield child, attributes


def find_subordinates(records: DayRecords, unit_id: UUID) -> dict[UUID, Attributes]:
    """The units that belong to one or are in its custody, in the order of their ids."""
    found = {
        **records.select_records("unit", "custody_parent", unit_id),
        **records.select_records("unit", "subordination_parent", unit_id),
    }
    return {child: found[child] for child in sorted(found)}


def check_parent(records: DayRecords, level: str, parent_id: UUID, field: str) -> None:
    """Check that a unit of a level may be below another one.

    Raises:
        InvalidValue: the parent is not of a higher level.
        Conflict: it is not in force on the day.
    """
    parent = get_unit(records, parent_id, field)
    if LEVELS.index(parent["level"]) >= LEVELS.index(level):
        raise InvalidValue(
            message("command.parent_not_above", level=message(f"level.{level}")), field=field
        )
