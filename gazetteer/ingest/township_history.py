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

from gazetteer.ingest.code_index import CodeIndex
from gazetteer.ingest.legal_acts import LegalActs
from gazetteer.ingest.load_findings import LoadFindingCollector
from gazetteer.ingest.period_clipping import clip_period
from gazetteer.ingest.source_ids import derive_record_id
from gazetteer.ingest.typed_rows import TownshipRow
from gazetteer.ingest.unit_records import UnitLife, UnitLifeStage
from gazetteer.ledger.period import Period, PeriodEnd, Precision
from gazetteer.ledger.versions import Timeline, Version

FIRST_CHANGE_DAY = date(2014, 1, 1)
"""The list of changes begins here: nothing older is known of townships."""

MOVE_REASONS = frozenset({"区划代码变更", "隶属关系变更", "归属调整", "区划变更"})
"""Reasons under which a township of the same name gets another code and stays what it was."""

CONVERSION_REASONS = frozenset(
    f"撤{old}{verb}{new}"
    for old in ("乡", "镇", "街道")
    for verb in ("设", "建")
    for new in ("乡", "镇", "街道")
    if old != new
)
"""Reasons that turn one township into one of another type on its territory."""


TownshipKey = tuple[str, str]
"""A township as both files know it: six digits of its county, and its name."""


@dataclass(slots=True)
class TownshipPeriod:
    """A township under one name in one county; years None = before the list, or still there."""

    key: TownshipKey
    code: str
    code_system: str
    since: TownshipRow | None = None
    until: TownshipRow | None = None
    previous: "TownshipPeriod | None" = None  # the earlier period of the same unit


@dataclass
class TownshipHistory:
    """Periods made from the changes, and the successions the changes speak of."""

    periods: list[TownshipPeriod] = field(default_factory=list)
    pairs: list[tuple[TownshipPeriod, TownshipPeriod, TownshipRow]] = field(default_factory=list)


def trace_townships(
    rows: Sequence[TownshipRow], current: Mapping[TownshipKey, str], findings: LoadFindingCollector
) -> TownshipHistory:
    """Periods of all townships; ``current`` gives the codes of those in the divisions file."""
    tracer = _TownshipTracer(current, findings)
    for row in sorted(rows, key=lambda r: (r.year, r.line)):
        tracer.apply_change(row)
    return tracer.build_history()


class _TownshipTracer:
    def __init__(self, current: Mapping[TownshipKey, str], findings: LoadFindingCollector) -> None:
        self._current, self._findings = current, findings
        self._codes = frozenset(current.values())
        self._by_key: dict[TownshipKey, list[TownshipPeriod]] = defaultdict(list)
        self._pairs: list[tuple[TownshipPeriod, TownshipPeriod, TownshipRow]] = []

    def apply_change(self, row: TownshipRow) -> None:
        """Apply one change: the old side ends, the new side begins."""
        if row.old_code == row.new_code and row.old_name == row.new_name:
            self._report_not_applied(row, "new_code", row.new_code)
            return
        old = self._end_period(row) if row.old_code else None
        new = self._begin_period(row) if row.new_code else None
        if old is None or new is None:
            return
        renamed = row.old_code == row.new_code
        moved = row.reason in MOVE_REASONS and row.old_name == row.new_name
        if (renamed or moved) and new.previous is None:
            new.previous = old
        elif not renamed and not moved:
            self._pairs.append((old, new, row))

    def _build_period(self, code: str, name: str, since: TownshipRow | None) -> TownshipPeriod:
        key = (code[:6], name)
        if key in self._current:
            return TownshipPeriod(key, self._current[key], "stats", since)
        return TownshipPeriod(key, code, "mca", since)

    def _end_period(self, row: TownshipRow) -> TownshipPeriod | None:
        periods = self._by_key[row.old_code[:6], row.old_name]
        if not periods:
            periods.append(self._build_period(row.old_code, row.old_name, None))
        last = periods[-1]
        if last.until is None:
            last.until = row
        elif last.until.year != row.year:
            self._report_not_applied(row, "old_code", row.old_code)
            return None
        return last

    def _begin_period(self, row: TownshipRow) -> TownshipPeriod | None:
        periods = self._by_key[row.new_code[:6], row.new_name]
        if periods and periods[-1].until is None:
            last = periods[-1]
            if last.since is not None and last.since.year == row.year:
                return last
            self._report_not_applied(row, "new_code", row.new_code)
            return None
        periods.append(self._build_period(row.new_code, row.new_name, row))
        return periods[-1]

    def _report_not_applied(self, row: TownshipRow, column: str, code: str) -> None:
        self._findings.add_finding("not_applied", row.line, column, code, row.reason)

    def build_history(self) -> TownshipHistory:
        """What holds against the state of the divisions file."""
        valid_periods: list[TownshipPeriod] = []
        for key, periods in self._by_key.items():
            valid_periods += self._align_with_list(key, [p for p in periods if not _is_empty(p)])
        valid_periods = self._select_with_free_codes(valid_periods)
        for key in self._current.keys() - self._by_key.keys():
            valid_periods.append(TownshipPeriod(key, self._current[key], "stats"))
        valid_ids = set(map(id, valid_periods))
        for period in valid_periods:
            if period.previous is not None and id(period.previous) not in valid_ids:
                period.previous = None
        pairs = [p for p in self._pairs if id(p[0]) in valid_ids and id(p[1]) in valid_ids]
        return TownshipHistory(
            sorted(valid_periods, key=lambda p: (p.code, _get_start_year(p))), pairs
        )

    def _align_with_list(
        self, key: TownshipKey, periods: list[TownshipPeriod]
    ) -> list[TownshipPeriod]:
        """The periods of a township, made to agree with whether the state has it."""
        if key not in self._current:
            for period in periods:
                if period.until is None and period.since is not None:
                    self._findings.add_finding(
                        "later_than_state", period.since.line, "new_code", period.code, key[1]
                    )
            return [p for p in periods if p.until is not None]
        if not periods:
            return [TownshipPeriod(key, self._current[key], "stats")]
        last = periods[-1]
        if last.until is not None:
            self._findings.add_finding(
                "later_than_state", last.until.line, "old_code", last.code, key[1]
            )
            last.until = None
        return periods

    def _select_with_free_codes(self, periods: list[TownshipPeriod]) -> list[TownshipPeriod]:
        """Without those whose code is another township's on some day of theirs."""
        free_from_year: dict[str, int] = {}  # first year in which a code is free again
        selected: list[TownshipPeriod] = []
        for period in sorted(periods, key=_get_start_year):
            row = period.until or period.since
            is_statistical = period.code_system == "stats"
            is_free = is_statistical or (
                period.code not in self._codes
                and free_from_year.get(period.code, 0) <= _get_start_year(period)
            )
            if not is_free and row is not None:
                self._findings.add_finding(
                    "code_used_otherwise", row.line, "old_code", period.code, period.key[1]
                )
                continue
            if not is_statistical and period.until is not None:
                free_from_year[period.code] = period.until.year
            selected.append(period)
        return selected


def _get_start_year(period: TownshipPeriod) -> int:
    return period.since.year if period.since else FIRST_CHANGE_DAY.year


def _is_empty(period: TownshipPeriod) -> bool:
    """Whether year precision leaves no day: begun and ended in one year, or ended at the start."""
    return period.until is not None and period.until.year <= _get_start_year(period)


@dataclass
class TownshipLifeBuilder:
    """Turns periods into lives of units under their parents."""

    code_index: CodeIndex
    acts: LegalActs
    findings: LoadFindingCollector
    source: str
    parent_codes: Mapping[str, str]  # parent by township code, where the divisions file says it
    records_start: PeriodEnd  # where the records of townships begin

    def iter_unit_lives(
        self, history: TownshipHistory
    ) -> Iterator[tuple[UnitLife, list[TownshipPeriod]]]:
        """Every unit with the periods it is made of."""
        next_periods = {id(p.previous): p for p in history.periods if p.previous is not None}
        for period in history.periods:
            if period.previous is not None:
                continue
            chain = [period]
            while id(chain[-1]) in next_periods:
                chain.append(next_periods[id(chain[-1])])
            stages = [stage for p in chain for stage in self._iter_stages(p)]
            if not stages:
                self._report_lost_period(period)
                continue
            first = stages[0].period.start.on
            key = f"{chain[0].code}@{first.year if first else ''}"
            yield UnitLife(key, "township", tuple(_close_stage_gaps(stages)), self.source), chain

    def _report_lost_period(self, period: TownshipPeriod) -> None:
        row = period.since or period.until
        line = row.line if row else 0
        self.findings.add_finding("parent_not_in_force", line, "code", period.code, period.key[1])

    def build_period_end(self, row: TownshipRow | None, default: PeriodEnd) -> PeriodEnd:
        """1 January of the year of a change, by its document."""
        if row is None:
            return default
        act = self.acts.find_or_add_act(row.document, "", None, self.findings.file)
        return PeriodEnd(date(row.year, 1, 1), act, Precision.YEAR)

    def _iter_stages(self, period: TownshipPeriod) -> Iterator[UnitLifeStage]:
        span = Period(
            self.build_period_end(period.since, self.records_start),
            self.build_period_end(period.until, PeriodEnd()),
        )
        parent_code = self.parent_codes.get(period.code, period.key[0])
        for number, parent in enumerate(self.code_index.iter_during(parent_code, span)):
            piece = clip_period(span, parent.period)
            if number == 0 and piece.start.on != span.start.on:
                # The code begins with its parent's: no earlier day is known of it.
                start = PeriodEnd(piece.start.on, piece.start.act, Precision.INFERRED)
                piece = Period(start, piece.end)
            yield UnitLifeStage(
                piece, period.code, period.key[1], parent.unit_id, code_system=period.code_system
            )


def _close_stage_gaps(stages: Sequence[UnitLifeStage]) -> Iterator[UnitLifeStage]:
    """Stages in order; where a moved township waits for its new parent it stays with the old."""
    for stage, after in zip(stages, [*stages[1:], None], strict=True):
        if after is not None and stage.period.end.on != after.period.start.on:
            yield replace(stage, period=Period(stage.period.start, after.period.start))
        else:
            yield stage


def iter_successions(
    history: TownshipHistory, unit_ids: Mapping[int, UUID], life_builder: TownshipLifeBuilder
) -> Iterator[Timeline]:
    """Links that the list states: conversions one to one, and mergers into one township."""
    givers = Counter(id(old) for old, _, _ in history.pairs)
    takers = Counter(id(new) for _, new, _ in history.pairs)
    for old, new, row in history.pairs:
        old_unit, new_unit = unit_ids.get(id(old)), unit_ids.get(id(new))
        if old_unit is None or new_unit is None or old_unit == new_unit:
            continue
        one_to_one = givers[id(old)] == 1 and takers[id(new)] == 1
        if one_to_one and row.reason in CONVERSION_REASONS:
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
            "source": life_builder.findings.file,
        }
        bound = life_builder.build_period_end(row, PeriodEnd())
        yield Timeline(
            "succession",
            derive_record_id("succession", str(old_unit), str(new_unit), str(bound.on)),
            (Version(Period(bound), attributes),),
        )
