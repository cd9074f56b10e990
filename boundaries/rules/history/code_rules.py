"""TOP-VER-05 and -06: codes are not assigned again, and change only with the parent.

Both are law since Order No. 79 of the Ministry of Civil Affairs came into force; what happened
before is reported as information, for those who convert old codes.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import pairwise
from uuid import UUID

from boundaries.rules.common.spatial_finding import SpatialFinding, build_finding
from boundaries.rules.history.history_context import CodeTenure, HistoryContext, UnitTenure
from gazetteer.rules.finding import Severity
from gazetteer.rules.rule_catalogue import get_severity
from gazetteer.rules.rule_registry import rule_check

ORDER_79 = date(2025, 9, 1)
"""The day on which 民政部令第79号（行政区划代码管理办法）came into force."""


@rule_check("TOP-VER-05")
def find_reissued_codes(history: HistoryContext) -> Iterator[SpatialFinding]:
    """Codes that another unit carried before, or carries at the same time."""
    for before, after in pairwise(history.codes):
        if before.code != after.code or before.unit == after.unit:
            continue
        if after.period.start is None or not history.covers_change(after.period.start):
            continue
        if before.period.overlaps_period(after.period):
            yield _build_reissue_finding(history, before, after, "two_units")
        elif before.period.stop is not None:
            yield _build_reissue_finding(history, before, after, "issued_again")


def _build_reissue_finding(
    history: HistoryContext, before: CodeTenure, after: CodeTenure, kind: str
) -> SpatialFinding:
    since = after.period.start or date.min
    params: dict[str, object] = {
        "code": after.code,
        "earlier": history.list_names([before.unit]),
        "later": history.list_names([after.unit]),
        "since": since,
    }
    if kind == "issued_again":
        params["retired"] = before.period.stop
    return build_finding(
        "TOP-VER-05",
        kind,
        params,
        features=history.number_units([before.unit, after.unit]),
        severity=None if kind == "two_units" else _grade_by_day("TOP-VER-05", since),
    )


def _grade_by_day(rule: str, on: date) -> Severity:
    return get_severity(rule) if on >= ORDER_79 else "info"


@rule_check("TOP-VER-06")
def find_code_change_flaws(history: HistoryContext) -> Iterator[SpatialFinding]:
    """Units that kept their code under another parent, or changed it under the same one.

    A unit whose type or level changed was abolished and established anew. A parent that was
    replaced by its successor under the same code is not another parent. Where the code of the
    parent changes, those of the units below may follow on the same day.
    """
    successions = {(link.giver, link.taker) for link in history.links}
    for unit, states in history.states.items():
        for before, after in pairwise(states):
            on = after.period.start
            if on is None or not history.covers_change(on) or before.period.stop != on:
                continue
            if (before.level, before.unit_type) != (after.level, after.unit_type):
                continue
            moved = before.parent != after.parent
            if moved and (before.parent, after.parent) in successions:
                moved = _find_code_of_parent(
                    history, before.parent, before
                ) != _find_code_of_parent(history, after.parent, after)
            if not moved and _has_parent_new_code(history, after):
                continue
            if moved == (before.code == after.code):
                yield _build_code_change_finding(history, unit, before, after, moved=moved)


def _has_parent_new_code(history: HistoryContext, child: UnitTenure) -> bool:
    """Whether the code of the parent changes on the first day of a state of its child."""
    on = child.period.start
    if child.parent is None or on is None:
        return False
    states = history.states.get(child.parent, ())
    codes = [
        next((state.code for state in states if state.period.covers_day(day)), None)
        for day in (on - timedelta(days=1), on)
    ]
    return codes[0] != codes[1]


def _find_code_of_parent(
    history: HistoryContext, parent: UUID | None, child: UnitTenure
) -> str | None:
    """The code of a parent on the first day of a state of its child; None if it had none then."""
    if parent is None:
        return None
    day = child.period.start or date.min
    return next((s.code for s in history.states.get(parent, ()) if s.period.covers_day(day)), None)


def _build_code_change_finding(
    history: HistoryContext, unit: UUID, before: UnitTenure, after: UnitTenure, *, moved: bool
) -> SpatialFinding:
    on = after.period.start or date.min
    params = {"unit": history.list_names([unit]), "day": on, "after": after.code or "—"}
    if not moved:
        params["before"] = before.code or "—"
    return build_finding(
        "TOP-VER-06",
        "kept" if moved else "changed",
        params,
        features=history.number_units([unit]),
        severity=_grade_by_day("TOP-VER-06", on),
    )
