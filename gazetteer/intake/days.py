"""Days of effect: from years and approval dates to the bounds of every period.

The source knows the *year* in which a period of a code begins and ends, and for most changes the
day on which they were *approved*. Bounds that must fall on the same day are tied to one *turn*
(the old unit ends when the new one starts; a code is handed on without a gap). A turn takes its
day from, in this order: a stated day, the approval of one of its changes, the dated turns of its
parent or members in that year (``inferred``), 1 January (``year``). Decision 0004 explains why.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise
from uuid import UUID

from gazetteer.intake.findings import Findings
from gazetteer.intake.rows import ChangeRow, RecordRow
from gazetteer.ledger.bounds import Period, PeriodEnd, Precision

FIRST_YEAR = 1981
"""The records begin with the code lists of this year."""

DISTRICTS_FIRST_LISTED = 1983
"""Districts appear in the code lists from this year on; without a change, they are older."""

Side = tuple[int, bool]  # number of a period, True = its end


@dataclass
class History:
    """Periods and changes with their look-ups; the period of a change is found by code and year."""

    records: Sequence[RecordRow]
    changes: Sequence[ChangeRow]
    by_code: dict[str, list[int]] = field(default_factory=dict)
    starting: dict[tuple[str, int], int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        grouped: dict[str, list[int]] = defaultdict(list)
        for number in sorted(range(len(self.records)), key=lambda n: self.records[n].since):
            record = self.records[number]
            grouped[record.code].append(number)
            self.starting[record.code, record.since] = number
        self.by_code = dict(grouped)

    def in_year(self, code: str, year: int) -> int | None:
        """The period of the code that begins in ``year`` or runs through it."""
        found = None
        for number in self.by_code.get(code, ()):
            record = self.records[number]
            if record.since <= year and (record.until is None or year < record.until):
                found = number
        return found

    def old(self, change: ChangeRow) -> int | None:
        """The period that gives."""
        return self.starting.get((change.old_code, change.old_since))

    def new(self, change: ChangeRow) -> int | None:
        """The period that receives."""
        return self.in_year(change.new_code, change.year) if change.new_code else None


@dataclass(frozen=True, slots=True)
class Stated:
    """A day of effect stated in an act, for a period known by code and first year."""

    day: date
    act: UUID | None


@dataclass
class _Turn:
    """Bounds that fall on one day."""

    year: int
    sides: list[Side] = field(default_factory=list)
    day: date | None = None
    act: UUID | None = None
    precision: Precision = Precision.YEAR


class Days:
    """Resolves the bounds of all periods of a history."""

    def __init__(
        self,
        history: History,
        acts: Mapping[int, UUID | None],
        stated: Mapping[tuple[str, int], Stated],
        findings: Findings,
    ) -> None:
        """``acts`` gives the act of a change by the line of its row."""
        self._history = history
        self._acts = acts
        self._findings = findings
        self._turns: dict[Side, _Turn] = {}
        self._tie()
        self._take_approvals()
        self._take_stated(stated)
        self._infer()
        self._settle()

    def spans(self) -> list[Period]:
        """The span of every period, in the order of the records."""
        records = self._history.records
        return [
            Period(self._bound((n, False)), self._bound((n, True)) if r.until else PeriodEnd())
            for n, r in enumerate(records)
        ]

    def bound_of(self, change: ChangeRow) -> PeriodEnd:
        """The bound of a change: that of the turn it belongs to, else its own approval."""
        old, new = self._history.old(change), self._history.new(change)
        for side in self._sides(change, old, new):
            return self._bound(side)
        act = self._acts.get(change.line)
        if change.approved_on and change.approved_on.year == change.year:
            return PeriodEnd(change.approved_on, act, Precision.APPROVED)
        return PeriodEnd(date(change.year, 1, 1), act, Precision.YEAR)

    def _bound(self, side: Side) -> PeriodEnd:
        turn = self._turns[side]
        return PeriodEnd(turn.day or date(turn.year, 1, 1), turn.act, turn.precision)

    def _sides(self, change: ChangeRow, old: int | None, new: int | None) -> Iterator[Side]:
        """The bounds that a change makes: end of the old period, start of the new one."""
        records = self._history.records
        if old is not None and records[old].until == change.year:
            yield old, True
        if new is not None and records[new].since == change.year:
            yield new, False

    def _tie(self) -> None:
        """Make turns: one per bound, merged where two bounds are the same day."""
        records = self._history.records
        for number, record in enumerate(records):
            self._turns[number, False] = _Turn(record.since, [(number, False)])
            if record.until is not None:
                self._turns[number, True] = _Turn(record.until, [(number, True)])
        for numbers in self._history.by_code.values():
            for earlier, later in pairwise(numbers):
                if records[earlier].until == records[later].since:
                    self._join((earlier, True), (later, False))
        for change in self._history.changes:
            old, new = self._history.old(change), self._history.new(change)
            sides = list(self._sides(change, old, new))
            if len(sides) == 2:
                self._join(*sides)

    def _join(self, one: Side, other: Side) -> None:
        kept, gone = self._turns[one], self._turns[other]
        if kept is gone:
            return
        if len(kept.sides) < len(gone.sides):
            kept, gone = gone, kept
        kept.sides += gone.sides
        for side in gone.sides:
            self._turns[side] = kept

    def _take_approvals(self) -> None:
        for number, record in enumerate(self._history.records):
            if record.since == FIRST_YEAR:
                self._turns[number, False].precision = Precision.FIRST_RECORD
        made: set[int] = set()
        for change in self._history.changes:
            old, new = self._history.old(change), self._history.new(change)
            turns = {id(t): t for t in (self._turns[s] for s in self._sides(change, old, new))}
            for turn in turns.values():
                self._approve(turn, change)
            made |= turns.keys()
        for number, record in enumerate(self._history.records):
            turn = self._turns[number, False]
            listed = record.since == DISTRICTS_FIRST_LISTED and record.level == "county"
            if listed and id(turn) not in made:
                turn.precision = Precision.FIRST_RECORD

    def _approve(self, turn: _Turn, change: ChangeRow) -> None:
        act = self._acts.get(change.line)
        day = change.approved_on
        if day is not None and day.year != change.year:
            self._findings.add(
                "approved_in_other_year", change.line, "approval_date", day, str(change.year)
            )
            day = None
        if day is None:
            turn.act = turn.act or act
            return
        if turn.day is not None and turn.day != day:
            self._findings.add(
                "several_dates", change.line, "approval_date", day, turn.day.isoformat()
            )
        if turn.day is None or day > turn.day:
            turn.day, turn.act, turn.precision = day, act, Precision.APPROVED

    def _take_stated(self, stated: Mapping[tuple[str, int], Stated]) -> None:
        for key, known in stated.items():
            number = self._history.starting.get(key)
            if number is not None:
                turn = self._turns[number, False]
                turn.day, turn.act, turn.precision = known.day, known.act, Precision.DAY

    def _pairs(self) -> Iterator[tuple[_Turn, _Turn, bool]]:
        """Parent's turn, member's turn, whether ends: those that bind each other.

        A parent starts no later and ends no earlier than its member. Where the parent's code is
        handed on without a gap in that year, it is carried all along and binds nothing.
        """
        for number, record in enumerate(self._history.records):
            for side in ((number, False), (number, True)):
                if side not in self._turns:
                    continue
                turn = self._turns[side]
                parent = self._parent_bound(record.parent_code, turn.year, end=side[1])
                if parent is not None and self._turns[parent] is not turn:
                    yield self._turns[parent], turn, side[1]

    def _parent_bound(self, code: str, year: int, *, end: bool) -> Side | None:
        if not code:
            return None
        starts = self._history.starting.get((code, year))
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

    def _infer(self) -> None:
        """Date undated parents by their members, then undated members by their parents."""
        self._infer_renamings()
        wanted: dict[int, tuple[_Turn, list[tuple[_Turn, bool]]]] = {}
        for parent, member, end in self._pairs():
            if parent.day is None and member.day is not None:
                wanted.setdefault(id(parent), (parent, []))[1].append((member, end))
        for parent, members in wanted.values():
            chosen = _outermost(members)
            parent.day, parent.precision = chosen.day, Precision.INFERRED
            parent.act = parent.act or chosen.act
        for parent, member, _ in self._pairs():
            if member.day is None and parent.day is not None:
                member.day, member.precision = parent.day, Precision.INFERRED
                member.act = member.act or parent.act

    def _infer_renamings(self) -> None:
        """A parent's renaming is dated by the rows that repeat its members under the new name."""
        for change in self._history.changes:
            number = self._history.new(change)
            if change.kind != "redefine" or number is None:
                continue
            member = self._turns[number, False]
            parent_code = self._history.records[number].parent_code
            parent_number = self._history.starting.get((parent_code, change.year))
            if parent_number is None or member.day is None:
                continue
            parent = self._turns[parent_number, False]
            if parent.day is None:
                parent.day, parent.precision = member.day, Precision.INFERRED
                parent.act = parent.act or member.act

    def _settle(self) -> None:
        """Where two approvals contradict, the parent's day holds; as often as it takes."""
        for _ in range(len(self._turns)):
            wrong = [
                (parent, member)
                for parent, member, end in self._pairs()
                if (_day(member) > _day(parent) if end else _day(member) < _day(parent))
            ]
            if not wrong:
                return
            for parent, member in wrong:
                self._tell_moved(parent, member)
                member.day, member.precision = parent.day, Precision.INFERRED

    def _tell_moved(self, parent: _Turn, member: _Turn) -> None:
        record = self._history.records[member.sides[0][0]]
        self._findings.add(
            "moved_to_parent", record.line, "valid_from_year", record.code,
            f"{_day(member)} → {_day(parent)}",
        )  # fmt: skip


def _day(turn: _Turn) -> date:
    return turn.day or date(turn.year, 1, 1)


def _outermost(members: Iterable[tuple[_Turn, bool]]) -> _Turn:
    """The first of the starting members, or the last of the ending ones."""
    ordered = sorted(members, key=lambda pair: _day(pair[0]))
    return ordered[-1][0] if ordered[0][1] else ordered[0][0]
