"""The list of divisions at one point in time, down to villages, on top of what is known.

County level and above is compared with the units that are known; missing units are added.
Townships get their past from the list of changes. Villages begin with the list: nothing is known
of them before. Statistical areas are not units: they become functional areas, and the units below
them are attached to the unit above.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TypeVar
from uuid import UUID

from gazetteer.ingest import typed_rows
from gazetteer.ingest.code_index import CodeAssignment, CodeIndex
from gazetteer.ingest.county_history import CUSTODY_PARENT_TYPES, derive_code_assignments
from gazetteer.ingest.legal_acts import LegalActs
from gazetteer.ingest.load_findings import LoadFindingCollector
from gazetteer.ingest.source_ids import derive_record_id
from gazetteer.ingest.staged_batch import (
    MaterializedPart,
    StagedBatch,
    format_file_name,
    ignore_progress,
)
from gazetteer.ingest.table_files import CsvTable
from gazetteer.ingest.township_history import (
    FIRST_CHANGE_DAY,
    TownshipHistory,
    TownshipKey,
    TownshipPeriod,
    trace_townships,
)
from gazetteer.ingest.township_lives import TownshipLifeBuilder, iter_successions
from gazetteer.ingest.typed_rows import DivisionRow, TownshipRow
from gazetteer.ingest.unit_records import UnitLife, UnitLifeStage, iter_unit_timelines
from gazetteer.ingest.village_timelines import VillageTimelines
from gazetteer.ledger.period import Period, PeriodEnd, Precision
from gazetteer.ledger.versions import Timeline, Version
from gazetteer.messages import message
from gazetteer.progress import Progress
from gazetteer.records.name_parts import derive_unit_type

LIST_DAY = date(2023, 6, 30)
"""The day whose state the lists of the National Bureau of Statistics show."""

Row = TypeVar("Row")

SUMMARY_NAMES = frozenset({"市辖区", "县", "省直辖县级行政区划", "自治区直辖县级行政区划"})


def read_division_list(
    path: Path,
    code_index: CodeIndex | None = None,
    townships_file: Path | None = None,
    list_day: date = LIST_DAY,
    progress: Progress = ignore_progress,
) -> StagedBatch:
    """A list of divisions (CSV) as of a day, on top of the units that are known.

    Units in ``code_index`` are compared, not created again; it is extended by those of the list
    down to townships. The past of townships follows from ``townships_file``, their changes by year.

    Raises:
        UnreadableFile: a file cannot be read as CSV with the columns it must have.
    """
    facts = _FileFacts()
    findings, division_rows = _read_rows(path, typed_rows.read_division_rows, facts)
    township_findings, changes = LoadFindingCollector(""), list[TownshipRow]()
    if townships_file is not None:
        township_findings, changes = _read_rows(
            townships_file, typed_rows.read_township_rows, facts
        )
    index = code_index if code_index is not None else CodeIndex()
    importer = _DivisionImporter(index, list_day, findings, path.name)
    acts = LegalActs()
    upper = importer.import_upper_levels(division_rows)
    townships = importer.import_townships(division_rows, changes, acts, township_findings)
    villages = importer.import_villages(division_rows, progress)
    return StagedBatch(
        source=path.name,
        parts=(*(MaterializedPart(part) for part in (list(acts), upper, townships)), villages),
        findings=(*findings.entries, *township_findings.entries),
        row_counts=facts.row_counts,
        encodings=facts.encodings,
        code_index=index,
    )


@dataclass(frozen=True, slots=True)
class _FileFacts:
    """Row counts and encodings by the names of files."""

    row_counts: dict[str, int] = field(default_factory=dict)
    encodings: dict[str, str] = field(default_factory=dict)


def _read_rows(
    path: Path,
    read: Callable[[Path, LoadFindingCollector], tuple[CsvTable, list[Row]]],
    facts: _FileFacts,
) -> tuple[LoadFindingCollector, list[Row]]:
    """The typed rows of a file, without its table: half a gigabyte for the whole country."""
    findings = LoadFindingCollector(format_file_name(path))
    table, rows = read(path, findings)
    facts.row_counts[findings.file] = len(table.rows)
    facts.encodings[findings.file] = table.encoding
    return findings, rows


@dataclass(frozen=True, slots=True)
class _NewTownships:
    """The townships of a list that are not known yet.

    ``namesakes`` have the name of another one of their county, so that their past is not known.
    ``parent_codes`` is by the code of the township.
    """

    code_by_key: dict[TownshipKey, str] = field(default_factory=dict)
    namesakes: list[TownshipPeriod] = field(default_factory=list)
    parent_codes: dict[str, str] = field(default_factory=dict)


class _DivisionImporter:
    """Imports the levels of a list one after the other, from the top."""

    def __init__(
        self, code_index: CodeIndex, list_day: date, findings: LoadFindingCollector, source: str
    ) -> None:
        self._code_index, self._list_day, self._findings = code_index, list_day, findings
        self._source = source
        self._start = PeriodEnd(list_day, None, Precision.FIRST_RECORD)
        self._replacement_codes: dict[str, str] = {}  # rows that are no units -> the code above
        self._township_ids: dict[str, UUID] = {}

    def import_upper_levels(self, division_rows: Sequence[DivisionRow]) -> list[Timeline]:
        """Levels down to the county: compared, added, or recorded as functional areas."""
        unit_timelines: list[Timeline] = []
        for level in ("province", "prefecture", "county"):
            for row in division_rows:
                if row.level == level:
                    unit_timelines += self._import_upper_row(row)
        return unit_timelines

    def _import_upper_row(self, row: DivisionRow) -> list[Timeline]:
        if row.level == "prefecture" and row.name in SUMMARY_NAMES:
            self._findings.add_finding("summary_row", row.line, "name", row.name, code=row.code)
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
            self._findings.add_finding("outside_unit", row.line, "parent_code", code, name=row.name)
        while code in self._replacement_codes:
            code = self._replacement_codes[code]
        return self._code_index.find_on_day(code, self._list_day)

    def _build_functional_area(self, row: DivisionRow) -> Timeline:
        self._findings.add_finding("not_a_unit", row.line, "code", row.code, name=row.name)
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
                "source_disagrees", row.line, "name", row.name, known=assignment.name
            )
        if assignment.level != row.level:
            known = message(f"level.{assignment.level}")
            self._findings.add_finding(
                "source_disagrees", row.line, "level", row.level, known=known
            )

    def _add_new_unit(self, row: DivisionRow) -> list[Timeline]:
        """A unit that the records do not know; it begins with the list."""
        parent = self._find_parent(row) if row.level != "province" else None
        if parent is None and row.level != "province":
            self._findings.add_finding("unknown_parent", row.line, "parent_code", row.parent_code)
            return []
        self._findings.add_finding("begins_here", row.line, "code", row.code, name=row.name)
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
        new = self._find_new_townships(division_rows)
        provinces = {code[:2] for code in new.parent_codes}
        local_changes = [c for c in changes if (c.new_code or c.old_code)[:2] in provinces]
        history = trace_townships(local_changes, new.code_by_key, township_findings)
        history.periods += new.namesakes
        records_start = PeriodEnd(
            FIRST_CHANGE_DAY if changes else self._list_day, None, Precision.FIRST_RECORD
        )
        life_builder = TownshipLifeBuilder(
            self._code_index, acts, township_findings, self._source, new.parent_codes, records_start
        )
        return list(self._iter_township_timelines(history, life_builder))

    def _find_new_townships(self, division_rows: Sequence[DivisionRow]) -> _NewTownships:
        new = _NewTownships()
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
            new.parent_codes[row.code] = parent.code
            key = (row.code[:6], row.name)
            if key in new.code_by_key:
                new.namesakes.append(TownshipPeriod(key, row.code, "stats"))
            else:
                new.code_by_key[key] = row.code
        return new

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
        """Villages whose township is known; one that is in the register already is skipped."""
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
