"""The villages of a list as records that are built during iteration: there are 600 000 of them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from gazetteer.ingest.typed_rows import DivisionRow
from gazetteer.ingest.unit_records import UnitLife, UnitLifeStage, iter_unit_timelines
from gazetteer.ledger.period import Period, PeriodEnd, Precision
from gazetteer.ledger.versions import Timeline
from gazetteer.progress import Progress

RECORDS_PER_VILLAGE = 5  # unit, code, place, name, spelling


@dataclass(frozen=True)
class VillageTimelines:
    """Villages of a list; their records are built during iteration."""

    rows: Sequence[DivisionRow]
    parent_ids: Mapping[str, UUID]
    list_day: date
    source: str
    progress: Progress

    def __len__(self) -> int:
        return len(self.rows) * RECORDS_PER_VILLAGE

    def __iter__(self) -> Iterator[Timeline]:
        span = Period(PeriodEnd(self.list_day, None, Precision.FIRST_RECORD))
        for done, row in enumerate(self.rows, 1):
            parent = self.parent_ids[row.parent_code]
            stage = UnitLifeStage(span, row.code, row.name, parent, code_system="stats")
            yield from iter_unit_timelines(
                UnitLife(f"{row.code}@{self.list_day.year}", "village", (stage,), self.source)
            )
            if done % 1000 == 0 or done == len(self.rows):
                self.progress(done, len(self.rows), self.source)
