"""The list of divisions at one point in time, down to villages, on top of what is known.

County level and above is compared with the units that are known; what is missing there is added.
Townships get their past from the list of changes. Villages begin with the list: nothing is known
of them before. Statistical areas are no units: they become functional areas, and what lies below
them hangs on the unit above.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from uuid import UUID

from gazetteer.ingest import typed_rows
from gazetteer.ingest.code_index import CodeAssignment, CodeIndex
from gazetteer.ingest.county_history import CUSTODY_PARENT_TYPES, derive_code_assignments
from gazetteer.ingest.legal_acts import LegalActs
from gazetteer.ingest.load_findings import LoadFindingCollector
from gazetteer.ingest.name_parts import derive_unit_type
from gazetteer.ingest.source_ids import derive_record_id
from gazetteer.ingest.staged_batch import (
    MaterializedPart,
    Progress,
    StagedBatch,
    format_file_name,
    ignore_progress,
)
from gazetteer.ingest.township_history import (
    FIRST_CHANGE_DAY,
    TownshipHistory,
    TownshipKey,
    TownshipLifeBuilder,
    TownshipPeriod,
    iter_successions,
    trace_townships,
)
from gazetteer.ingest.typed_rows import DivisionRow, TownshipRow
from gazetteer.ingest.unit_records import UnitLife, UnitLifeStage, iter_unit_timelines
from gazetteer.ledger.period import Period, PeriodEnd, Precision
from gazetteer.ledger.versions import Timeline, Version

LIST_DAY = date(2023, 6, 30)
"""The day whose state the lists of the National Bureau of Statistics show."""

SUMMARY_NAMES = frozenset({"市辖区", "县", "省直辖县级行政区划", "自治区直辖县级行政区划"})
RECORDS_PER_VILLAGE = 5  # unit, code, place, name, spelling


@dataclass(frozen=True)
class VillageTimelines:
    """Villages of a list, made into records while they are walked through."""

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


def read_division_list(
    path: Path,
    code_index: CodeIndex | None = None,
    townships_file: Path | None = None,
    list_day: date = LIST_DAY,
    progress: Progress = ignore_progress,
) -> StagedBatch:
    """A list of divisions as of ``state``; ``known`` are the units that it is laid upon.

    ``known`` is extended by the units of the list down to townships. Units that it already has
    on that day are compared, not made again.

    Raises:
        UnreadableFile: a file cannot be read as CSV with the columns it must have.
    """
    findings = LoadFindingCollector(format_file_name(path))
    table, division_rows = typed_rows.read_division_rows(path, findings)
    number_of_rows, encoding = len(table.rows), table.encoding
    del table  # half a gigabyte for the whole country
    township_findings, township_table = LoadFindingCollector(""), None
    changes: list[TownshipRow] = []
    if townships_file is not None:
        township_findings = LoadFindingCollector(format_file_name(townships_file))
        township_table, changes = typed_rows.read_township_rows(townships_file, township_findings)
    index = code_index if code_index is not None else CodeIndex()
    importer = _DivisionImporter(index, list_day, findings, path.name)
    upper_timelines = importer.import_upper_levels(division_rows)
    acts = LegalActs()
    township_timelines = importer.import_townships(division_rows, changes, acts, township_findings)
    village_timelines = importer.import_villages(division_rows, progress)
    parts = (
        MaterializedPart(list(acts)),
        MaterializedPart(upper_timelines),
        MaterializedPart(township_timelines),
        village_timelines,
    )
    return StagedBatch(
        source=path.name,
        parts=parts,
        findings=(*findings.entries, *township_findings.entries),
        row_counts={path.name: number_of_rows}
        | ({township_findings.file: len(township_table.rows)} if township_table else {}),
        encodings={path.name: encoding}
        | ({township_findings.file: township_table.encoding} if township_table else {}),
        code_index=index,
    )


class _DivisionImporter:
    """Takes the levels of a list one after the other, from the top."""

    def __init__(
        self, code_index: CodeIndex, list_day: date, findings: LoadFindingCollector, source: str
    ) -> None:
        self._code_index, self._list_day, self._findings = code_index, list_day, findings
        self._source = source
        self._start = PeriodEnd(list_day, None, Precision.FIRST_RECORD)
        self._replacement_codes: dict[
            str, str
        ] = {}  # rows that are no units -> the code above them
        self._township_ids: dict[str, UUID] = {}

    def import_upper_levels(self, division_rows: Sequence[DivisionRow]) -> list[Timeline]:
        """Levels down to the county: compared, added, or kept as functional areas."""
        unit_timelines: list[Timeline] = []
        for level in ("province", "prefecture", "county"):
            for row in division_rows:
                if row.level == level:
                    unit_timelines += self._import_upper_row(row)
        return unit_timelines

    def _import_upper_row(self, row: DivisionRow) -> list[Timeline]:
        if row.level == "prefecture" and row.name in SUMMARY_NAMES:
            self._findings.add_finding("summary_row", row.line, "name", row.name, row.code)
            self._replacement_codes[row.code] = row.parent_code
            return []
        if not row.is_unit:
            return [self._build_functional_area(row)]
        assignment = self._code_index.find_on_day(row.code, self._list_day)
        if assignment is not None:
            self._compare_with_known(row, assignment)
            return []
        return self._add_new_unit(row)

    def _find_parent(self, row: DivisionRow) -> CodeAssignment | None:
        """The unit above a row on the day of the list."""
        code = row.parent_code
        if code in self._replacement_codes and row.level != "county":
            self._findings.add_finding("outside_unit", row.line, "parent_code", code, row.name)
        while code in self._replacement_codes:
            code = self._replacement_codes[code]
        return self._code_index.find_on_day(code, self._list_day)

    def _build_functional_area(self, row: DivisionRow) -> Timeline:
        self._findings.add_finding("not_a_unit", row.line, "code", row.code, row.name)
        self._replacement_codes[row.code] = row.parent_code
        parent = self._find_parent(row)
        attributes = {
            "name": row.name,
            "code": row.code,
            "within": parent.unit_id if parent else None,
            "authority": None,
            "source": self._source,
        }
        return Timeline(
            "functional_area",
            derive_record_id("functional_area", row.code),
            (Version(Period(self._start), attributes),),
        )

    def _compare_with_known(self, row: DivisionRow, assignment: CodeAssignment) -> None:
        if assignment.name != row.name:
            self._findings.add_finding(
                "source_disagrees", row.line, "name", row.name, assignment.name
            )
        if assignment.level != row.level:
            self._findings.add_finding(
                "source_disagrees", row.line, "level", row.level, assignment.level
            )

    def _add_new_unit(self, row: DivisionRow) -> list[Timeline]:
        """A unit that the records do not know; it begins with the list."""
        parent = self._find_parent(row) if row.level != "province" else None
        if parent is None and row.level != "province":
            self._findings.add_finding("unknown_parent", row.line, "parent_code", row.parent_code)
            return []
        self._findings.add_finding("begins_here", row.line, "code", row.code, row.name)
        kind = derive_unit_type(row.name, row.level, row.code)
        parent_id, custody_id = parent.unit_id if parent else None, None
        if kind == "县级市" and parent and parent.unit_type in CUSTODY_PARENT_TYPES:
            province = self._code_index.find_on_day(f"{row.code[:2]}0000", self._list_day)
            parent_id, custody_id = (province or parent).unit_id, parent.unit_id
        stage = UnitLifeStage(Period(self._start), row.code, row.name, parent_id, custody_id)
        life = UnitLife(f"{row.code}@{self._list_day.year}", row.level, (stage,), self._source)
        self._code_index.add_assignments(derive_code_assignments(life))
        return list(iter_unit_timelines(life))

    def import_townships(
        self,
        division_rows: Sequence[DivisionRow],
        changes: Sequence[TownshipRow],
        acts: LegalActs,
        township_findings: LoadFindingCollector,
    ) -> list[Timeline]:
        """Townships with their past; townships of the list that are known already are compared."""
        current: dict[TownshipKey, str] = {}
        namesakes: list[
            TownshipPeriod
        ] = []  # of another township of the county: without a known past
        parent_codes: dict[str, str] = {}
        for row in division_rows:
            if row.level != "township":
                continue
            parent = self._find_parent(row)
            if parent is None:
                self._findings.add_finding(
                    "unknown_parent", row.line, "parent_code", row.parent_code
                )
                continue
            assignment = self._code_index.find_on_day(row.code, self._list_day)
            if assignment is not None:
                self._compare_with_known(row, assignment)
                self._township_ids[row.code] = assignment.unit_id
                continue
            parent_codes[row.code] = parent.code
            if (row.code[:6], row.name) in current:
                namesakes.append(TownshipPeriod((row.code[:6], row.name), row.code, "stats"))
            else:
                current[row.code[:6], row.name] = row.code
        provinces = {code[:2] for code in parent_codes}
        local_changes = [c for c in changes if (c.new_code or c.old_code)[:2] in provinces]
        history = trace_townships(local_changes, current, township_findings)
        history.periods += namesakes
        records_start = PeriodEnd(
            FIRST_CHANGE_DAY if changes else self._list_day, None, Precision.FIRST_RECORD
        )
        return list(
            self._iter_township_timelines(
                history,
                TownshipLifeBuilder(
                    self._code_index,
                    acts,
                    township_findings,
                    self._source,
                    parent_codes,
                    records_start,
                ),
            )
        )

    def _iter_township_timelines(
        self, history: TownshipHistory, life_builder: TownshipLifeBuilder
    ) -> Iterator[Timeline]:
        unit_ids: dict[int, UUID] = {}
        for life, chain in life_builder.iter_unit_lives(history):
            unit_ids |= {id(period): life.unit_id for period in chain}
            if life.stages[-1].period.end.on is None:
                self._township_ids[life.stages[-1].code] = life.unit_id
            self._code_index.add_assignments(derive_code_assignments(life))
            yield from iter_unit_timelines(life)
        yield from iter_successions(history, unit_ids, life_builder)

    def import_villages(
        self, division_rows: Sequence[DivisionRow], progress: Progress
    ) -> VillageTimelines:
        """Villages whose township is known; one that is in the register already is left alone."""
        new_rows: list[DivisionRow] = []
        for row in division_rows:
            if row.level != "village":
                continue
            if row.parent_code not in self._township_ids:
                self._findings.add_finding(
                    "unknown_parent", row.line, "parent_code", row.parent_code
                )
            elif self._code_index.find_on_day(row.code, self._list_day) is None:
                new_rows.append(row)
        return VillageTimelines(
            new_rows, self._township_ids, self._list_day, self._source, progress
        )
