"""The code of a unit: ended, begun, and never two units with one on a day."""

from uuid import UUID

from gazetteer.ledger.drafts.day_records import DayRecords
from gazetteer.ledger.drafts.step_play import StepIds
from gazetteer.messages import message
from gazetteer.problems import Conflict, InvalidValue
from gazetteer.records.commands.unit_lookup import MCA_SYSTEM, find_codes

_DIGITS = {"province": 6, "prefecture": 6, "county": 6, "township": 9, "village": 12}


def check_code(records: DayRecords, code: str, level: str) -> None:
    """Check that a code has the digits of a level and that no unit carries it on the day.

    Raises:
        InvalidValue, Conflict: name the field ``code``.
    """
    digits = _DIGITS[level]
    if len(code) != digits or not code.isascii() or not code.isdecimal():
        words = message("command.code_digits", digits=digits, level=message(f"level.{level}"))
        raise InvalidValue(words, field="code")
    carriers = records.select_records("code", "code", code).values()
    if any(row["code_system"] == MCA_SYSTEM for row in carriers):
        raise Conflict(message("ledger.code_taken"), field="code")


def begin_code(records: DayRecords, ids: StepIds, unit_id: UUID, code: str) -> None:
    """Begin a code of a unit."""
    attributes = {"unit_id": unit_id, "code": code, "code_system": MCA_SYSTEM}
    records.put_record("code", ids.create_id(), attributes)


def end_codes(records: DayRecords, unit_id: UUID) -> None:
    """End the codes of a unit."""
    for code_id in find_codes(records, unit_id):
        records.put_record("code", code_id, None)
