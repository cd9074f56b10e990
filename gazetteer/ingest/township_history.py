"""The periods of townships, traced back from the current list by the list of changes.

The list of changes (2014-2023) names a year and a document. The townships of earlier years follow
from the divisions file: a township without a change existed when the list begins. Where the list
of changes and the divisions file contradict each other, the divisions file is followed, and the
contradiction becomes a finding.

The two files number townships differently: one carries codes of the statistics office, the other
those of civil affairs, and a third of them differ. So townships are matched by county and name,
and a civil-affairs code is used only where the divisions file gives it to nobody else.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from gazetteer.ingest.load_findings import LoadFindingCollector
from gazetteer.ingest.typed_rows import TownshipRow

FIRST_CHANGE_DAY = date(2014, 1, 1)
"""The list of changes begins here: nothing older is known of townships."""

MOVE_REASONS = frozenset({"区划代码变更", "隶属关系变更", "归属调整", "区划变更"})
"""Reasons for which a township of the same name gets another code and stays the same unit."""

TownshipKey = tuple[str, str]
"""A township as both files know it: six digits of its county, and its name."""


@dataclass(slots=True)
class TownshipPeriod:
    """A township under one name in one county.

    ``since`` is None where it is older than the list of changes, ``until`` where it still exists,
    ``previous`` is the earlier period of the same unit.
    """

    key: TownshipKey
    code: str
    code_system: str
    since: TownshipRow | None = None
    until: TownshipRow | None = None
    previous: "TownshipPeriod | None" = None


@dataclass
class TownshipHistory:
    """The periods of townships, and the successions that the changes state."""

    periods: list[TownshipPeriod] = field(default_factory=list)
    pairs: list[tuple[TownshipPeriod, TownshipPeriod, TownshipRow]] = field(default_factory=list)


def trace_townships(
    rows: Sequence[TownshipRow], current: Mapping[TownshipKey, str], findings: LoadFindingCollector
) -> TownshipHistory:
    """The periods of all townships.

    Args:
        rows: The changes.
        current: The codes of the townships in the divisions file.
        findings: Takes what contradicts the divisions file.
    """
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
        case = "" if row.reason else "no_reason"
        params = {"reason": row.reason} if row.reason else {}
        self._findings.add_finding("not_applied", row.line, column, code, case=case, **params)

    def build_history(self) -> TownshipHistory:
        """The periods and successions that agree with the divisions file."""
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
        """The periods of a township, adjusted to whether the divisions file has it."""
        if key not in self._current:
            for period in periods:
                if period.until is None and period.since is not None:
                    self._findings.add_finding(
                        "later_than_state", period.since.line, "new_code", period.code, name=key[1]
                    )
            return [p for p in periods if p.until is not None]
        if not periods:
            return [TownshipPeriod(key, self._current[key], "stats")]
        last = periods[-1]
        if last.until is not None:
            self._findings.add_finding(
                "later_than_state", last.until.line, "old_code", last.code, name=key[1]
            )
            last.until = None
        return periods

    def _select_with_free_codes(self, periods: list[TownshipPeriod]) -> list[TownshipPeriod]:
        """The periods without those whose code another township carries on one of their days."""
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
                    "code_used_otherwise", row.line, "old_code", period.code, name=period.key[1]
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
