"""Periods of codes and the changes between them, with their look-ups."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from gazetteer.ingest.typed_rows import ChangeRow, RecordRow


@dataclass
class CodeHistory:
    """Periods and changes; the period of a change is found by code and year.

    Periods are numbers of ``records``. ``by_code`` lists them by code in the order of time,
    ``by_start`` has them by code and first year.
    """

    records: Sequence[RecordRow]
    changes: Sequence[ChangeRow]
    by_code: dict[str, list[int]] = field(default_factory=dict)
    by_start: dict[tuple[str, int], int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        grouped: dict[str, list[int]] = defaultdict(list)
        for number in sorted(range(len(self.records)), key=lambda n: self.records[n].since):
            record = self.records[number]
            grouped[record.code].append(number)
            self.by_start[record.code, record.since] = number
        self.by_code = dict(grouped)

    def find_period_in_year(self, code: str, year: int) -> int | None:
        """The period of the code that begins in the year or continues through it."""
        period_number = None
        for number in self.by_code.get(code, ()):
            record = self.records[number]
            if record.since <= year and (record.until is None or year < record.until):
                period_number = number
        return period_number

    def find_source_period(self, change: ChangeRow) -> int | None:
        """The period from which the territory passes."""
        return self.by_start.get((change.old_code, change.old_since))

    def find_target_period(self, change: ChangeRow) -> int | None:
        """The period to which the territory passes."""
        return self.find_period_in_year(change.new_code, change.year) if change.new_code else None
