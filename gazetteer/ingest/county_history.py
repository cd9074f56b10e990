"""Units of county level and above over time: a batch from records of codes and changes."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from uuid import UUID

from gazetteer.ingest import typed_rows
from gazetteer.ingest.code_history import CodeHistory
from gazetteer.ingest.code_index import CodeAssignment, CodeIndex
from gazetteer.ingest.effective_days import DayResolver, StatedDay
from gazetteer.ingest.legal_acts import LegalActs
from gazetteer.ingest.load_findings import LoadFindingCollector
from gazetteer.ingest.period_clipping import clip_period
from gazetteer.ingest.source_ids import derive_record_id
from gazetteer.ingest.staged_batch import (
    MaterializedPart,
    StagedBatch,
    format_file_name,
    ignore_progress,
)
from gazetteer.ingest.table_files import read_table
from gazetteer.ingest.territory_changes import derive_territory_changes
from gazetteer.ingest.typed_rows import ChangeRow, RecordRow
from gazetteer.ingest.unit_identity import (
    UnitSuccession,
    assign_first_periods,
    derive_successions,
    find_transfers,
)
from gazetteer.ingest.unit_records import UnitLife, UnitLifeStage, iter_unit_timelines
from gazetteer.ledger.period import Period, PeriodEnd, Precision
from gazetteer.ledger.versions import Timeline, Version
from gazetteer.progress import Progress
from gazetteer.records.name_parts import derive_unit_type
from gazetteer.records.source_names import DERIVED_FROM_MEMBERS

LEVEL_RANK = {"province": 0, "prefecture": 1, "county": 2}
STATED_COLUMNS = ("code", "since_year", "day_of_effect", "document_no", "document_title",
                  "approval_date", "source_url")  # fmt: skip
CUSTODY_PARENT_TYPES = frozenset({"地级市", "地区", "盟"})
"""Prefectures that hold county-level cities in custody (代管); an autonomous prefecture governs
its own, so there it is the parent by subordination."""


def read_county_history(
    records_file: Path,
    changes_file: Path | None = None,
    stated_file: Path | None = None,
    progress: Progress = ignore_progress,
) -> StagedBatch:
    """The history of all units of county level and above.

    Without changes every period is a unit of its own, and its days are known by year only.
    ``stated_file`` gives effective days that an act states, for single periods.

    Raises:
        UnreadableFile: a file cannot be read as CSV with the columns it must have.
    """
    findings = LoadFindingCollector(format_file_name(records_file))
    table, record_rows = typed_rows.read_record_rows(records_file, findings)
    placed_rows = _select_with_parents(record_rows, findings)
    tables, all_findings = [table], [findings]
    change_rows: list[ChangeRow] = []
    if changes_file is not None:
        all_findings.append(LoadFindingCollector(format_file_name(changes_file)))
        changes_table, change_rows = typed_rows.read_change_rows(changes_file, all_findings[-1])
        tables.append(changes_table)
    acts = LegalActs()
    stated_days = _read_stated_days(stated_file, acts, findings) if stated_file else {}
    builder = _HistoryBuilder(
        placed_rows, change_rows, acts, stated_days, all_findings[-1], findings.file, progress
    )
    unit_timelines = builder.build_timelines()
    return StagedBatch(
        source=", ".join(t.path.name for t in tables),
        parts=(MaterializedPart(list(acts)), MaterializedPart(unit_timelines)),
        findings=tuple(finding for collector in all_findings for finding in collector.entries),
        row_counts={t.path.name: len(t.rows) for t in tables},
        encodings={t.path.name: t.encoding for t in tables},
        code_index=builder.code_index,
        territory_changes=derive_territory_changes(unit_timelines),
    )


def _select_with_parents(
    record_rows: Sequence[RecordRow], findings: LoadFindingCollector
) -> list[RecordRow]:
    """The records whose parent is known; orphans and their descendants become findings."""
    known_codes = {record.code for record in record_rows if record.level == "province"}
    selected: list[RecordRow] = []
    for level in LEVEL_RANK:
        level_rows = [record for record in record_rows if record.level == level]
        accepted = [r for r in level_rows if level == "province" or r.parent_code in known_codes]
        for record in level_rows:
            if level != "province" and record.parent_code not in known_codes:
                findings.add_finding(
                    "unknown_parent", record.line, "parent_code", record.parent_code
                )
        known_codes |= {record.code for record in accepted}
        selected += accepted
    return selected


def _read_stated_days(
    path: Path, acts: LegalActs, findings: LoadFindingCollector
) -> dict[tuple[str, int], StatedDay]:
    stated_days: dict[tuple[str, int], StatedDay] = {}
    file_findings = LoadFindingCollector(format_file_name(path))
    for line, row in read_table(path, STATED_COLUMNS, file_findings).rows:
        try:
            day = date.fromisoformat(row["day_of_effect"])
            approved = date.fromisoformat(row["approval_date"]) if row["approval_date"] else None
            since = int(row["since_year"])
        except ValueError:
            file_findings.add_finding("bad_date", line, "day_of_effect", row["day_of_effect"])
            continue
        act = acts.find_or_add_act(
            row["document_no"], row["document_title"], approved, row["source_url"], effective_on=day
        )
        stated_days[row["code"], since] = StatedDay(day, act)
    findings.entries += file_findings.entries
    return stated_days


class _HistoryBuilder:
    """Builds timelines from a checked history, from the provinces down."""

    def __init__(
        self,
        record_rows: Sequence[RecordRow],
        change_rows: Sequence[ChangeRow],
        acts: LegalActs,
        stated_days: dict[tuple[str, int], StatedDay],
        findings: LoadFindingCollector,
        source: str,
        progress: Progress,
    ) -> None:
        self._history = CodeHistory(
            record_rows, _select_resolvable(record_rows, change_rows, findings)
        )
        self._act_ids = {
            c.line: acts.find_or_add_act(c.number, c.title, c.approved_on, c.url)
            for c in self._history.changes
        }
        self._day_resolver = DayResolver(self._history, self._act_ids, stated_days, findings)
        self._periods = self._day_resolver.resolve_periods()
        self._transfers = find_transfers(self._history)
        self._first_periods = assign_first_periods(self._history, self._transfers)
        self.code_index = CodeIndex()
        self._findings, self._source, self._progress = findings, source, progress

    def build_timelines(self) -> list[Timeline]:
        """Units with their codes, places, names and spellings; then the successions."""
        unit_timelines: list[Timeline] = []
        members_by_unit = self._group_by_unit()
        for done, (first, numbers) in enumerate(members_by_unit):
            life = self._build_unit_life(first, numbers)
            self.code_index.add_assignments(derive_code_assignments(life))
            unit_timelines.extend(iter_unit_timelines(life))
            self._progress(done + 1, len(members_by_unit), self._source)
        unit_timelines.extend(self._iter_successions())
        return unit_timelines

    def _group_by_unit(self) -> list[tuple[int, list[int]]]:
        members: dict[int, list[int]] = defaultdict(list)
        records = self._history.records
        for number in sorted(range(len(records)), key=lambda n: records[n].since):
            members[self._first_periods[number]].append(number)
        return sorted(
            members.items(), key=lambda item: (LEVEL_RANK[records[item[0]].level], item[0])
        )

    def _build_unit_life(self, first: int, numbers: Sequence[int]) -> UnitLife:
        records = self._history.records
        stages = [stage for number in numbers for stage in self._iter_stages(number)]
        return UnitLife(
            self._build_unit_key(first), records[first].level, tuple(stages), self._source
        )

    def _build_unit_key(self, number: int) -> str:
        record = self._history.records[number]
        return f"{record.code}@{record.since}"

    def _iter_stages(self, number: int) -> Iterator[UnitLifeStage]:
        """The period, split where its parent, or the parent of its parent, changes."""
        record, period = self._history.records[number], self._periods[number]
        if not record.parent_code:
            yield UnitLifeStage(period, record.code, record.name, None)
            return
        for parent in self.code_index.iter_during(record.parent_code, period):
            piece = clip_period(period, parent.period)
            if not _is_in_custody(record, parent):
                yield UnitLifeStage(piece, record.code, record.name, parent.unit_id)
                continue
            for province in self.code_index.iter_during(f"{parent.code[:2]}0000", piece):
                yield UnitLifeStage(
                    clip_period(piece, province.period), record.code, record.name,
                    province.unit_id, parent.unit_id,
                )  # fmt: skip

    def _iter_successions(self) -> Iterator[Timeline]:
        for succession in derive_successions(self._history, self._transfers, self._first_periods):
            bound = self._find_succession_start(succession)
            old, new = self._derive_unit_id(succession.old), self._derive_unit_id(succession.new)
            share = 1.0 if succession.is_full_transfer else None
            attributes = {
                "from_unit": old,
                "to_unit": new,
                "link_kind": succession.kind,
                "share_from": share,
                "share_to": share,
                "area_m2": None,
                "source": self._findings.file if succession.change else DERIVED_FROM_MEMBERS,
            }
            yield Timeline(
                "succession",
                derive_record_id("succession", str(old), str(new), str(bound.on)),
                (Version(Period(bound), attributes),),
            )

    def _derive_unit_id(self, number: int) -> UUID:
        return derive_record_id("unit", self._build_unit_key(self._first_periods[number]))

    def _find_succession_start(self, succession: UnitSuccession) -> PeriodEnd:
        """The day of the succession; never before both units exist."""
        bound = (
            self._day_resolver.find_effective_day(succession.change)
            if succession.change
            else self._periods[succession.old].end
        )
        latest = max(
            self._periods[n].start.on or date.min for n in (succession.old, succession.new)
        )
        if bound.on is not None and bound.on < latest:
            return PeriodEnd(latest, bound.act, Precision.INFERRED)
        return bound


def _is_in_custody(record: RecordRow, parent: CodeAssignment) -> bool:
    kind = derive_unit_type(record.name, record.level, record.code)
    return (
        kind == "县级市"
        and parent.level == "prefecture"
        and parent.unit_type in CUSTODY_PARENT_TYPES
    )


def derive_code_assignments(life: UnitLife) -> Iterator[CodeAssignment]:
    """The periods of the codes of a unit, for the index."""
    for s in life.stages:
        kind = derive_unit_type(s.name, life.level, s.code)
        yield CodeAssignment(life.unit_id, s.code, s.period, life.level, s.name, kind)


def _select_resolvable(
    record_rows: Sequence[RecordRow],
    change_rows: Sequence[ChangeRow],
    findings: LoadFindingCollector,
) -> list[ChangeRow]:
    """The changes both of whose sides are periods of the records."""
    history = CodeHistory(record_rows, ())
    resolvable: list[ChangeRow] = []
    for change in change_rows:
        old = history.find_source_period(change)
        inside = old is not None and _is_in_period(history.records[old], change.year)
        if not inside:
            findings.add_finding("unknown_record", change.line, "old_code", change.old_code)
        elif change.new_code and history.find_target_period(change) is None:
            findings.add_finding("unknown_record", change.line, "new_code", change.new_code)
        else:
            resolvable.append(change)
    return resolvable


def _is_in_period(record: RecordRow, year: int) -> bool:
    return record.since <= year and (record.until is None or year <= record.until)
