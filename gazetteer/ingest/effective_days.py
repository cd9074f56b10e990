"""Effective days: from years and approval dates to the start and end of every period.

The source knows the *year* in which a period of a code begins and ends, and for most changes the
day on which they were *approved*. Starts and ends that must fall on the same day form one
*changeover* (the old unit ends when the new one starts; a code is reassigned without a gap). A
changeover takes its day from, in this order: a stated day, the approval of one of its changes, the
dated changeovers of its parent or members in that year (``inferred``), 1 January (``year``).
Decision 0004 explains why.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise
from uuid import UUID

from gazetteer.ingest.code_history import CodeHistory
from gazetteer.ingest.load_findings import LoadFindingCollector
from gazetteer.ingest.typed_rows import ChangeRow
from gazetteer.ledger.period import Period, PeriodEnd, Precision

FIRST_YEAR = 1981
"""The records begin with the code lists of this year."""

DISTRICTS_FIRST_LISTED = 1983
"""Districts appear in the code lists from this year on; without a change, they are older."""

PeriodSide = tuple[int, bool]  # number of a period, True = its end


@dataclass(frozen=True, slots=True)
class StatedDay:
    """The effective day of a period, stated in an act."""

    day: date
    act: UUID | None


@dataclass
class _Changeover:
    """Starts and ends of periods that fall on one day."""

    year: int
    sides: list[PeriodSide] = field(default_factory=list)
    day: date | None = None
    act: UUID | None = None
    precision: Precision = Precision.YEAR


class DayResolver:
    """Resolves the first and last days of all periods of a history."""

    def __init__(
        self,
        history: CodeHistory,
        acts: Mapping[int, UUID | None],
        stated_days: Mapping[tuple[str, int], StatedDay],
        findings: LoadFindingCollector,
    ) -> None:
        """Resolve all days.

        Args:
            history: The periods and changes.
            acts: The act of each change, by the line of its row.
            stated_days: Effective days by the code and first year of their periods.
            findings: Takes what is doubtful.
        """
        self._history = history
        self._acts = acts
        self._findings = findings
        self._changeovers: dict[PeriodSide, _Changeover] = {}
        self._build_changeovers()
        self._apply_approvals()
        self._apply_stated_days(stated_days)
        self._infer_days()
        self._resolve_contradictions()

    def resolve_periods(self) -> list[Period]:
        """The span of every period, in the order of the records."""
        records = self._history.records
        return [
            Period(
                self._build_period_end((n, False)),
                self._build_period_end((n, True)) if r.until else PeriodEnd(),
            )
            for n, r in enumerate(records)
        ]

    def find_effective_day(self, change: ChangeRow) -> PeriodEnd:
        """The day of a change: that of its changeover, else of its own approval."""
        old, new = (
            self._history.find_source_period(change),
            self._history.find_target_period(change),
        )
        for side in self._iter_sides(change, old, new):
            return self._build_period_end(side)
        act = self._acts.get(change.line)
        if change.approved_on and change.approved_on.year == change.year:
            return PeriodEnd(change.approved_on, act, Precision.APPROVED)
        return PeriodEnd(date(change.year, 1, 1), act, Precision.YEAR)

    def _build_period_end(self, side: PeriodSide) -> PeriodEnd:
        changeover = self._changeovers[side]
        return PeriodEnd(
            changeover.day or date(changeover.year, 1, 1), changeover.act, changeover.precision
        )

    def _iter_sides(
        self, change: ChangeRow, old: int | None, new: int | None
    ) -> Iterator[PeriodSide]:
        """The sides that a change sets: the end of the old period, the start of the new one."""
        records = self._history.records
        if old is not None and records[old].until == change.year:
            yield old, True
        if new is not None and records[new].since == change.year:
            yield new, False

    def _build_changeovers(self) -> None:
        """One changeover for each start and end, merged where two fall on the same day."""
        records = self._history.records
        for number, record in enumerate(records):
            self._changeovers[number, False] = _Changeover(record.since, [(number, False)])
            if record.until is not None:
                self._changeovers[number, True] = _Changeover(record.until, [(number, True)])
        for numbers in self._history.by_code.values():
            for earlier, later in pairwise(numbers):
                if records[earlier].until == records[later].since:
                    self._merge_changeovers((earlier, True), (later, False))
        for change in self._history.changes:
            old, new = (
                self._history.find_source_period(change),
                self._history.find_target_period(change),
            )
            sides = list(self._iter_sides(change, old, new))
            if len(sides) == 2:
                self._merge_changeovers(*sides)

    def _merge_changeovers(self, one: PeriodSide, other: PeriodSide) -> None:
        larger, smaller = self._changeovers[one], self._changeovers[other]
        if larger is smaller:
            return
        if len(larger.sides) < len(smaller.sides):
            larger, smaller = smaller, larger
        larger.sides += smaller.sides
        for side in smaller.sides:
            self._changeovers[side] = larger

    def _apply_approvals(self) -> None:
        for number, record in enumerate(self._history.records):
            if record.since == FIRST_YEAR:
                self._changeovers[number, False].precision = Precision.FIRST_RECORD
        changed_ids: set[int] = set()
        for change in self._history.changes:
            old, new = (
                self._history.find_source_period(change),
                self._history.find_target_period(change),
            )
            by_identity = {
                id(t): t for t in (self._changeovers[s] for s in self._iter_sides(change, old, new))
            }
            for changeover in by_identity.values():
                self._apply_approval(changeover, change)
            changed_ids |= by_identity.keys()
        for number, record in enumerate(self._history.records):
            changeover = self._changeovers[number, False]
            listed = record.since == DISTRICTS_FIRST_LISTED and record.level == "county"
            if listed and id(changeover) not in changed_ids:
                changeover.precision = Precision.FIRST_RECORD

    def _apply_approval(self, changeover: _Changeover, change: ChangeRow) -> None:
        act = self._acts.get(change.line)
        day = change.approved_on
        if day is not None and day.year != change.year:
            self._findings.add_finding(
                "approved_in_other_year", change.line, "approval_date", day, year=change.year
            )
            day = None
        if day is None:
            changeover.act = changeover.act or act
            return
        if changeover.day is not None and changeover.day != day:
            self._findings.add_finding(
                "several_dates", change.line, "approval_date", day, other=changeover.day
            )
        if changeover.day is None or day > changeover.day:
            changeover.day, changeover.act, changeover.precision = day, act, Precision.APPROVED

    def _apply_stated_days(self, stated_days: Mapping[tuple[str, int], StatedDay]) -> None:
        for key, stated_day in stated_days.items():
            number = self._history.by_start.get(key)
            if number is not None:
                changeover = self._changeovers[number, False]
                changeover.day, changeover.act, changeover.precision = (
                    stated_day.day,
                    stated_day.act,
                    Precision.DAY,
                )

    def _iter_parent_members(self) -> Iterator[tuple[_Changeover, _Changeover, bool]]:
        """Changeovers of a parent and a member that constrain each other, and whether they end.

        A parent starts no later and ends no earlier than its member. Where the code of the parent
        is reassigned without a gap in that year, it is in use all the time and constrains nothing.
        """
        for number, record in enumerate(self._history.records):
            for side in ((number, False), (number, True)):
                if side not in self._changeovers:
                    continue
                changeover = self._changeovers[side]
                parent = self._find_parent_side(record.parent_code, changeover.year, end=side[1])
                if parent is not None and self._changeovers[parent] is not changeover:
                    yield self._changeovers[parent], changeover, side[1]

    def _find_parent_side(self, code: str, year: int, *, end: bool) -> PeriodSide | None:
        if not code:
            return None
        starts = self._history.by_start.get((code, year))
        ends = next(
            (
                number
                for number in self._history.by_code.get(code, ())
                if self._history.records[number].until == year
            ),
            None,
        )
        if starts is not None and ends is not None:
            return None
        number = ends if end else starts
        return None if number is None else (number, end)

    def _infer_days(self) -> None:
        """Date undated parents by their members, then undated members by their parents."""
        self._infer_renaming_days()
        undated_parents: dict[int, tuple[_Changeover, list[tuple[_Changeover, bool]]]] = {}
        for parent, member, end in self._iter_parent_members():
            if parent.day is None and member.day is not None:
                undated_parents.setdefault(id(parent), (parent, []))[1].append((member, end))
        for parent, members in undated_parents.values():
            outermost = _find_outermost(members)
            parent.day, parent.precision = outermost.day, Precision.INFERRED
            parent.act = parent.act or outermost.act
        for parent, member, _ in self._iter_parent_members():
            if member.day is None and parent.day is not None:
                member.day, member.precision = parent.day, Precision.INFERRED
                member.act = member.act or parent.act

    def _infer_renaming_days(self) -> None:
        """Date the renaming of a parent by the rows that repeat its members under the new name."""
        for change in self._history.changes:
            number = self._history.find_target_period(change)
            if change.kind != "redefine" or number is None:
                continue
            member = self._changeovers[number, False]
            parent_code = self._history.records[number].parent_code
            parent_number = self._history.by_start.get((parent_code, change.year))
            if parent_number is None or member.day is None:
                continue
            parent = self._changeovers[parent_number, False]
            if parent.day is None:
                parent.day, parent.precision = member.day, Precision.INFERRED
                parent.act = parent.act or member.act

    def _resolve_contradictions(self) -> None:
        """Where two approvals contradict each other, take the parent's day; until none do."""
        for _ in range(len(self._changeovers)):
            contradictions = [
                (parent, member)
                for parent, member, end in self._iter_parent_members()
                if (
                    _resolve_day(member) > _resolve_day(parent)
                    if end
                    else _resolve_day(member) < _resolve_day(parent)
                )
            ]
            if not contradictions:
                return
            for parent, member in contradictions:
                self._report_moved_day(parent, member)
                member.day, member.precision = parent.day, Precision.INFERRED

    def _report_moved_day(self, parent: _Changeover, member: _Changeover) -> None:
        record = self._history.records[member.sides[0][0]]
        self._findings.add_finding(
            "moved_to_parent", record.line, "valid_from_year", record.code,
            day=_resolve_day(member), parent_day=_resolve_day(parent),
        )  # fmt: skip


def _resolve_day(changeover: _Changeover) -> date:
    return changeover.day or date(changeover.year, 1, 1)


def _find_outermost(members: Iterable[tuple[_Changeover, bool]]) -> _Changeover:
    """The first of the starting members, or the last of the ending ones."""
    ordered = sorted(members, key=lambda pair: _resolve_day(pair[0]))
    return ordered[-1][0] if ordered[0][1] else ordered[0][0]
