"""Timelines of few versions, and commands that change one field of a record."""

from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import UUID

from gazetteer.ledger.drafts.day_records import DayRecords
from gazetteer.ledger.drafts.known_records import RecordKey
from gazetteer.ledger.drafts.step_play import PlayCommand, StepIds
from gazetteer.ledger.period import UNBOUNDED, Period, PeriodEnd, Precision
from gazetteer.ledger.versions import Version
from gazetteer.messages import message
from gazetteer.problems import NotFound

UNIT: RecordKey = ("unit", UUID(int=1))
OTHER: RecordKey = ("unit", UUID(int=2))
ACT, EARLIER_ACT, LATER_ACT = UUID(int=100), UUID(int=101), UUID(int=102)
STEP = UUID(int=200)


def bound(
    year: int | None, act: UUID | None = None, precision: Precision = Precision.DAY
) -> PeriodEnd:
    """The first of January of a year."""
    return UNBOUNDED if year is None else PeriodEnd(date(year, 1, 1), act, precision)


def version(start: PeriodEnd, end: PeriodEnd = UNBOUNDED, **attributes: Any) -> Version:
    return Version(Period(start, end), attributes)


def set_field(key: RecordKey, field: str, value: Any) -> PlayCommand:
    """A command that sets a field of a record, which has to be in force."""

    def play(records: DayRecords, ids: StepIds) -> None:
        found = records.find_record(*key)
        if found is None:
            raise NotFound(message("command.unknown_unit", unit="", day=records.day), field="unit")
        records.put_record(*key, {**found, field: value})

    return play


def create_beside(key: RecordKey, build: Callable[[Any], dict[str, Any]]) -> PlayCommand:
    """A command that sets ``touched`` of a record, and creates another one from it."""

    def play(records: DayRecords, ids: StepIds) -> None:
        set_field(key, "touched", "yes")(records, ids)
        records.put_record("unit", ids.create_id(), build(records.find_record(*key)))

    return play
