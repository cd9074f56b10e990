"""Townships through time, carried back from the current list by the list of changes.

The list of changes (2014-2023) names a year and a document. From the state of the divisions file
the townships of earlier years follow: a township without a change was there when the list begins.
Where list and state contradict each other the state holds, and the contradiction is told.

The two files number townships differently: one carries codes of the statistics office, the other
those of civil affairs, and a third of them differ. So townships are matched by county and name,
and a civil-affairs code is used only where the divisions file gives it to nobody else.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from uuid import UUID

from gazetteer.intake.acts import Acts
from gazetteer.intake.findings import Findings
from gazetteer.intake.ids import record_id
from gazetteer.intake.index import UnitIndex
from gazetteer.intake.rows import TownshipRow
from gazetteer.intake.spans import clip
from gazetteer.intake.units import Stage, UnitLife
from gazetteer.ledger.bounds import Period, PeriodEnd, Precision
from gazetteer.ledger.versions import Timeline, Version

FIRST_DAY = date(2014, 1, 1)
"""The list of changes begins here: nothing older is known of townships."""

MOVED = frozenset({"区划代码变更", "隶属关系变更", "归属调整", "区划变更"})
"""Reasons under which a township of the same name gets another code and stays what it was."""

CONVERTED = frozenset(
    f"撤{old}{verb}{new}"
    for old in ("乡", "镇", "街道")
    for verb in ("设", "建")
    for new in ("乡", "镇", "街道")
    if old != new
)
"""Reasons that turn one township into one of another type on its territory."""


Key = tuple[str, str]
"""A township as both files know it: six digits of its county, and its name."""


@dataclass(slots=True)
class Period:
    """A township under one name in one county; years None = before the list, or still there."""

    key: Key
    code: str
    code_system: str
    since: TownshipRow | None = None
    until: TownshipRow | None = None
    of: "Period | None" = None  # the earlier period of the same unit


@dataclass
class Townships:
    """Periods made from the changes, and the successions the changes speak of."""

    periods: list[Period] = field(default_factory=list)
    pairs: list[tuple[Period, Period, TownshipRow]] = field(default_factory=list)


def trace(rows: Sequence[TownshipRow], current: Mapping[Key, str], findings: Findings) -> Townships:
    """Periods of all townships; ``current`` gives the codes of those in the divisions file."""
    tracer = _Tracer(current, findings)
    for row in sorted(rows, key=lambda r: (r.year, r.line)):
        tracer.take(row)
    return tracer.ended()


class _Tracer:
    def __init__(self, current: Mapping[Key, str], findings: Findings) -> None:
        self._current, self._findings = current, findings
        self._codes = frozenset(current.values())
        self._by_key: dict[Key, list[Period]] = defaultdict(list)
        self._pairs: list[tuple[Period, Period, TownshipRow]] = []

    def take(self, row: TownshipRow) -> None:
        """Apply one change: the old side ends, the new side begins."""
        if row.old_code == row.new_code and row.old_name == row.new_name:
            self._not_applied(row, "new_code", row.new_code)
            return
        old = self._end(row) if row.old_code else None
        new = self._begin(row) if row.new_code else None
        if old is None or new is None:
            return
        renamed = row.old_code == row.new_code
        moved = row.reason in MOVED and row.old_name == row.new_name
        if (renamed or moved) and new.of is None:
            new.of = old
        elif not renamed and not moved:
            self._pairs.append((old, new, row))

    def _period(self, code: str, name: str, since: TownshipRow | None) -> Period:
        key = (code[:6], name)
        if key in self._current:
            return Period(key, self._current[key], "stats", since)
        return Period(key, code, "mca", since)

    def _end(self, row: TownshipRow) -> Period | None:
        known = self._by_key[row.old_code[:6], row.old_name]
        if not known:
            known.append(self._period(row.old_code, row.old_name, None))
        last = known[-1]
        if last.until is None:
            last.until = row
        elif last.until.year != row.year:
            self._not_applied(row, "old_code", row.old_code)
            return None
        return last

    def _begin(self, row: TownshipRow) -> Period | None:
        known = self._by_key[row.new_code[:6], row.new_name]
        if known and known[-1].until is None:
            last = known[-1]
            if last.since is not None and last.since.year == row.year:
                return last
            self._not_applied(row, "new_code", row.new_code)
            return None
        known.append(self._period(row.new_code, row.new_name, row))
        return known[-1]

    def _not_applied(self, row: TownshipRow, column: str, code: str) -> None:
        self._findings.add("not_applied", row.line, column, code, row.reason)

    def ended(self) -> Townships:
        """What holds against the state of the divisions file."""
        kept: list[Period] = []
        for key, periods in self._by_key.items():
            kept += self._reconciled(key, [p for p in periods if not _is_empty(p)])
        kept = self._with_free_codes(kept)
        for key in self._current.keys() - self._by_key.keys():
            kept.append(Period(key, self._current[key], "stats"))
        alive = set(map(id, kept))
        for period in kept:
            if period.of is not None and id(period.of) not in alive:
                period.of = None
        pairs = [p for p in self._pairs if id(p[0]) in alive and id(p[1]) in alive]
        return Townships(sorted(kept, key=lambda p: (p.code, _since(p))), pairs)

    def _reconciled(self, key: Key, periods: list[Period]) -> list[Period]:
        """The periods of a township, made to agree with whether the state has it."""
        if key not in self._current:
            for period in periods:
                if period.until is None and period.since is not None:
                    self._findings.add(
                        "later_than_state", period.since.line, "new_code", period.code, key[1]
                    )
            return [p for p in periods if p.until is not None]
        if not periods:
            return [Period(key, self._current[key], "stats")]
        last = periods[-1]
        if last.until is not None:
            self._findings.add("later_than_state", last.until.line, "old_code", last.code, key[1])
            last.until = None
        return periods

    def _with_free_codes(self, periods: list[Period]) -> list[Period]:
        """Without those whose code is another township's on some day of theirs."""
        taken: dict[str, int] = {}  # first year in which a code is free again
        kept: list[Period] = []
        for period in sorted(periods, key=_since):
            row = period.until or period.since
            own = period.code_system == "stats"
            free = own or (
                period.code not in self._codes and taken.get(period.code, 0) <= _since(period)
            )
            if not free and row is not None:
                self._findings.add(
                    "code_used_otherwise", row.line, "old_code", period.code, period.key[1]
                )
                continue
            if not own and period.until is not None:
                taken[period.code] = period.until.year
            kept.append(period)
        return kept


def _since(period: Period) -> int:
    return period.since.year if period.since else FIRST_DAY.year


def _is_empty(period: Period) -> bool:
    """Whether year precision leaves no day: begun and ended in one year, or ended at the start."""
    return period.until is not None and period.until.year <= _since(period)


@dataclass
class Lives:
    """Turns periods into lives of units under their parents."""

    known: UnitIndex
    acts: Acts
    findings: Findings
    source: str
    parent_of: Mapping[str, str]  # parent by township code, where the divisions file says it
    first: PeriodEnd  # where the records of townships begin

    def of(self, traced: Townships) -> Iterator[tuple[UnitLife, list[Period]]]:
        """Every unit with the periods it is made of."""
        later = {id(p.of): p for p in traced.periods if p.of is not None}
        for period in traced.periods:
            if period.of is not None:
                continue
            chain = [period]
            while id(chain[-1]) in later:
                chain.append(later[id(chain[-1])])
            stages = [stage for p in chain for stage in self._stages(p)]
            if not stages:
                self._tell_lost(period)
                continue
            first = stages[0].span.start.on
            key = f"{chain[0].code}@{first.year if first else ''}"
            yield UnitLife(key, "township", tuple(_joined(stages)), self.source), chain

    def _tell_lost(self, period: Period) -> None:
        row = period.since or period.until
        line = row.line if row else 0
        self.findings.add("parent_not_in_force", line, "code", period.code, period.key[1])

    def bound(self, row: TownshipRow | None, otherwise: PeriodEnd) -> PeriodEnd:
        """1 January of the year of a change, by its document."""
        if row is None:
            return otherwise
        act = self.acts.act(row.document, "", None, self.findings.file)
        return PeriodEnd(date(row.year, 1, 1), act, Precision.YEAR)

    def _stages(self, period: Period) -> Iterator[Stage]:
        span = Period(self.bound(period.since, self.first), self.bound(period.until, PeriodEnd()))
        parent_code = self.parent_of.get(period.code, period.key[0])
        for number, parent in enumerate(self.known.during(parent_code, span)):
            piece = clip(span, parent.span)
            if number == 0 and piece.start.on != span.start.on:
                # The code begins with its parent's: no earlier day is known of it.
                start = PeriodEnd(piece.start.on, piece.start.act, Precision.INFERRED)
                piece = Period(start, piece.end)
            yield Stage(
                piece, period.code, period.key[1], parent.unit_id, code_system=period.code_system
            )


def _joined(stages: Sequence[Stage]) -> Iterator[Stage]:
    """Stages in order; where a moved township waits for its new parent it stays with the old."""
    for stage, after in zip(stages, [*stages[1:], None], strict=True):
        if after is not None and stage.span.end.on != after.span.start.on:
            yield replace(stage, span=Period(stage.span.start, after.span.start))
        else:
            yield stage


def successions(traced: Townships, unit_of: Mapping[int, UUID], lives: Lives) -> Iterator[Timeline]:
    """Links that the list states: conversions one to one, and mergers into one township."""
    givers = Counter(id(old) for old, _, _ in traced.pairs)
    takers = Counter(id(new) for _, new, _ in traced.pairs)
    for old, new, row in traced.pairs:
        old_unit, new_unit = unit_of.get(id(old)), unit_of.get(id(new))
        if old_unit is None or new_unit is None or old_unit == new_unit:
            continue
        single = givers[id(old)] == 1 and takers[id(new)] == 1
        if single and row.reason in CONVERTED:
            kind = "continues"
        elif givers[id(old)] == 1 and takers[id(new)] > 1:
            kind = "absorbed"
        else:
            continue  # sides share a row of the sheet, which says nothing of territory
        attributes = {
            "from_unit": old_unit,
            "to_unit": new_unit,
            "link_kind": kind,
            "share_from": None,
            "share_to": None,
            "area_m2": None,
            "source": lives.findings.file,
        }
        bound = lives.bound(row, PeriodEnd())
        yield Timeline(
            "succession",
            record_id("succession", str(old_unit), str(new_unit), str(bound.on)),
            (Version(Period(bound), attributes),),
        )
