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

from gazetteer.intake import rows
from gazetteer.intake.acts import Acts
from gazetteer.intake.batch import Batch, Made, Progress, file_name, no_progress
from gazetteer.intake.findings import Findings
from gazetteer.intake.history import IN_CUSTODY_OF, carried
from gazetteer.intake.ids import record_id
from gazetteer.intake.index import Carried, UnitIndex
from gazetteer.intake.parts import unit_type
from gazetteer.intake.rows import DivisionRow, TownshipRow
from gazetteer.intake.townships import FIRST_DAY, Key, Lives, Period, Townships, successions, trace
from gazetteer.intake.units import Stage, UnitLife, timelines
from gazetteer.ledger.bounds import Period, PeriodEnd, Precision
from gazetteer.ledger.versions import Timeline, Version

STATE = date(2023, 6, 30)
"""The day whose state the lists of the National Bureau of Statistics show."""

SUMMARY_NAMES = frozenset({"市辖区", "县", "省直辖县级行政区划", "自治区直辖县级行政区划"})
RECORDS_PER_VILLAGE = 5  # unit, code, place, name, spelling


@dataclass(frozen=True)
class Villages:
    """Villages of a list, made into records while they are walked through."""

    rows: Sequence[DivisionRow]
    parents: Mapping[str, UUID]
    state: date
    source: str
    progress: Progress

    def __len__(self) -> int:
        return len(self.rows) * RECORDS_PER_VILLAGE

    def __iter__(self) -> Iterator[Timeline]:
        span = Period(PeriodEnd(self.state, None, Precision.FIRST_RECORD))
        for done, row in enumerate(self.rows, 1):
            parent = self.parents[row.parent_code]
            stage = Stage(span, row.code, row.name, parent, code_system="stats")
            yield from timelines(
                UnitLife(f"{row.code}@{self.state.year}", "village", (stage,), self.source)
            )
            if done % 1000 == 0 or done == len(self.rows):
                self.progress(done, len(self.rows), self.source)


def divisions(
    path: Path,
    known: UnitIndex | None = None,
    townships_file: Path | None = None,
    state: date = STATE,
    progress: Progress = no_progress,
) -> Batch:
    """A list of divisions as of ``state``; ``known`` are the units that it is laid upon.

    ``known`` is extended by the units of the list down to townships. Units that it already has
    on that day are compared, not made again.

    Raises:
        UnreadableFile: a file cannot be read as CSV with the columns it must have.
    """
    findings = Findings(file_name(path))
    table, read = rows.divisions(path, findings)
    number_of_rows, encoding = len(table.rows), table.encoding
    del table  # half a gigabyte for the whole country
    told, sheet = Findings(""), None
    changes: list[TownshipRow] = []
    if townships_file is not None:
        told = Findings(file_name(townships_file))
        sheet, changes = rows.townships(townships_file, told)
    index = known if known is not None else UnitIndex()
    taker = _Taker(index, state, findings, path.name)
    upper = taker.upper(read)
    acts = Acts()
    lower = taker.lower(read, changes, acts, told)
    villages = taker.villages(read, progress)
    parts = (Made(list(acts)), Made(upper), Made(lower), villages)
    return Batch(
        source=path.name,
        parts=parts,
        rejections=(*findings.found, *told.found),
        rows={path.name: number_of_rows} | ({told.file: len(sheet.rows)} if sheet else {}),
        encodings={path.name: encoding} | ({told.file: sheet.encoding} if sheet else {}),
        known=index,
    )


class _Taker:
    """Takes the levels of a list one after the other, from the top."""

    def __init__(self, known: UnitIndex, state: date, findings: Findings, source: str) -> None:
        self._known, self._state, self._findings = known, state, findings
        self._source = source
        self._start = PeriodEnd(state, None, Precision.FIRST_RECORD)
        self._instead: dict[str, str] = {}  # rows that are no units -> the code above them
        self._townships: dict[str, UUID] = {}

    def upper(self, read: Sequence[DivisionRow]) -> list[Timeline]:
        """Levels down to the county: compared, added, or kept as functional areas."""
        made: list[Timeline] = []
        for level in ("province", "prefecture", "county"):
            for row in read:
                if row.level == level:
                    made += self._one_of_upper(row)
        return made

    def _one_of_upper(self, row: DivisionRow) -> list[Timeline]:
        if row.level == "prefecture" and row.name in SUMMARY_NAMES:
            self._findings.add("summary_row", row.line, "name", row.name, row.code)
            self._instead[row.code] = row.parent_code
            return []
        if not row.is_unit:
            return [self._functional_area(row)]
        there = self._known.on(row.code, self._state)
        if there is not None:
            self._compare(row, there)
            return []
        return self._added(row)

    def _parent(self, row: DivisionRow) -> Carried | None:
        """The unit above a row on the day of the list."""
        code = row.parent_code
        if code in self._instead and row.level != "county":
            self._findings.add("outside_unit", row.line, "parent_code", code, row.name)
        while code in self._instead:
            code = self._instead[code]
        return self._known.on(code, self._state)

    def _functional_area(self, row: DivisionRow) -> Timeline:
        self._findings.add("not_a_unit", row.line, "code", row.code, row.name)
        self._instead[row.code] = row.parent_code
        parent = self._parent(row)
        attributes = {
            "name": row.name,
            "code": row.code,
            "within": parent.unit_id if parent else None,
            "authority": None,
            "source": self._source,
        }
        return Timeline(
            "functional_area",
            record_id("functional_area", row.code),
            (Version(Period(self._start), attributes),),
        )

    def _compare(self, row: DivisionRow, there: Carried) -> None:
        if there.name != row.name:
            self._findings.add("source_disagrees", row.line, "name", row.name, there.name)
        if there.level != row.level:
            self._findings.add("source_disagrees", row.line, "level", row.level, there.level)

    def _added(self, row: DivisionRow) -> list[Timeline]:
        """A unit that the records do not know; it begins with the list."""
        parent = self._parent(row) if row.level != "province" else None
        if parent is None and row.level != "province":
            self._findings.add("unknown_parent", row.line, "parent_code", row.parent_code)
            return []
        self._findings.add("begins_here", row.line, "code", row.code, row.name)
        kind = unit_type(row.name, row.level, row.code)
        above, custody = parent.unit_id if parent else None, None
        if kind == "县级市" and parent and parent.unit_type in IN_CUSTODY_OF:
            province = self._known.on(f"{row.code[:2]}0000", self._state)
            above, custody = (province or parent).unit_id, parent.unit_id
        stage = Stage(Period(self._start), row.code, row.name, above, custody)
        life = UnitLife(f"{row.code}@{self._state.year}", row.level, (stage,), self._source)
        self._known.add(carried(life))
        return list(timelines(life))

    def lower(
        self,
        read: Sequence[DivisionRow],
        changes: Sequence[TownshipRow],
        acts: Acts,
        told: Findings,
    ) -> list[Timeline]:
        """Townships with their past; townships of the list that are known already are compared."""
        current: dict[Key, str] = {}
        namesakes: list[Period] = []  # of another township of the county: without a known past
        parent_of: dict[str, str] = {}
        for row in read:
            if row.level != "township":
                continue
            parent = self._parent(row)
            if parent is None:
                self._findings.add("unknown_parent", row.line, "parent_code", row.parent_code)
                continue
            there = self._known.on(row.code, self._state)
            if there is not None:
                self._compare(row, there)
                self._townships[row.code] = there.unit_id
                continue
            parent_of[row.code] = parent.code
            if (row.code[:6], row.name) in current:
                namesakes.append(Period((row.code[:6], row.name), row.code, "stats"))
            else:
                current[row.code[:6], row.name] = row.code
        provinces = {code[:2] for code in parent_of}
        listed = [c for c in changes if (c.new_code or c.old_code)[:2] in provinces]
        traced = trace(listed, current, told)
        traced.periods += namesakes
        first = PeriodEnd(FIRST_DAY if changes else self._state, None, Precision.FIRST_RECORD)
        return list(
            self._made(traced, Lives(self._known, acts, told, self._source, parent_of, first))
        )

    def _made(self, traced: Townships, lives: Lives) -> Iterator[Timeline]:
        unit_of: dict[int, UUID] = {}
        for life, chain in lives.of(traced):
            unit_of |= {id(period): life.unit_id for period in chain}
            if life.stages[-1].span.end.on is None:
                self._townships[life.stages[-1].code] = life.unit_id
            self._known.add(carried(life))
            yield from timelines(life)
        yield from successions(traced, unit_of, lives)

    def villages(self, read: Sequence[DivisionRow], progress: Progress) -> Villages:
        """Villages whose township is known; one that is in the register already is left alone."""
        kept: list[DivisionRow] = []
        for row in read:
            if row.level != "village":
                continue
            if row.parent_code not in self._townships:
                self._findings.add("unknown_parent", row.line, "parent_code", row.parent_code)
            elif self._known.on(row.code, self._state) is None:
                kept.append(row)
        return Villages(kept, self._townships, self._state, self._source, progress)
